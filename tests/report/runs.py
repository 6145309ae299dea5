"""Evidence directories made of recorded boots, as a run would have left them."""

import json
from collections.abc import Mapping
from pathlib import Path

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.timeline import phases
from tests.judge.recorded import DATA, unpack

GREEN, RED, TOLD = "green-x64-http-ipv4", "red-missing-script", "told-x64-http-ipv4-fast"
NAMES = sorted(path.name for path in DATA.iterdir())
FIRMWARE = {"firmware ovmf-x64": {"version": "2022.11-6", "sha256": "b1" * 32, "path": "/O"}}


def bundle(run_dir: Path, name: str, *, as_: str = "", **summary: object) -> Path:
    """Unpack a recorded boot, with what a run writes beside it and a recording leaves out."""
    directory = unpack(name, run_dir / (as_ or name))
    store = EvidenceDirectory(directory)
    told = {"test": f"scenarios/test_it.py::test_{name}", **_outcome(store), **summary}
    change(store.summary_path, told)
    change(store.versions_path, FIRMWARE)
    store.write_json(store.phases_path, phases(BootFile.read(store).boot))
    return directory


def change(path: Path, fields: Mapping[str, object]) -> None:
    """Set some fields of a JSON file; make it where it is not."""
    content = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**content, **fields}))


def _outcome(store: EvidenceDirectory) -> dict[str, str]:
    red = store.read_summary().verdict == "red"
    return {"outcome": "failed" if red else "passed"}


def run(parent: Path, *names: str, stamp: str = "20261129T100000Z") -> Path:
    """Make a run of these boots."""
    for name in names:
        bundle(parent / stamp, name)
    return parent / stamp
