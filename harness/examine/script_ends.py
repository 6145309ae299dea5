"""Where one of iPXE's scripts ends for some machines, or goes on where that is not meant."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import pairwise

from harness.examine.finding import Finding, warning
from harness.examine.freed_images import freed_images
from harness.loaders.ipxe.image import ImageCommand, image_commands
from harness.loaders.ipxe.script import IpxeScript
from harness.loaders.script import ANY

_TESTS = frozenset({"isset", "iseq", "cpuid"})
_GRAPHIC = re.compile(r"\s*console\s+\S")
_OF_MACHINE = re.compile(r"\$\{(?:\w+/)*(?:mac|uuid|serial|asset|hostname)(?::\w+)?\}")
_FETCHES = frozenset({"chain", "imgfetch", "initrd", "kernel", "module"})
_RUNS = frozenset({"imgexec", "imgselect"})
_IMAGE_NAME = re.compile(r"[\w-]+")
_STARTS = re.compile(r"\s*(?:kernel|chain|sanboot)\s")
_SELECTS = re.compile(
    r"(?:^|&&|\|\|)\s*(?:kernel|imgselect|imgload|imgargs|chain|imgexec|sanboot)\s"
)
_ONLY_FETCHED = re.compile(r"\s*(?:imgfetch|module)\s")
_BOOTS = re.compile(r"\s*boot\s*(?:$|&&|\|\|)")
_GOTO = re.compile(r"\bgoto\s+(\S+)")
_LEAVES = re.compile(r"\s*(?:goto|exit|shell|config|reboot|poweroff)\b")
_TRIES = re.compile(r"\s*(?:boot|chain|imgexec|sanboot)\b")
"""What leads away unless it fails."""
_OPERATOR = re.compile(r"(?:^|\s)(&&|\|\||;)(?=\s|$)")


def findings(scripts: Mapping[str, IpxeScript]) -> Iterator[Finding]:
    """Go through scripts by their paths."""
    images = frozenset(name for script in scripts.values() for name in _images(script))
    beside = {path.rpartition("/")[2] for path in scripts}
    for path, script in scripts.items():
        of_machine = frozenset(_images(script, of=_OF_MACHINE))
        last = max(script.lines, default=0)
        for number, line in script.lines.items():
            yield from _only_if_so(line, f"{path}:{number}")
        for command in image_commands(script):
            where = f"{path}:{command.line}"
            yield from _no_image(command, where, images | beside)
            if "||" not in script.lines[command.line] and command.line < last:
                yield from _only_for_some(command, where, of_machine)
        yield from _fallen_through(script, path)
        yield from _nothing_selected(script, path)
        yield from freed_images(script, path)


def _images(script: IpxeScript, *, of: re.Pattern[str] = re.compile("")) -> Iterator[str]:
    """Give the names of the images that are fetched: `--name`, or as their files."""
    for each in image_commands(script):
        if each.name in _FETCHES and of.search(each.image):
            yield each.image_name.replace(ANY, "*")


def _only_if_so(line: str, where: str) -> Iterator[Finding]:
    """Say that a test has nothing behind it for when it fails: iPXE ends a script at a failure."""
    test = line.partition("&&")[0].strip()
    if test.partition(" ")[0] in _TESTS and "||" not in line:
        yield warning(where, f"the script ends here unless `{test}`: no `||` is behind it")
    if _GRAPHIC.match(line) and "||" not in line:
        what = "the script ends here on a machine without a screen, as all of a lab are"
        yield warning(where, f"{what}: no `||` is behind `console`")


def _only_for_some(
    command: ImageCommand, where: str, of_machine: frozenset[str]
) -> Iterator[Finding]:
    """Say that a file of the machine's own is asked for, or run, as if each machine had it."""
    what = ""
    if command.name in _RUNS and command.image in of_machine:
        what = "the script ends here where the machine's own one fails"
    elif command.name in _FETCHES and _OF_MACHINE.search(command.image):
        what = "the script ends here for a machine that has no such file"
    if what:
        yield warning(where, f"{what}: no `||` is behind `{command.text}`")


def _no_image(command: ImageCommand, where: str, images: frozenset[str]) -> Iterator[Finding]:
    """Say that an image is run by a name that none has: iPXE asks the server for such a file."""
    is_named = command.name in _RUNS and _IMAGE_NAME.fullmatch(command.image) is not None
    if is_named and not any(fnmatchcase(command.image, image) for image in images):
        what = f"'{command.image}' is to be run, and no line fetches an image of that name"
        yield warning(where, what)


def _blocks(script: IpxeScript) -> dict[str, list[str]]:
    """Give the lines behind each label, with it; "" has those before the first."""
    labels = {number: name for name, number in script.labels.items()}
    blocks: dict[str, list[str]] = {}
    name = ""
    for number, line in script.lines.items():
        name = labels.get(number, name)
        blocks.setdefault(name, []).append(line)
    return blocks


def _nothing_selected(script: IpxeScript, path: str) -> Iterator[Finding]:
    """Say that an item fetches an image and boots, and nothing has selected one."""
    blocks = _blocks(script)
    booted = {name for name, lines in blocks.items() if any(map(_BOOTS.match, lines))}
    for name in blocks.keys() & script.items.keys():
        lines = blocks[name]
        leads_there = bool({name, *_GOTO.findall(lines[-1])} & booted)
        fetched = [line for line in lines if _ONLY_FETCHED.match(line)]
        if leads_there and fetched and not any(map(_SELECTS.search, lines)):
            number = next(n for n, line in script.lines.items() if line == fetched[0])
            what = f"`{fetched[0].partition('||')[0].strip()}` selects no image, and `boot` takes"
            yield warning(f"{path}:{number}", f"{what} the selected one: `kernel` selects")


def leaves(line: str) -> bool:
    """Whether no machine comes behind a line: where a whole line fails, iPXE ends the script."""
    parts = ["", *_OPERATOR.split(line)]
    has_failed = {False}
    for at in range(0, len(parts), 2):
        operator, command = parts[at : at + 2]
        following = parts[at + 2] if at + 2 < len(parts) else ""
        run = {each for each in has_failed if {"&&": not each, "||": each}.get(operator, True)}
        came = {end for _ in run for end in _ends(command, following)}
        has_failed = (has_failed - run) | came
    return False not in has_failed


def _ends(command: str, following: str) -> set[bool]:
    """Give how a command of a line may end, of which another goes on: well, by failing."""
    if _LEAVES.match(command):
        return set()
    if not command.strip():
        return {False}
    # What comes behind `&&` tells that it may come back.
    return {True} if _TRIES.match(command) and following != "&&" else {False, True}


def _fallen_through(script: IpxeScript, path: str) -> Iterator[Finding]:
    """Say that an item's lines, with a kernel, run on into another item's, which has its own."""
    blocks = _blocks(script)
    names = [each for each in blocks if each]
    for name, following in pairwise(names):
        are_items = {name, following} <= set(script.items)
        both_start = all(any(map(_STARTS.match, blocks[each])) for each in (name, following))
        if are_items and both_start and not leaves(blocks[name][-1]):
            last = max(n for n in script.lines if n < script.labels[following])
            goes_on = f"':{name}' goes on into ':{following}', which has a kernel of its own"
            what = f"{goes_on}; its last command is {path}:{last}"
            yield warning(f"{path}:{script.labels[following]}", what)
