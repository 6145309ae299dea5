"""Make a site of a tree: what runs there, a copy of what it needs, and its `site.toml`."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from shutil import rmtree

from harness.adopt.contents import program
from harness.adopt.copy import Copy, Left
from harness.adopt.site_file import site_file
from harness.adopt.source import GivenTree, opened
from harness.adopt.supply import asset_for, beside
from harness.describe.file_kind import kernel_kind
from harness.errors import UsageError
from harness.examine.named import Named, handed_out, scripts, started
from harness.loaders.named_files import named_files
from harness.loaders.script import Use
from harness.services.registry import SITE_DAEMONS, load_site
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Tree, locate, normal
from harness.site.found import FoundServer, find_server, without
from harness.site.further_host import HOSTS_DIR
from harness.site.model import SITE_FILE, LaidKind
from harness.site.said import Said, Topic

_BELOW_ETC = re.compile(r"(?<![\w./-])/etc/[\w./@+-]+")
"""A file that a configuration names, whatever for."""
_MAC_LENGTH = len("52:54:00:12:34:56")
_OTHERS = {
    "etc/caddy": "Caddy",
    "etc/xinetd.d/tftp": "TFTP by xinetd",
    "etc/bind/named.conf": "BIND",
    "etc/unbound/unbound.conf": "Unbound",
    "etc/samba/smb.conf": "Samba",
    "etc/target": "LIO (iSCSI)",
}
"""Where servers have the configuration of daemons that boot machines and that no lab runs."""


_UNITS = "etc/systemd/system"
_BY_UNITS = {
    r"\bhttp\.server\b|\bSimpleHTTPServer\b": "Python's web server",
    r"\bpixiecore\b": "Pixiecore",
    r"\bmatchbox\b": "matchbox",
    r"\bsmee\b|\btinkerbell\b": "Tinkerbell",
    r"\bcaddy\b": "Caddy",
    r"\b(?:docker|podman)\b": "a container",
    r"\btwistd?\b.*\bweb\b": "Twisted's web server",
}
"""The same of programs that have no package's files: how a unit of the server's own starts them."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A site that was made, and what its maker found, guessed and could not know."""

    site: Site
    daemons: Mapping[str, str]
    """Each daemon, and the place by which it runs."""
    server: FoundServer
    programs: Mapping[str, str]
    """Path → which loader lies there."""
    scripts: tuple[str, ...]
    supplied: Mapping[str, tuple[Named, str]]
    """Path → the file that is named and lacks, and the asset in its place."""
    missing: tuple[Named, ...]
    """What is named and lacks, and nothing can stand for."""
    hosts: tuple[Said, ...]
    """The addresses and names that DHCP servers reserve."""
    known: int
    """How many machines they know."""
    others: Mapping[str, str]
    """Place → a daemon that the tree has and no lab runs."""
    beside: Mapping[str, str]
    """The daemons of its further hosts, each with the place by which it runs."""
    files: Mapping[str, int]
    left: tuple[Left, ...]


def make_site(directory: Path, source: str, beside: Mapping[str, str] | None = None) -> Made:
    """Make a site in a directory that is not there yet, or empty.

    `beside` has the source of each of its further hosts, by name.

    Raises:
        UsageError: the directory holds something, or the source is no server's tree.
    """
    _refuse_what_is_there(directory)
    with opened(source) as tree, ExitStack() as stack:
        hosts = {n: stack.enter_context(opened(each)) for n, each in (beside or {}).items()}
        scratch = directory.with_name(f".{directory.name}.new")
        rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            made = _made(tree, hosts, scratch)
            if directory.is_dir():
                directory.rmdir()
            scratch.rename(directory)
        finally:
            rmtree(scratch, ignore_errors=True)
    return replace(made, site=load_site(directory))


def _refuse_what_is_there(directory: Path) -> None:
    if directory.is_dir() and not any(directory.iterdir()):
        return
    if directory.exists() or directory.is_symlink():
        raise UsageError(
            f"{directory} is there already, and is not overwritten",
            cure="name another directory, or move this one away",
        )


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """What was found on one host, and copied."""

    kinds: Sequence[type[SiteDaemon]]
    daemons: Mapping[str, str]
    said: Sequence[Said]
    copy: Copy
    server: FoundServer


