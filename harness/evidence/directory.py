"""The evidence directory of one scenario: what is in it, and under which name.

It is written while the scenario runs, so everything in it may be missing or half
written, and reading it must still tell what there is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness.evidence.summary import Summary
from harness.evidence.timeline import phases, timeline, verdict_lines
from harness.evidence.values import UnreadableValueError, from_json, to_json
from harness.judge.boot import Boot
from harness.judge.verdict import Verdict
from harness.secret import masked, masked_values
from harness.services import read_logs
from harness.witness.console import ConsoleLog, read_console
from harness.witness.journal import Journal
from harness.witness.wire import Wire, read_capture

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Version:
    """What one thing is that the boot depended on."""

    version: str
    sha256: str = ""
    path: str = ""


@dataclass(frozen=True)
class EvidenceDirectory:
    """The files of one evidence directory."""

    dir: Path

    @property
    def wire_path(self) -> Path:
        """The capture of the bridge."""
        return self.dir / "wire.pcap"

    @property
    def log_dir(self) -> Path:
        """The daemons' logs."""
        return self.dir / "log"

    @property
    def console_raw_path(self) -> Path:
        """Every byte of the serial console."""
        return self.dir / "console.raw"

    @property
    def console_times_path(self) -> Path:
        """When the bytes came."""
        return self.dir / "console.times"

    @property
    def domain_path(self) -> Path:
        """The guest's domain XML."""
        return self.dir / "domain.xml"

    @property
    def nvram_path(self) -> Path:
        """The guest's variable store."""
        return self.dir / "nvram.fd"

    @property
    def versions_path(self) -> Path:
        """Versions and hashes of all that the boot depended on."""
        return self.dir / "versions.json"

    @property
    def phases_path(self) -> Path:
        """The phase times."""
        return self.dir / "phases.json"

    @property
    def timeline_path(self) -> Path:
        """All witnesses in the order of time."""
        return self.dir / "timeline.txt"

    @property
    def summary_path(self) -> Path:
        """The verdict."""
        return self.dir / "summary.json"

    @property
    def boot_path(self) -> Path:
        """What is known of the boot besides: with the witnesses' files it is judged again."""
        return self.dir / "boot.json"

    def read_wire(self, *, frames: int | None = None) -> Wire:
        """Read the capture, as far as it is written, or its first frames."""
        return read_capture(self.wire_path, frames=frames)

    def read_logs(self) -> Journal:
        """Read the daemons' logs, as far as they are written."""
        return read_logs(self.log_dir)

    def read_console_bytes(self) -> bytes:
        """Read every byte that the console has had; none when there was no console."""
        try:
            return self.console_raw_path.read_bytes()
        except FileNotFoundError:
            return b""

    def read_console(self) -> ConsoleLog:
        """Read what the console showed, and when."""
        return read_console(self.console_raw_path, self.console_times_path)

    def write_versions(self, versions: Mapping[str, Version]) -> None:
        """Write what firmware, loaders, daemons, QEMU and libvirt were."""
        self.write_json(self.versions_path, dict(sorted(versions.items())))

    def write_summary(self, summary: Summary) -> None:
        """Write what was tried, how it ended, and the verdict."""
        self.write_json(self.summary_path, summary)

    def write_timeline(self, boot: Boot, verdict: Verdict | None) -> None:
        """Write the phase times, and the verdict above all witnesses in the order of time."""
        self.write_json(self.phases_path, phases(boot))
        text = "".join((*verdict_lines(verdict), timeline(boot)))
        self.timeline_path.write_text(masked(text))

    def read_summary(self) -> Summary:
        """Read the verdict; one of nothing while there is none."""
        return self._read(Summary, self.summary_path) or Summary()

    def read_versions(self) -> Mapping[str, Version]:
        """Read the versions; empty while there are none."""
        return self._read(dict[str, Version], self.versions_path) or {}

    def read_phases(self) -> Mapping[str, float]:
        """Read the phase times; empty while there are none."""
        return self._read(dict[str, float], self.phases_path) or {}

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
        except (FileNotFoundError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def _read(self, kind: type[_T], path: Path) -> _T | None:
        content = self.read_json(path)
        try:
            return from_json(kind, content) if content else None
        except UnreadableValueError:
            return None

    def present(self) -> tuple[str, ...]:
        """Name every file that there is, as paths inside the directory."""
        found = (path for path in self.dir.rglob("*") if path.is_file())
        return tuple(sorted(str(path.relative_to(self.dir)) for path in found))
