"""arm64 machines boot from the same servers, by an iPXE of their own, to the same menu."""

from dataclasses import replace

import pytest

from harness.lab import Lab, LabOptions
from harness.lab.arm64 import of_arm64
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

pytestmark = pytest.mark.brings_loader

DHCP4, OTHERS4 = "etc/dhcp/dhcpd.conf", "} else {\n  # Legacy PXE."
DHCP6, OTHERS6 = "etc/dhcp/dhcpd6.conf", "} else {\n  # A BIOS that boots over IPv6"
LOADER = "ipxe-arm64.efi"
SCRIPT, CPUID = "srv/tftp/script.ipxe", "cpuid --ext 29 && set bits 64 || set bits 32"
"""What asks a PC's processor, and is no command of iPXE's for arm64."""
BRANCHES4 = """\
} elsif substring(option vendor-class-identifier, 0, 10) = "HTTPClient"
        and option client-arch = 00:13 {
  filename "http://192.0.2.1/ipxe-arm64.efi";
  option vendor-class-identifier "HTTPClient";
} elsif substring(option vendor-class-identifier, 0, 9) = "PXEClient"
        and option client-arch = 00:0b {
  filename "ipxe-arm64.efi";
"""
BRANCHES6 = """\
} elsif substring(option dhcp6.vendor-class, 6, 10) = "HTTPClient"
        and option dhcp6.client-arch-type = 00:13 {
  option dhcp6.bootfile-url "http://[2001:db8::1]/ipxe-arm64.efi";
  option dhcp6.vendor-class 0 10 "HTTPClient";
} elsif substring(option dhcp6.vendor-class, 6, 9) = "PXEClient"
        and option dhcp6.client-arch-type = 00:0b {
  option dhcp6.bootfile-url "tftp://[2001:db8::1]/ipxe-arm64.efi";
"""
EVERY = ("arm64-tftp-ipv4", "arm64-tftp-ipv6", "arm64-http-ipv4", "arm64-http-ipv6")


@pytest.fixture
def lab_options(lab_options: LabOptions) -> LabOptions:
    """Lay kernels for such machines."""
    return of_arm64(lab_options)


@pytest.fixture
def site(site: Site) -> Site:
    """Hand their iPXE out."""
    site = site.replaced(DHCP4, OTHERS4, BRANCHES4 + OTHERS4)
    site = site.replaced(DHCP6, OTHERS6, BRANCHES6 + OTHERS6)
    site = site.with_supply(f"srv/tftp/{LOADER}", f"ipxe/{LOADER}")
    site = site.replaced(SCRIPT, CPUID, "set bits 64")
    named = dict.fromkeys(("arm64-tftp", "arm64-http"), LOADER)
    return replace(site, loaders={**site.loaders, **named})


@on(slow=EVERY)
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """By either protocol and family, to the payload's report."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@on(slow=["arm64-tftp-ipv4"], firmware=["aavmf-arm64@2025.02"])
def test_boots_newer_firmware(lab: Lab, boot_path: BootPath) -> None:
    """As the older one does."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


@pytest.mark.needs_linux("it is Linux that is seen to boot there")
@on(slow=["arm64-tftp-ipv4", "arm64-http-ipv6"])
def test_linux_boots(lab: Lab, boot_path: BootPath) -> None:
    """Debian's kernel for such machines reports as that of PCs does, with its addresses."""
    lab.power_on(boot_path).assert_boots(lab.site.menu.default)


class TestAnothersLoader:
    """The DHCP server hands x64's iPXE to arm64 machines."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Lay it under their name."""
        return site.with_supply(f"srv/tftp/{LOADER}", "ipxe/ipxe.efi")

    @on(slow=["arm64-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The firmware refuses it, and its header says why."""
        guest = lab.power_on(boot_path)
        cause = r"cause: the x64 UEFI loader ipxe-arm64\.efi was handed to an arm64 UEFI HTTP"
        with red(guest, cause, own_timeouts_s=60):
            guest.wait_for_menu()


class TestScriptForPcs:
    """The script asks for the processor as it does on a PC."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Let it."""
        return site.replaced(SCRIPT, "set bits 64", CPUID)

    @on(slow=["arm64-tftp-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The command is named."""
        guest = lab.power_on(boot_path)
        cause = "cause: the script has an unknown command: cpuid: command not found"
        with red(guest, cause, own_timeouts_s=60):
            guest.assert_boots(lab.site.menu.default)
