"""A second DHCP server on the bridge is red, whoever's answer is taken, with both named."""

from ipaddress import IPv4Interface

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.lab.fault import add_rogue_dhcp_server
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on

ROGUE = IPv4Interface("192.0.2.66/24")
CONFIGURATION = """
authoritative;
subnet 192.0.2.0 netmask 255.255.255.0 {
  range 192.0.2.200 192.0.2.220;
  filename "http://192.0.2.1/script.ipxe";
}
"""


@on("bios-ipxe-rom")
def test_is_red(lab: Lab, boot_path: BootPath) -> None:
    """Even where the right entry boots, luck is not a green run."""
    add_rogue_dhcp_server(lab, CONFIGURATION, address=ROGUE)
    guest = lab.power_on(boot_path)
    with pytest.raises(BootError, match=r"DHCPv4 servers answered: .*192\.0\.2\.66"):
        guest.assert_boots("showmax")
