"""iPXE: asks DHCP itself, and takes its script and all else over HTTP.

What no other loader claims is taken for it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar, Self

from harness.loaders.base import Loader
from harness.loaders.ipxe import faults, menu, variables
from harness.loaders.ipxe.failures import FAILURES, LOOPED
from harness.loaders.ipxe.script import SHEBANGS
from harness.machines import BootPath
from harness.model import USER_CLASS_IPXE, VENDOR_CLASS_PXE, EntryEnding, Family, Protocol
from harness.plan.expected_path import entry_files, served_families
from harness.site import Site
from harness.site.menu import Entry
from harness.step import DHCP_NAME, IP_NAME, Ask, Fetch, Step, StepRole

AUTOEXEC = "autoexec.ipxe"
"""What iPXE since 1.21 asks its server for as an EFI program, at the root or beside itself, before
its own DHCP."""

_SCRIPTS = (".ipxe", ".gpxe")
_COMPLAINTS = {
    EntryEnding.MISSING: "ipxe-no-file",
    EntryEnding.REFUSED: "ipxe-forbidden",
    EntryEnding.NO_PROGRAM: "ipxe-not-bootable",
    EntryEnding.CUT_SHORT: "ipxe-firmware",
}


@dataclass(frozen=True)
class Ipxe(Loader):
    """iPXE, of any version and build."""

    kind = "ipxe"
    called = "iPXE"
    tells_fetches = True
    user_class = USER_CLASS_IPXE
    starts_by_firmware = True
    user_agents = ("iPXE/",)
    failures = FAILURES
    repeated = (LOOPED,)
    always_normal = (
        re.compile(rf"\b{re.escape(AUTOEXEC)}"),
        # The NIC's error counters, which iPXE shows with the link's state.
        re.compile(r"\[[TR]XE: \d+ x "),
    )
    complaints = _COMPLAINTS
    aftermath = ("ipxe-script",)
    # It lends the program that it starts a file system.
    shell_question = "map"
    where_default = "choose --default"
    settings: ClassVar[Mapping[str, Sequence[str]]] = {
        "title": ("menu",),
        "row": ("item",),
        "default": ("choose --default", "choose"),
        "count-down": ("choose --timeout", "choose"),
        "no count-down": ("choose",),
        "kernel": ("kernel", "imgfetch", "imgexec", "chain", "boot", "imgselect"),
        "file": ("kernel", "initrd", "module", "imgfetch", "chain", "imgexec", "boot", "sanboot"),
        "message": ("echo", "prompt"),
        "prompt": ("prompt",),
        "says Could not boot image: Error": ("exit 1", "exit"),
        "ends reset": ("reboot",),
        "ends switched off": ("poweroff",),
        "ends given back to the firmware": ("exit",),
        "ends waits for an operator at the iPXE shell": ("shell",),
    }

    @classmethod
    def recognise(cls, program: bytes) -> Self | None:
        """Give it for what says so as it is; builds for a BIOS are compressed."""
        return cls() if b"iPXE" in program else None

    def menu_file(self, site: Site) -> str:
        """Give the site's script."""
        return site.script

    def scripts(self, site: Site, mac: str) -> frozenset[str]:
        """Give the site's script, and the one of this machine."""
        return super().scripts(site, mac) | {site.machine_script_name(mac)}

    def _own_steps(self, path: BootPath, site: Site, entry: str, mac: str) -> Iterator[Step]:
        families = served_families(site)
        numbers = " or ".join(DHCP_NAME[family] for family in families)
        yield Step(
            role=StepRole.LOADER,
            ways=self.asks(path, families),
            text=f"{numbers} as iPXE, client arch 0x{_client_arch(path):04x}",
        )
        files = [(StepRole.SCRIPT, site.script)]
        if site.provides(site.machine_script_path(mac)):
            files.append((StepRole.MACHINE_SCRIPT, site.machine_script_name(mac)))
        files += entry_files(path, site, entry)
        versions = " or ".join(IP_NAME[family] for family in families)
        for role, file in files:
            ways = self.ways(path, site, file)
            yield Step(role=role, ways=ways, text=f"{role.value} {file} over HTTP, {versions}")

    def ways(self, path: BootPath, site: Site, file: str) -> tuple[Fetch, ...]:
        """Give HTTP, in any family with a lease."""
        return tuple(
            Fetch(protocol=Protocol.HTTP, family=family, file=file.lstrip("/"))
            for family in served_families(site)
        )

    def asks(self, path: BootPath, families: Collection[Family]) -> tuple[Ask, ...]:
        """Give one question in each family; iPXE asks in both, whether they are served or not."""
        arch = _client_arch(path)
        return tuple(
            Ask(family=family, client_arch=arch, vendor_class=VENDOR_CLASS_PXE, ipxe=True)
            for family in families
        )

    def asks_for(self, file: str) -> bool:
        """Whether it is the file that it asks for before anything else."""
        return PurePosixPath(file).name == AUTOEXEC

    def is_script(self, file: str, head: bytes) -> bool:
        """Go by its first word; one that has lost that, or stands behind a mark, by its name."""
        is_meant = file.endswith(_SCRIPTS) and b"\0" not in head
        return is_meant or head.startswith(tuple(each.encode() for each in SHEBANGS))

    def is_aside(self, file: str, site: Site, mac: str, *, refused: bool) -> bool:
        """Whether it asked in vain for `autoexec.ipxe`, or for a script that no machine needs."""
        if self.asks_for(file):
            return refused
        has_own = site.provides(site.machine_script_path(mac))
        return refused and not has_own and file == site.machine_script_name(mac)

    def normal(self, site: Site, mac: str) -> tuple[re.Pattern[str], ...]:
        """Give the line about a script of its own that this machine does not have.

        iPXE shows the colons of the MAC address percent-encoded.
        """
        if site.provides(site.machine_script_path(mac)):
            return ()
        name = re.escape(site.machine_script_name(mac)).replace(":", "(?::|%3A)")
        return (re.compile(name, re.IGNORECASE),)

    def failed_entry(self, site: Site) -> tuple[str, int] | None:
        """Give what the site's script says, if `site.toml` tells."""
        text = site.menu.failure_text
        return (text, site.menu.failure_pause_s) if text else None

    script_faults = staticmethod(faults.script_faults)
    default_faults = staticmethod(faults.default_faults)
    initrd_faults = staticmethod(faults.initrd_faults)
    lost_gotos = staticmethod(variables.lost_gotos)
    exits = staticmethod(faults.exits)
    leads_to = staticmethod(faults.leads_to)
    lines_of_row = staticmethod(faults.lines_of_row)
    goes_on = staticmethod(faults.goes_on)
    unguarded = staticmethod(faults.unguarded)
    counts_down = menu.COUNTS_DOWN
    read_menu = staticmethod(menu.read_menu)
    read_prompt = staticmethod(menu.read_prompt)

    def where_item(self, entry: Entry | None = None) -> str:
        """Give the command that adds an item."""
        return "item" if entry is None else f"item {entry.id}"


def _client_arch(path: BootPath) -> int:
    """Give the client architecture that iPXE names on such a machine: never an HTTP one."""
    return path.machine.clients[Protocol.TFTP].arch
