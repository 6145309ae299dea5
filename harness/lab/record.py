"""The evidence of one guest: gathered while it runs, judged, and written down at its end."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib import import_module

from harness.errors import BootError, NetworkError
from harness.evidence.boot_json import BootFile, Witnessed
from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.scenario import Result, Scenario
from harness.evidence.site_copy import SiteCopy
from harness.evidence.summary import Summary
from harness.guest.console.failure import BootFailedError
from harness.guest.life import PowerMark
from harness.judge.boot import Boot
from harness.judge.earlier_entries import EarlierEntry
from harness.judge.facts import Complaint, PowerNote, Word
from harness.judge.verdict import Verdict, When
from harness.lab.witnesses import Witnesses
from harness.model import EntryEnding, PayloadReport
from harness.plan.boot_text import BootText
from harness.witness.payload import last_report
from harness.witness.shown import Ended, Shown

JUDGES = (
    "harness.witness.wire.pcap",
    "harness.judge.judgement",
    "harness.describe.boot",
)
"""What judges and tells a boot, and takes long to import (scapy above all)."""
_PROGRAMS = (
    *("firmware ", "variable store ", "QEMU ", "option ROM ", "loader ", "payload ", "live "),
)
"""How the versions begin of what a machine ran."""


@dataclass(kw_only=True)
class Record:
    """What is known of one guest's boot, and what is held of it."""

    boot: Boot
    witnesses: Witnesses
    """Wire and logs: all guests of a lab share them."""
    store: EvidenceDirectory
    """Console, domain, variable store, verdict: this guest's own."""
    scenario: Scenario = field(default_factory=Scenario)
    """The one that it is of."""
    options: dict[str, str] = field(default_factory=dict)
    """What the guest was run with; `start` is `cold`, or `warm`: from firmware after its POST."""
    warnings: Callable[[], Sequence[str]] = tuple
    """Gives what the lab's daemons have warned of."""
    verdict: Verdict | None = None
    _witnessed: Witnessed = field(default_factory=Witnessed)
    _since: Witnessed = field(default_factory=Witnessed)
    _judged: tuple[Boot, Witnessed] | None = None
    """The boot as it was last judged, and since when: what is noted later is not of it."""

    def prepare(self) -> None:
        """Begin to make ready what judges and tells a boot: a guest has just been started."""
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def _prepare(self) -> None:
        """Until something is judged nobody needs it."""
        with suppress(NetworkError):  # the lab ends already
            self.witnesses.network.open_sender()
        for module in JUDGES:
            import_module(module)

    def begin_again(self) -> None:
        """Begin a new boot: what was seen up to now is of those before."""
        console_bytes = len(self.store.read_console_bytes())
        self._since = Witnessed.of(self.witnesses.read(self.boot), console_bytes=console_bytes)
        self.boot = replace(self.boot, earlier=(), marks={}, word=None, cannot_boot="", shown=())

    def expect(self, entry: str) -> None:
        """Note which entry is to be booted from now on."""
        self.boot = replace(self.boot, entry=entry)

    def mark(self, phase: str, at_s: float) -> None:
        """Note when a phase began that only the harness sees, in seconds since power-on."""
        self.boot = replace(self.boot, marks={**self.boot.marks, phase: at_s})

    def show(self, shown: tuple[Shown, ...]) -> None:
        """Note what the console has shown from power-on to the boot's end."""
        self.boot = replace(self.boot, shown=shown)
        if shown and isinstance(shown[-1], Ended):
            self.mark("off", shown[-1].at_s)

    def reported(self) -> PayloadReport | None:
        """Give the latest report on the console since it was last switched on."""
        said = self.store.read_console_bytes()[self._since.console_bytes :]
        return last_report(said.decode(errors="replace"))

    def fetched(self) -> tuple[Sequence[str], ...]:
        """Give what each server of files has been asked for up to now, as its log tells."""
        return self.witnesses.store.read_logs().fetched

    def note_power(self, history: Iterable[PowerMark]) -> None:
        """Take down what has happened to the machine's power."""
        notes = (PowerNote(time_s=mark.time_s, what=mark.event.value) for mark in history)
        self.boot = replace(self.boot, power=tuple(notes))

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
            what=error.what, causes=error.causes, leads=error.says_why or when is When.SHOWN
        )
        verdict = self._judge(replace(self.boot, word=None, complaint=complaint), when)
        error.causes = verdict.causes
        # What has only not come may come when servers have more time.
        error.may_be_late = verdict.may_be_late or not isinstance(error, BootFailedError)

    def hold_to(self, approved: BootText) -> None:
        """Note what a person has approved: the machine is held to it."""
        self.boot = replace(self.boot, learned=approved)

    def tell(self) -> Boot:
        """Let all witnesses speak, and tell what the machine did, whether it should or not."""
        boot = self._read(replace(self.boot, word=None, complaint=None))
        self.boot = _told(boot)
        return self.boot

    def _judge(self, boot: Boot, when: When) -> Verdict:
        from harness.judge.judgement import judge

        boot = self._read(boot)
        self.boot = boot if boot.learned is None else _told(boot)
        self._judged = self.boot, self._since
        self.verdict = judge(self.boot, when)
        return self.verdict

    def _read(self, boot: Boot) -> Boot:
        said = self.store.read_console_bytes()
        payload = last_report(said[self._since.console_bytes :].decode(errors="replace"))
        console = self.store.read_console()
        boot = self.witnesses.read(replace(boot, payload=payload, console=console))
        boot = replace(boot, warnings=tuple(self.warnings()))
        self._witnessed = Witnessed.of(boot, console_bytes=len(said))
        return self._since.rest(boot)

    def finish(self, result: Result, versions: Mapping[str, Version]) -> None:
        """Write down how the scenario ended, and all that it leaves of this guest."""
        if self._judged is not None:
            (boot, since), last = self._judged, self.boot
            marks = last.marks if since is self._since else boot.marks
            self.boot, self._since = replace(boot, marks=marks, power=last.power), since
        seen = self.boot
        if self.verdict is None or self._since.frames:
            lab = self.witnesses.store
            seen = replace(self.boot, wire=lab.read_wire(), journal=lab.read_logs())
        if self.verdict is None:
            self.boot = self._since.rest(seen)
        console = self.store.read_console()
        self.boot, seen = replace(self.boot, console=console), replace(seen, console=console)
        self.store.write_json(self.store.versions_path, dict(sorted(versions.items())))
        self.store.write_timeline(seen, self.verdict)
        self.store.write_json(self.store.summary_path, self._summary(result))
        BootFile(
            test=self.scenario.test,
            column=self.scenario.column,
            source=self.scenario.source,
            run_again=self.scenario.run_again,
            desk=self.scenario.desk,
            result=result,
            judged="" if self.verdict is None else self.verdict.when.value,
            options=self.options,
            programs={name: versions[name] for name in versions if name.startswith(_PROGRAMS)},
            witnessed=self._witnessed,
            since=self._since,
            lab="." if self.store == self.witnesses.store else "..",
            boot=self.boot,
            site=SiteCopy.of(self.boot.site),
            site_dir=str(self.boot.site.dir),
        ).write(self.store)

    def _summary(self, result: Result) -> Summary:
        tried = Summary(
            test=self.scenario.test,
            outcome=result.outcome,
            why=result.why,
            boot_path=self.boot.path.id,
            loader=self.boot.loader.id,
            entry=self.boot.entry,
            mac=self.boot.mac,
            options=self.options,
        )
        if self.verdict is not None:
            return tried.with_verdict(self.verdict)
        why = result.why or "the scenario has ended without asking for a verdict on this boot"
        return replace(tried, why=why)


def _told(boot: Boot) -> Boot:
    from harness.describe.boot import describe

    return replace(boot, told=describe(boot))
