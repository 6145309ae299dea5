"""What may be broken of one address family on a network that has both."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from harness.lab import Lab
from harness.lab.fault import remove_address, silence
from harness.model import Family, Role
from harness.site import Site
from harness.step import IP_NAME


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that is broken."""

    id: str
    words: str
    """As the table has it."""
    of_site: Callable[[Site], Site] = lambda site: site
    of_lab: Callable[[Lab], None] = lambda _lab: None
    """Done before a machine is switched on."""


def _stopped(role: Role) -> Callable[[Lab], None]:
    return lambda lab: lab.service(role).stop()


def _alone(family: Family) -> Callable[[Site], Site]:
    return lambda site: site.only(family)


NOTHING = Trouble(id="nothing", words="nothing: both families work")
_MISSING = {
    Role.DHCPV4: "no DHCPv4 server",
    Role.DHCPV6: "no DHCPv6 server",
    Role.RA: "no router advertisements",
}
TROUBLES = (
    NOTHING,
    *(
        Trouble(id=f"no-{role.value}", words=words, of_lab=_stopped(role))
        for role, words in _MISSING.items()
    ),
    *(
        Trouble(
            id=f"no-address-{family.value}",
            words=f"nobody has the server's {IP_NAME[family]} address",
            of_lab=partial(remove_address, family=family),
        )
        for family in Family
    ),
    *(
        Trouble(
            id=f"silent-{family.value}",
            words=f"TFTP and HTTP are dropped over {IP_NAME[family]}",
            of_lab=partial(silence, family=family),
        )
        for family in Family
    ),
    *(
        Trouble(
            id=f"{family.value}-only",
            words=f"a network of {IP_NAME[family]} alone",
            of_site=_alone(family),
        )
        for family in Family
    ),
)