def _taken(tree: GivenTree, into: Path, *, not_own: Collection[str] = ()) -> _Taken:
    """Copy what a host needs; addresses that are `not_own` tell nothing of itself."""
    kinds, daemons = _configured(tree)
    if not daemons:
        known = ", ".join(dict.fromkeys(kind.name for kind in SITE_DAEMONS))
        others = ", ".join(f"{what} ({place})" for place, what in _others(tree).items())
        raise UsageError(
            "these files set up no daemon that the harness runs"
            + (f"; it does not run {others}" if others else ""),
            cure=f"give a boot server's /etc; known are {known}",
        )
    said = [each for kind in kinds for each in kind.says(tree)]
    copy = Copy(tree=tree, into=into)
    _take_all(copy, kinds, said)
    own = without(said, not_own)
    return _Taken(kinds=kinds, daemons=daemons, said=said, copy=copy, server=find_server(tree, own))


def _made(tree: GivenTree, beside: Mapping[str, GivenTree], into: Path) -> Made:
    further = {name: _taken(each, into / HOSTS_DIR / name) for name, each in beside.items()}
    others = {address for each in further.values() for address in each.server.own_addresses}
    first = _taken(tree, into, not_own=others)
    kinds, daemons, said, copy = first.kinds, first.daemons, first.said, first.copy
    server = first.server
    secrets = [each for each in said if each.topic is Topic.SECRET]
    servers = {name: each.server for name, each in further.items()}
    laid: dict[str, tuple[Named, LaidKind]] = {}

    def written(supplied: Mapping[str, tuple[Named, str]], untold: Mapping[str, str]) -> Site:
        text = site_file(untold, server, secrets, supplied, laid=laid, hosts=servers)
        (into / SITE_FILE).write_text(text)
        return load_site(into)

    site = written({}, daemons)
    named = _named(site)
    laid |= _laid(named, {"": tree, **beside})
    supplied = _supplied(site, {p: n for p, n in named.items() if p not in laid})
    site = written(supplied, {})
    if set(site.daemons) != set(daemons):  # what switches one off was not copied
        site = written(supplied, daemons)
    return Made(
        site=site,
        daemons=daemons,
        server=server,
        programs={
            path: what for path, _ in _all_files(copy, further) if (what := _program(site, path))
        },
        scripts=tuple(scripts(site)),
        supplied=supplied,
        missing=_missing(named, {*supplied, *laid}),
        hosts=(hosts := tuple(each for each in said if each.topic is Topic.ASKS)),
        known=len(_known(site, kinds)) or len(hosts),
        others={p: what for p, what in _others(tree).items() if p not in daemons.values()},
        files=dict(_all_files(copy, further)),
        left=tuple(e for one in (first, *further.values()) for e in one.copy.left.values()),
        beside=_daemons_beside(further),
    )


def _supplied(site: Site, named: Mapping[str, Named]) -> dict[str, tuple[Named, str]]:
    """Give what can lie in the place of what is named, and of what that loads from beside it."""
    files = named_files(list(scripts(site).values()))
    modules = list(dict.fromkeys(each.text for each in files if each.use is Use.MODULE))
    given = {path: (each, asset_for(each, site)) for path, each in named.items()}
    found = {path: (each, asset) for path, (each, asset) in given.items() if asset}
    for each, asset in tuple(found.values()):
        for path, loaded in beside(each, asset, site, modules):
            if locate(site.dir, path) is None:
                found[path] = each, loaded
    return found


def _all_files(copy: Copy, hosts: Mapping[str, _Taken]) -> Iterator[tuple[str, int]]:
    yield from copy.files.items()
    for name, each in hosts.items():
        for path, size in each.copy.files.items():
            yield _below_host(name, path), size


