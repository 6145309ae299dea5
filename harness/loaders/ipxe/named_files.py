"""The files that iPXE's scripts name."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from harness.loaders.ipxe.image import (
    DISKS,
    FETCHED_BESIDE,
    FETCHED_FIRST,
    GIVEN_ARGUMENTS,
    STARTED,
    ImageCommand,
    image_commands,
    spelt,
)
from harness.loaders.ipxe.script import IpxeScript
from harness.loaders.ipxe.variables import values
from harness.loaders.script import ANY, NamedFile, Use, Word, gathered

_PROGRAM_SUFFIXES = frozenset({".efi", ".0", ".kpxe", ".kkpxe", ".pxe", ".com", ".c32", ".bin"})
_EVERY_INITRD = "initrd.magic"
"""What iPXE calls all initrds together."""
_KERNEL_NAME = re.compile(r"(?i)vmlinu|bzimage|(^|[-_.])(linux|kernel)(?![a-z])|\.lkrn$")


def named_files(scripts: Sequence[IpxeScript]) -> Iterator[NamedFile]:
    """Give the files that scripts of one boot name."""
    known = gathered(pair for script in scripts for pair in values(script))
    for script in scripts:
        commands = list(image_commands(script, known))
        for command in commands:
            use = _use(command, commands)
            if use is not None:
                yield NamedFile(
                    script=script.name,
                    line=command.line,
                    use=use,
                    text=command.image,
                    names=command.names,
                )


def kernel_words(scripts: Sequence[IpxeScript]) -> Iterator[Word]:
    """Give the words that scripts of one boot hand to what they start."""
    known = gathered(pair for script in scripts for pair in values(script))
    for script in scripts:
        for each in image_commands(script, known):
            is_told = each.name in (*FETCHED_FIRST, *STARTED, GIVEN_ARGUMENTS)
            for text in each.arguments if is_told else ():
                yield Word(script=script.name, line=each.line, text=text, spelt=spelt(text, known))


def unfetched_initrds(scripts: Sequence[IpxeScript]) -> Iterator[tuple[str, int, str]]:
    """Say which script tells a kernel, on which line, of an initrd that no line fetches."""
    known = gathered(pair for script in scripts for pair in values(script))
    commands = {script.name: list(image_commands(script, known)) for script in scripts}
    named = {each.image_name for of_one in commands.values() for each in of_one if each.names}
    for name, of_one in commands.items():
        for each in of_one if not any(ANY in called for called in named) else ():
            for word in each.arguments:
                told = word.removeprefix("initrd=")
                if told != word and "$" not in told and told not in (*named, _EVERY_INITRD):
                    beside = [
                        f"{e.image} ({name}:{e.line})"
                        for e in of_one
                        if e.block == each.block and e.name in FETCHED_BESIDE
                    ]
                    instead = f"; {' and '.join(beside)} is fetched" if beside else ""
                    what = f"no line fetches an initrd called '{told}', as {word} has it{instead}"
                    yield name, each.line, what


def _use(command: ImageCommand, commands: Sequence[ImageCommand]) -> Use | None:
    """Say what a command's image is for; None where it names one that was fetched before."""
    if command.name == GIVEN_ARGUMENTS:
        return None
    if command.name in DISKS:
        return Use.DISK
    if command.name in STARTED:
        fetched = [each for each in commands if each is not command]
        if any(command.image in (each.called, each.image_name) for each in fetched):
            return None
        return _use_of_started(command, commands)
    if command.name in FETCHED_FIRST:
        return Use.SCRIPT if command.is_script else Use.KERNEL
    if command.name == "imgfetch":
        starts = [each for each in commands if each.name not in FETCHED_BESIDE]
        if any(each.image == command.image_name for each in starts if each is not command):
            return _use_of_started(command, commands, by_name=True)
        if command.is_script:
            return Use.SCRIPT
    return Use.INITRD


def _use_of_started(
    command: ImageCommand, commands: Sequence[ImageCommand], *, by_name: bool = False
) -> Use:
    """Say whether what is started is a kernel: by its arguments, its initrd or its name."""
    if command.is_script:
        return Use.SCRIPT
    started = [command, *(e for e in commands if by_name and e.image == command.image_name)]
    beside = [e for e in commands if e.block == command.block and e.name in ("initrd", "module")]
    has_arguments = any(argument for each in started for argument in each.arguments)
    name = PurePosixPath(command.path)
    if has_arguments or beside or _KERNEL_NAME.search(name.name):
        return Use.KERNEL
    suffix = "" if ANY in name.suffix else name.suffix.lower()
    return Use.UNCLEAR if suffix in ("", *_PROGRAM_SUFFIXES) else Use.SCRIPT
