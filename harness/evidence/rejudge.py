"""Judge a bundle again, from its files alone, and hold the verdict to the one that is stored."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from harness.evidence.boot_json import BootFile, UnreadableBundleError
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.summary import NOT_JUDGED, Summary
from harness.evidence.values import to_json
from harness.judge.judgement import judge
from harness.judge.verdict import Verdict
from harness.secret import masked_values


@dataclass(frozen=True, kw_only=True)
class Rejudged:
    """What is held of a bundle now, and what was held of it."""

    dir: Path
    file: BootFile
    stored: Summary
    verdict: Verdict | None
    """None when the boot was never judged."""

    @property
    def differences(self) -> tuple[str, ...]:
        """Say, field by field, where the stored verdict is another one."""
        if self.verdict is None:
            return ()
        now = self.stored.with_verdict(self.verdict)
        names = [each.name for each in fields(Summary)]
        return tuple(
            f"{name} was {before!r}, is {after!r}"
            for name in names
            if (before := _told(self.stored, name)) != (after := _told(now, name))
        )


def _told(summary: Summary, name: str) -> object:
    """Give a field as it is written: a bundle keeps no passwords."""
    return masked_values(to_json(getattr(summary, name)))


def rejudge(directory: Path) -> Rejudged:
    """Judge one bundle again; an UnreadableBundleError when it or its verdict is not one."""
    store = EvidenceDirectory(directory)
    file, stored = BootFile.read(store), store.read_summary()
    if file.judged and stored.verdict == NOT_JUDGED:
        raise UnreadableBundleError(f"{store.summary_path} has no verdict that can be read")
    verdict = judge(file.boot, file.when) if file.judged else None
    return Rejudged(dir=directory, file=file, stored=stored, verdict=verdict)


def bundles(directory: Path) -> Iterator[Path]:
    """Go through the bundles in a directory: its own, those of a scenario's guests, of a run."""
    found = sorted(path.parent for path in directory.rglob("boot.json"))
    if not found:
        raise UnreadableBundleError(
            f"no bundle of a boot (boot.json) is in {directory}",
            cure="name the directory that a scenario or a run has left",
        )
    yield from found
