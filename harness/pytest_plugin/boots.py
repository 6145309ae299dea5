"""The boots that a site is held to: each `.boot` file is a test.

With `--learn` a site's boots are learned instead of held: each task of that directory is an
item, which writes there what came of it (see `harness.learn`).
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.machines import BOOT_PATHS, USUAL_PATHS
from harness.plan.boot_text import BOOT_SUFFIX, BootText
from harness.pytest_plugin.fixtures import BOOT_PATH
from harness.pytest_plugin.options import SETTINGS
from harness.site import Site
from harness.site.approved import BOOTS_DIR
from harness.site.model import SITE_FILE

if TYPE_CHECKING:
    from harness.lab import Lab, LabOptions
    from harness.learn.task import Task

_KEYS = "a key must come before a menu's count-down ends"
_TASK: "pytest.StashKey[Task]" = pytest.StashKey()
_TEXT = pytest.StashKey[BootText]()
_BESIDE_SCENARIOS = pytest.StashKey[bool]()
"""Whether nobody has asked for boots: only scenarios were named."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what `harness learn` hands to its run."""
    parser.addoption("--learn", metavar="DIR", type=Path, help=argparse.SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    """Run the site's approved boots with a directory of scenarios that is named as a whole."""
    settings = config.stash[SETTINGS]
    boots = None if settings.site_dir is None else settings.site_dir / BOOTS_DIR
    places = {place.resolve() for place in config.getini("netboot_scenarios")}
    named = {Path(config.invocation_params.dir, arg).resolve() for arg in config.args}
    if boots is not None and boots.is_dir() and not places.isdisjoint(named):
        config.args.append(str(boots))
        config.stash[_BESIDE_SCENARIOS] = True


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Collect `.boot` files; when boots are learned, the site's own file."""
    learns = parent.config.getoption("learn") is not None
    if learns and file_path.name == SITE_FILE:
        return TaskFile.from_parent(parent, path=file_path)
    if not learns and file_path.suffix == BOOT_SUFFIX:
        return BootFile.from_parent(parent, path=file_path)
    return None


class BootFile(pytest.File):
    """An approved boot."""

    def collect(self) -> Iterator[pytest.Function]:
        """Give the one test that it is: the machine does again what the file says."""
        text = BootText.parse(self.path.read_text(), path=self.path)
        item = pytest.Function.from_parent(self, name="held", callobj=_held)
        item.stash[_TEXT] = text
        _note_path(item, text.path)
        if text.choices:
            item.add_marker(pytest.mark.real_clock(_KEYS))
        if text.needs_linux:
            item.add_marker(pytest.mark.needs_linux("what Linux has is part of the boot"))
        if self.config.stash.get(_BESIDE_SCENARIOS, False) and not _is_everyday(text):
            item.add_marker(pytest.mark.slow)
        yield item


def _note_path(item: pytest.Item, path: str) -> None:
    """Let admission know what the machine takes: 32-bit UEFI has twice the memory of others."""
    if path in BOOT_PATHS:
        item.stash[BOOT_PATH] = BOOT_PATHS[path]


def _is_everyday(text: BootText) -> bool:
    """Whether it is in the fast tier of scenarios: untouched, by a path that all can boot by."""
    return not text.choices and text.path in {path.id for path in USUAL_PATHS}


class TaskFile(pytest.File):
    """A site whose boots are to be learned."""

    def collect(self) -> Iterator[pytest.Function]:
        """Give an item for each task."""
        from harness.learn.task import Staging

        for task in Staging(self.config.getoption("learn")).tasks:
            item = pytest.Function.from_parent(self, name=task.name, callobj=_learned)
            item.stash[_TASK] = task
            _note_path(item, task.path)
            if task.choices:
                item.add_marker(pytest.mark.real_clock(_KEYS))
            yield item


def _held(lab: "Lab", request: pytest.FixtureRequest) -> None:
    """Boot the machine again, and hold it to the file."""
    from harness.learn.hold import hold

    hold(lab, request.node.stash[_TEXT], name=request.node.path.stem)


def _learned(
    operator_site: Site, admitted_options: "LabOptions", request: pytest.FixtureRequest
) -> None:
    """Learn a boot, and write down what came of it."""
    from harness.learn.one import learn
    from harness.learn.task import Staging

    staging = Staging(request.config.getoption("learn"))
    laid = {path: kind for each in staging.results for path, kind in each.laid.items()}
    site = operator_site.with_laid(laid)
    learned = learn(site, admitted_options, request.node.stash[_TASK])
    staging.take_in(learned)
    if learned.why:
        admitted_options.tell(f"not learned: {learned.why}")
