"""`harness compare`: which machines a second site's servers answer otherwise than a first one's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.cli import compared_words
from harness.cli.progress import Progress
from harness.compare.renumbered import Renumbering
from harness.compare.sites import Comparison, compare
from harness.errors import UsageError
from harness.learn.boots import approved_boots
from harness.learn.served_machines import STRANGER
from harness.pytest_plugin.started import run_boots
from harness.services.registry import check_site, load_site, served_by
from harness.site import Site
from harness.site.approved import BOOTS_DIR
from harness.site.model import SITE_FILE

Say = Callable[[str], None]
_EVERY = "every machine"
_ENDINGS = {1: "not all as approved", 2: "interrupted", 5: "none was chosen"}
"""What pytest's exit codes mean of them."""
_MOST_WORKERS = 8


def compare_sites(
    one_dir: Path,
    other_dir: Path | None,
    *,
    servers: str,
    machines: Sequence[str],
    boots: bool,
    options: Sequence[str],
    say: Say,
) -> int:
    """Ask the servers of both the same, then hold the first site's boots on the second's servers.

    Gives 0 when all is the same.

    Raises:
        HarnessError: a site cannot be read, or its servers cannot be started.
    """
    one, other, names = _sites(one_dir, other_dir, servers)
    progress = Progress(on_terminals_only=True)
    found = compare(one, other, machines=machines, told=progress.count)
    _tell(found, one, other, say)
    held = _hold(one, other, names, machines, options, say) if boots else ""
    is_same = not found.differences and not held
    say(_end(found, held, boots=boots))
    return 0 if is_same else 1


def _sites(
    one_dir: Path, other_dir: Path | None, servers: str
) -> tuple[Site, Site, tuple[str, ...]]:
    """Read both sites, and the names of the servers that are to be the second one's."""
    names = tuple(filter(None, servers.split(",")))
    if other_dir is None and not names:
        raise UsageError(
            "there is nothing to compare it with",
            cure="name a second site, or other servers for this one: --servers NAME,NAME",
        )
    one, other = load_site(one_dir), load_site(other_dir or one_dir)
    other = served_by(other, names) if names else other
    for each in (one, other):
        check_site(each)
    return one, other, names


def _tell(found: Comparison, one: Site, other: Site, say: Say) -> None:
    """Say what the tables of answers show."""
    for line in compared_words.heads(one, other, found):
        say(line)
    for line in compared_words.differences(found):
        say(line)
    vain = list(compared_words.vain(found))
    doubts = list(compared_words.doubts(one, other))
    for lines in filter(None, (vain, doubts)):
        for line in ("", *lines):
            say(line)
    say("")


def _end(found: Comparison, held: str, *, boots: bool) -> str:
    """Say whether all is the same, of how much."""
    asked = f"questions to DHCP servers: {found.questions}"
    if not found.differences and not held:
        who = ", ".join(found.only) or _EVERY
        return f"the same for {who}; {asked}{'' if boots else '; boots were not held'}"
    rows = [row for each in found.differences for row in each.rows]
    count = len({(each.machine, each.client, each.family, each.network) for each in rows})
    whom = compared_words.wrapped(f"answered differently: {compared_words.whom(rows, found)}")
    told = (
        [*whom, f"{asked}, answered differently: {count}"] if rows else [f"{asked}, all the same"]
    )
    return "\n".join([*told, *([held] if held else [])])


def _hold(
    one: Site,
    other: Site,
    servers: Sequence[str],
    machines: Sequence[str],
    options: Sequence[str],
    say: Say,
) -> str:
    """Hold the first site's boots on the second; say what is not as approved, "" for nothing."""
    texts = approved_boots(one.dir)
    wanted = [
        name
        for name, text in texts.items()
        if not machines or (text.machine or STRANGER) in machines
    ]
    if not wanted:
        say(f"no boot of {one.name} to hold: `harness learn {one.dir}` writes what there is")
        return ""
    say(f"boots of {one.name} to hold on {other.name}: {len(wanted)}")
    is_told = any(word.startswith(("-n", "--numprocesses")) for word in options)
    workers = () if is_told else ("-n", str(min(_MOST_WORKERS, len(wanted))))
    with _boots_for(one, other) as boots_dir:
        code = run_boots(
            [boots_dir / name for name in wanted],
            other.dir,
            servers=servers,
            options=(*workers, *options),
        )
    why = _ENDINGS.get(code, f"pytest ended with {code}") if code else ""
    return f"boots of {one.name} on {other.name}: {why}, see above" if why else ""


@contextmanager
def _boots_for(one: Site, other: Site) -> Iterator[Path]:
    """Give where a site's boots lie, in the addresses of the other."""
    numbers = Renumbering.of(one, other)
    if not numbers:
        yield one.dir / BOOTS_DIR
        return
    with TemporaryDirectory(prefix="compare-") as place:
        (Path(place) / BOOTS_DIR).mkdir()
        paths = (
            one.dir / SITE_FILE,
            *(one.dir / BOOTS_DIR / name for name in approved_boots(one.dir)),
        )
        for path in paths:
            text = numbers.applied(path.read_text())
            (Path(place) / path.relative_to(one.dir)).write_text(text)
        yield Path(place) / BOOTS_DIR
