"""Which machines a DHCP server serves by its rules, as far as these go by MAC addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Whom a DHCP server gives an address."""

    refusal: str = ""
    """The line that keeps a machine out that no rule names; "" when it is served."""
    macs: tuple[str, ...] = ()
    """The MAC addresses that rules name, of which the end may be left open: `52:54:00`."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """MAC address, its end as open → the line that turns this machine away."""

    def turns_away(self, mac: str) -> bool:
        """Whether a machine with this address is given none."""
        return mac.startswith(tuple(self.refused)) or (
            bool(self.refusal) and not mac.startswith(self.macs)
        )

    def named(self, own: str) -> str | None:
        """Give an address that a rule names, what it leaves open filled in; None: it names none."""
        named = next(iter(self.macs), None)
        return None if named is None else named + own[len(named) :]