def _laid(
    named: Mapping[str, Named], trees: Mapping[str, Tree]
) -> Iterator[tuple[str, tuple[Named, LaidKind]]]:
    """Give the kernels that firmware is handed to start, which are not copied, and their kind."""
    for host, tree in trees.items():
        for path, each in named.items():
            own = path.removeprefix(_below_host(host, ""))
            if not each.is_kernel and _below_host(host, own) == path and tree.has(own):
                kind = kernel_kind(tree.dir / own)
                if kind is not None:
                    yield path, (each, kind)


def _missing(named: Mapping[str, Named], had: Collection[str]) -> tuple[Named, ...]:
    return tuple(each for path, each in named.items() if path not in had and not each.is_kernel)


def _daemons_beside(hosts: Mapping[str, _Taken]) -> dict[str, str]:
    return {
        f"{daemon} on {name}": _below_host(name, place)
        for name, each in hosts.items()
        for daemon, place in each.daemons.items()
    }


def _below_host(name: str, path: str) -> str:
    return f"{HOSTS_DIR}/{name}/{path}" if name else path


def _known(site: Site, kinds: Sequence[type[SiteDaemon]]) -> frozenset[str]:
    """Give the MAC addresses that rules name to the end."""
    named = (mac for kind in kinds for mac in kind.accepts(site).macs)
    return frozenset(mac for mac in named if len(mac) == _MAC_LENGTH)


def _configured(tree: Tree) -> tuple[list[type[SiteDaemon]], dict[str, str]]:
    """Give the kinds of daemons that the tree runs, one of each name, and the places by which."""
    kinds = {kind.name: kind for kind in reversed(SITE_DAEMONS)}
    places = {name: kinds[name].is_configured(tree) for name in reversed(kinds)}
    running = {name: place for name, place in places.items() if place}
    return [kinds[name] for name in running], running


def _take_all(copy: Copy, kinds: Sequence[type[SiteDaemon]], said: Sequence[Said]) -> None:
    """Copy the daemons' files, what these name below /etc, and what is served."""
    for path in (path for kind in kinds for path in kind.copied):
        copy.take(path)
    for each in said:
        copy.take(each.path)
    looked_at: set[str] = set()
    while new := set(copy.files) - looked_at:
        looked_at |= new
        for path in sorted(new):
            for named in _below_etc(copy.tree, path):
                copy.take(named)
    for each in said:
        if each.topic is Topic.ROOT:
            copy.take_served(each.text)
            copy.make_dir(each.text)
        elif each.topic is Topic.EXPORT:
            copy.make_dir(each.text)


def _below_etc(tree: Tree, path: str) -> Iterator[str]:
    """Give the files below /etc that a copied one names, in lines that are no comments."""
    text = (tree.dir / path).read_text(errors="replace")
    for line in text.splitlines():
        for found in _BELOW_ETC.findall(line.partition("#")[0]):
            if tree.has(found.rstrip(".")):
                yield normal(found.rstrip("."))


def _named(site: Site) -> dict[str, Named]:
    """Give path → the first that names it, of the programs that the site names and lacks."""
    named = [*(each for _, each in handed_out(site)), *started(site, scripts(site))]
    lacking = (each for each in named if not site.provides(each.path))
    found: dict[str, Named] = {}
    for each in lacking:
        found.setdefault(each.path, each)
    return found


def _program(site: Site, path: str) -> str:
    place = locate(site.dir, path)
    return program(place) if place is not None and not path.startswith("etc/") else ""


def _others(tree: Tree) -> dict[str, str]:
    packaged = {
        place: what
        for place, what in _OTHERS.items()
        if tree.has(place) or any(not _is_hidden(name) for name in tree.names(place))
    }
    return {**packaged, **dict(_started_by_units(tree))}


def _started_by_units(tree: Tree) -> Iterator[tuple[str, str]]:
    units = (path for path in tree.names(_UNITS) if path.endswith(".service") and tree.has(path))
    for path in units:
        for number, line in enumerate(tree.read(path).splitlines(), start=1):
            if line.startswith("ExecStart="):
                known = (what for by, what in _BY_UNITS.items() if re.search(by, line))
                yield from ((f"{path}:{number}", what) for what in islice(known, 1))


def _is_hidden(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".")
