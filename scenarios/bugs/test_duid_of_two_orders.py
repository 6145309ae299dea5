"""OVMF and iPXE write one machine's UUID into its DUID in two orders: it is two machines to DHCPv6.

RFC 6355 has the bytes as they stand in SMBIOS; which of its numbers are swapped there, both read
otherwise. A reservation by DUID holds for one of the two alone.
"""

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.witness.wire import DhcpMessage


@pair(
    "x64-tftp-ipv6",
    report="ipxe/ipxe#542",
    symptom="2 DUIDs",
    shown_by=["ovmf-x64@2022.11", "ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_duid_of_two_orders(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """The machine goes by one DUID, from its firmware to its menu."""
    guest = lab.power_on(boot_path)
    guest.wait_for_menu()
    asked = lab.wire().of(DhcpMessage, mac=guest.mac)
    duids = {each.client_id for each in asked if each.client_id}
    with bug.held():
        assert len(duids) == 1, f"{len(duids)} DUIDs: {sorted(duids)}"
