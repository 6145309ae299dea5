"""Where one of iPXE's scripts frees what it has fetched before it boots that.

`imgfree` without a name frees every image, the selected one and the initrds too
(https://ipxe.org/cmd/imgfree); `boot` then has nothing to start, or Linux no initrd.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.examine.finding import Finding, warning
from harness.loaders.ipxe.image import FETCHED_FIRST, ImageCommand, image_commands
from harness.loaders.ipxe.script import IpxeScript

_FETCHES = frozenset({"kernel", "imgselect", "initrd", "module"})
_TESTS = frozenset({"isset", "iseq", "cpuid", "prompt"})
_BOOTS = frozenset({"boot", "imgexec"})
_LEAVES = frozenset({*_BOOTS, "goto", "exit", "chain", "sanboot", "reboot", "poweroff", "choose"})
_AND = re.compile(r"\s&&(?:\s|$)")
_OR = re.compile(r"\s\|\|(?:\s|$)")


def freed_images(script: IpxeScript, path: str) -> Iterator[Finding]:
    """Go from each label on to the first `boot`, as if nothing failed on the way."""
    commands = {(each.line, each.text): each for each in image_commands(script)}
    told: set[int] = set()
    for start in (0, *script.labels.values()):
        for image, line, boot in _lost(script, start, commands):
            if line not in told:
                told.add(line)
                said = next(e for e in _done(script.lines[line]) if e.startswith("imgfree"))
                freed = f"`{said}` frees {image.image} ({path}:{image.line})"
                left = "nothing to start" if _is_kernel(image) else "no such initrd"
                what = f"{freed}, and `boot` ({path}:{boot}) has {left}"
                yield warning(f"{path}:{line}", f"{what}: free before the first `kernel`")


@dataclass
class _Images:
    """What has been fetched on a way through a script, and what of it has been freed."""

    held: dict[str, ImageCommand] = field(default_factory=dict)
    freed: dict[str, tuple[ImageCommand, int]] = field(default_factory=dict)
    """By name, with the line of the `imgfree`."""

    def fetch(self, command: ImageCommand) -> None:
        """Hold one; a kernel takes the place of one that was freed."""
        if _is_kernel(command):
            self.freed = {n: each for n, each in self.freed.items() if not _is_kernel(each[0])}
        self.freed.pop(command.image_name, None)
        self.held[command.image_name] = command

    def free(self, names: Sequence[str], line: int) -> None:
        """Free those of these names; without one, all."""
        for name in names or tuple(self.held):
            if name in self.held:
                self.freed[name] = self.held.pop(name), line

    def missing(self) -> Iterator[tuple[ImageCommand, int]]:
        """Give what `boot` would need: a kernel, and the initrds that one is told of."""
        told = {word for each in self.held.values() for word in each.arguments}
        for name, (image, line) in self.freed.items():
            if _is_kernel(image) or f"initrd={name}" in told:
                yield image, line


def _is_kernel(command: ImageCommand) -> bool:
    return command.name in FETCHED_FIRST


def _lost(
    script: IpxeScript, start: int, commands: Mapping[tuple[int, str], ImageCommand]
) -> Iterator[tuple[ImageCommand, int, int]]:
    """Give what is lost on the way from a line on: the image, the line that frees, and boots."""
    images, passed, line = _Images(), set[int](), start
    while (number := min((n for n in script.lines if n > line), default=0)) not in (0, *passed):
        passed.add(number)
        line = number
        for command in _done(script.lines[number]):
            name, *words = command.split()
            fetched = commands.get((number, command))
            if fetched is not None and name in _FETCHES:
                images.fetch(fetched)
            elif name == "imgfree":
                images.free(words, number)
            elif name == "goto" and words[-1:] and words[-1] in script.labels:
                line = script.labels[words[-1]]
                break
            elif name in _LEAVES:
                is_boot = name in _BOOTS and (not words or words[0] in images.freed)
                yield from ((*each, number) for each in images.missing() if is_boot)
                return


def _done(text: str) -> list[str]:
    """Give the commands of a line that are done where each succeeds; none behind a test."""
    commands = [each.strip() for each in _AND.split(_OR.split(f" {text} ")[0]) if each.strip()]
    return [] if commands and commands[0].split()[0] in _TESTS else commands
