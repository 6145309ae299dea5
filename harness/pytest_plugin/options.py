"""The command line's options, in one help group, and the settings they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.pytest_plugin.private import keep_cache_in
from harness.site.model import SITE_FILE

GROUP = "network boot"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the options say, checked and typed."""

    sites: tuple[Path, ...]
    """The sites to test: several only where the boots of several are named."""
    boots_of: tuple[Path, ...]
    """Other sites, whose boots are held on this one."""
    servers: tuple[str, ...]
    """The daemons that answer DHCP in the place of the site's own choice."""
    is_about_a_site: bool
    """Whether scenarios are to be run; in any other run the plugin does nothing."""
    nfs: str
    accel: str
    clock: str
    start: str
    payload: str
    firmware: tuple[str, ...]
    loaders: tuple[str, ...]
    roms: tuple[str, ...]
    qemus: tuple[str, ...]
    """As asked for: see `harness.assets.parts`."""
    tier: str
    """Of the project's matrix; "" for none."""
    evidence_dir: Path
    require_all: bool
    progress: bool

    @property
    def site_dir(self) -> Path | None:
        """The site's directory: of several, the first one's."""
        return next(iter(self.sites), None)

    def site(self) -> Path:
        """Give the site's directory.

        Raises:
            UsageError: none is named.
        """
        if self.site_dir is None:
            raise UsageError(
                "a scenario needs a site, and none is named",
                cure="name it with --site DIR, or as netboot_site in pytest's settings",
            )
        return self.site_dir


SETTINGS = pytest.StashKey[Settings]()
_LOOKING = ("collectonly", "showfixtures", "show_fixtures_per_test", "setupplan")
"""pytest's options that only look at the tests."""
_BOOTS = frozenset({"lab", "boot_path", "admitted_options"})
"""Fixtures by which a scenario is known."""
_SITE = (
    "the site to test: a boot server's files and site.toml (default: netboot_site of pytest's"
    " settings)"
)
_SERVERS = (
    "the daemons that answer DHCP in the place of the site's, as site.toml would name them; their"
    " files are the site's own"
)
_PARTS = {
    "--firmware": (
        "NAME|PLACE|ia32=PLACE",
        "UEFI firmware in place of the usual, by its name in the catalogue (`harness firmware`"
        " lists it): ovmf-x64@2025.02; or PLACE, a build of your own: *_CODE.fd with its *_VARS.fd"
        " beside it, or a tree, whose newest build counts; for x64 guests unless another machine"
        " is named. Given several times, or with a pattern (ovmf-x64@*), each scenario is run"
        " once with each",
    ),
    "--loader": (
        "NAME|DIR",
        "where the loaders that a site is supplied with are taken from: ipxe@2.0, ipxe@*, or a"
        " directory with files of the same names; several likewise",
    ),
    "--rom": (
        "NAME|DIR",
        "where the option ROMs of network cards are taken from, QEMU's default one too:"
        " ipxe@2.0, or a directory; several likewise",
    ),
    "--qemu": (
        "NAME|PLACE",
        "the QEMU that runs PCs in the place of this machine's: qemu-x86@10.0, qemu-x86@*, or a"
        " build of your own: the program, or the tree that it was built in; several likewise",
    ),
}
"""What machines are made of: may be given several times."""
_TIER = (
    "run a tier of the project's matrix.toml (`harness matrix` shows them): its scenarios, its"
    " versions of firmware, loaders, ROMs and QEMU, as many guests at a time as it says"
)
_EVIDENCE = "where each scenario leaves its evidence (default: evidence/ in the project, or here)"
_CHOICES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "--nfs": (
        ("kernel", "ganesha"),
        "what serves a site's NFS: auto is the kernel's own server where it is loaded and can"
        " serve from a lab, else nfs-ganesha",
    ),
    "--accel": (
        ("kvm", "tcg"),
        "what runs the guests: auto boots firmware once per machine to find out whether KVM works"
        " here, else emulation",
    ),
    "--clock": (
        ("fast", "real"),
        "what guests' clocks go by: fast counts their instructions, so that waiting costs nothing"
        " (emulation only); real is the host's time; auto is fast under emulation",
    ),
    "--start": (
        ("warm", "cold"),
        "how UEFI firmware starts: cold does its POST each time; warm is restored from an image"
        " taken after POST; auto is warm where that is possible",
    ),
    "--payload": (
        ("linux", "stub"),
        "what the menu's Linux entries boot: linux, or the stub, a program that reports and ends;"
        " auto is the stub unless a scenario needs Linux, stub leaves such scenarios out",
    ),
}
"""What can be chosen instead of `auto`, and what it means."""
_SWITCHES = {
    "--require-all": "a missing tool, right or file is a failure, not a skip (for CI)",
    "--no-progress": "print pytest's letters, and do not say what each scenario is waiting for",
}
_MARKS = (
    "real_clock(reason): needs the host's time for its guests, whatever --clock says",
    "only(family): its lab's network has this address family alone",
    "needs_linux(reason): its guests boot Linux, whatever --payload says",
    "slow: takes long; left out beside others unless -m says what is wanted",
    "live: boots a real live system, on the host's time",
    "guests(n): has n guests at a time, and memory for them",
    "boots(n): is of n boots, one after the other: its time is guessed by them",
    "brings_loader: its own site names the loader of its boot path, whatever the site does",
    "boot_paths(paths, firmware): runs once for each of them (see harness.pytest_plugin.matrix)",
    "bug(pair, path): holds releases to what is known of a bug (see harness.pytest_plugin.bugs)",
    "each_entry(kind): runs once for each such entry of the site's menu",
    "needs(key): asks only sites whose site.toml has this key",
    "left_out(reason): what the site cannot be asked",
    "reference: is about the reference site; left out on every other",
)


