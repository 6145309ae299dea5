"""A daemon of a lab is its root and yet writes nowhere but there, and into the evidence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError
from harness.lab import Lab, LabOptions
from harness.site import Site
from tests.lab.conftest import SHOWMAX

PLACES = {
    "home": Path.home(),
    "checkout": SHOWMAX.parents[1],
    "site": SHOWMAX,
    "etc": Path("/etc"),
    "usr": Path("/usr"),
    "root": Path("/"),
}
NAME = "left-by-a-test-of-the-harness"
ATTEMPTS = {
    "plainly": 'touch "$1"',
    "remounted": 'mount -o remount,bind,rw /; mount -o remount,bind,rw "$0"; touch "$1"',
    "bound": 'mkdir /run/there && mount --bind "$0" /run/there && touch "/run/there/${1##*/}"',
    "as-pid-1": 'nsenter --target=1 --mount mount -o remount,bind,rw /; touch "/proc/1/root/$1"',
    "in-namespaces": "unshare --user --map-root-user --mount sh -c "
    """'mount -o remount,bind,rw /; mount -o remount,bind,rw "$0"; touch "$1"' "$0" "$1" """,
}


@pytest.fixture
def lab(daemons: None, site: Site, options: Callable[[str], LabOptions]) -> Iterator[Lab]:
    """Give a running boot server."""
    with Lab(site, options("confined")) as running:
        yield running


def tried(lab: Lab, script: str, place: Path) -> None:
    """Do what a daemon could do, started as daemons are."""
    log_path = lab.evidence.dir / "tried.log"
    words = ["sh", "-c", script, str(place), str(place / NAME)]
    started = lab.namespace.start(words, log_path=log_path)
    assert started.wait(30) is not None
    started.close()


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_of_the_user_can_be_written_to(lab: Lab, attempt: str) -> None:
    written = []
    for name, place in {**PLACES, "cache": lab.options.cache_dir}.items():
        tried(lab, ATTEMPTS[attempt], place)
        if (place / NAME).exists():
            written.append(name)
            (place / NAME).unlink()
    assert written == []


def test_the_evidence_can_be_written_to(lab: Lab) -> None:
    tried(lab, 'touch "$1"', Path("/run/harness/evidence"))
    assert (lab.evidence.dir / NAME).exists()


def test_disks_cannot_be_reached(lab: Lab) -> None:
    disks = sorted(Path("/sys/class/block").glob("*/dev"))
    if not disks:
        raise PrerequisiteError("this host has no disk")
    major, minor = disks[0].read_text().split(":")
    made = f"mknod /run/disk b {major} {minor.strip()} && head -c 1 /run/disk && touch $1"
    tried(lab, made, Path("/run/harness/evidence"))
    assert not (lab.evidence.dir / NAME).exists()
