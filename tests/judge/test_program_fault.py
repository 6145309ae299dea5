"""A loader is what it asks for, and a program is for whom its header says."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.facts import ExpectedFile
from harness.judge.judgement import judge
from harness.judge.loader_fault import foreign_nbp
from harness.judge.program_fault import program_faults
from harness.site import Site
from harness.step import StepRole
from harness.witness.wire import DhcpMessage, HttpExchange, TftpTransfer, WireEvent
from tests.judge.recorded import explained, record, showmax, with_events
from tests.judge.test_loader_fault import IA32, X64, pe

NBP32, NBP64 = "srv/tftp/ipxe32.efi", "srv/tftp/ipxe.efi"
IPXE, GRUB = b"MZ iPXE", b"MZ GNU GRUB  version %s"
KERNEL, SCRIPT = "showmax/vmlinuz", "srv/tftp/script.ipxe"
DHCPD = "etc/dhcp/dhcpd.conf"
PAGE = b"<!DOCTYPE html>\n<html><body>404</body></html>\n"
LINUX = pe(X64).ljust(0x202, b"\0") + b"HdrS"
SHOWMAX = showmax()
IA32_PATHS = ("ia32-tftp-ipv4", "ia32-tftp-ipv6", "ia32-http-ipv4", "ia32-http-ipv6")


def with_kernel(boot: Boot, head: bytes) -> Boot:
    """The same boot with a kernel that begins so."""
    return with_events(boot, *(_with_head(event, head) for event in boot.wire.events))


def _with_head(event: WireEvent, head: bytes) -> WireEvent:
    """The same event, with this head where it is the kernel's."""
    if not isinstance(event, TftpTransfer | HttpExchange):
        return event
    name = event.file if isinstance(event, TftpTransfer) else event.path
    return replace(event, head=head) if name.lstrip("/") == KERNEL else event


@pytest.mark.parametrize(
    ("name", "site", "cause"),
    [
        *(
            (f"green-{path}", SHOWMAX.with_file(NBP32, IPXE), "ipxe32.efi is GRUB by what it")
            for path in IA32_PATHS
        ),
        ("green-x64-http-ipv4", SHOWMAX.with_file(NBP64, GRUB), "ipxe.efi is iPXE by what it"),
        ("green-x64-tftp-ipv6", SHOWMAX.with_file(NBP64, GRUB), "ipxe.efi is iPXE by what it"),
    ],
)
def test_another_loader_than_the_sites_is_named_first(name: str, site: Site, cause: str) -> None:
    boot = record(name, site=site)
    assert judge(boot).causes[0].startswith(cause)
    assert explained(boot)[0].startswith(cause)


@pytest.mark.parametrize(
    ("name", "machine", "cause"),
    [
        ("green-x64-http-ipv4", IA32, f"the ia32 UEFI program {KERNEL} was handed to an x64 UEFI"),
        ("green-x64-tftp-ipv6", IA32, f"the ia32 UEFI program {KERNEL} was handed to an x64 UEFI"),
    ],
)
def test_firmware_starts_its_own_kind_of_program_only(name: str, machine: int, cause: str) -> None:
    boot = with_kernel(record(name), pe(machine))
    assert judge(boot).causes[0].startswith(cause)
    assert explained(boot)[0].startswith(cause)


@pytest.mark.parametrize(
    ("name", "head", "cause"),
    [
        ("green-bios-ipxe-rom", pe(X64), "the x64 UEFI program {0} was handed to a legacy BIOS"),
        ("green-bios-ipxe-rom", PAGE, "the file {0} is not a program: it is a web page"),
        ("green-bios-ipxe-rom", bytes(64), "the file {0} is not a program: its header is all"),
        ("green-x64-http-ipv4", PAGE, "the file {0} is not an EFI program: it is a web page"),
        (
            "green-x64-http-ipv6",
            b"\x1f\x8b\x08\0",
            "the file {0} is not an EFI program: it is pack",
        ),
        (
            "green-x64-tftp-ipv4",
            b"070701" + b"0" * 99,
            "the file {0} is not an EFI program: it is an ",
        ),
    ],
)
def test_what_a_script_starts_must_be_a_program(name: str, head: bytes, cause: str) -> None:
    told = judge(with_kernel(record(name), head)).causes[0]
    assert told.startswith(cause.format(KERNEL))
    assert "(srv/tftp/script.ipxe:53) (frame " in told


def test_what_dhcp_has_a_loader_start_is_named_by_its_line() -> None:
    """A card's ROM asks DHCP itself: no script names that program."""
    name = "http://192.0.2.1/ipxe.efi"
    site = SHOWMAX.replaced(DHCPD, "http://192.0.2.1/script.ipxe", name)
    green = record("green-bios-ipxe-rom", site=site)
    told = [_told(event, name) for event in green.wire.events]
    (cause,) = program_faults(with_events(green, *told))
    assert cause.startswith("the x64 UEFI program ipxe.efi was handed to a legacy BIOS (frame ")
    assert cause.endswith(f" (filename, {DHCPD}:23 and {DHCPD}:26)")


