"""What is known of a boot without its witnesses: enough for a matrix, and to set it beside another.

Of a run before, or of another one, nothing else is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from harness.errors import UsageError
from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.summary import Summary
from harness.evidence.values import UnreadableValueError, from_json

REPORT_NAME, MARKDOWN_NAME = "report.html", "report.md"
_LOOKED_AT = 5
"""How many runs back the last one of the same boots is looked for."""
_RAN = ("firmware ", "QEMU ", "loader ", "option ROM ", "payload ", "live ")
_PROGRAMS = (*_RAN, "kernel ", "daemon ")


@dataclass(frozen=True, kw_only=True)
class BootFacts:
    """One boot of a run, as its bundle sums it up."""

    dir: Path
    name: str
    """Its directory's, below that of the run."""
    summary: Summary
    phases: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, Version] = field(default_factory=dict)

    @property
    def test(self) -> str:
        """What it is of: the scenario's id; of a lab that nobody tests, its directory."""
        return self.summary.test or self.name

    @property
    def state(self) -> str:
        """`passed`, `failed`, `error` or `skipped`; without a scenario, by its verdict; or ""."""
        by_verdict = {"green": "passed", "red": "failed"}
        return self.summary.outcome or by_verdict.get(self.summary.verdict, "")

    @property
    def is_red(self) -> bool:
        """Whether it speaks against something: the site, or the harness."""
        return self.state in ("failed", "error")

    @property
    def is_green(self) -> bool:
        """Whether it went as it should: what is expected to fail, and has, is no news."""
        return self.state in ("passed", "xfailed")

    @property
    def why(self) -> str:
        """The sentence: what went wrong, in one line; "" when nothing did."""
        return (self.summary.what or self.summary.why) if self.is_red else ""

    @property
    def took_s(self) -> float:
        """How long it took, to the last that is known of it; 0 where nothing is."""
        return max(self.phases.values(), default=0.0)

    @cached_property
    def parts(self) -> dict[str, str]:
        """What it was made of: `firmware`, `option ROM`, `QEMU`, `loader PLACE`."""
        found: dict[str, str] = {}
        for name, version in self.programs.items():
            if name.startswith("firmware "):
                found["firmware"] = f"{name.removeprefix('firmware ')} {version}"
            elif name.startswith("option ROM "):
                found["option ROM"] = version
            elif name.startswith("QEMU "):
                found["QEMU"] = f"{name.removeprefix('QEMU ')} {version}"
            elif name.startswith("loader "):
                found[name.partition(" (")[0]] = version
        return found

    @property
    def properties(self) -> dict[str, str]:
        """What it was, by the names under which other tools keep it: JUnit's properties."""
        said = self.summary
        programs = ((n, e) for n, e in self.versions.items() if n.startswith(_RAN))
        return {
            "boot_path": said.boot_path,
            "loader": said.loader,
            "entry": said.entry,
            "verdict": said.verdict,
            **said.options,
            **{name: f"{e.version} sha256:{e.sha256}".strip() for name, e in programs},
            **{f"phase.{name}": f"{at_s}" for name, at_s in self.phases.items()},
        }

    @property
    def programs(self) -> dict[str, str]:
        """What ran, by name: its version, or the beginning of its hash where it has none."""
        return {
            name: each.version or each.sha256[:12]
            for name, each in self.versions.items()
            if name.startswith(_PROGRAMS)
        }


def read_facts(run_dir: Path) -> list[BootFacts]:
    """Read what a directory has of boots: a scenario's, or a whole run's."""
    return [_read(path.parent, run_dir) for path in sorted(run_dir.rglob("boot.json"))]


def run_facts(run_dir: Path) -> list[BootFacts]:
    """Read a run's boots.

    Raises:
        UsageError: there are none.
    """
    found = read_facts(run_dir)
    if not found:
        raise UsageError(
            f"no bundle of a boot (boot.json) is in {run_dir}",
            cure="name the directory that a scenario or a run has left",
        )
    return found


def _read(directory: Path, run_dir: Path) -> BootFacts:
    store = EvidenceDirectory(directory)
    phases = store.read_json(store.phases_path)
    return BootFacts(
        dir=directory,
        name=directory.name if directory == run_dir else str(directory.relative_to(run_dir)),
        summary=store.read_summary(),
        phases={name: at_s for name, at_s in phases.items() if isinstance(at_s, int | float)},
        versions=dict(_versions(store)),
    )


def _versions(store: EvidenceDirectory) -> Iterator[tuple[str, Version]]:
    for name, value in store.read_json(store.versions_path).items():
        try:
            yield name, from_json(Version, value)
        except UnreadableValueError:
            continue


def last_run(run_dir: Path, facts: list[BootFacts]) -> Path | None:
    """Give the run before that has booted some of the same, where its evidence lies beside."""
    tests = {each.test for each in facts}
    here = run_dir.resolve()
    before = sorted((path for path in here.parent.iterdir() if _is_run(path, here)), reverse=True)
    for path in before[:_LOOKED_AT]:
        summaries = path.rglob("summary.json")
        if any(EvidenceDirectory(each.parent).read_summary().test in tests for each in summaries):
            return path
    return None


def _is_run(path: Path, here: Path) -> bool:
    """Whether a directory is a run's from before: they are named after the time of day."""
    return path.name < here.name and path.name[:1].isdigit() and path.is_dir()
