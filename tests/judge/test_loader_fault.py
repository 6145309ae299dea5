"""A program is judged by its header on the wire, whatever its name."""

from dataclasses import replace
from struct import pack
from typing import Any

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.machines import MACHINES
from harness.machines.program import program_of
from harness.witness.wire import HttpExchange, Outcome, TftpTransfer
from tests.judge.recorded import explained, record, with_events

NGINX = "etc/nginx/nginx.conf"
X64, IA32, ARM64, RISCV = 0x8664, 0x014C, 0xAA64, 0x5064
BIOS = bytes.fromhex("ea0500c007669c66600fa80fa0061e66")


def pe(machine: int, *, size: int = 4096) -> bytes:
    """Make the headers of an EFI program with one section that ends at `size`."""
    dos = b"MZ" + bytes(58) + pack("<I", 64)
    coff = b"PE\0\0" + pack("<HHIIIHH", machine, 1, 0, 0, 0, 0, 0x2022)
    section = pack("<8sIIII16x", b".text", 0, 0, size - 512, 512)
    return dos + coff + section


def handed(name: str, head: bytes, size: int = 4096) -> Boot:
    """Give a recorded boot whose loader begins so."""
    boot = record(name)
    return with_events(
        boot,
        *(
            replace(event, head=head, bytes=size)
            if isinstance(event, TftpTransfer | HttpExchange) and event.bytes and is_loader(event)
            else event
            for event in boot.wire.events
        ),
    )


def is_loader(event: TftpTransfer | HttpExchange) -> bool:
    name = event.file if isinstance(event, TftpTransfer) else event.path
    return name.endswith(("ipxe.efi", "undionly.kpxe"))


def first_cause(boot: Boot) -> str:
    causes = judge(boot).causes
    assert explained(boot)[0] == causes[0]
    return causes[0]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("green-x64-tftp-ipv4", pe(X64)),
        ("green-x64-tftp-ipv6", pe(X64)),
        ("green-x64-http-ipv4", pe(X64)),
        ("green-x64-http-ipv6", pe(X64)),
        ("green-bios-vendor-rom", BIOS),
        # Any code will do for a BIOS: only what is none is told.
        ("green-bios-vendor-rom", bytes.fromhex("33c0fa8ed0bc007c")),
    ],
)
def test_a_good_loader_is_no_fault(name: str, head: bytes) -> None:
    assert judge(handed(name, head)).green


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({"content_type": "application/vnd.efi-iso"}, True),
        ({"content_type": "application/vnd.efi-img"}, True),
        ({"content_type": "text/plain"}, False),
    ],
)
def test_a_program_that_firmware_takes_for_a_disk(change: dict[str, str], *, is_told: bool) -> None:
    boot = handed("green-x64-http-ipv6", pe(X64))
    events = (
        replace(e, **change) if isinstance(e, HttpExchange) and is_loader(e) else e  # type: ignore[arg-type]
        for e in boot.wire.events
    )
    causes = judge(with_events(boot, *events)).causes
    assert any("is a program and came as application/vnd" in each for each in causes) is is_told


@pytest.mark.parametrize("told", [{"outcome": Outcome.ABORTED, "told_size": 0}, {"told_size": 7}])
def test_a_loader_of_no_bytes(told: dict[str, Any]) -> None:
    boot = handed("green-x64-tftp-ipv4", b"", 0)
    events = (
        replace(e, **told) if isinstance(e, TftpTransfer) and is_loader(e) else e
        for e in boot.wire.events
    )
    cause = "the file ipxe.efi is not an EFI program: it is empty (client arch 0x0007, frame "
    assert first_cause(with_events(boot, *events)).startswith(cause)


