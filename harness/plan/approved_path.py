"""What an approved boot must do, as steps: its text, with what a person has promised beside it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.plan.boot_names import Names
from harness.plan.boot_text import BootText, Statement
from harness.site.known_machine import KnownMachine
from harness.step import Ask, Fetch, Step, StepRole

_FIRMWARE = "firmware"
_UNANSWERED = ("answer", "nobody")


def expected_steps(text: BootText, machine: KnownMachine) -> tuple[Step, ...]:
    """Give the steps that a machine must take.

    Another way is right where a `may` says so, unless a `must` of the same file does not.
    """
    following = (*text.statements[1:], None)
    steps = (
        _step(statement, text, machine)
        for statement, then in zip(text.statements, following, strict=False)
        if not (statement.ask and then and then.key == _UNANSWERED)
    )
    return tuple(step for step in steps if step is not None)


def asked_in_vain(
    text: BootText, machine: KnownMachine, addresses: Iterable[str] = ()
) -> frozenset[Fetch]:
    """Give what the machine, which was leased these addresses, may ask a server for and not get."""
    asked = (each.asked_file for each in (*text.statements, *text.may))
    names = Names.of(machine, addresses=addresses)
    return frozenset(
        replace(each.fetch, file=names.filled(each.fetch.file))
        for each in asked
        if each is not None and each.ending
    )


def _step(statement: Statement, text: BootText, machine: KnownMachine) -> Step | None:
    ask, asked = statement.ask, statement.asked_file
    if statement.subject == "boots":
        return Step(role=StepRole.PAYLOAD, ways=(), text=f"boots {statement.text}")
    if ask is not None:
        role = StepRole.LOADER if ask.ipxe else StepRole.FIRMWARE
        return Step(role=role, ways=(ask, *_others(statement, text, machine)), text=str(ask))
    if asked is None or asked.ending:
        return None
    fetch = _filled(asked.fetch, machine)
    must = [each for each in map(_fetch_of, text.must) if each and each.file == asked.fetch.file]
    allowed = (fetch, *_others(statement, text, machine))
    ways = tuple(dict.fromkeys(_filled(each, machine) for each in must) if must else allowed)
    return Step(role=_role(statement, asked.fetch, text), ways=ways, text=str(fetch))


def _role(statement: Statement, fetch: Fetch, text: BootText) -> StepRole:
    if statement.subject == _FIRMWARE:
        return StepRole.NBP
    if fetch.file in [each.file for each in text.kernels]:
        return StepRole.KERNEL
    return StepRole.INITRD if fetch.file in [e.file for e in text.initrds] else StepRole.SCRIPT


def _others(statement: Statement, text: BootText, machine: KnownMachine) -> Iterator[Ask | Fetch]:
    """Give the ways that a person has allowed beside that of a statement."""
    for promise in text.may:
        fetch, before = _fetch_of(promise), statement.asked_file
        if fetch is not None and before is not None and fetch.file == before.fetch.file:
            yield _filled(fetch, machine)
        elif promise.subject == statement.subject and promise.ask and statement.ask:
            yield promise.ask


def _fetch_of(statement: Statement) -> Fetch | None:
    return None if statement.asked_file is None else statement.asked_file.fetch


def _filled(fetch: Fetch, machine: KnownMachine) -> Fetch:
    """Put a machine's own names in the place of what stands for them."""
    return replace(fetch, file=Names.of(machine).filled(fetch.file))


def normal_lines(text: BootText, machine: KnownMachine) -> tuple[re.Pattern[str], ...]:
    """Give the lines of a console that may tell of a failure: what the text has of such.

    A complaint that it says, and whatever is said of a file that is asked for in vain.
    """
    names, told = Names.of(machine), (*text.statements, *text.may)
    said = [_line(names.filled(each.text)) for each in told if each.subject == "says"]
    vain = [_spelt(fetch.file) for fetch in asked_in_vain(text, machine)]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (*said, *vain))


def _line(text: str) -> str:
    """Match a line that is told without how far a download had come, and on which bus a card is."""
    whole = r"\.\.\.(?: ?\d+ ?%)*\s*".join(_spelt(part.strip()) for part in text.split("..."))
    return re.sub(r'(?<=")(?=\(\?:)', r"(?: from \\S+)?", whole)


def _spelt(text: str) -> str:
    """Match a text as loaders print it: iPXE percent-encodes the colons of URLs."""
    return re.escape(text).replace(":", "(?::|%3A)")
