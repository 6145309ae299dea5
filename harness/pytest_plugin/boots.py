"""The boots that a site is held to: each `.boot` file is a test.

With `--learn` a site's boots are learned instead of held: each task of that directory is an
item, which writes there what came of it (see `harness.learn`).
"""

import argparse
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.loaders.grub import Grub
from harness.loaders.pxelinux import Pxelinux
from harness.machines import BOOT_PATHS, USUAL_PATHS
from harness.plan.boot_text import BOOT_SUFFIX, BootText
from harness.plan.boot_words import is_of_menu
from harness.pytest_plugin.again import BOOT_PATH, HELD
from harness.pytest_plugin.axes import PARTS, columns_on, named
from harness.pytest_plugin.options import SETTINGS
from harness.pytest_plugin.repeat import repeated
from harness.site import Site
from harness.site.approved import BOOTS_DIR
from harness.site.model import SITE_FILE

if TYPE_CHECKING:
    from harness.assets.parts import Parts
    from harness.lab import Lab, LabOptions
    from harness.learn.task import Task

_KEYS = "a key must come before a menu's count-down ends"
_LINUX = "what its system has is part of the boot"
_TASK: "pytest.StashKey[Task]" = pytest.StashKey()
_TEXT = pytest.StashKey[BootText]()
_BESIDE_SCENARIOS = pytest.StashKey[frozenset[Path]]()
"""Of a run in which nobody has named boots, only scenarios: those of the fast tier."""
_NONE_APPROVED = pytest.StashKey[Path]()
"""Of such a run: the site, if nobody has approved a boot of it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what `harness learn` hands to its run."""
    parser.addoption("--learn", metavar="DIR", type=Path, help=argparse.SUPPRESS)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Run the site's approved boots with scenarios or promises that are named as a whole."""
    site_dir = config.stash[SETTINGS].site_dir
    promises = find_spec("harness.promises")
    found = [] if promises is None else promises.submodule_search_locations or []
    places = {Path(each).resolve() for each in (*config.getini("netboot_scenarios"), *found)}
    named = {Path(config.invocation_params.dir, arg).resolve() for arg in config.args}
    if site_dir is None or places.isdisjoint(named):
        return
    paths = sorted((site_dir / BOOTS_DIR).glob(f"*{BOOT_SUFFIX}"))
    if not paths:
        config.stash[_NONE_APPROVED] = site_dir
        return
    config.args.append(str(site_dir / BOOTS_DIR))
    texts = {path: BootText.parse(path.read_text(), path=path) for path in paths}
    config.stash[_BESIDE_SCENARIOS] = frozenset(path.resolve() for path in everyday(texts))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how a site without approved boots gets some."""
    if (site_dir := config.stash.get(_NONE_APPROVED, None)) is not None:
        line = f"no boot of the site is approved: `harness learn {site_dir}` writes what there is"
        terminalreporter.write_line(line)


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
        for parts in columns_on(BOOT_PATHS.get(text.path), self.config, self.path):
            for name in repeated(named(HELD, parts), self.config):
                yield self._item(name, text, parts)

    def _item(self, name: str, text: BootText, parts: "Parts") -> pytest.Function:
        item = pytest.Function.from_parent(self, name=name, callobj=_held)
        item.stash[PARTS] = parts
        item.stash[_TEXT] = text
        _note_path(item, text.path)
        if not text.choices:
            item.extra_keyword_matches.add("untouched")
        if why := _why_real_clock(text):
            item.add_marker(pytest.mark.real_clock(why))
        if text.needs_linux:
            item.add_marker(pytest.mark.needs_linux(_LINUX))
        place = self.path.resolve()
        if place not in self.config.stash.get(_BESIDE_SCENARIOS, {place}):
            item.add_marker(pytest.mark.slow)
        return item


def _note_path(item: pytest.Item, path: str) -> None:
    """Let admission know what the machine takes: 32-bit UEFI has twice the memory of others."""
    if path in BOOT_PATHS:
        item.stash[BOOT_PATH] = BOOT_PATHS[path]


def _why_real_clock(text: BootText) -> str:
    """Say what a guest with the fast clock could not do in time; "" for nothing."""
    if not all(map(is_of_menu, text.choices)):
        return "a key must come before a prompt's time is over"
    if text.choices and any(text.of(Grub.called)):
        return "GRUB polls the network, which makes the fast clock race"
    if text.choices and any(text.of(Pxelinux.called)) and _is_uefi(text):
        return "Syslinux leaves UEFI's watchdog on, whose five minutes the fast clock lets pass"
    if any(each.text.startswith("UEFI Shell") for each in text.of("prompt")):
        return "the shell polls for keys, which makes the fast clock crawl"
    return ""


def _is_uefi(text: BootText) -> bool:
    path = BOOT_PATHS.get(text.path)
    return path is not None and path.is_uefi


def everyday(texts: Mapping[Path, BootText]) -> frozenset[Path]:
    """Give those of the fast tier: what nobody touches, and one for each end of the others.

    Of a kind of machine that is not usual one untouched boot stands for all. An end counts once on
    UEFI and once on a BIOS: a system, a shell, a screen of the loader's.
    """
    usual = {path.id for path in USUAL_PATHS}
    chosen: dict[tuple[object, ...], Path] = {}
    for path, text in texts.items():
        rare = BOOT_PATHS.get(text.path) if text.path not in usual else None
        if not text.choices:
            kind = text.path if rare is None else rare.machine.id
            chosen.setdefault((text.machine, kind), path)
        elif text.path in usual:
            how = tuple(each.text for each in text.of("ends"))
            chosen.setdefault((BOOT_PATHS[text.path].is_uefi, how), path)
    return frozenset(chosen.values())


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
            if self._needs_linux(task):
                item.add_marker(pytest.mark.needs_linux(_LINUX))
            yield item

    def _needs_linux(self, task: "Task") -> bool:
        """Whether it is learned again that was learned with Linux."""
        path = self.path.parent / BOOTS_DIR / task.file_name
        return path.is_file() and BootText.parse(path.read_text(), path=path).needs_linux


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
