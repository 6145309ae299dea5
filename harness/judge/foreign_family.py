"""What a network of one address family has no place for: frames of the other, and who needs it."""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.servers import server_macs
from harness.model import Family
from harness.site.model import SITE_FILE
from harness.step import IP_NAME


def strays(boot: Boot) -> Iterator[str]:
    """Say who spoke a family that this network does not have, and was not only asking for it."""
    own_macs = server_macs(boot)
    for sender in boot.wire.senders:
        if sender.family in boot.site.server.families:
            continue
        if not sender.seeks or sender.mac in own_macs:
            yield (
                f"{sender.what} is on the wire (frame {sender.frame}, from {sender.mac}), and "
                f"this network has no {IP_NAME[sender.family]}: {_why(sender.family)}"
            )


def lacking_family(boot: Boot) -> Iterator[str]:
    """Say that a machine boots by a family that this network does not have."""
    for family in boot.needed_families:
        if family not in boot.site.server.families:
            yield (
                f"{boot.path} boots over {IP_NAME[family]}, and this network has none: "
                f"{_why(family)}"
            )


def _why(family: Family) -> str:
    return f"[server] of {SITE_FILE} gives the server no {family.value} address"
