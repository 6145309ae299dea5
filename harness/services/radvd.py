"""radvd, the router advertisement daemon (package radvd)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from harness.host.tools import server_tool
from harness.model import Family, Role
from harness.services.configuration.blocks import Statement, read, walk
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.check import other_interface
from harness.site.files import Files
from harness.site.problem import Problem
from harness.site.said import Said, Topic, networks_in


class Radvd(SiteDaemon):
    """Sends the router advertisements that make IPv6 hosts ask DHCPv6."""

    name = "radvd"
    tool = server_tool("radvd")
    # As Debian's unit, in the foreground; debug level 1 tells when it is up.
    argv = ("radvd", "--nodaemon", "--logmethod", "stderr_clean", "--debug", "1")
    check_argv = ("radvd", "--logmethod", "stderr_clean", "--configtest")
    # When it will advertise next: its configuration is read, its sockets are open.
    ready = "polling for"
    roles = (Role.RA,)
    family = Family.IPV6
    configured_by = "etc/radvd.conf"
    works_by = Topic.INTERFACE
    warning = re.compile(
        r"^(?:Min|Max|Adv|prefix|invalid).*\b(?:must|should|invalid|ignor)", re.IGNORECASE
    )
    hides: ClassVar[tuple[str, ...]] = (configured_by, "etc/radvd.d", "etc/default/radvd")
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "advertises": ("AdvSendAdvert", "in interface"),
        "prefix": ("prefix", "in interface"),
        "on-link": ("AdvOnLink", "in prefix"),
        "autonomous": ("AdvAutonomous", "in prefix"),
        "valid": ("AdvValidLifetime", "in prefix"),
        "preferred": ("AdvPreferredLifetime", "in prefix"),
        "managed": ("AdvManagedFlag", "in interface"),
        "other": ("AdvOtherConfigFlag", "in interface"),
        # Of its own it is three times the interval (radvd.conf(5)).
        "default router": ("AdvDefaultLifetime", "MaxRtrAdvInterval", "in interface"),
        "preference": ("AdvDefaultPreference",),
        "hop limit": ("AdvCurHopLimit",),
        "reachable": ("AdvReachableTime",),
        "retransmission": ("AdvRetransTimer",),
        "advertised every": ("AdvIntervalOpt", "MaxRtrAdvInterval"),
        "MTU": ("AdvLinkMTU",),
        "DNS": ("RDNSS",),
        "search": ("DNSSL",),
        "route": ("route",),
    }

    units: ClassVar[tuple[str, ...]] = ("radvd.service",)
    copied: ClassVar[tuple[str, ...]] = ("etc/radvd.conf",)

    @classmethod
    def says(cls, files: Files) -> Iterator[Said]:
        """Give its interfaces and prefixes."""
        for each in walk(read(files, cls.configuration(files))):
            for topic, text in _said(each):
                yield Said(topic=topic, text=text, path=each.path, line=each.line)

    @classmethod
    def interfaces(cls, files: Files) -> Mapping[str, int | None]:
        """Give the interfaces that it is told to serve, each with its line."""
        said = (each for each in cls.says(files) if each.topic is Topic.INTERFACE)
        return {each.text: each.line for each in said}

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look at the interfaces that it is told to serve, too."""
        yield from super().problems(site)
        served = cls.interfaces(site)
        if site.has(cls.configured_by) and site.server.interface not in served:
            what = f"radvd serves {' '.join(served) or 'no interface'}"
            line = next(iter(served.values()), None)
            yield other_interface(site, cls.configured_by, what, line)


def _said(statement: Statement) -> Iterator[tuple[Topic, str]]:
    match statement.words:
        case ("interface", name):
            yield Topic.INTERFACE, name
        case ("prefix", network):
            yield from networks_in(network)
        case ("RDNSS", *addresses):
            yield from ((Topic.DNS_SERVER, address) for address in addresses)
