"""The hosts of a lab besides its boot server: stand-ins for those beyond it, and a relay."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.deadline import Pace
from harness.lab.namespace import Namespace
from harness.lab.outside import Outside
from harness.lab.relay_host import RelayHost
from harness.services.base import Service
from harness.site import Site


@dataclass(frozen=True, kw_only=True)
class OtherHosts:
    """Those of one lab."""

    outside: Outside | None
    relay: RelayHost | None

    @classmethod
    def of(cls, namespace: Namespace, site: Site) -> "OtherHosts":
        """Give those that the site names."""
        return cls(
            outside=Outside.of(namespace, site) if site.outside else None,
            relay=RelayHost.of(namespace, site),
        )

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Whom the server asks for names where the site does not say."""
        return self.outside.resolvers if self.outside is not None else ()

    @property
    def is_relayed(self) -> bool:
        """Whether the server is in another network than the machines."""
        return self.relay is not None

    def services(self, site: Site, log_dir: Path, pace: Pace) -> Iterator[Service]:
        """Give the daemons that run on them."""
        if self.outside is not None:
            yield from self.outside.services(site, log_dir, pace).values()
        if self.relay is not None:
            yield from self.relay.services(site, log_dir, pace)

    def connect(self) -> None:
        """Make their namespaces, and the cables that lead there."""
        if self.relay is not None:
            self.relay.connect()
        if self.outside is not None:
            self.outside.connect()
