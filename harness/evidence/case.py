"""One boot that is to be judged, and all that is known of it."""

from dataclasses import dataclass

from harness.evidence.journal import Journal
from harness.evidence.path import Role, Step
from harness.evidence.seen import SeenStep
from harness.evidence.wire import Wire
from harness.model import BootPath, PayloadReport
from harness.site import Site

ARROW = " → "
"""Between the steps of a path, for people."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One boot and all that is known of it."""

    path: BootPath
    site: Site
    entry: str
    mac: str
    token: str
    wire: Wire
    journal: Journal
    payload: PayloadReport | None
    expected: tuple[Step, ...]
    seen: tuple[SeenStep, ...]

    @property
    def needs_payload(self) -> bool:
        """Whether the entry boots a payload, which then must report."""
        return any(step.role is Role.PAYLOAD for step in self.expected)

    def found(self, role: Role) -> SeenStep | None:
        """Give the last step seen that fills a role; one that went well, if any did."""
        ways = [way for step in self.expected if step.role is role for way in step.ways]
        matching = [step for step in self.seen if step.what in ways]
        well = [step for step in matching if step.arrived]
        return next(iter(reversed(well or matching)), None)
