"""Who is handed what it cannot boot is told why; who can is not."""

from pathlib import Path

import pytest

from harness.examine.handed import why_not
from harness.model import USER_CLASS_IPXE, VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE, Family
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES

BIOS, IA32, X64, ARM64, X64_HTTP = 0x00, 0x06, 0x07, 0x0B, 0x10
HTTP_CLASS = f"vendor class {VENDOR_CLASS_HTTP}"
URL, URL6 = "file http://192.0.2.1/own.efi", "file tftp://[2001:db8::1]/own.efi"


def program(machine: int) -> bytes:
    """Give the header of a UEFI program for machines with this number (Microsoft PE/COFF)."""
    return b"MZ".ljust(0x3C, b"\0") + b"\x40\0\0\0" + b"PE\0\0" + machine.to_bytes(2, "little")


@pytest.fixture
def site() -> Site:
    site = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")
    site = site.with_file("srv/tftp/own.efi", program(0x8664))
    return site.with_file("srv/tftp/arm64.efi", program(0xAA64))


def said(
    site: Site, arch: int, *told: str, family: Family = Family.IPV4, user_class: str = ""
) -> str:
    vendor_class = VENDOR_CLASS_HTTP if arch == X64_HTTP else VENDOR_CLASS_PXE
    return why_not(
        site, family, arch=arch, vendor_class=vendor_class, user_class=user_class, told=told
    )


@pytest.mark.parametrize(
    ("arch", "file", "why"),
    [
        (X64, "own.efi", ""),
        (IA32, "own.efi", "srv/tftp/own.efi: it is a loader for x64 UEFI"),
        (BIOS, "own.efi", "srv/tftp/own.efi: it is a loader for x64 UEFI"),
        (ARM64, "own.efi", "srv/tftp/own.efi: it is a loader for x64 UEFI"),
        (ARM64, "arm64.efi", ""),
        (X64, "arm64.efi", "srv/tftp/arm64.efi: it is a loader for arm64 UEFI"),
        (BIOS, "undionly.kpxe", ""),
        (ARM64, "undionly.kpxe", "srv/tftp/undionly.kpxe: by its name it is a BIOS loader"),
        (BIOS, "ipxe.efi", "srv/tftp/ipxe.efi: by its name it is a UEFI program"),
        (X64, "script.ipxe", "srv/tftp/script.ipxe: it begins with '#!ipxe"),
        (X64, "elsewhere.efi", "srv/tftp/elsewhere.efi is not there"),
    ],
)
def test_the_file_is_one_for_the_machine(site: Site, arch: int, file: str, why: str) -> None:
    found = said(site, arch, "next-server 192.0.2.1", f"file {file}")
    assert found.startswith(why)
    assert bool(found) is bool(why)


def test_a_next_server_that_gives_nothing_out() -> None:
    """The file is there, on another host of the site's."""
    threefold = load_site(FIXTURES / "sites/threefold")
    assert said(threefold, X64, "next-server 10.40.8.11", "file ipxe.efi") == ""
    found = said(threefold, X64, "next-server 10.40.8.12", "file ipxe.efi")
    assert found == "no TFTP server is on 10.40.8.12"


def test_what_lies_on_no_host_of_the_sites_is_not_known(site: Site) -> None:
    assert said(site, X64, "next-server 192.0.2.9", "file elsewhere.efi") == ""


def test_ipxe_is_handed_scripts(site: Site) -> None:
    script = "file http://192.0.2.1/script.ipxe"
    assert not said(site, X64, script, user_class=USER_CLASS_IPXE)
    assert said(site, ARM64, URL, user_class=USER_CLASS_IPXE).endswith("for x64 UEFI")


def test_http_boot_wants_a_url_and_its_vendor_class(site: Site) -> None:
    assert not said(site, X64_HTTP, HTTP_CLASS, URL)
    assert said(site, X64_HTTP, HTTP_CLASS, "file own.efi").startswith("'own.efi' is not fetched")
    assert "takes no answer without the vendor class HTTPClient" in said(site, X64_HTTP, URL)


def test_pxe_wants_a_name_over_ipv4_and_tftp_over_ipv6(site: Site) -> None:
    assert "PXE takes it for a file's name" in said(site, X64, URL)
    assert not said(site, X64, URL6, family=Family.IPV6)
    wrong = "file http://[2001:db8::1]/own.efi"
    assert "is not fetched by tftp://" in said(site, X64, wrong, family=Family.IPV6)


def test_who_is_told_nothing_is_not_spoken_of(site: Site) -> None:
    assert not said(site, X64, "next-server 192.0.2.1")
    assert not why_not(
        site, Family.IPV4, arch=None, vendor_class="", user_class="", told=["file own.efi"]
    )
