"""Faults of a boot server's daemons that no configuration of theirs brings about."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Interface

from harness import logwatch
from harness.assets import own_firmware
from harness.deadline import Deadline
from harness.errors import BootError
from harness.lab.guest import Guest
from harness.lab.lab import Lab
from harness.lab.options import LabOptions
from harness.machines import BOOT_PATHS
from harness.model import Family, Role
from harness.services.bad_httpd import BadHttpd, Misbehaviour
from harness.services.dhcpd import RogueDhcpd
from harness.services.nfs.base import Nfs
from harness.step import DHCP_NAME
from harness.witness.wire import DhcpMessage

__all__ = [
    "Misbehaviour",
    "add_rogue_dhcp_server",
    "export_instead",
    "frozen",
    "remove_address",
    "restart",
    "serve_badly",
    "silence",
    "wait_until_asked",
    "with_blank_firmware",
    "with_smbios",
    "without_entropy",
]

_ASKED_TIMEOUT_S = 120.0
"""Of the host's time: from power-on to the first question, on a machine that is full."""
_PAUSE_S = 0.05
_NOP = b"\x90"
"""The x86 instruction that does nothing."""
_FILE_PORTS = {"udp": 69, "tcp": 80}
_ROGUE_MAC = "52:54:00:00:66:66"


def serve_badly(lab: Lab, file: str, how: Misbehaviour) -> None:
    """Put a web server in the place of the lab's that misbehaves with one file.

    `file` is written as machines ask for it, below the data root.
    """
    lab.service(Role.HTTP).stop()
    server = lab.add_service(BadHttpd)
    server.file, server.how = file, how
    server.bring_up()


def add_rogue_dhcp_server(lab: Lab, configuration: str, *, address: IPv4Interface) -> None:
    """Put a second DHCPv4 server on the bridge, as a forgotten box in a rack would be."""
    lab.network.add_host(RogueDhcpd.interface, address, mac=_ROGUE_MAC)
    rogue = lab.add_service(RogueDhcpd)
    rogue.configure(configuration)
    rogue.bring_up()


def export_instead(lab: Lab, exports: str) -> None:
    """Let the NFS server export this instead, below clients that have mounted what it exported."""
    lab.daemon(Nfs).export_instead(exports)


def with_blank_firmware(options: LabOptions) -> LabOptions:
    """Flash x64 UEFI guests with nothing, which has no POST that could be saved.

    Not with zeros: these are instructions that write to memory, which takes a minute to emulate
    for the seconds of a guest's time after which it counts as silent.
    """
    path = BOOT_PATHS["x64-tftp-ipv4"]
    code_path = options.evidence_dir / "BLANK_CODE.fd"
    size = options.firmware_for(path).code_path.stat().st_size
    code_path.write_bytes(own_firmware.EMPTY_VOLUME.ljust(size, _NOP))
    shutil.copyfile(options.vars_template_for(path), code_path.with_name("BLANK_VARS.fd"))
    return replace(options, firmware={path.machine.id: str(code_path)}, warm=False)


def without_entropy(options: LabOptions) -> LabOptions:
    """Give guests no random numbers: no device for them, and a processor that has none.

    Emulated ones: KVM's have what the host's processor has. What firmware says then it may have
    said before its POST would be saved, so that is done anew.
    """
    return replace(options, has_entropy=False, accel="tcg", warm=False)


def with_smbios(options: LabOptions, entry_point: int) -> LabOptions:
    """Let guests find their SMBIOS tables by an entry point of so many bits (SMBIOS 3.0, 5.2)."""
    return replace(
        options, qemu_arguments=("-machine", f"smbios-entry-point-type={entry_point}"), warm=False
    )


def silence(lab: Lab, family: Family) -> None:
    """Let nobody get a file over a family: a firewall drops what asks for one by TFTP or HTTP."""
    lab.network.drop(family, _FILE_PORTS)


def remove_address(lab: Lab, family: Family) -> None:
    """Take the server's address of a family away, whose daemons go on.

    DHCP goes on, too: dhcpd answers by raw frames, or from its link-local address.
    """
    if (address := lab.site.server.address(family)) is not None:
        lab.network.remove_address(address)


def restart(lab: Lab, daemon: str) -> None:
    """Start a daemon again, stopped or not; return when it serves."""
    service = lab.service(daemon)
    service.stop()
    service.start()
    service.wait_until_ready()


@contextmanager
def frozen(lab: Lab, daemon: str | Role, *, for_s: float) -> Iterator[None]:
    """Keep a daemon from its work (SIGSTOP), and for so long after the block."""
    service = lab.service(daemon)
    service.signal(signal.SIGSTOP)
    try:
        yield
        logwatch.pause(for_s)
    finally:
        service.signal(signal.SIGCONT)


def wait_until_asked(guest: Guest, family: Family, *, timeout_s: float = _ASKED_TIMEOUT_S) -> None:
    """Wait until a guest has asked DHCP what to boot, whether or not anybody answers.

    Raises:
        BootError: it never did.
    """

    def has_asked() -> bool:
        messages = guest.record.witnesses.store.read_wire().of(DhcpMessage, mac=guest.mac)
        return any(each.family is family and each.is_boot_request for each in messages)

    deadline = Deadline(timeout_s, f"{guest.mac} to ask {DHCP_NAME[family]} what to boot")
    if not logwatch.wait_until(
        has_asked, deadline=deadline, pause=lambda _s: logwatch.pause(_PAUSE_S)
    ):
        raise BootError(f"{deadline.what} was waited for in vain ({timeout_s:.0f} s)")
