"""Whether a boot came out as it did before, and what was otherwise around it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import ndiff
from itertools import chain
from pathlib import Path

from harness.errors import HarnessError
from harness.evidence.boot_json import BootFile
from harness.evidence.directory import AGAIN, EvidenceDirectory, Version
from harness.evidence.summary import Summary
from harness.evidence.values import UnreadableValueError, from_json

_VARIES = re.compile(
    r"\b\d+(\.\d+)? (ms|s|bytes|MB)\b|\b(frame|block) \d+\b"
    r"|\b\d+ (?=times\b)|\b\d+ (?=[^:;()]* unanswered\b)"
)
"""What a sentence says that no two boots share: times, places in the capture, and how often a
machine asked in vain until it, or the harness, gave up."""


@dataclass(frozen=True, kw_only=True)
class Came:
    """What one bundle holds of its scenario."""

    dir: Path
    file: BootFile
    summary: Summary
    versions: Mapping[str, Version] = field(default_factory=dict)
    others: Mapping[str, "Came"] = field(default_factory=dict)
    """What came of the lab's further machines, by the names of their directories."""

    @classmethod
    def read(cls, directory: Path) -> "Came":
        """Read it; an UnreadableBundleError when it is not a bundle."""
        store = EvidenceDirectory(directory)
        others = sorted(path.parent for path in directory.glob("*/boot.json"))
        return cls(
            dir=directory,
            file=BootFile.read_alone(store),
            summary=store.read_summary(),
            versions=dict(_versions(store)),
            others={each.name: cls.read(each) for each in others},
        )

    @property
    def result(self) -> tuple[str, ...]:
        """How it came out, line by line, without what no two boots share."""
        said = self.summary
        why = said.what or said.why
        lines = (
            *filter(None, (said.outcome, f"verdict: {said.verdict}", why)),
            *(f"cause: {cause}" for cause in said.causes),
            *(f"step: {step}" for step in said.seen_path),
        )
        every = chain.from_iterable(line.splitlines() for line in lines)
        own = (_VARIES.sub("…", self._without_token(line)) for line in every)
        others = (f"{name}: {line}" for name, each in self.others.items() for line in each.result)
        return (*own, *others)

    def _without_token(self, line: str) -> str:
        return line.replace(self.file.boot.token, "…") if self.file.boot.token else line


def _versions(store: EvidenceDirectory) -> Iterator[tuple[str, Version]]:
    for name, value in store.read_json(store.versions_path).items():
        try:
            yield name, from_json(Version, value)
        except UnreadableValueError:
            continue


def came_of(run_dir: Path) -> Came:
    """Give what came of a run of one scenario: of two boots the one that counts.

    Raises:
        HarnessError: it has left no boot.
    """
    found = sorted(path.parent for path in run_dir.rglob("boot.json"))
    tops = [each for each in found if not any(other in each.parents for other in found)]
    if not tops:
        raise HarnessError(f"the run has booted nothing: there is no boot.json in {run_dir}")
    counted = [each for each in tops if each.name.endswith(AGAIN)] or tops
    return Came.read(counted[-1])


def around(before: Came, now: Came) -> Iterator[str]:
    """Say what was not the same: options, and each thing by its version and hash."""
    options, options_now = before.summary.options, now.summary.options
    for name in dict.fromkeys((*options, *options_now)):
        if options.get(name) != options_now.get(name):
            yield f"{name}: {options.get(name, '-')} before, {options_now.get(name, '-')} now"
    for name in dict.fromkeys((*before.versions, *now.versions)):
        old, new = before.versions.get(name), now.versions.get(name)
        # What came out of the bundle has the name of its place.
        is_there = _has(before, new) if old is None else new is None and _has(now, old)
        if not (is_there or _is_same(old, new)):
            yield f"{name}: {_shown(old, new)} before, {_shown(new, old)} now"
    if before.file.source != now.file.source and before.file.boot.learned is None:
        yield "the scenario's file is another one than before"


def _has(came: Came, version: Version | None) -> bool:
    """Whether something had this content, by whatever name."""
    digest = "" if version is None else version.sha256
    return bool(digest) and digest in {each.sha256 for each in came.versions.values()}


def _is_same(one: Version | None, other: Version | None) -> bool:
    if one is None or other is None:
        return False
    if one.sha256 and other.sha256:
        return one.sha256 == other.sha256
    return one.version == other.version


def _shown(version: Version | None, beside: Version | None) -> str:
    """Show a version; its hash, too, where the version does not tell it from the other."""
    if version is None:
        return "-"
    tells = beside is not None and version.version and version.version != beside.version
    digest = "" if tells else version.sha256[:12]
    return " ".join(filter(None, (version.version, digest))) or "-"


def difference(before: Came, now: Came) -> tuple[str, ...]:
    """Give the lines by which it came out otherwise (-: before, +: now); none when it did not."""
    if before.result == now.result:
        return ()
    return tuple(line for line in ndiff(before.result, now.result) if line[:1] in "-+")
