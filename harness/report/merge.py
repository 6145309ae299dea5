"""Several runs made one: the shards of a CI job, with one page, one JUnit file, one file of times.

What is missing is told: a shard that has left nothing, or did not come to its end, is no green one.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

from harness.errors import UsageError
from harness.evidence.directory import LATEST, EvidenceDirectory
from harness.evidence.scenario import INTERRUPTED

JUNIT, DURATIONS = "junit.xml", "durations.json"
_STAMP = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
"""How a run's evidence directory is called, which stands in the shard's."""
_RED = ("failure", "error")
_BAD = (*_RED, "skipped")
_COUNTS = ("tests", "failures", "errors", "skipped")


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What became of the shards."""

    dir: Path
    missing: tuple[str, ...]
    """What is not in it, in a sentence each."""
    tests: int
    red: int
    """Tests that have failed, or could not be run to their end."""


def merge(shards: Sequence[Path], into: Path) -> Merged:
    """Put the evidence and the JUnit files of shards into one directory, which is a run's.

    Raises:
        UsageError: the directory is none, or not empty, or two shards have run the same.
    """
    if into.exists() and not into.is_dir():
        raise UsageError(f"{into} is not a directory", cure="name a new one")
    if into.exists() and any(into.iterdir()):
        raise UsageError(
            f"{into} is not empty: what is in it would be taken for a shard's",
            cure="name a new directory",
        )
    into.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    suites: list[Xml.Element] = []
    for shard in shards:
        bundles = _bundles(shard)
        for bundle in bundles:
            _take(bundle, into, shard)
        found = _suites(shard)
        suites += found
        missing += _lacks(shard, bundles, has_results=bool(found))
    suite = _one(suites)
    _write(into / JUNIT, suite)
    durations = dict(_durations(suite))
    (into / DURATIONS).write_text(json.dumps(durations, indent=1, sort_keys=True))
    cases = suite.findall("testcase")
    red = [case for case in cases if any(case.find(bad) is not None for bad in _RED)]
    return Merged(dir=into, missing=tuple(missing), tests=len(cases), red=len(red))


def _lacks(shard: Path, bundles: Sequence[Path], *, has_results: bool) -> Iterator[str]:
    if not shard.is_dir():
        yield f"{shard} is not there: a shard is missing"
    elif not has_results:
        yield f"{shard} has no whole {JUNIT}: its run did not come to its end"
    elif not bundles:
        yield f"{shard} has booted nothing"
    # pytest writes its file when somebody ends it, too, without the tests that were left.
    elif (number := sum(map(_was_interrupted, bundles))) > 0:
        yield f"{shard} was ended during {number} of its tests: what was left of it is not here"


def _was_interrupted(bundle: Path) -> bool:
    stores = (EvidenceDirectory(path.parent) for path in bundle.rglob("boot.json"))
    return any(store.read_summary().outcome == INTERRUPTED for store in stores)


def _bundles(shard: Path) -> tuple[Path, ...]:
    """Give the directories of a shard's scenarios, without those of the runs around them."""
    found: dict[Path, None] = {}
    for path in _found(shard, "boot.json"):
        place = shard
        parts = list(path.parent.relative_to(shard).parts)
        while parts and (_STAMP.fullmatch(parts[0]) or parts[0] == "evidence"):
            place /= parts.pop(0)
        found[place / parts[0] if parts else path.parent] = None
    return tuple(found)


def _found(shard: Path, name: str) -> list[Path]:
    """Find what is called so, each once: who packs links as what they lead to has it twice."""
    found = sorted(shard.rglob(name))
    return [path for path in found if LATEST not in path.relative_to(shard).parts[:-1]]


def _take(bundle: Path, into: Path, shard: Path) -> None:
    try:
        shutil.copytree(bundle, into / bundle.name, symlinks=True, copy_function=_link_or_copy)
    except FileExistsError as error:
        raise UsageError(
            f"{bundle.name} is in {shard}, and in a shard before it",
            cure="name each shard once; what two runs have in common is compared by --beside",
        ) from error


def _link_or_copy(source: str, target: str) -> str:
    """Give a file a second name; where the directory is on another disk, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _suites(shard: Path) -> list[Xml.Element]:
    """Read what pytest wrote at the end of a shard's runs; one that is cut off is none."""
    found: list[Xml.Element] = []
    for path in _found(shard, JUNIT):
        try:
            found += Xml.parse(path).getroot().iter("testsuite")
        except Xml.ParseError:
            return []
    return found


def _one(suites: Sequence[Xml.Element]) -> Xml.Element:
    """Make one suite of several: the counts summed, the time that of all after another."""
    suite = Xml.Element("testsuite", {"name": "netboot"})
    for name in _COUNTS:
        suite.set(name, str(sum(int(each.get(name, "0")) for each in suites)))
    suite.set("time", f"{sum(float(each.get('time', '0')) for each in suites):.3f}")
    for each in suites:
        suite.extend(each.findall("testcase"))
    return suite


def _write(path: Path, suite: Xml.Element) -> None:
    root = Xml.Element("testsuites")
    root.append(suite)
    Xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _durations(suite: Xml.Element) -> Iterator[tuple[str, float]]:
    """Give the seconds of what passed, by its id: as pytest's cache and pytest-split have them."""
    for case in suite.findall("testcase"):
        names = [each.get("value") for each in case.iter("property") if each.get("name") == "test"]
        if names and names[0] and not any(case.find(bad) is not None for bad in _BAD):
            yield names[0], round(float(case.get("time", "0")), 3)
