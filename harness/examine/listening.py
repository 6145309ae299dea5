"""Whether a server of the site's own listens where it is asked for a file."""

from collections.abc import Iterator, Sequence

from harness.daemon_facts import Daemon, Served
from harness.examine.finding import Finding, error
from harness.examine.hosts import Hosts, said_of
from harness.examine.named import BootFile, server_of
from harness.loaders.ipxe.image import unknown_scheme
from harness.model import Role
from harness.services.registry import SITE_DAEMONS
from harness.site import Site
from harness.site.places import setting_lines
from harness.site.said import Topic
from harness.site.url import url_fault

_HTTPS = 443
_CALLED = {Role.HTTP: "HTTP's, and the site has no web server"}
_CALLED[Role.TFTP] = "TFTP's, and the site has no TFTP server"


def unheard(
    site: Site, text: str, place: str, hosts: Hosts, *, is_whole: bool = False
) -> Iterator[Finding]:
    """Say that nobody listens for the name or URL of a file that the boot server is to have.

    `is_whole`: a name without a scheme is TFTP's, and not looked for beside a script.
    """
    file = BootFile.of(text)
    if text.lower().startswith("https:"):
        web = site.daemon_facts.by_role(Role.HTTP, next(iter(hosts.addresses(file.host)), ""))
        heard_on = {each.port for each in web.serves} if web is not None else set()
        if hosts.is_own(file.host) and _HTTPS not in heard_on:
            yield error(place, f"'{text}': no web server of the site listens for HTTPS")
    elif file.role is not None and (not file.host or hosts.is_own(file.host)):
        told = server_of(site, text, by=place)
        asked_at = hosts.addresses(file.host or told) if told else frozenset[str]()
        serving = site.daemon_facts.filling(file.role)
        there = [each for each in serving if not asked_at or asked_at & each.addresses]
        daemon = next(iter(there or serving), None)
        if daemon is not None and not there:
            whose = " and ".join(sorted(daemon.addresses))
            named = (
                e.place for e in said_of(site) if e.topic is Topic.BOOT_SERVER and e.text == told
            )
            at = file.host or f"{told} ({next(named, place)})"
            called = f"{file.role.called} is on {at}: {daemon.called} is {whose}"
            yield error(place, f"'{text}': no {called}")
        elif daemon is not None:
            yield from _unheard_by(site, daemon, file, text, place, hosts)
        elif "://" in text or is_whole:
            idle = [each.idle.get(file.role, "") for each in site.daemon_facts.all]
            off = [e.switched_off(site) for e in SITE_DAEMONS if file.role in e.roles]
            why = next(filter(None, [*idle, *off]), "")
            yield error(place, f"'{text}' is {_CALLED[file.role]}{f': {why}' if why else ''}")
    elif file.host and hosts.is_own(file.host) and not url_fault(text):
        yield from _unserved(site, text, place, hosts)


def _unserved(site: Site, text: str, place: str, hosts: Hosts) -> Iterator[Finding]:
    """Say that nobody there gives files out by a URL's scheme, which is not HTTP's or TFTP's."""
    scheme, asked_at = text.partition(":")[0].lower(), hosts.addresses(BootFile.of(text).host)
    serving = site.daemon_facts.filling(Role.NFS) if scheme == "nfs" else ()
    if any(each.addresses & asked_at for each in serving):
        return
    filling = {each: site.daemon_facts.by_role(Role(each)) for each in ("http", "tftp")}
    told = [f"{each}:// ({by.called})" for each, by in filling.items() if by is not None]
    by_ipxe = f"; {unknown}" if (unknown := unknown_scheme(scheme)) else ""
    here = f"; here are {' and '.join(told)}" if told else ""
    what = f"'{text}' is {scheme.upper()}'s, and the site has no {scheme.upper()} server"
    yield error(place, f"{what}{by_ipxe}{here}")


def _unheard_by(
    site: Site, daemon: Daemon, file: BootFile, text: str, place: str, hosts: Hosts
) -> Iterator[Finding]:
    here = [each for each in daemon.serves if each.port in (0, file.port)]
    asked_at = daemon.addresses if not file.host else hosts.addresses(file.host)
    if daemon.serves and not here:
        ports = " and ".join(map(str, sorted({each.port for each in daemon.serves})))
        listens = f"{daemon.called} listens on port {ports}{where_listened(site, daemon)}"
        yield error(place, f"'{text}': {listens}")
    elif here and asked_at and not any(each.hears(ip) for each in here for ip in asked_at):
        over = " and ".join(sorted({"IPv6" if ":" in ip else "IPv4" for ip in asked_at}))
        listens = f"{daemon.called} listens on {_places(here)} alone"
        others = [each for each in daemon.serves if any(map(each.hears, asked_at))]
        if others:
            listens = f"{daemon.called} listens on {_places([*here, *others])} only"
        yield error(place, f"'{text}', over {over}: {listens}{where_listened(site, daemon)}")


def where_listened(site: Site, daemon: Daemon) -> str:
    """Give the lines by which a daemon listens, in brackets; its file where none says so."""
    found = setting_lines(site, daemon.files, daemon.settings.get("listens", ()))
    return f" ({found or daemon.configuration})"


def _places(served: Sequence[Served]) -> str:
    """Say where these are listened for: `127.0.0.1:80`."""
    pairs = ((f"[{e.address}]" if ":" in e.address else e.address, e.port) for e in served)
    return " and ".join(dict.fromkeys(f"{address}:{port}" for address, port in pairs))
