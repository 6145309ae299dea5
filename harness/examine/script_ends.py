"""Where one of iPXE's scripts ends for some machines, or goes on where that is not meant."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import pairwise

from harness.examine.finding import Finding, warning
from harness.loaders.ipxe.script import NEXT, IpxeScript

_TESTS = frozenset({"isset", "iseq", "cpuid"})
_GRAPHIC = re.compile(r"\s*console\s+\S")
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_OF_MACHINE = re.compile(r"\$\{(?:\w+/)*(?:mac|uuid|serial|asset|hostname)(?::\w+)?\}")
_OPTION = r"(?:(?:--name|-n|--timeout|-t)[=\s]\s*\S+|--?\w[\w-]*)\s+"
_FETCH = re.compile(
    rf"\s*(?:chain|imgfetch|initrd|kernel|module)\s+(?P<options>(?:{_OPTION})*)(?P<file>\S+)"
)
_NAME = re.compile(r"(?:--name|-n)[=\s]\s*(?P<name>\S+)")
_RUNS = re.compile(r"\s*(?:imgexec|imgselect)\s+(?:--?\w[\w-]*\s+)*(?P<name>[\w-]+)(?:\s|$)")
_STARTS = re.compile(r"\s*(?:kernel|chain|sanboot)\s")
_LEAVES = re.compile(
    r"\s*(?:goto|exit|boot|chain|imgexec|sanboot|shell|config|reboot|poweroff)\b(?!.*&&)"
)


def findings(scripts: Mapping[str, IpxeScript]) -> Iterator[Finding]:
    """Go through scripts by their paths."""
    images = frozenset(name for script in scripts.values() for name in _images(script))
    beside = {path.rpartition("/")[2] for path in scripts}
    for path, script in scripts.items():
        of_machine = frozenset(_images(script, of=_OF_MACHINE))
        for number, line in script.lines.items():
            where = f"{path}:{number}"
            yield from _only_if_so(line, where)
            yield from _no_image(line, where, images | beside)
            if "||" not in line and number < max(script.lines):
                yield from _only_for_some(line, where, of_machine)
        yield from _fallen_through(script, path)


def _images(script: IpxeScript, *, of: re.Pattern[str] = re.compile("")) -> Iterator[str]:
    """Give the names of the images that are fetched: `--name`, or as their files."""
    for _, command in script.commands():
        fetch = _FETCH.match(command)
        if fetch is not None and of.search(fetch["file"]):
            named = _NAME.search(fetch["options"])
            file = _VARIABLE.sub("*", fetch["file"]).rpartition("/")[2]
            yield file if named is None else named["name"]


def _only_if_so(line: str, where: str) -> Iterator[Finding]:
    """Say that a test has nothing behind it for when it fails: iPXE ends a script at a failure."""
    test = line.partition("&&")[0].strip()
    if test.partition(" ")[0] in _TESTS and "||" not in line:
        yield warning(where, f"the script ends here unless `{test}`: no `||` is behind it")
    if _GRAPHIC.match(line) and "||" not in line:
        what = "the script ends here on a machine without a screen, as all of a lab are"
        yield warning(where, f"{what}: no `||` is behind `console`")


def _only_for_some(line: str, where: str, of_machine: frozenset[str]) -> Iterator[Finding]:
    """Say that a file of the machine's own is asked for, or run, as if each machine had it."""
    for command in NEXT.split(line):
        runs, fetch = _RUNS.match(command), _FETCH.match(command)
        if runs is not None and runs["name"] in of_machine:
            what = "the script ends here where the machine's own one fails"
        elif fetch is not None and _OF_MACHINE.search(fetch["file"]):
            what = "the script ends here for a machine that has no such file"
        else:
            continue
        yield warning(where, f"{what}: no `||` is behind `{command.strip()}`")


def _no_image(line: str, where: str, images: frozenset[str]) -> Iterator[Finding]:
    """Say that an image is run by a name that none has: iPXE asks the server for such a file."""
    for runs in filter(None, map(_RUNS.match, NEXT.split(line))):
        if not any(fnmatchcase(runs["name"], image) for image in images):
            what = f"'{runs['name']}' is to be run, and no line fetches an image of that name"
            yield warning(where, what)


def _fallen_through(script: IpxeScript, path: str) -> Iterator[Finding]:
    """Say that an item's lines, with a kernel, run on into another item's, which has its own."""
    labels = {number: name for name, number in script.labels.items()}
    blocks: dict[str, list[str]] = {}
    name = ""
    for number, line in script.lines.items():
        name = labels.get(number, name)
        blocks.setdefault(name, []).append(line)
    names = [each for each in blocks if each]
    for name, following in pairwise(names):
        are_items = {name, following} <= set(script.items)
        both_start = all(any(map(_STARTS.match, blocks[each])) for each in (name, following))
        if are_items and both_start and not _LEAVES.match(blocks[name][-1]):
            what = f"':{name}' goes on into ':{following}', which has a kernel of its own"
            yield warning(f"{path}:{script.labels[following]}", what)
