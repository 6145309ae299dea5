"""What looks wrong in the boot scripts that machines come to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from harness.examine import programs, pxelinux, script_ends, shut
from harness.examine.finding import Finding, error, warning
from harness.examine.hosts import Hosts, url_faults, urls
from harness.examine.listening import unheard
from harness.examine.named import (
    BootFile,
    by_paths,
    followed,
    handed_out,
    lies_at,
    scripts,
    where_set,
    with_server,
)
from harness.loaders import Loader, loader
from harness.loaders.grub import SIGNED_MENU, X64, words
from harness.loaders.grub.faults import unseen_files
from harness.loaders.ipxe import AUTOEXEC
from harness.loaders.ipxe.faults import command_faults
from harness.loaders.ipxe.named_files import unfetched_initrds
from harness.loaders.ipxe.script import SHEBANGS, IpxeScript, ipxe_scripts, is_ipxe
from harness.loaders.ipxe.variables import unset
from harness.loaders.named_files import named_files
from harness.loaders.script import ANY, NamedFile, Script, Use
from harness.model import Role
from harness.site import Site
from harness.site.url import BACKSLASH

_TOLD = frozenset({"echo", "item", "menu", "menuentry", "prompt", "submenu"})
"""Commands that only show their words."""
_DEBIANS_GRUB = re.compile(r"grub(?:@[^/]+)?/.*\.efi\.signed$")
_IPXE, _GRUB, _PXELINUX = loader("ipxe"), loader("grub"), loader("pxelinux")
_SERVER = re.compile(r"(?<![\w.:/])(?P<host>\d{1,3}(?:\.\d{1,3}){3}):/")
"""An NFS server: `nfsroot=192.0.2.1:/srv`."""


def findings(site: Site, hosts: Hosts) -> Iterator[Finding]:
    """Go through the scripts that DHCP hands out and those that they lead to."""
    texts = scripts(site)
    reached = _reached(site, texts)
    reached_texts = {path: texts[path] for path in reached}
    yield from shut.findings(site, reached_texts)
    for path in sorted(reached):
        text = texts[path]
        is_ipxe = text.text.startswith(SHEBANGS) or path.endswith(".ipxe")
        for number, line in text.lines.items():
            yield from _hosts(line, f"{path}:{number}", hosts)
        whose = _whose(path, is_ipxe=is_ipxe)
        others = () if is_ipxe else sorted(reached - {path})
        faults = [*whose.script_faults(site, path), *whose.default_faults(site, path, others)]
        faults += command_faults(site, path) if is_ipxe else ()
        is_grub = whose is _GRUB and path.endswith(".cfg")  # a shell's scripts lie there, too
        faults += words.command_faults(site, path, others) if is_grub else ()
        yield from (_placed(fault, path) for fault in faults)
        yield from _unseen(site, path)
    yield from script_ends.findings(_ipxe_scripts(texts, reached))
    yield from _missing(site, reached_texts)
    yield from _unheard(site, reached_texts, hosts)
    yield from _backslashes(reached_texts)
    yield from _unmade(reached_texts, hosts)
    yield from programs.findings(site, reached_texts)
    yield from pxelinux.findings(site, reached_texts)
    yield from _no_scripts(site, texts)
    yield from _stand_ins(site, texts)


def _whose(path: str, *, is_ipxe: bool) -> Loader:
    return _IPXE if is_ipxe else _PXELINUX if _PXELINUX.is_script(path, b"") else _GRUB


def _unseen(site: Site, path: str) -> Iterator[Finding]:
    """Warn of a test that is never true: an entry behind it may be meant for disks alone."""
    for each in unseen_files(site, path):
        where, _, what = each.partition(": ")
        yield warning(where, what)


def _stand_ins(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Say that Debian's GRUB stands in for one that looks for its menu elsewhere."""
    menu = f"{site.root_of(Role.TFTP)}/{SIGNED_MENU}"
    if site.provides(menu):
        return
    other = next((f"; {path} is" for path in texts if path.endswith("/grub.cfg")), "")
    for path in (path for path, asset in site.supply.items() if _DEBIANS_GRUB.match(asset)):
        what = f"{site.supply[path]} stands in for it and looks for {menu}, which is not there"
        cure = f"lay the server's own loader there, or supply {X64}, which looks beside itself"
        yield error(path, f"{what}{other}: {cure}")


