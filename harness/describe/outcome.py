"""What came of a boot: what was started with what, what the system has, how it ended."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from ipaddress import ip_address, ip_network

from harness.assets.payload import entry_archive, initrd_archive
from harness.describe.fetches import Asked
from harness.describe.laid import KERNELS, kind_of, lies_at
from harness.judge.boot import Boot
from harness.model import LOCAL_DISK, PayloadReport, RootReport
from harness.plan.boot_names import Names
from harness.plan.boot_text import Statement
from harness.plan.boot_words import boots_words, disk_words
from harness.site import LaidKind
from harness.site.menu import EntryKind
from harness.witness.shown import BY_PAYLOAD, Ended
from harness.witness.wire import RouterAdvertisement

_OWN_ADDRESS = "an address of its own in {}"


def booted(boot: Boot, asked: Sequence[Asked], names: Names) -> Iterator[Statement]:
    """Say which kernel was started with which initrds and words."""
    report = boot.payload
    if report is None:
        return
    arrived = [each for each in asked if each.arrived]
    kernel = _kernel(boot, report, arrived)
    if boot.is_from_disk and report.entry != LOCAL_DISK:
        offered = boot.site.disks.get(report.entry, "")
        yield Statement(subject="boots", text=disk_words(names.named(offered or kernel)))
        return
    initrds = [names.named(each) for each in _initrds(boot, report, arrived)]
    yield Statement(subject="boots", text=boots_words(names.named(kernel), tuple(initrds)))
    if words := " ".join(report.cmdline.split()):
        yield Statement(subject="words", text=names.named(words))
    if report.error:
        yield Statement(subject="payload", text=f"reports: {names.named(report.error)}")


def has(boot: Boot, names: Names) -> Iterator[Statement]:
    """Say what the booted system has: addresses, the name of its server, a root."""
    report = boot.payload
    if report is None or boot.is_from_disk:
        return
    if report.payload == "stub" and not report.root:
        return
    told = [_addresses(boot, report, names)] if boot.path.payload_sees_nic else []
    if report.source:
        found = ", ".join(_by_family(report.resolved)) or "not known to it"
        told.append(names.named(f"{report.source} is {found}"))
    if told:
        yield Statement(subject="has", text="; ".join(told))
    if report.root is not None:
        yield Statement(subject="root", text=names.named(_root(report.root)))


def ends(boot: Boot, names: Names) -> Iterator[Statement]:
    """Say how it ended."""
    ended = [each.how for each in boot.shown if isinstance(each, Ended)]
    if ended:
        yield Statement(subject="ends", text=names.named(ended[-1]))
    elif boot.payload is not None:
        yield Statement(subject="ends", text=BY_PAYLOAD)
    elif boot.word is not None:
        yield Statement(subject="ends", text=f"in {boot.word.text}")
    elif boot.power and boot.power[-1].what:
        yield Statement(subject="ends", text=f"the machine {boot.power[-1].what}")


def _kernel(boot: Boot, report: PayloadReport, arrived: Sequence[Asked]) -> str:
    """Give the file that was started, as it was asked for.

    The stub's image says which file it lies in; Linux, which is the same everywhere, says its
    initrd's, so of what came the last that a kernel lies in is meant.
    """
    entry = boot.site.menu.entries.get(report.entry)
    if entry is not None:
        files = {each for each in (entry.kernel, entry.kernel_ia32) if each}
        named = [each.file for each in arrived if each.file in files]
    else:
        started = (each for each in arrived if kind_of(boot, each) is not LaidKind.INITRD)
        named = [each.file for each in started if lies_at(boot, each, report.entry)]
    kernels = [each.file for each in arrived if kind_of(boot, each) in KERNELS]
    return next(iter([*named[-1:], *kernels[-1:]]), report.entry or "a kernel of its own")


def _initrds(boot: Boot, report: PayloadReport, arrived: Sequence[Asked]) -> list[str]:
    """Give the initrds that were handed over, by their hashes or, of Linux, by what came."""
    files = [each for each in arrived if kind_of(boot, each) is LaidKind.INITRD]
    # Nor does the stub know what it cannot read, as what iPXE hands to wimboot on a BIOS.
    is_unread = report.error and report.initrds and not report.archives
    if report.payload != "stub" or is_unread:
        return list(dict.fromkeys(each.file for each in files))
    by_hash = _initrd_hashes(boot)
    found: list[str] = []
    for archive in report.archives:
        path = by_hash.get(archive.sha256, f"{archive.size} bytes of another file")
        found.append(next((e.file for e in reversed(files) if lies_at(boot, e, path)), path))
    return found


def _initrd_hashes(boot: Boot) -> dict[str, str]:
    """Give the hash of each initrd that the harness lays, and its path in the site."""
    found: dict[str, str] = {}
    for path, kind in boot.site.laid.items():
        if kind is LaidKind.INITRD:
            archive = initrd_archive(token=boot.token, path=path)
            found[sha256(archive).hexdigest()] = path
    for entry in boot.site.menu.entries.values():
        if entry.boots is EntryKind.PAYLOAD and entry.initrd:
            archive = entry_archive(token=boot.token, entry=entry.id)
            found[sha256(archive).hexdigest()] = entry.initrd
    return found


def _addresses(boot: Boot, report: PayloadReport, names: Names) -> str:
    prefixes = [
        each.prefix for router in boot.wire.of(RouterAdvertisement) for each in router.prefixes
    ]
    found: list[str] = []
    for address in _by_family((*report.ipv4, *report.ipv6)):
        name = names.named(address)
        net = next((net for net in prefixes if _is_in(address, net)), "")
        # What no server has leased, a system makes up: of its card's address, or by chance.
        found.append(name if name != address or not net else _OWN_ADDRESS.format(net))
    return ", ".join(dict.fromkeys(found)) or "no address"


def _is_in(address: str, net: str) -> bool:
    try:
        return ip_address(address) in ip_network(net, strict=False)
    except ValueError:
        return False


def _by_family(addresses: Sequence[str]) -> list[str]:
    """Put addresses in one order, whoever was quicker."""
    return sorted(dict.fromkeys(addresses), key=lambda each: (":" in each, each))


def _root(root: RootReport) -> str:
    stand_in = f", {root.stand_in} by a stand-in" if root.stand_in else ""
    version = f", NFS {root.medium.nfs_version}" if root.medium.nfs_version else ""
    return f"{root.image} on {root.medium.source} ({root.medium.type}{version}){stand_in}"