@pytest.mark.parametrize(
    ("name", "head", "cause"),
    [
        (
            "green-x64-tftp-ipv4",
            BIOS,
            "the BIOS loader ipxe.efi was handed to an x64 UEFI client (client arch 0x0007, frame ",
        ),
        (
            "green-x64-http-ipv6",
            pe(IA32),
            "the ia32 UEFI loader ipxe.efi was handed to an x64 UEFI HTTP client (client arch 0x",
        ),
        ("green-x64-http-ipv4", pe(ARM64), "the arm64 UEFI loader ipxe.efi was handed to an x64"),
        ("green-x64-http-ipv4", pe(RISCV), "the riscv64 UEFI loader ipxe.efi was handed"),
        (
            "green-bios-vendor-rom",
            pe(X64),
            "the x64 UEFI loader undionly.kpxe was handed to a BIOS client (client arch 0x0000",
        ),
        (
            "green-x64-tftp-ipv6",
            bytes(512),
            "the file ipxe.efi is not an EFI program: its header is all zeros (client arch 0x0007",
        ),
        (
            "green-x64-http-ipv4",
            b"<html>\n<head><title>",
            "the file ipxe.efi is not an EFI program: it is a web page: it begins with '<html>",
        ),
        (
            "green-x64-tftp-ipv4",
            b"\x7fELF\x02\x01\x01\0\0",
            "the file ipxe.efi is not an EFI program: it is an ELF file",
        ),
        (
            "green-bios-vendor-rom",
            bytes(512),
            "the file undionly.kpxe is not a BIOS loader: its header is all zeros",
        ),
        (
            "green-bios-vendor-rom",
            b"#!ipxe\nchain http",
            "the file undionly.kpxe is not a BIOS loader: it begins with '#!ipxe\\nchain htt'",
        ),
    ],
)
def test_what_a_client_cannot_start(name: str, head: bytes, cause: str) -> None:
    assert first_cause(handed(name, head)).startswith(cause)


def test_a_program_that_is_cut_short() -> None:
    boot = handed("green-x64-tftp-ipv4", pe(X64, size=900_000), size=450_000)
    assert first_cause(boot).startswith(
        "the file ipxe.efi is cut short: its header promises 900000 bytes, and it has 450000"
    )


def test_a_header_that_is_cut_short_promises_nothing() -> None:
    program = program_of(pe(X64)[:100])
    assert program is not None
    assert program.size == 0
    assert program.machine is MACHINES["x64"]


@pytest.mark.parametrize("head", [b"", b"M", b"MZ", b"MZ" + bytes(62), bytes(64)])
def test_what_is_no_program(head: bytes) -> None:
    assert program_of(head) is None


def test_the_nic_that_is_handed_the_script_needs_no_loader() -> None:
    assert judge(handed("green-bios-ipxe-rom", bytes(512))).green


def test_of_a_file_of_the_right_name_what_lies_there_is_named() -> None:
    boot = handed("green-x64-http-ipv4", pe(IA32))
    assert first_cause(boot).endswith("(srv/tftp/ipxe.efi)")
    rule = "location = /ipxe.efi { alias /srv/tftp/other.efi; }"
    text = boot.site.read(NGINX).replace("root /srv/tftp;", f"root /srv/tftp;\n    {rule}")
    elsewhere = replace(boot, site=boot.site.with_file(NGINX, text))
    by = f"by `alias /srv/tftp/other.efi` ({NGINX}:31)"
    assert first_cause(elsewhere).endswith(f"(srv/tftp/other.efi, {by})")


FAR = b"MZ" + bytes(58) + pack("<I", 0xE58) + bytes(960)
"""How the shell of edk2-stable202608 begins, as far as the wire's witness keeps it."""


def test_a_header_behind_what_is_known_tells_nothing() -> None:
    assert judge(handed("green-x64-http-ipv4", FAR, 933_888)).green


def test_a_header_behind_the_end_is_none() -> None:
    cause = first_cause(handed("green-x64-http-ipv4", FAR, 3000))
    assert "is not an EFI program: it begins with 4d 5a 00 00" in cause
