"""The files that iPXE's scripts name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.loaders.ipxe.script import IpxeScript
from harness.loaders.script import ANY, NamedFile, Use, Values, gathered, spellings

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_FETCHED_FIRST = ("kernel", "imgselect", "imgload")
_FETCHED_BESIDE = ("initrd", "module", "imgfetch")
_STARTED = ("chain", "imgexec", "boot")
_GIVEN_ARGUMENTS = "imgargs"
_DISKS = ("sanboot", "sanhook")
_WITH_VALUE = frozenset(
    {"-n", "--name", "-t", "--timeout", "-d", "--drive", "-f", "--filename", "-e", "--extra"}
)
_COMMANDS = (*_FETCHED_FIRST, *_FETCHED_BESIDE, *_STARTED, *_DISKS, _GIVEN_ARGUMENTS)
_SCRIPT_NAME = re.compile(
    r"(?i)\.(?:ipxe|gpxe|php\d?|cgi|cfg|conf|txt|py|sh|aspx?|jsp)(?![a-z0-9])|##"
)
_PROGRAM_SUFFIXES = frozenset({".efi", ".0", ".kpxe", ".kkpxe", ".pxe", ".com", ".c32", ".bin"})
_EVERY_INITRD = "initrd.magic"
"""What iPXE calls all initrds together."""
_KERNEL_NAME = re.compile(r"(?i)vmlinu|bzimage|(^|[-_.])(linux|kernel)(?![a-z])|\.lkrn$")


@dataclass(frozen=True)
class _Command:
    """One command of iPXE's that takes an image: its options, the image, and what follows."""

    line: int
    name: str
    called: str
    """What `--name` calls the image; "" for its file's own name."""
    image: str
    arguments: tuple[str, ...]
    block: int
    """Counts the labels before it: what is fetched in one block is booted together."""
    names: tuple[str, ...]
    """The image's spellings."""

    @property
    def path(self) -> str:
        return self.names[0].partition("?")[0]

    @property
    def is_script(self) -> bool:
        """Whether the file's name is a script's."""
        return _SCRIPT_NAME.search(self.names[0]) is not None

    @property
    def image_name(self) -> str:
        return self.called or PurePosixPath(self.path).name


def named_files(scripts: Sequence[IpxeScript]) -> Iterator[NamedFile]:
    """Give the files that scripts of one boot name."""
    values = gathered(pair for script in scripts for pair in _values(script))
    for script in scripts:
        commands = list(_commands(script, values))
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


def unfetched_initrds(scripts: Sequence[IpxeScript]) -> Iterator[tuple[str, int, str]]:
    """Say which script tells a kernel, on which line, of an initrd that no line fetches."""
    values = gathered(pair for script in scripts for pair in _values(script))
    commands = {script.name: list(_commands(script, values)) for script in scripts}
    named = {each.image_name for of_one in commands.values() for each in of_one if each.names}
    for name, of_one in commands.items():
        for each in of_one if not any(ANY in called for called in named) else ():
            for word in each.arguments:
                told = word.removeprefix("initrd=")
                if told != word and "$" not in told and told not in (*named, _EVERY_INITRD):
                    yield (
                        name,
                        each.line,
                        f"no line fetches an initrd called '{told}', as {word} has it",
                    )


def _values(script: IpxeScript) -> Iterator[tuple[str, str | None]]:
    for _, command in script.commands():
        match command.split():
            case ["set", name, *value]:
                # `set name:type` says how it is written.
                yield name.partition(":")[0], " ".join(value)
            case ["clear", name]:
                yield name.partition(":")[0], ""
            case ["read" | "inc" | "choose" | "prompt" | "param", *_, name]:
                yield name, None


def _commands(script: IpxeScript, values: Values) -> Iterator[_Command]:
    block = 0
    for number, command in script.commands():
        name, *words = command.split() or [""]
        block += name.startswith(":")
        called, rest = _options(words)
        if name in _COMMANDS and rest:
            image, *arguments = rest
            names = spellings(image, values, _VARIABLE)
            yield _Command(number, name, called, image, tuple(arguments), block, names)


def _options(words: Sequence[str]) -> tuple[str, list[str]]:
    """Take the options off; give what `--name` says, and the rest."""
    called, left = "", list(words)
    while left and left[0].startswith("-") and len(left[0]) > 1:
        option, _, value = left.pop(0).partition("=")
        if option in _WITH_VALUE and not value and left:
            value = left.pop(0)
        if option in ("-n", "--name"):
            called = value
    return called, left


def _use(command: _Command, commands: Sequence[_Command]) -> Use | None:
    """Say what a command's image is for; None where it names one that was fetched before."""
    if command.name == _GIVEN_ARGUMENTS:
        return None
    if command.name in _DISKS:
        return Use.DISK
    if command.name in _STARTED:
        fetched = [each for each in commands if each is not command]
        if any(command.image in (each.called, each.image_name) for each in fetched):
            return None
        return _use_of_started(command, commands)
    if command.name in _FETCHED_FIRST:
        return Use.SCRIPT if command.is_script else Use.KERNEL
    if command.name == "imgfetch":
        starts = [each for each in commands if each.name not in _FETCHED_BESIDE]
        if any(each.image == command.image_name for each in starts if each is not command):
            return _use_of_started(command, commands, by_name=True)
        if command.is_script:
            return Use.SCRIPT
    return Use.INITRD


def _use_of_started(
    command: _Command, commands: Sequence[_Command], *, by_name: bool = False
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
