"""A machine that sushy alone drives, by Redfish, boots from where it is told, and once."""

from pathlib import Path

import pytest

from harness.lab import Guest, Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.witness.wire import HttpExchange, TftpTransfer
from scenarios.reference.test_bmc import dhcp_messages
from scenarios.reference.test_network_next import NOTHING

BY_SUSHY = Path(__file__).with_name("by_sushy.py")
SHELL = "/efishell/efishell.efi"
"""A program that DHCP names to nobody."""
SERVER = {"ipv4": "192.0.2.1", "ipv6": "[2001:db8::1]"}


def sushy(lab: Lab, guest: Guest, *steps: str) -> list[str]:
    """Have sushy do this to a guest; give what it has seen after each step."""
    return lab.bmc(guest).run_client(BY_SUSHY, "session", *steps).stdout.splitlines()


def fetched(lab: Lab) -> set[tuple[str, str, str]]:
    """Give all that was asked of the web server: how, of whom, for what."""
    exchanges = lab.wire().of(HttpExchange)
    return {(each.method, each.host, each.path) for each in exchanges}


@pytest.mark.slow
@on("x64-http-ipv4", "x64-tftp-ipv6")
def test_a_uri_once(lab: Lab, boot_path: BootPath) -> None:
    """Its firmware fetches that, and nothing else; the next start is from its disk."""
    guest = lab.add_guest(boot_path, has_disk=True)
    server = SERVER[boot_path.family.value]
    uri = f"http://{server}{SHELL}"
    assert sushy(lab, guest, f"boot UefiHttp Once {uri}") == [f"Off Once UefiHttp {uri}"]
    assert sushy(lab, guest, "reset On") == [f"On Disabled UefiHttp {uri}"]
    guest.wait_for("UEFI Interactive Shell")
    assert fetched(lab) == {("HEAD", server, SHELL), ("GET", server, SHELL)}
    asked = dhcp_messages(lab)
    assert sushy(lab, guest, "reset ForceRestart") == [f"On Disabled UefiHttp {uri}"]
    guest.wait_for(NOTHING[True])
    assert dhcp_messages(lab) == asked


@pytest.mark.slow
@on("x64-tftp-ipv4")
def test_http_boot_without_a_uri(lab: Lab, boot_path: BootPath) -> None:
    """Its firmware fetches what DHCP says, over HTTP, though it boots over TFTP else."""
    guest = lab.add_guest(boot_path, has_disk=True)
    sushy(lab, guest, "boot UefiHttp Once", "reset On")
    guest.wait_for_menu()
    assert ("GET", SERVER["ipv4"], "/ipxe.efi") in fetched(lab)
    assert list(lab.wire().of(TftpTransfer)) == []


@pytest.mark.slow
@on("bios-ipxe-rom", "x64-http-ipv4", "x64-tftp-ipv4")
def test_pxe_once(lab: Lab, boot_path: BootPath) -> None:
    """It boots from the network as its path says, and from its disk again after that."""
    guest = lab.add_guest(boot_path, has_disk=True)
    assert sushy(lab, guest, "boot Pxe Once", "reset On") == ["Off Once Pxe", "On Disabled Pxe"]
    guest.wait_for_menu()
    guest.assert_boots(lab.site.menu.default)
    asked = dhcp_messages(lab)
    assert sushy(lab, guest, "show", "reset On") == ["Off Disabled Pxe", "On Disabled Pxe"]
    guest.wait_for(NOTHING[boot_path.is_uefi])
    assert dhcp_messages(lab) == asked
