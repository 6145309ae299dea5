"""The path that a site promises to a machine, as steps (`harness.step`)."""

from collections.abc import Iterator

from harness.errors import UsageError
from harness.machines import BootPath, NetworkStack
from harness.model import VENDOR_CLASS_PXE, Family, LoaderKind, Protocol, Role
from harness.site import GRUB_CONFIG, Entry, EntryKind, Site
from harness.site.loaders import loader_name
from harness.step import DHCP_NAME, IP_NAME, Ask, Fetch, Step, StepRole

AUTOEXEC = "autoexec.ipxe"
"""What iPXE since 1.21 asks its loader's server for, before its own DHCP."""

NO_CARD = "no card that its kernel has a driver for"
"""What a payload knows of its card when it has no driver for it."""


def address(site: Site, family: Family) -> str:
    """Give the boot server's address of a family; "" without one."""
    interface = site.server.ipv4 if family is Family.IPV4 else site.server.ipv6
    return "" if interface is None else str(interface.ip)


def served_families(site: Site) -> tuple[Family, ...]:
    """Give the families in which the site leases addresses."""
    daemons = site.daemon_facts
    return tuple(
        family
        for family in Family
        if daemons.by_role(Role.dhcp(family)) is not None and address(site, family)
    )


def loader_file(path: BootPath, site: Site) -> str:
    """Give the NBP that the site names for this kind of machine; "" when it needs none.

    Raises:
        UsageError: it needs one, and the site names none.
    """
    if path.loader is None:
        return ""
    if path.loader not in site.loaders:
        raise UsageError(
            f"site {site.name} names no loader for {path.id}",
            cure=f"add '{path.loader}' to [loaders] in its site.toml",
        )
    return site.loaders[path.loader].lstrip("/")


def entry_of(site: Site, entry: str) -> Entry:
    """Give an entry of the site's menu.

    Raises:
        UsageError: the menu has none of that name.
    """
    if entry not in site.menu.entries:
        raise UsageError(
            f"the menu of site {site.name} has no entry {entry}",
            cure=f"one of: {', '.join(site.menu.entries)}",
        )
    return site.menu.entries[entry]


def loader_arch(path: BootPath) -> int:
    """Give the client architecture that iPXE names on such a machine: never an HTTP one."""
    return path.machine.clients[Protocol.TFTP].arch


def expected_path(path: BootPath, site: Site, entry: str, mac: str) -> tuple[Step, ...]:
    """Give the steps that this machine must take to this entry of the site's menu."""
    families = served_families(site)
    if site.loader_kind(path.loader) is LoaderKind.GRUB:
        return (
            *_firmware_steps(path, site),
            *_grub_steps(path, site, entry),
            *_payload_step(path, site, entry, mac),
        )
    return (
        *_firmware_steps(path, site),
        _loader_step(path, families),
        *_file_steps(path, site, entry, mac),
        *_payload_step(path, site, entry, mac),
    )


def _firmware_steps(path: BootPath, site: Site) -> Iterator[Step]:
    """Give the steps before iPXE; none when the ROM is iPXE."""
    if path.loader is None or path.stack is NetworkStack.IPXE_ROM:
        return
    ask = Ask(
        family=path.family,
        client_arch=path.client_arch,
        vendor_class=path.vendor_class,
        ipxe=False,
    )
    yield Step(role=StepRole.FIRMWARE, ways=(ask,), text=str(ask))
    file = loader_file(path, site)
    fetch = Fetch(protocol=path.protocol, family=path.family, file=file)
    who = ""
    if site.loader_kind(path.loader) is LoaderKind.GRUB:
        who = f"{loader_name(site, path.loader)}, as "
    yield Step(role=StepRole.NBP, ways=(fetch,), text=f"NBP {who}{fetch}")


def _grub_steps(path: BootPath, site: Site, entry: str) -> Iterator[Step]:
    """Give what GRUB fetches: it asks no DHCP, and knows one protocol and family only."""
    for role, file in ((StepRole.GRUB_CONFIG, GRUB_CONFIG), *entry_files(path, site, entry)):
        ways = loader_ways(path, site, file)
        yield Step(role=role, ways=ways, text=f"{role.value} {ways[0]}")


def loader_ways(path: BootPath, site: Site, file: str) -> tuple[Fetch, ...]:
    """Give the ways by which the loader of such a machine may fetch a file.

    GRUB goes on as the firmware came; iPXE takes HTTP, in any family with a lease.
    """
    if site.loader_kind(path.loader) is LoaderKind.GRUB:
        return (Fetch(protocol=path.protocol, family=path.family, file=file.lstrip("/")),)
    return tuple(
        Fetch(protocol=Protocol.HTTP, family=family, file=file.lstrip("/"))
        for family in served_families(site)
    )


def _loader_step(path: BootPath, families: tuple[Family, ...]) -> Step:
    """Give iPXE's own DHCP: it asks in both families."""
    ways = tuple(
        Ask(family=family, client_arch=loader_arch(path), vendor_class=VENDOR_CLASS_PXE, ipxe=True)
        for family in families
    )
    numbers = " or ".join(DHCP_NAME[way.family] for way in ways)
    text = f"{numbers} as iPXE, client arch 0x{loader_arch(path):04x}"
    return Step(role=StepRole.LOADER, ways=ways, text=text)


def _file_steps(path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
    """Give the scripts and the entry's files, all over HTTP."""
    files = [(StepRole.SCRIPT, site.script)]
    if site.provides(site.machine_script_path(mac)):
        files.append((StepRole.MACHINE_SCRIPT, machine_script(site, mac)))
    files += entry_files(path, site, entry)
    versions = " or ".join(IP_NAME[family] for family in served_families(site))
    for role, file in files:
        ways = loader_ways(path, site, file)
        yield Step(role=role, ways=ways, text=f"{role.value} {file} over HTTP, {versions}")


def entry_files(path: BootPath, site: Site, entry: str) -> list[tuple[StepRole, str]]:
    """Give the files that such a machine fetches for an entry, by what they are for."""
    item = entry_of(site, entry)
    kernel = item.kernel_for(path.machine)
    named = ((StepRole.KERNEL, kernel), (StepRole.INITRD, item.initrd))
    return [(role, file) for role, file in named if file is not None]


def _payload_step(path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
    """Give the payload's report; an entry that boots no payload has none."""
    if entry_of(site, entry).boots is EntryKind.PAYLOAD:
        kind = "uefi" if path.is_uefi else "bios"
        card = mac if path.payload_sees_nic else NO_CARD
        yield Step(role=StepRole.PAYLOAD, ways=(), text=f"payload as {entry}, {kind}, {card}")


def machine_script(site: Site, mac: str) -> str:
    """Give the name under which this machine asks for its own script."""
    return site.machine_script.replace("{mac}", mac.lower()).lstrip("/")
