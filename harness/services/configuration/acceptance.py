"""Which machines a DHCP server serves by its rules, as far as these go by MAC addresses."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Whom a DHCP server gives an address."""

    refusal: str = ""
    """The line that keeps a machine out that no rule names; "" when it is served."""
    macs: tuple[str, ...] = ()
    """The MAC addresses that rules name, of which the end may be left open: `52:54:00`."""

    def named(self, own: str) -> str | None:
        """Give an address that a rule names, what it leaves open filled in; None: it names none."""
        named = next(iter(self.macs), None)
        return None if named is None else named + own[len(named) :]
