"""The verdict of a boot as it is stored: `summary.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.judge.verdict import Verdict
from harness.model import Family, RootReport

NOT_JUDGED = "not judged"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What was tried, how it ended, and what is held of it."""

    test: str = ""
    outcome: str = ""
    """Of the scenario (`Result`): `passed`, `failed`, `error` and so on; "" when nobody told."""
    why: str = ""
    """The first line of what went wrong in the scenario, or why nothing was judged."""
    boot_path: str = ""
    loader: str = ""
    entry: str = ""
    mac: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    """Accelerator, clock, start and the like."""
    verdict: str = NOT_JUDGED
    """`green`, `red` or `not judged`."""
    judged: str = ""
    """At what (`When`)."""
    what: str = ""
    """What has failed, of a red one."""
    causes: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()
    expected_path: tuple[str, ...] = ()
    seen_path: tuple[str, ...] = ()
    script_family: Family | None = None
    machine_script_family: Family | None = None
    root: RootReport | None = None

    def with_verdict(self, verdict: Verdict) -> "Summary":
        """Add what is held of the boot."""
        return replace(
            self,
            verdict="green" if verdict.green else "red",
            judged=verdict.when.value,
            what=verdict.what,
            causes=verdict.causes,
            recovered=verdict.recovered,
            expected_path=verdict.expected,
            seen_path=verdict.seen,
            script_family=verdict.script_family,
            machine_script_family=verdict.machine_script_family,
            root=verdict.root_report,
        )
