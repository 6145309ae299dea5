"""Whether what firmware was handed to start is what the site says, and one that it can start.

Judged by the first bytes that were on the wire and by what it then asked for, not by the
file's name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.judge.boot import Boot
from harness.loaders import LOADERS
from harness.machines import Machine, NetworkStack, machine_of_client, machine_of_program
from harness.machines.bios import BIOS
from harness.step import StepRole
from harness.witness.taken_path import boot_fetches, file_of
from harness.witness.wire import DhcpMessage, Transfer, WireEvent

_OTHER_MACHINES = {0xAA64: "arm64 UEFI"}
"""PE's Machine field of programs for machines that no boot path has."""
_FAR_JUMP = 0xEA
"""What iPXE and PXELINUX begin with for a BIOS: `ljmp`, to know their own segment."""
_SHOWN = 16


@dataclass(frozen=True, kw_only=True)
class Program:
    """What a file's header says that it is."""

    kind: str
    """As people call it: `BIOS loader`, `x64 UEFI loader`."""
    machine: Machine | None
    """The only kind that can run it; None when no boot path has one."""
    size: int = 0
    """How long the file must be, by its own header; 0 when that is not told."""


def program_of(head: bytes) -> Program | None:
    """Read a header; None when no firmware would know it."""
    if head[:1] == bytes([_FAR_JUMP]):
        return Program(kind="BIOS loader", machine=BIOS)
    start = _number(head, 0x3C, 4)
    if head[:2] != b"MZ" or head[start : start + 4] != b"PE\0\0":
        return None
    number = _number(head, start + 4, 2)
    machine = machine_of_program(number)
    word = machine.name if machine else _OTHER_MACHINES.get(number, f"machine 0x{number:04x} UEFI")
    return Program(kind=f"{word} loader", machine=machine, size=_promised(head, start))


def _promised(head: bytes, start: int) -> int:
    """Give where a PE file's last section ends (Microsoft PE/COFF: section table)."""
    sections = _number(head, start + 6, 2)
    table = start + 24 + _number(head, start + 20, 2)
    if len(head) < table + 40 * sections:
        return 0
    rows = range(table, table + 40 * sections, 40)
    return max((_number(head, row + 16, 4) + _number(head, row + 20, 4) for row in rows), default=0)


def _number(data: bytes, place: int, size: int) -> int:
    """Read a little-endian number; 0 beyond the end."""
    return int.from_bytes(data[place : place + size], "little")


def loader_faults(boot: Boot) -> Iterator[str]:
    """Say what is wrong with each first program that firmware was handed."""
    if boot.path.loader is None:
        return
    said: set[str] = set()
    for machine, arch, fetch in _handed(boot):
        fault = _fault(machine, machine.client_words(arch), fetch)
        if fault and file_of(fetch) not in said:
            said.add(file_of(fetch))
            yield f"{fault} (client arch 0x{arch:04x}, frame {fetch.frame})"


def _handed(boot: Boot) -> Iterator[tuple[Machine, int, Transfer]]:
    """Go through what firmware fetched whole, and who it said it was, up to its loader's start."""
    fetches = {id(fetch) for fetch in boot_fetches(boot.wire, boot.mac)}
    arch: int | None = None
    for event in boot.of(WireEvent):
        if isinstance(event, DhcpMessage) and event.is_boot_request:
            if event.is_ipxe:
                return
            arch = event.client_arch
            continue
        if not isinstance(event, Transfer):
            continue
        if any(each.asks_for(file_of(event)) for each in LOADERS):
            return
        if (
            id(event) in fetches
            and arch is not None
            and (machine := machine_of_client(arch)) is not None
            and event.head
            and event.outcome.arrived
        ):
            yield machine, arch, event


def _fault(machine: Machine, client: str, fetch: Transfer) -> str:
    file, program = file_of(fetch), program_of(fetch.head)
    if program is None:
        why = _unknown(fetch.head)
        if machine.is_uefi:
            return f"the file {file} is not an EFI program: {why}"
        # Any machine code will do for a BIOS, so only what is none is told.
        is_code = any(fetch.head) and not _is_text(fetch.head[:_SHOWN])
        return "" if is_code else f"the file {file} is not a BIOS loader: {why}"
    if program.machine is not machine:
        return f"the {program.kind} {file} was handed to {client}"
    if program.size > fetch.bytes:
        return (
            f"the file {file} is cut short: its header promises {program.size} bytes, "
            f"and it has {fetch.bytes}"
        )
    return ""


def _is_text(data: bytes) -> bool:
    return data.isascii() and all(chr(byte).isprintable() or byte in b"\t\r\n" for byte in data)


def _unknown(head: bytes) -> str:
    if not any(head[:64]):
        return "its header is all zeros"
    first = head[:_SHOWN]
    shown = repr(first.decode()) if _is_text(first) else first[:8].hex(" ")
    return f"it begins with {shown}"


def replaced_loader(boot: Boot) -> Iterator[str]:
    """Say that the loader is another than the site's, as what it asked for tells."""
    if boot.path.stack is not NetworkStack.FIRMWARE:
        return
    for step in boot.taken:
        shown = next((each for each in LOADERS if each.is_shown_by(step.what)), None)
        if shown is None:
            continue
        if shown.kind != boot.loader.kind:
            yield (
                f"{boot.nbp_file} is {shown.called} by what it asked for ({step.what}, "
                f"frame {step.first.frame}), the site's is {boot.loader.called}"
            )
        return


def program_faults(boot: Boot) -> Iterator[str]:
    """Say which entry's program is for another machine, where it is the firmware that starts it."""
    path = boot.path
    if not path.is_uefi:
        return
    started = _started_by_firmware(boot)
    for step in boot.taken:
        if not (step.arrived and step.file in started):
            continue
        program = program_of(step.head)
        if program is not None and program.machine is not path.machine:
            kind = program.kind.removesuffix("loader")
            yield (
                f"the {kind}program {step.file} was handed to "
                f"{path.machine.client_words(path.client_arch)}, "
                f"whose firmware starts its own kind only (frame {step.last.frame})"
            )


def _started_by_firmware(boot: Boot) -> frozenset[str]:
    """Give the files that the loader leaves to the firmware to start."""
    if not boot.is_planned:
        loaded = (step.file for step in boot.taken if step.arrived and step.file != boot.nbp_file)
        return frozenset(file for file in loaded if file and boot.loader.starts_by_firmware)
    return frozenset(
        (entry.kernel_for(boot.path.machine) or "").lstrip("/")
        for entry in boot.site.menu.entries.values()
        if boot.loader.leaves_to_firmware(entry)
    )


def foreign_nbp(boot: Boot) -> Iterator[str]:
    """Say that the first program on the wire is not the file that lies on the server."""
    step = boot.found(StepRole.NBP)
    event = step.last if step is not None and step.arrived else None
    if boot.nbp is None or not isinstance(event, Transfer):
        return
    if difference := boot.nbp.difference(event):
        yield (
            f"the NBP {file_of(event)} on the wire is not the server's file of that name: "
            f"{difference} (frame {event.frame})"
        )
