"""The files that a site's own files name: by which server they are asked for, where they lie."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urljoin, urlsplit

from harness.describe.site_files import scripts_below
from harness.examine.hosts import hosts_of, said_of
from harness.loaders.ipxe.script import IpxeScript, is_ipxe
from harness.loaders.ipxe.variables import set_in
from harness.loaders.named_files import named_files
from harness.loaders.pxelinux.configuration import PXELINUX_DIR
from harness.loaders.script import ANY, NamedFile, Script, Use, path_from
from harness.model import Role
from harness.site import Site
from harness.site.files import locate, normal
from harness.site.said import Said, Topic

_PROGRAM = re.compile(r"\.(efi|0|pxe|kk?pxe|com|c32|bin|lkrn)(\.signed)?$", re.IGNORECASE)
_MOST_SENT = 10
"""Whoever is sent on more often is taken to be sent on for ever."""
_PORTS = {Role.HTTP: 80, Role.TFTP: 69}


@dataclass(frozen=True, kw_only=True)
class Named:
    """A file of the boot server's own that another file names."""

    path: str
    """Where it lies, or would, in the site."""
    asked: str
    """The name that machines ask for it by."""
    where: str
    """The line that names it."""
    is_kernel: bool = False
    """Whether the line takes it for a kernel: then the harness's own can lie there."""


@dataclass(frozen=True, kw_only=True)
class BootFile:
    """The name or URL of a boot file, taken apart."""

    role: Role | None
    """Whose it is; None for a URL that is none, or by which none of a site's servers is asked."""
    name: str
    host: str = ""
    """The server's name or address; "" where the name says none."""
    port: int = 0

    @classmethod
    def of(cls, text: str) -> "BootFile":
        """Take a name or URL apart."""
        if "://" not in text:
            return cls(role=Role.TFTP, name=text, port=_PORTS[Role.TFTP])
        try:
            url = urlsplit(text)
            host, port = url.hostname or "", url.port
        except ValueError:  # brackets that nobody closes, a port that is no number
            return cls(role=None, name="")
        role = {"http": Role.HTTP, "tftp": Role.TFTP}.get(url.scheme.lower())
        usual = _PORTS[role] if role is not None else 0
        return cls(role=role, name=unquote(url.path), host=host, port=port or usual)


def handed_out(site: Site) -> Iterator[tuple[Said, Named]]:
    """Give what DHCP servers hand out of this server's own files, with the line."""
    for said in said_of(site):
        if said.topic is Topic.BOOT_FILE and "${" not in said.text:
            path = place(site, said.text, by=said.place)
            if path:
                yield said, Named(path=path, asked=said.text, where=said.place)


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A name or URL, and to which other ones a web server of the site's sends who asks for it."""

    text: str
    """The last one."""
    words: str = ""
    """How it came to that; "" where nobody is sent on."""
    place: str = ""
    """The line of the last rule."""
    is_told: bool = False
    """Whether clients are told to go on: who follows no redirection gets nothing."""
    is_endless: bool = False
    """Whether it leads back to where it came from, or on and on."""


def followed(site: Site, text: str, *, by: str = "", server: str = "") -> Followed:
    """Go to where a site's web servers send outright who asks for this.

    `by`, `server`: as for `place`.
    """
    led, passed = Followed(text=text), {text}
    while not led.is_endless:
        file = BootFile.of(led.text)
        if file.role is not Role.HTTP or not hosts_of(site).is_own(file.host):
            return led
        asked_at = server or server_of(site, led.text, by=by)
        daemon = site.daemon_facts.by_role(Role.HTTP, asked_at)
        host = led.text.split("/")[2]
        meant = daemon.served(file.name, host=file.host, port=file.port) if daemon else None
        sent = meant.sent(file.name, host) if meant is not None else None
        if daemon is None or sent is None:
            return led
        rule, into = sent
        text = urljoin(led.text, into)
        how = "looks for" if rule.is_inner else "sends who asks on to"
        words = f"{daemon.called} {how} '{text}' by `{rule.rule}` ({rule.place})"
        led = Followed(
            text=text,
            words="; ".join(filter(None, (led.words, words))),
            place=rule.place,
            is_told=led.is_told or not rule.is_inner,
            is_endless=text in passed or len(passed) > _MOST_SENT,
        )
        passed.add(text)
    return led


def place(site: Site, text: str, *, script: str = "", by: str = "", server: str = "") -> str:
    """Give the path in the site that a name or URL means; "" for another server's, or none.

    A name without a server is TFTP's, or, in a script, looked for beside the script. `by`: the
    line of a DHCP server's that has it; `server`: the address that goes with it, where one is told.
    """
    text = followed(site, text, by=by, server=server).text
    file = BootFile.of(text)
    if file.role is None or not file.name.strip("/"):
        return ""
    if file.host and not hosts_of(site).is_own(file.host):
        return ""
    if script and "://" not in text:
        return _place_beside(site, path_from(script, file.name), script)
    server = server or server_of(site, text, by=by)
    port = file.port if file.role is Role.HTTP else 0
    return site.place_of(file.role, file.name, host=file.host, server=server, port=port)