def _no_scripts(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Say what is handed out by a script's name and is no script."""
    handed = dict.fromkeys(each.path for _, each in handed_out(site))
    for path in (path for path in handed if path.endswith(".ipxe") and path not in texts):
        yield from (_placed(fault, path) for fault in _IPXE.script_faults(site, path))


def _reached(site: Site, texts: Mapping[str, Script]) -> set[str]:
    """Give the scripts that machines come to; of GRUB's, whose first one is in GRUB itself, all."""
    reached = {each.path for _, each in handed_out(site)} & set(texts)
    reached |= {path for path, text in texts.items() if not text.text.startswith(SHEBANGS)}
    beside = (each.path.rpartition("/")[0] for _, each in handed_out(site))
    own = {f"{place}/{AUTOEXEC}" for place in (site.root_of(Role.TFTP), *beside)}
    reached |= own & set(texts)
    looked_at: set[str] = set()
    while new := reached - looked_at:
        looked_at |= new
        for file in named_files([texts[path] for path in sorted(reached)]):
            for name in filter(_is_told, file.names):
                meant = lies_at(site, file, name.replace(ANY, "*"))
                reached |= {path for path in texts if meant and fnmatchcase(path, meant)}
    return reached


def _is_told(name: str) -> bool:
    """Whether a name may tell one script from another: it is not marks between variables alone."""
    return not name.strip(ANY) or re.search(r"\w", name.replace(ANY, "")) is not None


def _ipxe_scripts(texts: Mapping[str, Script], paths: set[str]) -> Mapping[str, IpxeScript]:
    named = {path: texts[path] for path in sorted(paths)}
    return {path: IpxeScript(e.name, e.text) for path, e in named.items() if is_ipxe(e.text)}


def _hosts(line: str, where: str, hosts: Hosts) -> Iterator[Finding]:
    if line.split(maxsplit=1)[0].lower() in _TOLD:
        return
    found = [finding for url in urls(line) for finding in url_faults(url, where, hosts)]
    found += [
        each for match in _SERVER.finditer(line) for each in hosts.found(match["host"], where)
    ]
    yield from dict.fromkeys(found)


def _backslashes(texts: Mapping[str, Script]) -> Iterator[Finding]:
    paths = {text.name: path for path, text in texts.items()}
    for file in named_files(list(texts.values())):
        if "\\" in file.text:
            yield warning(f"{paths[file.script]}:{file.line}", f"'{file.text}': {BACKSLASH}")


def _missing(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Say which script is gone to, and is not there; one that may be missing has `||` behind it."""
    paths = {text.name: path for path, text in texts.items()}
    for file in named_files(list(texts.values())):
        line = texts[paths[file.script]].lines.get(file.line, "")
        if file.use is Use.SCRIPT and not file.by_tftp and "||" not in line:
            yield from _missing_script(site, file, f"{paths[file.script]}:{file.line}")


def _unmade(texts: Mapping[str, Script], hosts: Hosts) -> Iterator[Finding]:
    """Say which variables and initrds nothing makes; another server's scripts may make any."""
    named = named_files(list(texts.values()))
    scripts_named = [name for file in named if file.use is Use.SCRIPT for name in file.names]
    of_others = (BootFile.of(name).host for name in scripts_named if "://" in name)
    if any(host and ANY not in host and not hosts.is_own(host) for host in of_others):
        return
    paths = {text.name: path for path, text in texts.items()}
    of_ipxe = ipxe_scripts(texts.values())
    for name, line, what in (*unset(of_ipxe), *unfetched_initrds(of_ipxe)):
        yield warning(f"{paths[name]}:{line}", by_paths(what, paths))


def _unheard(site: Site, texts: Mapping[str, Script], hosts: Hosts) -> Iterator[Finding]:
    """Say which file is asked for where nobody listens; with `||` behind it, that may be meant."""
    paths = {text.name: path for path, text in texts.items()}
    for file in named_files(with_server(site, texts)):
        where = f"{paths[file.script]}:{file.line}"
        line = dict(texts[paths[file.script]].lines).get(file.line, "")
        for name in file.names if "://" in file.text or "${" in file.text else ():
            if "://" in name and ANY not in name.split("/")[2]:
                told = where_set(texts[paths[file.script]], file.text, paths)
                for each in _unfetched(site, name.replace(ANY, "*"), where, hosts):
                    yield replace(each, what=f"{each.what}{told}", is_error="||" not in line)


def _unfetched(site: Site, url: str, where: str, hosts: Hosts) -> Iterator[Finding]:
    """Say why nobody gives a URL out, here or where a web server sends those who ask for it."""
    led = followed(site, url)
    if led.is_endless:
        yield error(where, f"'{url}': {led.words}: it never ends")
        return
    sent = f": {led.words}" if led.words else ""
    faults = url_faults(led.text, where, hosts) if led.is_told else ()
    for each in (*faults, *unheard(site, led.text, where, hosts)):
        yield replace(each, what=f"{each.what}{sent}")


def _missing_script(site: Site, file: NamedFile, where: str) -> Iterator[Finding]:
    places = (lies_at(site, file, name) for name in file.names if ANY not in name)
    known = [each for each in places if each]
    missing = [e for e in known if not site.provides(e) and e not in (*site.absent, *site.laid)]
    if file.is_one_of_them and missing != known:
        return
    sent = next((f": {e.words}" for e in (followed(site, n) for n in file.names) if e.words), "")
    for lies in missing[:1] if file.is_one_of_them else missing:
        yield warning(where, f"{lies} is not there, and the script does not go on without it{sent}")


def _placed(fault: str, path: str) -> Finding:
    """Part what a loader says of a script from the place before it."""
    found = re.match(rf"(?P<place>{re.escape(path)}(?::\d+)?):? (?P<what>.*)", fault, re.DOTALL)
    return error(found["place"], found["what"]) if found else error(path, fault)
