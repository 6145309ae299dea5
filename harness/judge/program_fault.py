"""Whether what a script has started is a program, and one for this machine.

Judged as the first program is: by the bytes that were on the wire, whatever the file is called.
"""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.commands import commands_of
from harness.judge.loader_fault import is_empty, told_by
from harness.judge.where import bracketed
from harness.judge.where_filled import name_set_by
from harness.loaders.named_files import is_script
from harness.loaders.script import NamedFile, Use
from harness.machines.program import (
    PACKED,
    Program,
    beginning_words,
    cannot_be_told,
    is_kernel,
    is_page,
    is_text,
    program_of,
)
from harness.witness.taken_path import TakenStep
from harness.witness.wire import Transfer

_LOOKED_AT = 64
"""Bytes by which text is told from machine code."""
_STARTED = (Use.KERNEL, Use.UNCLEAR, Use.SCRIPT)


def program_faults(boot: Boot) -> Iterator[str]:
    """Say what was handed to a loader to start, and is for another machine, or no program."""
    named = boot.named_files
    for step in boot.taken:
        if not (step.arrived and step.file and isinstance(step.last, Transfer)):
            continue
        by = _named_by(named, step.file)
        yield from _taken_for_two(boot, step, named)
        if by is not None and by.use not in _STARTED:
            continue
        fault = _of_another_machine(boot, step, by) or _no_program(boot, step, by)
        if fault:
            where = "" if by is None else _place(boot, by)
            told = told_by(boot, step.last) if by is None else ""
            yield f"{fault}{bracketed(where)} (frame {step.last.frame}){told}"


def _place(boot: Boot, by: NamedFile) -> str:
    """Say where a file is named, and which line sets what its name has from a variable."""
    return f"{boot.scripts[by.script]}:{by.line}{name_set_by(boot, _line(boot, by))}"


def _named_by(named: tuple[NamedFile, ...], file: str) -> NamedFile | None:
    """Give the line that names a file most closely."""
    best = max(named, key=lambda each: each.likeness(f"/{file}"), default=None)
    return best if best is not None and best.likeness(f"/{file}") else None


def _taken_for_two(boot: Boot, step: TakenStep, named: tuple[NamedFile, ...]) -> Iterator[str]:
    """Say that one line of a script has a file for a kernel, and another for an initrd."""
    asked = f"/{step.file}"
    lines = {each.use: each for each in reversed(named) if each.likeness(asked) > len(asked)}
    kernel, initrd = lines.get(Use.KERNEL), lines.get(Use.INITRD)
    # A hypervisor takes a kernel as its module.
    if kernel is not None and initrd is not None and "initrd" in _line(boot, initrd):
        places = [f"{boot.scripts[each.script]}:{each.line}" for each in (initrd, kernel)]
        yield (
            f"{step.file} is fetched as an initrd ({places[0]}), and is the kernel ({places[1]}) "
            f"(frame {step.last.frame})"
        )


def _of_another_machine(boot: Boot, step: TakenStep, by: NamedFile | None) -> str:
    """Say that a program is for another kind of machine than this one."""
    path, program = boot.path, program_of(step.head)
    if program is None or program.machine is path.machine or step.file == boot.nbp_file:
        return ""
    if not path.is_uefi:
        return "" if is_kernel(step.head) else f"{_handed(program, step, boot)} a legacy BIOS"
    if not boot.loader.starts_by_firmware and not _is_left_to_firmware(boot, step, by):
        return ""
    client = path.machine.client_words(path.client_arch)
    return f"{_handed(program, step, boot)} {client}, whose firmware starts its own kind only"


def _handed(program: Program, step: TakenStep, boot: Boot) -> str:
    kind = program.kind.removesuffix("loader")
    return f"the {kind}program {step.file} was handed to"


def _is_left_to_firmware(boot: Boot, step: TakenStep, by: NamedFile | None) -> bool:
    """Whether the line that names a program, or its entry of the menu, has firmware start it."""
    commands = commands_of(boot, "left to firmware")
    text = "" if by is None else _line(boot, by)
    return any(re.search(rf"\b{each}\b", text) for each in commands) or any(
        (entry.kernel_for(boot.path.machine) or "").lstrip("/") == step.file
        for entry in boot.site.menu.entries.values()
        if boot.loader.leaves_to_firmware(entry)
    )


def _line(boot: Boot, by: NamedFile) -> str:
    """Give the line of a script that names a file."""
    return boot.site.read(boot.scripts[by.script]).splitlines()[by.line - 1]


def _no_program(boot: Boot, step: TakenStep, by: NamedFile | None) -> str:
    """Say that a script has something started that is no program for this machine's loader."""
    head, needs_efi = step.head, _needs_efi(boot)
    is_known = bool(head) or (isinstance(step.last, Transfer) and is_empty(step.last))
    if by is None or not is_known or is_script(head) or program_of(head) is not None:
        return ""
    if isinstance(step.last, Transfer) and cannot_be_told(head, step.last.bytes):
        return ""
    if by.use is Use.SCRIPT and not is_page(head):
        return ""  # it may be fetched for another program to read
    is_packed = head.startswith(tuple(PACKED)) and boot.loader.starts_by_firmware
    # On a BIOS any machine code will do, and GRUB unpacks what it reads: what is none is told.
    is_data = not any(head[:_LOOKED_AT]) or is_text(head[:_LOOKED_AT]) or is_packed
    if not is_data and (is_kernel(head) or not needs_efi):
        return ""
    what = "not an EFI program" if needs_efi else "not a program"
    return f"the file {step.file} is {what}: {beginning_words(head)}"


def _needs_efi(boot: Boot) -> bool:
    """Whether whatever is started must be a program of UEFI's."""
    return boot.path.is_uefi and boot.loader.starts_by_firmware
