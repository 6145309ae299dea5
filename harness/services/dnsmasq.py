"""dnsmasq: names, addresses, boot files beside another's addresses, TFTP (package dnsmasq-base)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import ClassVar

from harness.daemon_facts import Acceptance, Daemon, Served
from harness.host.tools import server_tool
from harness.model import PROXY_DHCP_PORT, Family, Role
from harness.services.configuration import dnsmasq as configuration
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.files import Files
from harness.site.problem import Problem
from harness.site.said import Said, Topic

_PORT = 53
_PORTS = {
    **{Role.DNS: _PORT, Role.DHCPV4: 67, Role.DHCPV6: 547, Role.TFTP: 69},
    Role.PROXY_DHCP: PROXY_DHCP_PORT,
}


class Dnsmasq(SiteDaemon):
    """Answers for names; by its options it leases, adds boot files, advertises, gives out files."""

    name = "dnsmasq"
    tool = server_tool("dnsmasq", package="dnsmasq-base")
    sign = f"UDP port {_PORT}, or DHCP's"
    roles = (Role.DNS,)
    writes = ("/var/lib/misc",)
    configured_by = configuration.MAIN
    parts = (configuration.PARTS,)
    units = ("dnsmasq.service",)
    copied = (
        *(configuration.MAIN, configuration.PARTS, configuration.SETTINGS),
        *(configuration.ETHERS, "etc/hosts"),
    )
    hides = (configured_by, *parts, configuration.SETTINGS, configuration.ETHERS)
    accounts: ClassVar[Mapping[str, tuple[str, str]]] = {"dnsmasq": ("dnsmasq", "nogroup")}
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "listens": ("port", "listen-address", "interface", "except-interface"),
        "name": ("host-record", "address", "cname", "addn-hosts", "server", "local"),
        "gives": ("dhcp-range", "dhcp-host"),
        "for": ("dhcp-range",),
        "preferred": ("dhcp-range",),
        "mask": ("dhcp-range", "option:netmask"),
        "router": ("option:router", "dhcp-option=3"),
        "DNS": ("option:dns-server", "option6:dns-server", "dhcp-option=6"),
        "domain": ("option:domain-name", "domain"),
        "next-server": ("dhcp-boot",),
        "file": ("dhcp-boot", "pxe-service", "option:bootfile-name", "option6:bootfile-url"),
        "option 67": ("dhcp-boot", "pxe-service", "option:bootfile-name"),
        "PXE": ("pxe-service", "pxe-prompt"),
        "TFTP server": ("dhcp-boot", "option:tftp-server"),
        "host name": ("dhcp-host",),
        "root path": ("option:root-path",),
        "NTP": ("option:ntp-server",),
        "search": ("option:domain-search", "option6:domain-search"),
        "vendor class": ("option:vendor-class", "dhcp-option-force"),
        "preference": ("dhcp-authoritative",),
        "information refresh": ("option6:information-refresh-time",),
        "vendor options": ("dhcp-option",),
        "iPXE": ("dhcp-userclass", "dhcp-match"),
        "iPXE options": ("encap:175", "dhcp-option"),
        "advertises": ("enable-ra", "beside ra-param"),
        "managed": ("ra-stateless", "ra-only", "slaac", "enable-ra", "dhcp-range"),
        "prefix": ("dhcp-range", "enable-ra"),
        "on-link": ("off-link", "dhcp-range"),
    }
    settings6: ClassVar[Mapping[str, Sequence[str]]] = {
        "DNS": ("option6:dns-server", "option6:23"),
        "search": ("option6:domain-search", "option6:24"),
        "file": ("option6:bootfile-url", "option6:59"),
        "vendor class": ("option6:16",),
    }
    """What over IPv6 has a name of its own."""
    # A boot server's network often has no way out, and is meant so.
    warning = re.compile(r"\bwarning: (?!no upstream servers)|\bignoring ")
    # Each query is logged, and of DHCP each transaction, whatever `quiet-dhcp` says: its log is a
    # witness.
    argv = (
        *("dnsmasq", "--keep-in-foreground", "--log-queries", "--log-dhcp", "--log-facility=-"),
        "--pid-file=/run/dnsmasq.pid",
    )

    @classmethod
    def set_up(cls, files: Files) -> str:
        """Look for an option that says more than where others are."""
        given = configuration.options(files)
        telling = (each for each in given if each.name not in ("conf-dir", "conf-file"))
        return next((each.place for each in telling), "")

    @classmethod
    def accepts(cls, site: Site) -> Acceptance:
        """Go by its hosts, and whom it ignores."""
        return configuration.accepts(site)

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its interfaces, networks, boot files and names."""
        return configuration.says(files)

    @classmethod
    def doubts(cls, site: Site) -> Iterator[Problem]:
        """Look at its interfaces, its port, and what it tells no machine."""
        given = configuration.options(site)
        served = [each for each in given if each.name == "interface" and each.value != "lo"]
        mine = site.server.interface
        is_mine = any(fnmatchcase(mine, name) for each in served for name in each.fields)
        if served and not is_mine and not any(each.name == "listen-address" for each in given):
            names = " and ".join(each.value for each in served)
            what = f"{cls.name} serves {names}, and machines are on {mine}"
            yield Problem(what=what, path=site.dir / served[0].path, line=served[0].line)
        for each in given:
            if each.name == "port" and each.value not in ("0", str(_PORT)):
                what = f"{cls.name} listens on port {each.value}, and machines ask a DNS server on"
                yield Problem(what=f"{what} {_PORT}", path=site.dir / each.path, line=each.line)
        networks = [each.network for each in (site.relay or site.server).interfaces]
        for each in configuration.elsewhere(site, networks):
            own = " and ".join(map(str, networks))
            what = f"machines are in {own}, and are told nothing by a proxy for {each.untagged[0]}"
            yield Problem(what=what, path=site.dir / each.path, line=each.line)
        for each, why in (
            *configuration.vain(site),
            *configuration.unread(site),
            *configuration.without_role(site),
        ):
            yield Problem(what=why, path=site.dir / each.path, line=each.line)

    @classmethod
    def facts(cls, site: Site) -> Daemon:
        """Add the roles that its options give it, what it leases and what it gives out."""
        roles = configuration.roles(site)
        ranges = {each: ", ".join(configuration.leased(site, each)) for each in Family}
        roots = (each.text for each in cls.says(site) if each.topic is Topic.ROOT)
        return replace(
            super().facts(site),
            roles=roles,
            # Of TFTP it logs what it has sent.
            logs_nothing_of=(Role.TFTP,),
            logs_by_transaction=True,
            settings_by_role={Role.DHCPV6: cls.settings6},
            is_next_server=True,
            withheld=configuration.withheld(site),
            no_free_lease="no address available",
            no_subnet="no address range available",
            idle=configuration.idle(site),
            turned_away=("ignored",),
            pools=tuple((Role.dhcp(each), told) for each, told in ranges.items() if told),
            serves=tuple(Served(directory=root) for root in roots if Role.TFTP in roles),
        )

    @classmethod
    def configuration_files(cls, site: Site) -> tuple[str, ...]:
        """Give the files that its options are in."""
        return configuration.files_read(site)

    def command(self) -> Sequence[str]:
        """Read what Debian's unit would, and nothing of this machine's own.

        It waits three seconds for the answer to a ping before it offers an address: with the fast
        clock its guest has given up by then, and in a lab nobody else has one.
        """
        return (*self.argv, *(["--no-ping"] if self.for_fast_guests else ()), *self._files())

    def check_command(self) -> Sequence[str]:
        """Let it look at the same files."""
        return ("dnsmasq", "--test", *self._files())

    def is_ready(self) -> bool:
        """Its port is bound; without DNS, that of what else it does."""
        roles = configuration.roles(self.site)
        return self.listens("udp", next((_PORTS[role] for role in _PORTS if role in roles), _PORT))

    def _files(self) -> Iterator[str]:
        yield f"--conf-file={f'/{configuration.MAIN}' if self.site.has(configuration.MAIN) else ''}"
        if self.site.names(configuration.PARTS):
            yield f"--conf-dir={configuration.part_words(self.site)}"
