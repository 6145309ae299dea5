"""What a BMC asks of a system: to shut down, to take a break. Firmware has no ear for either."""

import pytest

from harness.lab import Lab, Stop
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.words import STAY, with_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_linux("it obeys its power button, and has SysRq"),
    pytest.mark.real_clock("somebody looks at it, and a letter must follow a break within 5 s"),
]
IS_UP = "waiting for the power button"
NOT_OBEYED_S, OBEYED_S = 5, 30


@pytest.fixture
def site(site: Site) -> Site:
    """Let the system stay, with a console by which it has SysRq."""
    return with_words(site, STAY, "console=ttyS0", "quiet")


@on("bios-ipxe-rom", "x64-http-ipv4")
def test_soft_needs_a_system(lab: Lab, boot_path: BootPath) -> None:
    """A boot menu does not know the power button; Linux does, and is off then."""
    guest = lab.add_guest(boot_path)
    bmc = lab.bmc(guest)
    bmc.ipmitool("power", "on")
    guest.wait_for_menu()
    bmc.ipmitool("power", "soft")
    assert guest.power.wait_for_stop(NOT_OBEYED_S) is None
    guest.wait_for(IS_UP)
    assert guest.power.wait_for_stop(NOT_OBEYED_S) is None
    bmc.ipmitool("power", "soft", over=bmc.addresses[-1])
    assert guest.power.wait_for_stop(OBEYED_S) is Stop.SHUTDOWN
    assert "is off" in bmc.ipmitool("power", "status").stdout


@on("x64-http-ipv4", "ia32-tftp-ipv4")
def test_set_up_once(lab: Lab, boot_path: BootPath) -> None:
    """Firmware's menu waits for its operator, deaf to `soft`; the next start is as usual."""
    guest = lab.add_guest(boot_path)
    bmc = lab.bmc(guest)
    bmc.ipmitool("chassis", "bootdev", "bios")
    bmc.ipmitool("power", "on")
    guest.wait_for_setup()
    bmc.ipmitool("power", "soft")
    assert guest.power.wait_for_stop(NOT_OBEYED_S) is None
    bmc.ipmitool("power", "cycle")
    guest.wait_for_menu()


@on("bios-ipxe-rom", "x64-http-ipv6")
def test_serial_over_lan(lab: Lab, boot_path: BootPath) -> None:
    """One client at a time; keys choose in the menu, a break and a letter are SysRq."""
    guest = lab.add_guest(boot_path)
    bmc = lab.bmc(guest)
    ipv4, ipv6 = bmc.addresses
    with bmc.sol(over=ipv6) as client:
        client.wait_for("SOL Session operational")
        with bmc.sol(over=ipv4) as second:
            second.wait_for("SOL payload already active on another session")
            second.wait_for_end()
        bmc.ipmitool("power", "on", over=ipv4)
        client.wait_for("Showmax Boot")
        client.send("\r")
        client.wait_for(IS_UP)
        client.send("\r~B")
        client.send("h")
        client.wait_for("sysrq: HELP")
        client.send("\r~.")
        client.wait_for_end()
    with bmc.sol(over=ipv4) as client:
        client.wait_for("SOL Session operational")
        bmc.ipmitool("power", "soft")
        client.wait_for("reboot: Power down")
    assert guest.power.wait_for_stop(OBEYED_S) is Stop.SHUTDOWN