def only_looks(config: pytest.Config) -> bool:
    """Whether tests are looked at, and none is run."""
    return any(config.getoption(name, False) for name in _LOOKING)


def is_scenario(item: pytest.Item) -> bool:
    """Whether an item boots guests; in other people's runs nothing does."""
    about_a_site = item.config.stash[SETTINGS].is_about_a_site
    return about_a_site and not _BOOTS.isdisjoint(getattr(item, "fixturenames", ()))


def site_dir_of(item: pytest.Item) -> Path:
    """Give the site that an item is about: of several, the one that it lies in.

    Raises:
        UsageError: no site is named.
    """
    settings = item.config.stash[SETTINGS]
    around = (path for path in item.path.resolve().parents if path in settings.sites)
    return next(around, None) or settings.site()


def linux_reason(item: pytest.Item) -> str:
    """Say why a scenario needs Linux in its guests; "" when the stub does."""
    mark = item.get_closest_marker("needs_linux")
    if mark is None:
        return "a live system" if item.get_closest_marker("live") is not None else ""
    reason: str = next(iter((*mark.args, *mark.kwargs.values())))
    return reason


def is_reference(config: pytest.Config) -> bool:
    """Whether the site is the project's own; in the checkout, the reference site."""
    site_dir, default = config.stash[SETTINGS].site_dir, _default_site(config)
    return site_dir is not None and default is not None and site_dir.resolve() == default.resolve()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    parser.addini("netboot_site", "the site to test unless --site names another", default="")
    parser.addini(
        "netboot_scenarios",
        "directories of scenarios: a run of something else does not look at netboot_site",
        type="paths",
        default=[],
    )
    add = parser.getgroup(GROUP).addoption
    parser.addini("netboot_matrix", "the file that says what tiers are", default="matrix.toml")
    add("--tier", metavar="NAME", default="", help=_TIER)
    add("--site", metavar="DIR", type=Path, help=_SITE)
    add("--servers", metavar="NAME,NAME", help=_SERVERS)
    for name, (metavar, meaning) in _PARTS.items():
        add(name, metavar=metavar, action="append", default=[], help=meaning)
    for name, (words, meaning) in _CHOICES.items():
        choices = ("auto", *words)
        add(name, choices=choices, default="auto", help=f"{meaning} (default: auto)")
    add("--evidence", metavar="DIR", type=Path, help=_EVIDENCE)
    for name, meaning in _SWITCHES.items():
        add(name, action="store_true", help=meaning)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the settings out of the options."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    named = _named_sites(config)
    default = _default_site(config)
    sites = named or (() if default is None else (default,))
    config.stash[SETTINGS] = Settings(
        sites=tuple(each.absolute() for each in sites),
        boots_of=_boots_of(config, sites),
        servers=tuple(filter(None, (config.getoption("servers") or "").split(","))),
        is_about_a_site=bool(sites) and (bool(named) or _has_scenarios(config)),
        **{name[2:]: config.getoption(name) for name in _CHOICES},
        firmware=tuple(config.getoption("firmware")),
        loaders=tuple(config.getoption("loader")),
        roms=tuple(config.getoption("rom")),
        qemus=tuple(config.getoption("qemu")),
        tier=config.getoption("tier"),
        evidence_dir=(config.getoption("evidence") or _project(config) / "evidence").absolute(),
        require_all=config.getoption("require_all"),
        progress=not config.getoption("no_progress"),
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Write nothing into the site, which pytest may have taken for its root."""
    config = session.config
    if _named_sites(config):
        keep_cache_in(config, _project(config))


def _named_sites(config: pytest.Config) -> tuple[Path, ...]:
    """Give the site of `--site`, or those in which all lies that is to be run."""
    if config.getoption("site") is not None:
        return (Path(config.getoption("site")),)
    found = _sites_around(config)
    return () if None in found else tuple(dict.fromkeys(filter(None, found)))


def _sites_around(config: pytest.Config) -> list[Path | None]:
    """Give for each thing that is to be run the site in which it lies; None where in none."""
    here = config.invocation_params.dir
    named = [Path(here, arg.partition("::")[0]).resolve() for arg in config.args]
    return [
        next((place for place in (path, *path.parents) if (place / SITE_FILE).is_file()), None)
        for path in named
    ]


def _boots_of(config: pytest.Config, sites: tuple[Path, ...]) -> tuple[Path, ...]:
    """Give the other sites whose boots are named beside `--site`."""
    own = {each.resolve() for each in sites}
    around = _sites_around(config) if config.getoption("site") is not None else ()
    return tuple(dict.fromkeys(each for each in around if each is not None and each not in own))


def _default_site(config: pytest.Config) -> Path | None:
    """Give the site of pytest's settings."""
    default: str = config.getini("netboot_site")
    return config.rootpath / default if default else None


def _has_scenarios(config: pytest.Config) -> bool:
    """Whether what is run lies in the directories of scenarios, or they in it."""
    named = (Path(config.invocation_params.dir, arg.partition("::")[0]) for arg in config.args)
    paths = [path.resolve() for path in named]
    places: list[Path] = config.getini("netboot_scenarios")
    return any(
        path.is_relative_to(place) or place.is_relative_to(path)
        for path in paths
        for place in map(Path.resolve, places)
    )


def _project(config: pytest.Config) -> Path:
    """Give where evidence goes by default: pytest's idea of a root may be the site's own."""
    here = config.invocation_params.dir
    is_ours = config.inipath is not None and here.is_relative_to(config.rootpath)
    return config.rootpath if is_ours else here


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long unless `-m` says what is wanted (`-m slow`: that tier alone).

    Where nothing else has been named, it is what is wanted.
    """
    scenarios = [item for item in items if is_scenario(item)]
    for item in scenarios:
        for name in ("real_clock", "needs_linux"):
            _verify_reason(item, name)
    if config.getoption("markexpr") or config.getoption("tier"):
        return
    long = [item for item in scenarios if item.get_closest_marker("slow")]
    if 0 < len(long) < len(items):
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def _verify_reason(item: pytest.Item, name: str) -> None:
    """Raise a UsageError when a scenario has a mark that wants a reason, and does not say why."""
    mark = item.get_closest_marker(name)
    given = () if mark is None else (*mark.args, *mark.kwargs.values())
    if mark is not None and not (len(given) == 1 and isinstance(given[0], str) and given[0]):
        raise pytest.UsageError(
            f"{item.nodeid}: {name} wants the reason, such as {name}('presses keys')"
        )
