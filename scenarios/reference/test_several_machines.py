"""Several machines in one lab, of different firmware, boot at once: each gets what is its own."""

from dataclasses import replace

import pytest

from harness.lab import Guest, Lab, LabOptions, Start, own_mac
from harness.machines import BOOT_PATHS
from harness.site import Site
from harness.witness.wire import DhcpMessage
from scenarios.promises.test_machine_script import with_script

pytestmark = pytest.mark.slow
BY_SCRIPT = {"x64-http-ipv4": "sysrescd", "x64-tftp-ipv6": "grml", "bios-ipxe-rom": "gparted"}
"""What each machine's own script boots."""
BY_MENU = {"ia32-http-ipv4": "sysrescd"}
"""What GRUB's menu boots, which is the script of the one machine that is handed GRUB."""


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Give one of the two x64 machines firmware of another release; start all in one moment."""
    other = {"x64-tftp-ipv6": "ovmf-x64@2025.02"}
    return replace(lab_options, firmware={**lab_options.firmware, **other}, warm=False)


@pytest.fixture
def site(site: Site) -> Site:
    """Give each machine a script of its own."""
    for number, entry in enumerate(BY_SCRIPT.values()):
        site = with_script(site, own_mac(number), entry)
    (entry,) = BY_MENU.values()
    return site.replaced("srv/tftp/grub.cfg", "set default=showmax", f"set default={entry}")


def switched_on(lab: Lab, *paths: str) -> list[Guest]:
    """Make machines, and switch them on together."""
    guests = [lab.add_guest(BOOT_PATHS[path]) for path in paths]
    for guest in guests:
        guest.start()
    return guests


@pytest.mark.guests(4)
def test_each_has_its_script_and_lease(lab: Lab) -> None:
    """Four kinds of firmware, powered on together; one's BMC resets it, which no other notices."""
    guests = switched_on(lab, *BY_SCRIPT, *BY_MENU)
    *others, last = guests
    last.wait_for("GRUB")
    lab.bmc(last).ipmitool("power", "reset")
    for guest, entry in zip(others, BY_SCRIPT.values(), strict=True):
        guest.assert_boots(entry)
        assert Start.RESET not in [mark.event for mark in guest.power.history]
    (entry,) = BY_MENU.values()
    assert last.wait_for_report().entry == entry
    wire = lab.wire()
    leased = [
        {each.address for each in wire.of(DhcpMessage, mac=guest.mac) if each.kind.grants}
        for guest in guests
    ]
    assert all(leased)
    assert len(set.union(*leased)) == sum(map(len, leased))
