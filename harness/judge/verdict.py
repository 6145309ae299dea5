"""The verdict: whether a machine booted the right entry, by the right path, as all witnesses say.

`judgement` finds it.
"""

from dataclasses import dataclass
from enum import Enum

from harness.errors import BootError
from harness.judge.boot import ARROW
from harness.model import Family, RootReport


class When(Enum):
    """At what a boot is judged."""

    WAITING = "waiting"
    """Something was waited for and did not come."""
    SHOWN = "shown"
    """Something came, and the guest shows it otherwise than the site says."""
    VERDICT = "verdict"
    """The boot is over, or its program runs: all witnesses are to agree."""
    NO_BOOT = "no-boot"
    """The firmware says that it has nothing to boot, which is right."""
    CAPTURED = "captured"
    """There is a capture of somebody's network, and nothing else."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is held of one boot, as it is printed and stored."""

    when: When = When.VERDICT
    what: str = ""
    """What has failed, in one line; "" when nothing has."""
    causes: tuple[str, ...]
    """Why, the most telling first."""
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    recovered: tuple[str, ...] = ()
    """What went wrong on the way and did not stop a green boot."""
    script_family: Family | None = None
    """Over which family iPXE took the script; None when it took none."""
    machine_script_family: Family | None = None
    root_report: RootReport | None = None
    """What a live system reported of its root."""
    may_be_late: bool = True
    """Of a red one: whether it may only have been too fast for its servers."""

    @property
    def green(self) -> bool:
        """Whether nothing speaks against it."""
        return not (self.causes or self.what)

    @property
    def root(self) -> RootReport:
        """What a live system reported of its root; a BootError when it was none."""
        if self.root_report is None:
            raise BootError("no live system has reported its root", causes=self.causes)
        return self.root_report

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if self.green:
            path = f"green: {ARROW.join(self.seen)}"
            faults = "; ".join(self.recovered)
            return f"{path}; recovered from: {faults}" if faults else path
        first = next(iter(self.causes), self.what)
        more = f" (and {len(self.causes) - 1} more)" if len(self.causes) > 1 else ""
        return f"red: {first.splitlines()[0]}{more}"

    def raise_if_red(self) -> None:
        """Turn a red verdict into a failed test, by a BootError."""
        if not self.green:
            error = BootError(self.what, causes=self.causes)
            error.may_be_late = self.may_be_late
            raise error
