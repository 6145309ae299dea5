"""What goes round and round: which files, and by what line or answer the circle is closed."""

import re
from collections.abc import Iterator, Sequence

from harness.judge.boot import ARROW, Boot
from harness.judge.http_failure import answered_by
from harness.judge.program_fault import program_faults
from harness.judge.where import where_beside, where_told
from harness.judge.whom import chain_of
from harness.model import USER_CLASS_IPXE
from harness.rounds import goes_round
from harness.site.files import text_of
from harness.site.places import Place, places
from harness.step import DHCP_NAME
from harness.witness.taken_path import boot_fetches, file_of, place_of
from harness.witness.wire import DhcpMessage, HttpExchange, Transfer

_SIZES, _ROUNDS = range(1, 9), 2
_NAMES_FILE = r"(?<![\w./-])(?:\S*/)?{}(?![\w.-])"


def loops(boot: Boot) -> Iterator[str]:
    """Say what goes round, once for all its rounds."""
    if boot.is_up:
        return  # whatever it has tried before
    handed = tuple(_handed_itself(boot))
    # A menu that comes back tries again what cannot be started.
    yield from handed or (() if any(program_faults(boot)) else _circles(boot))


def _handed_itself(boot: Boot) -> Iterator[str]:
    """Say that DHCP gives a loader that asks for more the program again that it is.

    A second copy in memory is one round: nothing tells it from the first, so it goes on for ever.
    """
    asked = {each.transaction: each for each in boot.of(DhcpMessage) if each.is_ipxe}
    fetched = [each for each in _whole(boot) if place_of(boot.site, each) not in _texts(boot)]
    said: set[str] = set()
    for answer in boot.of(DhcpMessage):
        if answer.transaction not in asked or not answer.bootfile:
            continue
        if not (answer.kind.grants or answer.adds_only):
            continue
        same = [each for each in fetched if _is_meant(answer.bootfile, file_of(each))]
        before = [each for each in same if each.frame < answer.frame]
        if before and before != same and answer.bootfile not in said:
            said.add(answer.bootfile)
            gave = where_told(boot, answer.role, "file", (answer.bootfile,))
            rule = where_told(boot, answer.role, USER_CLASS_IPXE, ())
            inside, by = _by_rule(boot, gave, rule)
            where = "; ".join(filter(None, (f"frame {answer.frame}", inside or gave)))
            other = rule.rpartition(", ")[2]
            only = where_beside(boot, answer.role, "looked at", ("true",), other)
            by += f"; beside it stands {only}" if only else ""
            yield (
                f"iPXE is handed itself, again and again: the {DHCP_NAME[answer.family]} answer to "
                f"user class {USER_CLASS_IPXE} has {answer.bootfile} ({where}), which has just "
                f"been started{by}"
            )


def _by_rule(boot: Boot, gave: str, rule: str) -> tuple[str, str]:
    """Give the line by which the rule for iPXE gives the file, if it does; and what it does."""
    rules = _places(boot, rule)[:1]
    if not rules:
        return "", f"; the rule that is to tell iPXE from firmware is not met: {rule}" * bool(rule)
    asked, lines = rules[0], _places(boot, gave)
    own = [each for each in lines if any(_has(block, asked) for block in chain_of(boot, each)[:1])]
    if len(own) == 1:
        setting = gave.partition(", ")[0]
        return f"{setting}, {own[0]}", f"; it is iPXE's own rule that has it: {rule}"
    begun = {chain_of(boot, each)[-1] for each in lines if chain_of(boot, each)}
    later = [each for each in begun if each.path == asked.path and each.line > asked.line]
    if len(later) == len(lines) == 1 and f'"{USER_CLASS_IPXE}"' in asked.text:
        what = f"{later[0]} begins another chain of conditions behind it, and what it gives counts"
        return "", f"; the rule that is to tell iPXE from firmware, {rule}, has no say: {what}"
    return "", f"; the rule that is to tell iPXE from firmware is not met: {rule}"


def _has(block: Place, line: Place) -> bool:
    """Whether a line is one of those that open a block."""
    return block.path == line.path and block.line <= line.line <= max(block.last, block.line)


def _places(boot: Boot, where: str) -> list[Place]:
    """Give the lines that a text names."""
    named = re.findall(r"([\w./-]+):(\d+)", where)
    lines = {(path, int(number)) for path, number in named}
    return [
        each
        for path in dict.fromkeys(path for path, _ in named)
        for each in places(boot.site, [path], r"\S")
        if (each.path, each.line) in lines
    ]


def _is_meant(bootfile: str, file: str) -> bool:
    return bool(file) and re.search(rf"(?:^|/){re.escape(file)}$", bootfile) is not None


def _whole(boot: Boot) -> list[Transfer]:
    fetches = (each for each in boot_fetches(boot.wire, boot.mac) if each.outcome.arrived)
    return [e for e in fetches if not (isinstance(e, HttpExchange) and e.method == "HEAD")]


def _texts(boot: Boot) -> frozenset[str]:
    return frozenset(boot.scripts.values())


def _circles(boot: Boot) -> Iterator[str]:
    """Say which scripts lead to each other in a circle, and by which lines."""
    whole = _whole(boot)
    names = [file_of(each) for each in whole]
    circle = _circle(names)
    if not circle:
        return
    lies = {file_of(each): place_of(boot.site, each) for each in whole}
    steps = list(zip(circle, (*circle[1:], circle[0]), strict=True))
    lines = [line for at, to in steps for line in _lines(boot, lies[at], to)]
    way = circle[0] if len(circle) == 1 else ARROW.join((*circle, circle[0]))
    last = next(each for each in reversed(whole) if file_of(each) == circle[0])
    # Where no script leads back to itself, a web server may give out one under another's name.
    by = " and ".join(lines) or answered_by(boot, circle[0]).removeprefix("; ")
    where = "; ".join(filter(None, (f"frame {last.frame}", by)))
    yield f"{way} was fetched {names.count(circle[0])} times: it loops ({where})"


def _circle(names: Sequence[str]) -> tuple[str, ...]:
    """Give the files that come again and again at the end, whose last round may be broken off."""
    for size in _SIZES:
        for end in range(len(names), max(0, len(names) - size), -1):
            if goes_round(names[:end], sizes=range(size, size + 1), rounds=_ROUNDS):
                return tuple(names[end - size - 1 : end - 1])
    return ()


def _lines(boot: Boot, path: str, file: str) -> Iterator[str]:
    """Give the line of a script that names a file; nothing where none does, or several."""
    name = file.rpartition("/")[2]
    pattern = re.compile(_NAMES_FILE.format(re.escape(name)))
    text = text_of(boot.site, path) if path else ""
    found = [n for n, line in enumerate(text.splitlines(), 1) if pattern.search(_bare(line))]
    if len(found) == 1:
        yield f"{path}:{found[0]}"


def _bare(line: str) -> str:
    return "" if line.lstrip().startswith("#") else line
