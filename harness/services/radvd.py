"""radvd, the router advertisement daemon (package radvd)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from harness.host.tools import server_tool
from harness.model import Family, Role
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.check import other_interface
from harness.site.problem import Problem

_INTERFACE = re.compile(r"^\s*interface\s+([^\s{]+)", re.MULTILINE)


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
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "managed": ("AdvManagedFlag",),
        "other": ("AdvOtherConfigFlag",),
        "router": ("AdvDefaultLifetime",),
        "preference": ("AdvDefaultPreference",),
        "prefix": ("prefix",),
        "on-link": ("AdvOnLink",),
        "autonomous": ("AdvAutonomous",),
        "valid": ("AdvValidLifetime",),
        "preferred": ("AdvPreferredLifetime",),
        "MTU": ("AdvLinkMTU",),
        "DNS": ("RDNSS",),
        "domain": ("DNSSL",),
    }

    @classmethod
    def problems(cls, site: Site) -> Iterator[Problem]:
        """Look at the interfaces that it is told to serve, too."""
        yield from super().problems(site)
        path = cls.configured_by
        served = _INTERFACE.findall(site.read(path)) if site.has(path) else [site.server.interface]
        if site.server.interface not in served:
            yield other_interface(site, path, f"radvd serves {' '.join(served) or 'no interface'}")
