"""`boot.json`: what is known of a boot besides what its witnesses saw: it can be judged again.

With the capture, the logs and the console of its bundle it makes the `Boot` that was judged.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from harness.errors import HarnessError
from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.scenario import Result
from harness.evidence.site_copy import SiteCopy, bare
from harness.evidence.values import UnreadableValueError, from_json
from harness.judge.boot import Boot
from harness.judge.verdict import When
from harness.witness.journal import Journal, LogEvent
from harness.witness.payload import last_report

SCHEMA = 1
"""Grows when a reader of the format before would read something wrong."""

_SEEN = ("wire", "journal", "console", "payload")
"""What is read of the witnesses' own files instead."""


class UnreadableBundleError(HarnessError):
    """A directory is not the bundle of a boot, or not one that this harness can read."""


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """How much the witnesses had written when the boot was judged: more may have come since."""

    frames: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    """Events of each kind that each daemon's logs tell: `nginx HttpServed`, …."""
    console_bytes: int = 0

    @classmethod
    def of(cls, boot: Boot, *, console_bytes: int) -> "Witnessed":
        """Count what a boot was judged on."""
        lines = Counter(map(_kind, boot.journal.events))
        return cls(frames=boot.wire.frames, lines=lines, console_bytes=console_bytes)

    def cut(self, journal: Journal, *, later: bool = False) -> Journal:
        """Give the part of the logs that was there, or what came later."""
        left = Counter(self.lines)
        kept: list[LogEvent] = []
        for event in journal.events:
            left[_kind(event)] -= 1
            if (left[_kind(event)] < 0) is later:
                kept.append(event)
        return Journal(events=tuple(kept))

    def rest(self, boot: Boot) -> Boot:
        """Give a boot with what was written later alone: of a machine that was on before."""
        events = tuple(event for event in boot.wire.events if event.frame > self.frames)
        wire, journal = replace(boot.wire, events=events), self.cut(boot.journal, later=True)
        return replace(boot, wire=wire, journal=journal)


def _kind(event: LogEvent) -> str:
    """Name what is told in one file only, in the order in which it came."""
    return f"{event.daemon} {type(event).__name__}"


@dataclass(frozen=True, kw_only=True)
class BootFile:
    """What `boot.json` holds."""

    schema: int = SCHEMA
    test: str = ""
    """The scenario's id."""
    column: str = ""
    """What of the id tells the column of a matrix that was asked for; "" where none was."""
    source: str = ""
    """SHA-256 of the file that it is written in."""
    run_again: str = ""
    """The command that runs it again."""
    desk: str = ""
    """The command that opens a desk on its machine."""
    result: Result = field(default_factory=Result)
    """How the scenario ended."""
    judged: str = ""
    """At what (`When`); "" when it never was."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Accelerator, clock, start and the like."""
    programs: Mapping[str, Version] = field(default_factory=dict)
    """Firmware, option ROM, loaders and what was booted, with their hashes."""
    witnessed: Witnessed = field(default_factory=Witnessed)
    since: Witnessed = field(default_factory=Witnessed)
    """What they had written before the machine was last switched on."""
    lab: str = "."
    """Where wire and logs lie: beside it, or a directory above for a lab's further guests."""
    boot: Boot
    site: SiteCopy
    site_dir: str = ""
    """Where the site lay."""

    def write(self, store: EvidenceDirectory) -> None:
        """Write it; the witnesses' own files have what they saw."""
        boot = replace(self.boot, site=bare(self.boot.site))
        told = {each.name: getattr(boot, each.name) for each in fields(boot)}
        known = {name: value for name, value in told.items() if name not in _SEEN}
        store.write_json(store.boot_path, {**vars(self), "boot": known})

    @classmethod
    def read(cls, store: EvidenceDirectory) -> "BootFile":
        """Read it, its boot with what the witnesses had seen when it was judged."""
        file = cls.read_alone(store)
        lab, seen = EvidenceDirectory(store.dir / file.lab), file.witnessed
        said = store.read_console_bytes()[: seen.console_bytes]
        boot = replace(
            file.boot,
            site=file.site.laid_over(file.boot.site),
            wire=lab.read_wire(frames=seen.frames if file.judged else None),
            journal=seen.cut(lab.read_logs()) if file.judged else lab.read_logs(),
            console=store.read_console(),
            payload=last_report(said[file.since.console_bytes :].decode(errors="replace")),
        )
        return replace(file, boot=file.since.rest(boot))

    @classmethod
    def read_alone(cls, store: EvidenceDirectory) -> "BootFile":
        """Read it without what the witnesses had seen, its site without files."""
        content = store.read_json(store.boot_path)
        if not content:
            raise UnreadableBundleError(
                f"{store.boot_path} is not there or broken: this is not the bundle of a boot",
                cure="name a directory that a scenario of this harness has left",
            )
        schema = content.get("schema")
        if not isinstance(schema, int) or schema > SCHEMA:
            raise UnreadableBundleError(
                f"{store.boot_path} has schema {schema!r}, this harness reads up to {SCHEMA}",
                cure="judge it with the harness that wrote it, or a newer one",
            )
        try:
            return from_json(cls, content)
        except UnreadableValueError as error:
            raise UnreadableBundleError(f"{store.boot_path} cannot be read: {error}") from error

    @property
    def when(self) -> When:
        """At what it is to be judged again."""
        return When(self.judged or When.VERDICT)
