"""Which scenarios a site or payload can be asked: others are left out, and one line says why.

A boot path without loader, address family or daemon cannot be booted, and a scenario
about the reference site says nothing of another one. Both are deselected, not skipped: they are
no promise of this site's. Every worker reads the same site, so all collect the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.machines import BootPath
from harness.model import Role
from harness.plan.expected_path import servers_lack
from harness.pytest_plugin.axes import EXCLUDED, FIXTURE, columns_on, named, own_columns, vary
from harness.pytest_plugin.bugs import MARK as BUG
from harness.pytest_plugin.fixtures import middle
from harness.pytest_plugin.options import SETTINGS, is_reference, linux_reason
from harness.pytest_plugin.run import Node, site_of
from harness.site import Site
from harness.site.menu import EntryKind
from harness.step import IP_NAME

if TYPE_CHECKING:
    from harness.assets.parts import Parts

_LEFT_OUT = pytest.StashKey[Counter[str]]()
_NO_ENTRY = {
    EntryKind.PAYLOAD: "the menu has no system besides the default",
    EntryKind.SHELL: "the menu has no EFI shell",
    EntryKind.CONFIG: "the menu has no screen of iPXE's",
}
_KEYS: dict[str, tuple[Callable[[Site], bool], str]] = {
    "failure_text": (lambda site: bool(site.menu.failure_text), "[menu] has no failure_text"),
    "machine_script": (lambda site: site.has_machine_scripts, "[files] has no machine_script"),
}
"""What a site must have to be asked, and what is said when it does not."""


def pytest_configure(config: pytest.Config) -> None:
    """Look through the promises, where `pytest --site DIR` is all that was said.

    The package carries them as `harness.promises`; in a checkout they are `scenarios/promises`,
    which people name.
    """
    nobody_named = config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR
    if config.getoption("site") is None or not nobody_named or config.getoption("tier"):
        return
    found = find_spec("harness.promises")
    if found is None:
        raise pytest.UsageError("harness.promises is not installed; in a checkout: make venv")
    config.args.extend(found.submodule_search_locations or ())


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse a site that cannot be read at once, before each module does."""
    if session.config.getoption("site") is not None:
        _site(session.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Vary a scenario over its boot paths, and over the entries of the site's menu."""
    over = metafunc.definition.get_closest_marker("boot_paths")
    if over is None:
        if metafunc.definition.get_closest_marker(BUG) is None:
            vary(metafunc)
        return
    site = _site(metafunc.config)
    about_another = _is_about_another(metafunc.definition)
    ways = over.args[0] if about_another else _tiers(over.args[0], site)
    each = metafunc.definition.get_closest_marker("each_entry")
    names = ("boot_path",) if each is None else ("boot_path", "entry")
    _paths, releases = over.args
    parts = [FIXTURE] if FIXTURE in metafunc.fixturenames else []
    place = metafunc.definition.path

    def columns(path: BootPath) -> "tuple[Parts, ...]":
        return own_columns(path, releases) or columns_on(path, metafunc.config, place)

    cases = [
        pytest.param(*case, *([column] if parts else []), id=named(id, column), marks=marks)
        for path, rare in ways.items()
        for case, id, marks in _cases(path, each, metafunc.config, rare=rare)
        for column in (columns(path) if parts else [None])
    ]
    metafunc.parametrize((*names, *parts), cases, indirect=parts)


def _cases(
    path: BootPath, each: pytest.Mark | None, config: pytest.Config, *, rare: bool
) -> Iterator[tuple[tuple[object, ...], str, list[pytest.MarkDecorator]]]:
    """Give what a scenario is run on by this path: its parameters, its id, its marks."""
    if each is None:
        yield (path,), path.id, _slow(rare)
        return
    for entry, marks in _entries(path, each, config, rare=rare).items():
        yield (path, entry), f"{path.id}-{entry or 'no-entry'}", marks


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the site cannot be asked, and count it by the reason."""
    if config.stash[SETTINGS].site_dir is None:
        return
    reasons = {item: reason for item in items if (reason := _reason(item))}
    if left_out := Counter(reasons.values()) + config.stash.get(EXCLUDED, Counter()):
        config.stash[_LEFT_OUT] = left_out
    if reasons:
        config.hook.pytest_deselected(items=list(reasons))
        items[:] = [item for item in items if item not in reasons]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controller what a worker has left out (xdist)."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(session.config.stash.get(_LEFT_OUT, ()))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Node) -> None:
    """Take over what the workers, each the same, have left out (xdist's hook)."""
    found = getattr(node, "workeroutput", {}).get("left_out")
    if found:
        node.config.stash[_LEFT_OUT] = Counter(found)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in one line how many were left out, and why."""
    left_out = config.stash.get(_LEFT_OUT, None)
    if left_out:
        why = "; ".join(f"{count}: {reason}" for reason, count in left_out.most_common())
        name = _site(config).name
        terminalreporter.write_line(f"left out on site {name}: {left_out.total()} ({why})")


def _site(config: pytest.Config) -> Site:
    """Give the site of `--site`, or raise pytest's UsageError: it cannot be read."""
    try:
        return site_of(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error


def _reason(item: pytest.Item) -> str:
    """Give why the site cannot be asked this; "" when it can."""
    path = _boot_path(item)
    if _is_about_another(item):
        return "about the reference site and the harness's own honesty"
    if item.config.stash[SETTINGS].payload == "stub" and (reason := linux_reason(item)):
        return f"needs Linux: {reason}"
    return "" if path is None else next(_lacks(item, path, _site(item.config)), "")


def _lacks(item: pytest.Item, path: BootPath, site: Site) -> Iterator[str]:
    """Give what the site lacks for a scenario on this boot path."""
    if not site.menu.entries:
        yield "site.toml tells no [menu]"
    brings_loader = item.get_closest_marker("brings_loader") is not None
    yield from () if brings_loader else reasons_against(path, site)
    for mark in item.iter_markers("only"):
        if mark.args[0] not in site.server.families:
            yield f"the server has no {IP_NAME[mark.args[0]]} address"
    for mark in item.iter_markers("needs"):
        has_it, otherwise = _KEYS[mark.args[0]]
        if not has_it(site):
            yield otherwise
    for mark in item.iter_markers("left_out"):
        yield str(mark.args[0])
    names, systems = getattr(item, "fixturenames", ()), site.menu.systems(path.firmware)
    if "default_entry" in names and site.menu.default not in systems:
        yield "the menu's default boots no system"
    if "entry" in names and not [id for id in systems if id != site.menu.default]:
        yield _NO_ENTRY[EntryKind.PAYLOAD]
    if "another_entry" in names and len(systems) < 2:
        yield _NO_ENTRY[EntryKind.PAYLOAD]


def reasons_against(path: BootPath, site: Site) -> tuple[str, ...]:
    """Give what the site lacks for this boot path; nothing when it can be asked for it."""
    return tuple(_path_lacks(path, site))


def _path_lacks(path: BootPath, site: Site) -> Iterator[str]:
    if path.loader is not None:
        if path.loader not in site.loaders:
            yield f"[loaders] names no {path.loader}"
        elif (file := site.data_path(site.loaders[path.loader])) in site.absent:
            yield f"{file} is said to be absent"
    yield from servers_lack(path, site, beside=[Role[path.protocol.name]])


def _is_about_another(node: pytest.Item) -> bool:
    """Whether this is about the reference site, and the site is another."""
    return node.get_closest_marker("reference") is not None and not is_reference(node.config)


def _tiers(paths: Mapping[BootPath, bool], site: Site) -> dict[BootPath, bool]:
    """Say which paths are in the slow tier only; they stand in for fast ones that cannot be."""
    possible = [path for path in paths if not reasons_against(path, site)]
    wanted = sum(not rare for path, rare in paths.items() if path not in possible)
    stand_ins = [path for path in possible if paths[path]][:wanted]
    return {path: rare and path not in stand_ins for path, rare in paths.items()}


def _entries(
    path: BootPath, each: pytest.Mark, config: pytest.Config, *, rare: bool
) -> dict[str | None, list[pytest.MarkDecorator]]:
    """Give the entries of a kind that this path's menu shows, and their marks."""
    kind: EntryKind = each.args[0]
    menu = _site(config).menu
    shown = menu.shown(path.firmware)
    ids = [each.id for each in shown if each.boots is kind and each.id != menu.default]
    if not ids:
        return {None: [pytest.mark.left_out(_NO_ENTRY[kind]), *_slow(rare)]}
    alone = middle(ids) if is_reference(config) else None
    return {id: _slow(rare or alone not in (None, id)) for id in ids}


def _slow(slow: bool) -> list[pytest.MarkDecorator]:
    """Give the marks of what is in the slow tier only, or is not."""
    return [pytest.mark.slow] if slow else []


def _boot_path(item: pytest.Item) -> BootPath | None:
    """Give the boot path that a scenario is run on, if it has one."""
    call = getattr(item, "callspec", None)
    path = call.params.get("boot_path") if call is not None else None
    return path if isinstance(path, BootPath) else None
