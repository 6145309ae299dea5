"""What is no program, or one for another machine, is told by the files alone."""

import shutil
from pathlib import Path
from struct import pack

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited
from tests.judge.test_loader_fault import ARM64, IA32, pe

DHCPD, DHCPD6, SCRIPT = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf", "srv/tftp/script.ipxe"
NBP, KERNEL = "srv/tftp/ipxe.efi", "srv/tftp/tool"
PAGE = b"<html><body>It works!</body></html>"
ARM_LINUX = b"MZ".ljust(0x38, b"\0") + b"ARM\x64" + pack("<I", 64)


def said(site: Site) -> list[str]:
    return [str(each) for each in findings(site)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (PAGE, "it is a web page"),
        (b"\x1f\x8b\x08\0".ljust(99, b"x"), "it is packed by gzip"),
        (pe(ARM64), "it is a loader for arm64 UEFI"),
        (pe(IA32), "it is a loader for ia32 UEFI"),
        (b"\x7fELF".ljust(99, b"\0"), "it is an ELF file"),
    ],
)
def test_a_first_program_that_is_none_for_the_machine(
    content: bytes, why: str, showmax: Site
) -> None:
    for line in (f"{DHCPD}:26", f"{DHCPD}:34", f"{DHCPD6}:36"):
        start = f"{line}: error: {NBP} is handed to x64 UEFI machines here: {why}"
        assert any(each.startswith(start) for each in said(showmax.with_file(NBP, content)))


def test_a_supplied_program_is_known_by_its_name(tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / "sites" / "thinclients", tmp_path / "site", symlinks=True)
    site, line = edited(load_site(copy), DHCPD, "arch = 00:00", "arch = 00:07")
    (found,) = [each for each in said(site) if "handed to" in each]
    assert found == (
        f"{DHCPD}:{line + 1}: error: srv/tftp/ltsp/undionly.kpxe is handed to x64 UEFI machines "
        "here: by its name it is a BIOS loader"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "error: srv/tftp/tool is started here, and is not a program: it is empty"),
        (PAGE, "error: srv/tftp/tool is started here, and is not a program: it is a web page"),
        (
            b"\x1f\x8b\x08\0" * 9,
            "error: srv/tftp/tool is started here, and is not a program",
        ),
        (ARM_LINUX, "warning: srv/tftp/tool is a program for arm64, as which no machine"),
        (b"#!ipxe\n", ""),
        (b"\xfa\x31\xc0" * 30, ""),
    ],
)
def test_what_a_script_starts(content: bytes, what: str, showmax: Site) -> None:
    site, line = edited(showmax, SCRIPT, "kernel showmax/vmlinuz", "kernel tool")
    found = said(site.with_file(KERNEL, content))
    assert any(f"{SCRIPT}:{line}: {what}" in each for each in found) is bool(what)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("chain http://192.0.2.1/undionly.kpxe", "a BIOS loader"),
        ("chain --autofree ipxe.efi ||", "a UEFI program"),
        ("iseq ${platform} pcbios && chain undionly.kpxe ||", ""),
        ("chain other.ipxe ||", ""),
    ],
)
def test_a_program_of_one_kind_where_both_come(line: str, kind: str, showmax: Site) -> None:
    site, number = edited(showmax, SCRIPT, "isset ${kbmap}", f"{line}\nisset ${{kbmap}}")
    found = [each for each in said(site) if "both UEFI and BIOS come here" in each]
    assert [each.partition(" is ")[2].partition(" by ")[0] for each in found] == [kind][
        : bool(kind)
    ]
    assert all(each.startswith(f"{SCRIPT}:{number}: warning: ") for each in found)


def test_a_file_that_is_taken_for_two_things(showmax: Site) -> None:
    site, line = edited(showmax, SCRIPT, "initrd showmax/initrd.img", "initrd showmax/vmlinuz")
    (found,) = [each for each in said(site) if "is taken for" in each]
    assert found.startswith(f"{SCRIPT}:{line}: warning: srv/tftp/showmax/vmlinuz is taken for an ")
    assert found.endswith(f"{SCRIPT}:53 for a kernel")


@pytest.mark.parametrize(
    ("path", "old", "new", "what"),
    [
        (
            DHCPD,
            '"http://192.0.2.1/ipxe.efi"',
            '"tftp://192.0.2.1/ipxe.efi"',
            "UEFI HTTP Boot",
        ),
        (DHCPD, '"ipxe.efi"', '"http://192.0.2.1/ipxe.efi"', "by PXE, which takes it for a file's"),
        (DHCPD, '"ipxe.efi"', '"ipxe.efi "', "there is a blank at its end"),
        (DHCPD, '"ipxe.efi"', '"ipxe.efi\\000"', "ends for machines at its zero byte: 'ipxe.efi'"),
        (DHCPD, '"ipxe.efi"', '"ipxe\\007.efi"', "a character that cannot be printed"),
        (DHCPD, '"ipxe.efi"', '"IPXE.EFI"', "; srv/tftp/ipxe.efi is: upper and lower case"),
        (DHCPD, '"ipxe.efi"', '"efi\\\\ipxe.efi"', "a backslash parts nothing"),
        (
            DHCPD,
            "http://192.0.2.1/script",
            "http:/192.0.2.1/script",
            "behind http: stand two",
        ),
        (DHCPD6, "]/ipxe.efi", "]//srv/tftp/ipxe.efi", "/srv/tftp is the TFTP server's root"),
        (DHCPD, "http://192.0.2.1/script", "HTTP://192.0.2.1/script", "http in small letters only"),
        (SCRIPT, "kernel showmax/", "kernel htpp://192.0.2.1/showmax/", "by htpp, but by http"),
        (SCRIPT, "initrd showmax/", "initrd showmax\\", "a backslash parts nothing"),
    ],
)
def test_the_form_of_a_name(path: str, old: str, new: str, what: str, showmax: Site) -> None:
    site, line = edited(showmax, path, old, new)
    found = [each for each in said(site) if what in each]
    assert found, said(site)
    assert found[0].startswith((f"{path}:{line}", f"{path}:{line - 1}"))
