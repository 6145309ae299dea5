"""The tables of docs/blame.md, between its marks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tools import marked
from tools.blame.family import FAMILIES
from tools.blame.naming import Naming, as_seen
from tools.blame.tally import COLUMNS, Tally
from tools.blame.trial import Trial

PAGE = marked.DOCS_DIR / "blame.md"
MAKER = "make blame"


def put(text: str) -> None:
    """Put the tables into the page."""
    marked.put(text, PAGE, maker=MAKER)


def tables(tallies: Mapping[str, Tally]) -> str:
    """Give the table of the families, one for each of their parts, and what is not well."""
    whole = Tally(trials=[trial for each in tallies.values() for trial in each.trials])
    rows = [(_with_count(name), each) for name, each in tallies.items()]
    return "\n".join([*_counted("family", [*rows, ("all", whole)]), *_parts(tallies)])


def _with_count(name: str) -> str:
    """Give a family, and how many faults its list has; a scenario may be several tests."""
    family = FAMILIES[name]
    return f"{len(family.catalogue.faults)} {family.what}"


def _parts(tallies: Mapping[str, Tally]) -> Iterator[str]:
    for name, tally in tallies.items():
        family = FAMILIES[name]
        yield from ("", f"## {family.what[0].upper()}{family.what[1:]}", "")
        yield from _counted("where", [*tally.parts(family.group)])
        not_well = [trial for trial in tally.not_well if not trial.fault.survives]
        yield from _listed("what came", not_well, _came)
        yield from _listed("why nothing shows it", _surviving(tally), _why)


def _counted(head: str, rows: Iterable[tuple[str, Tally]]) -> Iterator[str]:
    columns = (head, *COLUMNS)
    yield from (_row(columns), _row(["---"] * len(columns)))
    for name, tally in rows:
        yield _row([name, *(str(each or "-") for each in tally.counts)])


def _listed(head: str, trials: Sequence[Trial], told: Callable[[Trial], str]) -> Iterator[str]:
    if trials:
        yield from ("", _row(("fault", head)), _row(("---", "---")))
        yield from (_row((trial.place, told(trial))) for trial in trials)


def _surviving(tally: Tally) -> list[Trial]:
    return [trial for trial in tally.trials if trial.fault.survives]


def _why(trial: Trial) -> str:
    return trial.fault.survives


def _came(trial: Trial) -> str:
    if not trial.is_right:
        return "red, and is right" if trial.fault.green else "not seen"
    how = "" if trial.naming is Naming.WORDS else f"{trial.naming.value}: "
    return f"{how}{as_seen(trial.said)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"
