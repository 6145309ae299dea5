"""The evidence of one guest: gathered while it runs, judged, and written down at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.errors import BootError
from harness.evidence.directory import EvidenceDirectory, Version
from harness.judge.boot import Boot, Complaint, Word
from harness.judge.earlier_entries import EarlierEntry
from harness.judge.rules import When
from harness.judge.verdict import Verdict, judge
from harness.lab.witnesses import Witnesses
from harness.plan.entry_ending import EntryEnding
from harness.witness.payload import reports


@dataclass(kw_only=True)
class Record:
    """What is known of one guest's boot, and what is held of it."""

    boot: Boot
    witnesses: Witnesses
    """Wire and logs: all guests of a lab share them."""
    store: EvidenceDirectory
    """Console, domain, variable store, verdict: this guest's own."""
    verdict: Verdict | None = None

    def expect(self, entry: str) -> None:
        """Note which entry is to be booted from now on."""
        self.boot = replace(self.boot, entry=entry)

    def mark(self, phase: str, at_s: float) -> None:
        """Note when a phase began that only the harness sees, in seconds since power-on."""
        self.boot = replace(self.boot, marks={**self.boot.marks, phase: at_s})

    def came_back(self, entry: str, ending: EntryEnding) -> None:
        """Note that an entry gives the menu back."""
        earlier = EarlierEntry(entry=entry, ending=ending)
        self.boot = replace(self.boot, earlier=(*self.boot.earlier, earlier))

    def judge(self, *, word: Word | None = None) -> Verdict:
        """Let all witnesses speak, the console with its `word` too; keep what they agree on."""
        return self._judge(replace(self.boot, word=word, complaint=None), When.VERDICT)

    def judge_no_boot(self, words: str) -> Verdict:
        """Let wire and logs speak on a machine whose firmware says that it cannot boot."""
        return self._judge(replace(self.boot, cannot_boot=words, complaint=None), When.NO_BOOT)

    def explain(self, error: BootError, when: When) -> None:
        """Judge what has failed, and give the error the causes that all witnesses know."""
        complaint = Complaint(
            what=error.what,
            causes=error.causes,
            leads=error.says_why or when is When.SHOWN,
        )
        error.causes = self._judge(replace(self.boot, word=None, complaint=complaint), when).causes

    def _judge(self, boot: Boot, when: When) -> Verdict:
        """Judge by what the witnesses have seen up to now."""
        text = self.store.console_raw_path.read_text(errors="replace")
        payload = next(reversed(reports(text)), None)
        self.boot = self.witnesses.read(replace(boot, payload=payload))
        self.verdict = judge(self.boot, when)
        return self.verdict

    def finish(self, facts: Mapping[str, str], versions: Mapping[str, Version]) -> None:
        """Write versions, verdict and timeline; a boot that was never judged has no verdict."""
        self.store.write_versions(versions)
        if self.verdict is not None:
            self.store.write_summary(self.verdict, facts)
        else:
            lab_store = self.witnesses.store
            self.boot = replace(
                self.boot, wire=lab_store.read_wire(), journal=lab_store.read_logs()
            )
        boot = replace(self.boot, console=self.store.read_console())
        self.store.write_timeline(boot, self.verdict)
