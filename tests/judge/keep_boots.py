"""Judge the recordings anew, and keep that: `python -m tests.judge.keep_boots`.

For when the format of `boot.json` or the words of the judge have changed. What is then
different in each `summary.json` is to be looked at before it is committed.
"""

import gzip
import tempfile
from pathlib import Path

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.summary import Summary
from harness.judge.judgement import judge
from tests.judge.recorded import DATA, unpack


def keep(name: str) -> None:
    """Keep what `boot.json` and `summary.json` of one recording are now."""
    with tempfile.TemporaryDirectory() as place:
        store = EvidenceDirectory(unpack(name, Path(place, name)))
        file = BootFile.read(store)
        tried = Summary(
            boot_path=file.boot.path.id,
            loader=file.boot.loader.id,
            entry=file.boot.entry,
            mac=file.boot.mac,
        )
        kept = EvidenceDirectory(DATA / name)
        kept.write_json(kept.summary_path, tried.with_verdict(judge(file.boot, file.when)))
        file.write(store)
        packed = gzip.compress(store.boot_path.read_bytes(), mtime=0)
    (DATA / name / "boot.json").unlink(missing_ok=True)
    (DATA / name / "boot.json.gz").write_bytes(packed)


if __name__ == "__main__":
    for directory in sorted(DATA.iterdir()):
        keep(directory.name)
