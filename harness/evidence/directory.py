"""The evidence directory of one scenario: what is in it, and under which name.

It is written while the scenario runs, so everything in it may be missing or half
written, and reading it must still tell what there is.

A lab knows the places from its start on; what reads and tells is imported when it is asked to.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.evidence.values import UnreadableValueError, from_json, to_json
from harness.secret import masked, masked_values

if TYPE_CHECKING:
    from harness.evidence.summary import Summary
    from harness.judge.boot import Boot
    from harness.judge.verdict import Verdict
    from harness.witness.console import ConsoleLog
    from harness.witness.journal import Journal
    from harness.witness.wire import Wire


AGAIN = "-real-clock"
"""How the directory's name ends of a scenario that was run again, on the real clock."""
LATEST = "latest"
"""The link to the newest run's, beside it."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """What one thing is that the boot depended on."""

    version: str
    sha256: str = ""
    path: str = ""


class _Named:
    """A file or directory of the evidence, by its name there."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, store: "EvidenceDirectory", _owner: type) -> Path:
        return store.dir / self._name


@dataclass(frozen=True)
class EvidenceDirectory:
    """The files of one evidence directory."""

    dir: Path

    wire_path = _Named("wire.pcap")
    log_dir = _Named("log")
    console_raw_path = _Named("console.raw")
    console_times_path = _Named("console.times")
    """When the bytes of `console.raw` came."""
    domain_path = _Named("domain.xml")
    nvram_path = _Named("nvram.fd")
    keys_path = _Named("keys.json")
    """The keys that were made for the run (see `made_keys`)."""
    versions_path = _Named("versions.json")
    """Versions and hashes of all that the boot depended on."""
    phases_path = _Named("phases.json")
    timeline_path = _Named("timeline.txt")
    rates_path = _Named("rates.txt")
    """How fast each of several machines got its files."""
    summary_path = _Named("summary.json")
    boot_path = _Named("boot.json")
    """What is known of the boot besides: with the witnesses' files it is judged again."""

    def read_wire(self, *, frames: int | None = None) -> "Wire":
        """Read the capture, as far as it is written, or its first frames."""
        from harness.witness.wire import read_capture

        return read_capture(self.wire_path, frames=frames)

    def read_logs(self) -> "Journal":
        """Read the daemons' logs, as far as they are written."""
        from harness.services.logs.registry import read_logs

        return read_logs(self.log_dir)

    def read_console_bytes(self) -> bytes:
        """Read every byte that the console has had; none when there was no console."""
        try:
            return self.console_raw_path.read_bytes()
        except FileNotFoundError:
            return b""

    def read_console(self) -> "ConsoleLog":
        """Read what the console showed, and when."""
        from harness.witness.console import read_console

        return read_console(self.console_raw_path, self.console_times_path)

    def write_timeline(self, boot: "Boot", verdict: "Verdict | None") -> None:
        """Write the phase times, and the verdict above all witnesses in the order of time."""
        from harness.evidence.timeline import phases, timeline, verdict_lines

        self.write_json(self.phases_path, phases(boot))
        text = "".join((*verdict_lines(verdict), timeline(boot)))
        self.timeline_path.write_text(masked(text))

    def read_summary(self) -> "Summary":
        """Read the verdict; one of nothing while there is none."""
        from harness.evidence.summary import Summary

        try:
            return from_json(Summary, self.read_json(self.summary_path))
        except UnreadableValueError:
            return Summary()

    def write_json(self, path: Path, value: object) -> None:
        """Write a file, without passwords, so that whoever reads it sees the old one or the new."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        content = masked_values(to_json(value))
        fresh.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        fresh.replace(path)

    def read_json(self, path: Path) -> dict[str, object]:
        """Read a JSON object; empty when it is not there or half written."""
        try:
            content = json.loads(path.read_text(errors="replace"))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return {}
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}
