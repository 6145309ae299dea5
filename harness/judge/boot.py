"""One boot and all that is known of it: what every part of a verdict is given on."""

from dataclasses import dataclass

from harness.judge.earlier_entries import Choice, take_out
from harness.machines import BootPath
from harness.model import PayloadReport
from harness.plan.expected_path import expected_path
from harness.plan.live_root import RootSource
from harness.site import Site
from harness.step import Step, StepRole
from harness.witness.journal import Journal
from harness.witness.taken_path import SeenStep, seen_path
from harness.witness.wire import HEAD_SIZE, HttpExchange, TftpTransfer, Wire

ARROW = " → "
"""Between the steps of a path, for people."""


@dataclass(frozen=True, kw_only=True)
class ExpectedRoot:
    """What the root of a live system must be."""

    source: RootSource
    sha256s: frozenset[str]
    """Of the images that lie there: it must be made of one of them."""


@dataclass(frozen=True, kw_only=True)
class ExpectedFile:
    """What a file must be when it comes over the wire, as far as a capture can tell."""

    size: int
    head: bytes

    @classmethod
    def of(cls, content: bytes) -> "ExpectedFile":
        """Take it from the file's content."""
        return cls(size=len(content), head=content[:HEAD_SIZE])

    def difference(self, seen: TftpTransfer | HttpExchange) -> str:
        """Say how what was transferred differs; "" when it does not."""
        if seen.bytes != self.size:
            return f"it has {seen.bytes} bytes, the file {self.size}"
        return "" if self.head.startswith(seen.head) else "it begins otherwise"


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
    """The steps of this boot."""
    all_seen: tuple[SeenStep, ...]
    """Those of the entries before it that gave the menu back, too."""
    faults: tuple[str, ...]
    """What is wrong with those entries."""
    root: ExpectedRoot | None = None
    """Of an entry that boots a live system; None: its initramfs is all there is."""
    nbp: ExpectedFile | None = None
    """What the firmware must be handed; None: nobody has looked at the file."""

    @property
    def needs_payload(self) -> bool:
        """Whether the entry boots a payload, which then must report."""
        return any(step.role is StepRole.PAYLOAD for step in self.expected)

    def found(self, role: StepRole) -> SeenStep | None:
        """Give the last step seen that fills a role; one that went well, if any did."""
        ways = [way for step in self.expected if step.role is role for way in step.ways]
        matching = [step for step in self.seen if step.what in ways]
        well = [step for step in matching if step.arrived]
        return next(iter(reversed(well or matching)), None)


def case_of(
    path: BootPath,
    site: Site,
    entry: str | Choice,
    *,
    mac: str,
    token: str,
    wire: Wire,
    journal: Journal,
    payload: PayloadReport | None,
) -> Case:
    """Put together what is known of one boot, and the steps that it was to take."""
    mac, choice = mac.lower(), Choice.of(entry)
    all_seen = seen_path(wire, site, mac)
    seen, faults = take_out(all_seen, choice.after, path, site)
    return Case(
        path=path,
        site=site,
        entry=choice.entry,
        mac=mac,
        token=token,
        wire=wire,
        journal=journal,
        payload=payload,
        expected=expected_path(path, site, choice.entry, mac),
        seen=seen,
        all_seen=all_seen,
        faults=tuple(faults),
    )
