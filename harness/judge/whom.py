"""Whom alone a line of a configuration is for: the blocks and tags that it stands in."""

import re

from harness.judge.boot import Boot
from harness.judge.where import bracketed
from harness.site.places import Place, block_around, places

_TEST = r"^\s*(?:\"test\"\s*:|match\s|hardware\s)"
"""How Kea and dhcpd have whom a class or host is, a line of its block."""
_TAG = re.compile(r"\btag:[^,\s]+")
_CONDITION = re.compile(r"(?P<first>if|else if|elsif|else)\b")
_FEW = 3


def blocks_around(boot: Boot, line: Place | None) -> tuple[Place, ...]:
    """Give the blocks in which a line stands, the innermost first."""
    block = None if line is None else block_around(boot.site, line)
    return () if block is None else (block, *blocks_around(boot, block))


def chain_of(boot: Boot, line: Place | None) -> tuple[Place, ...]:
    """Give the condition that a line stands behind, and those asked before it, up to their `if`."""
    found: list[Place] = []
    block = None if line is None else block_around(boot.site, line)
    while block is not None and (condition := _CONDITION.match(block.text)):
        found.append(block)
        block = block_around(boot.site, block) if condition["first"] != "if" else None
    return tuple(found)


def met_before(boot: Boot, given: Place | None, kept: Place | None) -> str:
    """Say which condition was met that is asked before the one that a line stands behind."""
    taken, wanted = chain_of(boot, given)[:1], chain_of(boot, kept)[1:]
    return "".join(f"; `{e.text}` ({e}) is asked before, and was met" for e in taken if e in wanted)


def only_for(boot: Boot, line: Place | None) -> str:
    """Say whom alone a line is for, continuing "only …": those of a block, or with tags."""
    for block in blocks_around(boot, line)[:1]:
        tests = places(boot.site, [block.path], _TEST)
        test = next((each for each in tests if block_around(boot.site, each) == block), None)
        by = "" if test is None else f" by `{test.text.rstrip(',;')}` ({test})"
        return f"inside `{block.text}` ({block}){by}"
    tags = [] if line is None else _TAG.findall(line.text)
    whom = " and ".join(f"{each}{_set_by_lines(boot, each)}" for each in tags)
    return f"to {whom}" if whom else ""


def _set_by_lines(boot: Boot, tag: str) -> str:
    """Give the lines that set a tag, few or one, in brackets; of `tag:!x` nothing: they need not.

    Of one that no line sets, the machine's own line.
    """
    name = tag.removeprefix("tag:")
    if name.startswith("!"):
        return ""
    files = dict.fromkeys(file for each in boot.daemons.all for file in each.files)
    found = list(places(boot.site, files, rf"(?:\bset:|=){re.escape(name)}\s*,"))
    if not found:
        found = list(places(boot.site, files, rf"(?i)\b{re.escape(boot.mac)}\b"))
    return bracketed(" and ".join(map(str, found))) if len(found) <= _FEW else ""
