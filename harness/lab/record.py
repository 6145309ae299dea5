"""The evidence of one guest: gathered while it runs, judged and written down at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.timeline import Boot, write_timeline
from harness.judge.boot import Case, ExpectedFile, ExpectedRoot, case_of
from harness.judge.cause import diagnose
from harness.judge.earlier_entries import Choice, Visit, Word, joined
from harness.judge.loader_fault import foreign_nbp
from harness.judge.no_boot import judge_no_boot
from harness.judge.root_fault import root_causes
from harness.judge.verdict import Verdict, judge_case
from harness.lab.witnesses import Witnesses
from harness.machines import BootPath
from harness.site import Site
from harness.witness.journal import Journal
from harness.witness.payload import reports
from harness.witness.wire import Wire


@dataclass(kw_only=True)
class Record:
    """What was seen of one guest, by all witnesses."""

    path: BootPath
    site: Site
    mac: str
    token: str
    witnesses: Witnesses
    """Wire and logs: all guests of a lab share them."""
    store: EvidenceDirectory
    """Console, domain, variable store, verdict: this guest's own."""
    roots: Mapping[str, ExpectedRoot] = field(default_factory=dict)
    """Entries that boot a live system → what its root must be."""
    nbp: ExpectedFile | None = None
    """What the firmware must be handed, as it lies on the server."""
    marks: dict[str, float] = field(default_factory=dict)
    """Phases that only the harness sees, in seconds since power-on."""
    entry: str = ""
    start: str = ""
    """`cold`, or `warm`: from firmware that had done its POST."""
    visits: list[Visit] = field(default_factory=list)
    """Entries that gave the menu back, in their order."""
    verdict: Verdict | None = None
    _observed: tuple[Wire, Journal] | None = None
    """What the verdict was given on: reading a capture twice takes time."""

    def judge(self, entry: str, console_text: str, *, word: Word | None = None) -> Verdict:
        """Let all witnesses speak, the console with its `word` too; keep what they agree on."""
        self.entry = entry
        verdict = self._judge(*self.observe(), console_text)
        if word is not None:
            verdict = self.verdict = joined(verdict, word)
        return verdict

    def judge_no_boot(self, words: str) -> Verdict:
        """Let wire and logs speak on a machine whose firmware says that it cannot boot."""
        wire, journal = self.observe()
        self.verdict = judge_no_boot(words, mac=self.mac, wire=wire, journal=journal)
        return self.verdict

    def explain(self) -> tuple[str, ...]:
        """Say what wire and logs know about a boot that failed."""
        wire, journal = self.observe()
        text = self.store.console_raw_path.read_text(errors="replace")
        self._judge(wire, journal, text)
        foreign = foreign_nbp(self._case(wire, journal, text))
        found = diagnose(self.path, self.site, wire, journal, mac=self.mac, visits=self.visits)
        return (*root_causes(wire, self.mac), *foreign, *found)

    def _judge(self, wire: Wire, journal: Journal, console_text: str) -> Verdict:
        """Judge by these witnesses."""
        self.verdict = judge_case(self._case(wire, journal, console_text))
        return self.verdict

    def _case(self, wire: Wire, journal: Journal, console_text: str) -> Case:
        """Put the boot together; without an entry that was waited for, that of the default."""
        entry = self.entry or self.site.menu.default
        case = case_of(
            self.path,
            self.site,
            Choice(entry=entry, after=tuple(self.visits)),
            mac=self.mac,
            token=self.token,
            wire=wire,
            journal=journal,
            payload=next(iter(reports(console_text)), None),
        )
        return replace(case, root=self.roots.get(entry), nbp=self.nbp)

    def observe(self) -> tuple[Wire, Journal]:
        """Read what wire and daemons have witnessed, once they have written it all."""
        self._observed = self.witnesses.read(self.mac)
        return self._observed

    def finish(self, facts: Mapping[str, str], versions: Mapping[str, Version]) -> None:
        """Write versions, verdict and timeline; a boot that was never judged has no verdict."""
        self.store.write_versions(versions)
        if self.verdict is not None:
            self.store.write_summary(self.verdict, facts)
        lab_store = self.witnesses.store
        wire, journal = self._observed or (lab_store.read_wire(), lab_store.read_logs())
        boot = Boot(
            path=self.path,
            site=self.site,
            entry=self.entry or self.site.menu.default,
            mac=self.mac,
            wire=wire,
            journal=journal,
            console=self.store.read_console(),
            marks=self.marks,
        )
        write_timeline(
            boot, phases_path=self.store.phases_path, timeline_path=self.store.timeline_path
        )
