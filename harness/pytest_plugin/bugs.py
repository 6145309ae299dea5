"""Bugs of firmware, loaders and ROMs, as pairs: versions that show one, and versions that do not.

A scenario says what is sound, once. On versions that are said to show the bug it must fail, and by
the symptom that is said; on the others it must not. So a version that mends a bug is red by that,
and so is one that brings it back: the pair is then to be corrected.

With `--release` a pair is run on that one alone, and is red where the bug shows: what
`harness.trials` tries versions by.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import BootError
from harness.machines import BootPath
from harness.pytest_plugin.axes import FIXTURE

if TYPE_CHECKING:
    from harness.assets.parts import Parts

MARK = "bug"
OTHERWISE = "fails, but not by"
"""What is said of a failure that is not the bug's."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What is known of a bug."""

    report: str
    """Where it was reported in public: `tianocore/edk2#9530`."""
    axis: str
    """What has it: `firmware`, `loader`, `rom`; "" where the scenario hands the release out."""
    shown_by: tuple[str, ...]
    not_by: tuple[str, ...]
    """Releases (see `harness firmware list`)."""
    symptom: str
    """What the failure says where it shows (a regular expression)."""


@dataclass(frozen=True, kw_only=True)
class Bug:
    """A bug, in a scenario on one release."""

    pair: Pair
    release: str
    is_tried: bool = False
    """Whether nothing is said of this release, and the bug itself is what is red."""

    @property
    def shows(self) -> bool:
        """Whether this release is said to have it."""
        return self.release in self.pair.shown_by

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a release to what is said of it: the block says what is sound.

        Raises:
            BootError: it is otherwise, or shows something else.
        """
        try:
            yield
        except AssertionError as error:
            self._verify(error)
            if self.is_tried:
                raise
            return
        if self.shows and not self.is_tried:
            raise BootError(
                f"{self.release} does not show {self.pair.report} any more",
                causes=("it is mended there: move the release to `not_by` of the pair",),
            )

    def _verify(self, error: AssertionError) -> None:
        """Go on where the failure is the bug's."""
        known = f"{self.pair.report}: {self.pair.symptom!r}"
        if not (self.shows or self.is_tried):
            raise _told(error, f"{self.release} is said not to have {known}")
        if re.search(self.pair.symptom, str(error)) is None:
            raise _told(error, f"{self.release} {OTHERWISE} {known}")


def _told(error: AssertionError, why: str) -> BootError:
    """Put what is said of the release before a failure."""
    if not isinstance(error, BootError):
        return BootError(f"{why}; {error}")
    error.what = f"{why}; {error.what}"
    return error


@pytest.fixture
def bug(request: pytest.FixtureRequest) -> Bug:
    """The bug that a pair is about, on one release."""
    found: Bug = request.param
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what versions are tried by."""
    parser.addoption("--release", metavar="NAME", default="", help=argparse.SUPPRESS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a pair once on each of its releases, whatever the command line asks for."""
    mark = metafunc.definition.get_closest_marker(MARK)
    if mark is None:
        return
    pair, path = mark.args
    tried = metafunc.config.getoption("release")
    cases = [
        pytest.param(
            path,
            _parts(pair.axis, release, path),
            Bug(pair=pair, release=release, is_tried=bool(tried)),
            id=f"{path.id}-{Path(release).name}",
        )
        for release in ([tried] if tried else (*pair.shown_by, *pair.not_by))
    ]
    metafunc.parametrize(("boot_path", FIXTURE, "bug"), cases, indirect=[FIXTURE, "bug"])


def _parts(axis: str, release: str, path: BootPath) -> "Parts":
    from harness.assets.parts import Parts

    return Parts.one(axis, release, machine=path.machine) if axis else Parts()