def _place_beside(site: Site, asked: str, script: str) -> str:
    """Give where a file lies that a script names without a server: that which has the script.

    A script of the TFTP server's may lie where the web server gives out others; and below an alias
    the web server's names begin elsewhere.
    """
    by_http = site.place_of(Role.HTTP, asked)
    having = (root for root in site.roots if site.has(f"{root}{script}"))
    beside = (normal(f"{root}{asked}") for root in having)
    return next((path for path in (by_http, *beside) if path and site.provides(path)), by_http)


def lies_at(site: Site, file: NamedFile, name: str) -> str:
    """Give the path in the site that one of a named file's names means; "" for another's."""
    return place(site, name.partition("?")[0], script="" if file.by_tftp else file.script)


def by_paths(what: str, paths: Mapping[str, str]) -> str:
    """Put a script's place in the site where a text has the name that it is asked for by."""
    for name, path in paths.items():
        what = what.replace(f"({name}:", f"({path}:")
    return what


def where_set(script: Script, text: str, paths: Mapping[str, str]) -> str:
    """Give where one of iPXE's scripts sets the variables of a text, in brackets, or ""."""
    own = IpxeScript(script.name, script.text) if is_ipxe(script.text) else None
    return "" if own is None else by_paths(set_in(own, text), paths)


def server_of(site: Site, text: str, *, by: str = "") -> str:
    """Give the address of the site's own host that a name or URL is asked of; "": none is told.

    A name without a server is asked of the next-server: of several the one that has the file, else
    one that serves TFTP at all. `by`: the line of a DHCP server's that has it.
    """
    file, hosts = BootFile.of(text), hosts_of(site)
    role = file.role or Role.TFTP
    named = [file.host] if file.host else boot_servers(site, by)
    told = [ip for each in named if hosts.is_own(each) for ip in sorted(hosts.addresses(each))]
    serving = [ip for ip in told if any(ip in e.addresses for e in site.daemon_facts.filling(role))]
    places = {ip: site.place_of(role, file.name, host=file.host, server=ip) for ip in serving}
    having = (ip for ip, path in places.items() if path and site.provides(path))
    return next(having, next(iter((*serving, *told)), ""))


def boot_servers(site: Site, by: str = "") -> list[str]:
    """Give whom clients are told to ask; `by`: the line of a DHCP server's that has the file.

    That server names it then, in the line itself or elsewhere; or it is meant itself.
    """
    said = list(said_of(site))
    told = [each for each in said if each.topic is Topic.BOOT_SERVER]
    path = by.partition(":")[0]
    daemon = next((each for each in site.daemon_facts.all if path in each.files), None)
    own = [each for each in told if daemon is not None and each.path in daemon.files]
    beside = [each for each in own if each.place == by]
    if daemon is not None and daemon.is_next_server and not beside:
        of_files = {each.place for each in said if each.topic is Topic.BOOT_FILE}
        of_all = [each.text for each in own if each.place not in of_files]
        return [*of_all, *sorted(daemon.addresses)]
    return [each.text for each in beside or own or told]


def _programs(site: Site, file: NamedFile) -> Sequence[str]:
    """Give the names of a program; of a module's, which is looked for, the one that is meant.

    Where a link at the root leads to the configuration, as in Debian's tree, PXELINUX begins there.
    """
    if file.use is Use.MODULE:
        at_root = locate(site.dir, f"{site.root_of(Role.TFTP)}/{PXELINUX_DIR}") is not None
        there = (e for e in file.names if ANY not in e and site.provides(lies_at(site, file, e)))
        own = (e for e in file.names if at_root and e == f"/{file.text.lstrip('/')}")
        return (next(there, next(own, file.names[0])),)
    return file.names if file.use in (Use.KERNEL, Use.UNCLEAR) else ()


def scripts(site: Site) -> Mapping[str, Script]:
    """Give path → every boot script that lies below what the site serves."""
    found: dict[str, Script] = {}
    for root in site.roots:
        for path, script in scripts_below(site, root):
            found.setdefault(path, script)
    return found


def with_server(site: Site, texts: Mapping[str, Script]) -> list[Script]:
    """Give scripts (by path) with the address that iPXE has in `${next-server}` filled in."""
    own = next((str(each.ip) for each in (site.server.ipv4, site.server.ipv6) if each), "")
    return [replace(each, text=each.text.replace("${next-server}", own)) for each in texts.values()]


def started(site: Site, texts: Mapping[str, Script]) -> Iterator[Named]:
    """Give the programs of this server's own that scripts start, where a line says which."""
    places = {text.name: path for path, text in texts.items()}
    for file in named_files(list(texts.values())):
        for name in _programs(site, file):
            path = lies_at(site, file, name) if ANY not in name else ""
            if path and _PROGRAM.search(name):
                where = f"{places[file.script]}:{file.line}"
                is_kernel = file.use is Use.KERNEL
                yield Named(path=path, asked=name, where=where, is_kernel=is_kernel)
