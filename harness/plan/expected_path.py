"""What a site promises to a machine, whichever loader it is handed: the parts of its path.

Steps are `harness.step`'s; a loader puts the path together and adds what it does itself
(`harness.loaders`).
"""

from collections.abc import Iterable, Iterator

from harness.errors import UsageError
from harness.machines import BootPath, NetworkStack
from harness.model import Family, Role
from harness.site import Site
from harness.site.menu import Entry, EntryKind
from harness.step import IP_NAME, Ask, Fetch, Step, StepRole

NO_CARD = "no card that its kernel has a driver for"
"""What a payload knows of its card when it has no driver for it."""


def address(site: Site, family: Family) -> str:
    """Give the boot server's address of a family; "" without one."""
    interface = site.server.address(family)
    return "" if interface is None else str(interface.ip)


def served_families(site: Site) -> tuple[Family, ...]:
    """Give the families in which the site leases addresses."""
    daemons = site.daemon_facts
    return tuple(
        family
        for family in Family
        if daemons.by_role(Role.dhcp(family)) is not None and address(site, family)
    )


def family_of(path: BootPath, site: Site) -> Family:
    """Give the family by which a machine of this path boots.

    iPXE in a card's ROM asks in both, and takes IPv4 wherever the network has it.
    """
    others = [each for each in site.server.families if path.stack is NetworkStack.IPXE_ROM]
    return next(iter(others), path.family)


def servers_lack(path: BootPath, site: Site, *, beside: Iterable[Role]) -> Iterator[str]:
    """Say what of a boot server the site has not, and a machine of this path needs.

    It needs an address, who leases one and announces the router, and whoever is `beside` these.
    """
    family = family_of(path, site)
    if not address(site, family):
        yield f"the server has no {IP_NAME[family]} address"
    for role in (*Role.of_network(family), *beside):
        if site.daemon_facts.by_role(role) is None:
            yield f"no daemon is its {role.called}"


def loader_file(path: BootPath, site: Site) -> str:
    """Give the NBP that the site names for this kind of machine; "" when it needs none."""
    if path.loader is None:
        return ""
    if path.loader not in site.loaders:
        raise UsageError(
            f"site {site.name} names no loader for {path.id}",
            cure=f"add '{path.loader}' to [loaders] in its site.toml",
        )
    return site.loaders[path.loader].lstrip("/")


def entry_of(site: Site, entry: str) -> Entry:
    """Give an entry of the site's menu; a UsageError when it has none of that name."""
    if entry not in site.menu.entries:
        raise UsageError(
            f"the menu of site {site.name} has no entry {entry}",
            cure=f"one of: {', '.join(site.menu.entries)}",
        )
    return site.menu.entries[entry]


def firmware_steps(path: BootPath, site: Site, nbp_name: str) -> Iterator[Step]:
    """Give the steps before the loader's own; none when the loader is in the NIC's ROM.

    `nbp_name` is what the path calls the NBP beside its file; "" for nothing.
    """
    if path.loader is None or path.stack is NetworkStack.IPXE_ROM:
        return
    ask = Ask(
        family=path.family, client_arch=path.client_arch, vendor_class=path.vendor_class, ipxe=False
    )
    yield Step(role=StepRole.FIRMWARE, ways=(ask,), text=str(ask))
    fetch = Fetch(protocol=path.protocol, family=path.family, file=loader_file(path, site))
    who = f"{nbp_name}, as " if nbp_name else ""
    yield Step(role=StepRole.NBP, ways=(fetch,), text=f"NBP {who}{fetch}")


def entry_files(path: BootPath, site: Site, entry: str) -> list[tuple[StepRole, str]]:
    """Give the files that such a machine fetches for an entry, by what they are for."""
    item = entry_of(site, entry)
    kernel = item.kernel_for(path.machine)
    named = ((StepRole.KERNEL, kernel), (StepRole.INITRD, item.initrd))
    return [(role, file) for role, file in named if file is not None]


def payload_step(path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
    """Give the payload's report; an entry that boots no payload has none."""
    if entry_of(site, entry).boots is EntryKind.PAYLOAD:
        kind = "uefi" if path.is_uefi else "bios"
        card = mac if path.payload_sees_nic else NO_CARD
        yield Step(role=StepRole.PAYLOAD, ways=(), text=f"payload as {entry}, {kind}, {card}")
