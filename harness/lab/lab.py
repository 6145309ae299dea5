"""The lab itself: a site's boot server, up and watched, and the guests that boot from it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.assets import supply_layer
from harness.deadline import Pace
from harness.errors import HarnessError, ServiceError, UsageError
from harness.lab.layers import Layers, lay
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.services import LAB_SERVICES, SITE_SERVICES
from harness.services.base import Service
from harness.services.dhcpd import RogueDhcpd
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class LabOptions:
    """What a lab needs to know besides its site."""

    evidence_dir: Path
    cache_dir: Path
    pace: Pace = Pace()
    tell: Callable[[str], None] = lambda _what: None
    """Called with what is being waited for, for the progress line."""


class Lab:
    """One boot server with its network, between `__enter__` and `__exit__`."""

    def __init__(
        self, site: Site, options: LabOptions, *, payload: dict[str, tuple[Path, bytes]]
    ) -> None:
        """Keep the site and the options; `payload` is laid over the site's data."""
        self.site = site
        self.options = options
        self._payload = payload
        self.namespace = Namespace()
        self.network = Network(self.namespace)
        log_dir = options.evidence_dir / "log"
        kinds: Sequence[type[Service]] = (
            *LAB_SERVICES,
            *(SITE_SERVICES[name] for name in site.daemons),
        )
        self.services = {
            kind.name: kind(self.namespace, site, log_dir, options.pace) for kind in kinds
        }

    def __enter__(self) -> Self:
        """Bring everything up; return when every daemon serves."""
        self.namespace.__enter__()
        try:
            self._lay_files()
            self._build_network()
            self._start_services()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take everything down; what is written stays in the evidence directory."""
        self.namespace.__exit__(kind, error, traceback)
        for service in self.services.values():
            service.forget()

    def service(self, name: str) -> Service:
        """Give one of the running daemons by its name."""
        try:
            return self.services[name]
        except KeyError:
            known = ", ".join(self.services)
            raise UsageError(f"this lab runs no {name}; it runs {known}") from None

    def verify_alive(self) -> None:
        """Raise the ServiceError of the first daemon that ended without being told to."""
        for service in self.services.values():
            service.verify_alive()

    def add_rogue_dhcp_server(self, configuration: str, *, address: IPv4Interface) -> None:
        """Put a second DHCPv4 server on the bridge, as a forgotten box in a rack would be."""
        self.network.add_host(RogueDhcpd.interface, ipv4=address, mac="52:54:00:00:66:66")
        rogue = RogueDhcpd(
            self.namespace, self.site, self.options.evidence_dir / "log", self.options.pace
        )
        rogue_dir = self.namespace.path(rogue.directory)
        rogue_dir.mkdir()
        (rogue_dir / "dhcpd.conf").write_text(configuration)
        self.services[rogue.name] = rogue
        _bring_up(rogue)

    def _lay_files(self) -> None:
        """Make this host's files look like the site's."""
        supply = {path: asset for path, asset in self.site.supply.items()}
        layers = Layers(
            supply_dir=supply_layer(supply) if supply else None,
            payload=self._payload,
            evidence_dir=self.options.evidence_dir,
            capabilities_dir=self.options.cache_dir / "libvirt",
        )
        lay(self.namespace, self.site, layers)
        self.namespace.finish()

    def _build_network(self) -> None:
        """Make the management network with the server on it."""
        server = self.site.server
        self.network.build(interface=server.interface, ipv4=server.ipv4, ipv6=server.ipv6)

    def _start_services(self) -> None:
        """Take every daemon through its first three steps, side by side."""
        with ThreadPoolExecutor(max_workers=len(self.services)) as pool:
            started = [pool.submit(_bring_up, service) for service in self.services.values()]
        errors = [error for error in (each.exception() for each in started) if error is not None]
        if errors:
            raise next((e for e in errors if isinstance(e, HarnessError)), errors[0])


def _bring_up(service: Service) -> None:
    """Check, start, wait until ready."""
    service.check()
    service.start()
    service.wait_until_ready()