def _told(event: WireEvent, bootfile: str) -> WireEvent:
    """The same event, with another boot file told, and fetched."""
    if isinstance(event, DhcpMessage) and event.bootfile:
        return replace(event, bootfile=bootfile)
    if isinstance(event, HttpExchange) and event.path == "/script.ipxe":
        return replace(event, path="/ipxe.efi", head=pe(X64))
    return event


@pytest.mark.parametrize(
    "head", [b"\x7fELF\1\1\1".ljust(64, b"\1"), b"\xfa\x31\xc0".ljust(64, b"\x90")]
)
def test_a_bios_runs_any_machine_code(head: bytes) -> None:
    assert not list(program_faults(with_kernel(record("green-bios-ipxe-rom"), head)))


@pytest.mark.parametrize("name", ["green-bios-ipxe-rom", "green-x64-http-ipv4"])
def test_a_kernel_that_is_fetched_as_initrd(name: str) -> None:
    site = SHOWMAX.replaced(SCRIPT, "initrd showmax/initrd.img", f"initrd {KERNEL}")
    (cause,) = program_faults(record(name, site=site))
    places = f"({SCRIPT}:57), and is the kernel ({SCRIPT}:53)"
    assert cause.startswith(f"{KERNEL} is fetched as an initrd {places} (frame ")
    assert not list(program_faults(record(name)))


def test_what_cannot_be_started_and_is_tried_again_is_no_loop() -> None:
    boot = replace(with_kernel(record("green-bios-ipxe-rom"), PAGE), payload=None)
    kernel = next(e for e in boot.wire.of(HttpExchange) if e.path == f"/{KERNEL}")
    again = [replace(kernel, frame=kernel.frame + number) for number in range(5)]
    events = [e for e in boot.wire.events if e.frame < kernel.frame]
    causes = explained(with_events(boot, *events, *again))
    assert causes[0].startswith(f"the file {KERNEL} is not a program: it is a web page")
    assert not any("it loops" in each for each in causes)


def test_an_initrd_may_be_anything() -> None:
    """Windows' boot manager is handed to wimboot so."""
    boot = record("green-bios-ipxe-rom")
    events = (
        replace(e, head=pe(IA32)) if isinstance(e, HttpExchange) and "initrd" in e.path else e
        for e in boot.wire.events
    )
    assert not list(program_faults(with_events(boot, *events)))


@pytest.mark.parametrize("path", IA32_PATHS)
def test_a_64_bit_kernel_is_grubs_to_start_and_not_a_32_bit_ipxes(path: str) -> None:
    boot = with_kernel(record(f"green-{path}"), pe(X64))
    assert judge(boot).green
    own = replace(boot, site=SHOWMAX.with_file(NBP32, IPXE))
    cause = f"the x64 UEFI program {KERNEL} was handed to an ia32 UEFI"
    assert any(found.startswith(cause) for found in judge(own).causes)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("green-bios-ipxe-rom", pe(X64).ljust(0x202, b"\0") + b"HdrS"),
        ("green-x64-http-ipv6", pe(X64)),
    ],
)
def test_a_kernel_of_its_own_kind_is_green(name: str, head: bytes) -> None:
    assert judge(with_kernel(record(name), head)).green


NBPS = (
    "green-ia32-tftp-ipv4",
    "green-ia32-http-ipv6",
    "green-x64-http-ipv4",
    "green-x64-tftp-ipv6",
)


@pytest.mark.parametrize("name", NBPS)
def test_the_servers_own_file_must_come_over_the_wire(name: str) -> None:
    known = record(name)
    nbp = known.found(StepRole.NBP)
    assert nbp is not None
    assert isinstance(nbp.last, TftpTransfer | HttpExchange)
    own = ExpectedFile(size=nbp.last.bytes, head=nbp.last.head + b"more than the capture has")
    assert judge(replace(known, nbp=own)).green
    foreign = replace(known, nbp=replace(own, size=own.size + 1))
    causes = tuple(foreign_nbp(foreign))
    assert f"bytes, the file {own.size + 1} (frame" in causes[0]
    assert judge(foreign).causes == causes


def test_a_file_is_known_by_its_size_and_its_beginning() -> None:
    nbp = record("green-x64-http-ipv4").found(StepRole.NBP)
    assert nbp is not None
    event = nbp.last
    assert isinstance(event, HttpExchange)
    content = b"MZ" + bytes(event.bytes - 2)
    own, other = ExpectedFile.of(content), ExpectedFile.of(b"PK" + content[2:])
    seen = replace(event, head=content[:400])
    assert (own.difference(seen), other.difference(seen)) == ("", "it begins otherwise")
