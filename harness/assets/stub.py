"""The stub payload: one file of 17 kB that reports what it was booted with, and ends.

Linux shows that a system comes up, gets its addresses and finds its root. Which entry was
booted, with which words and which files, a program of our own tells as well, at no cost: an
image of Linux's boot protocol and an EFI program at once, as Linux's own is. It is compiled
from `harness/data/stub` and says in Linux's line what Linux says there, and more: the size
and hash of each initrd, the memory, Secure Boot's state, the UUID.

Linux takes any initrd and dies of a wrong one later. So the stub refuses one that does not
name this run: the lab appends `entry_archive` to it, for Linux and stub alike. An entry
without an initrd is told from the image itself: `with_entry` writes into it.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from harness.assets.cache import Cache, key_of, sha256_of
from harness.data import DATA_DIR
from harness.errors import CommandError, PrerequisiteError, UsageError
from harness.host import tools
from harness.process import run

SOURCE_DIR = DATA_DIR / "stub"
MARK = b"HARNESS-ENTRY 1\n"
"""What stands before the place in the image that is filled in for a run."""

_ROOM = 480
_KERNEL_OFFSET = 0x1000
"""Where the protected-mode part begins: what a loader may change lies before it."""
_LENGTH_OFFSET = _KERNEL_OFFSET + 8
_WORD = struct.Struct("<I")
_KIND = "stub"
_FLAGS = (
    *("-std=gnu11", "-Os", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fpie"),
    *("-fvisibility=hidden", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"),
    *("-fno-jump-tables", "-fcf-protection=none", "-mgeneral-regs-only", "-mno-red-zone"),
)


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """What differs between the builds: UEFI Platform Initialization and Linux's header say what."""

    flag: str
    emulation: str
    pe_machine: int
    handover_flag: int
    handover_bias: int
    """Linux puts its 64-bit entry 512 bytes behind where the header says that it is."""


_BIOS = "-m32", "elf_i386"
_MACHINES = {
    "x64": _Machine(
        flag="-m64",
        emulation="elf_x86_64",
        pe_machine=0x8664,
        handover_flag=0x8,
        handover_bias=0x200,
    ),
    "ia32": _Machine(
        flag="-m32", emulation="elf_i386", pe_machine=0x14C, handover_flag=0x4, handover_bias=0
    ),
}


@dataclass(frozen=True, kw_only=True)
class Stub:
    """The two images; either boots on a BIOS."""

    x64_path: Path
    x64_sha256: str
    ia32_path: Path
    ia32_sha256: str

    def images(self) -> tuple[tuple[Path, str], ...]:
        """Give the files and their hashes."""
        return (self.x64_path, self.x64_sha256), (self.ia32_path, self.ia32_sha256)


def stub(*, cache: Cache | None = None) -> Stub:
    """Give the images, from the cache or compiled now."""
    compilers = [tools.path_of(name) for name in ("gcc", "ld", "objcopy")]
    sources = sorted(SOURCE_DIR.iterdir())
    if not sources:
        raise PrerequisiteError(f"{SOURCE_DIR} is empty", cure="install the harness anew")
    key = key_of(
        *(part for path in (*sources, Path(__file__)) for part in (path.name, path.read_bytes())),
        *(str(tool.stat().st_mtime_ns) for tool in compilers),
    )
    made = (cache or Cache()).build(_KIND, key, _make)
    x64, ia32 = made / "x64", made / "ia32"
    return Stub(
        x64_path=x64, x64_sha256=sha256_of(x64), ia32_path=ia32, ia32_sha256=sha256_of(ia32)
    )


def with_entry(image: bytes, *, token: str, entry: str, needs_initrd: bool) -> bytes:
    """Give the image as one run serves it: with its token, entry, and whether an initrd must come.

    An empty `entry` leaves it to the initrd, where several entries share one kernel.

    Raises:
        UsageError: the names are too long, or this is not a stub's image.
    """
    text = f"{token}\n{entry}\n{'initrd' if needs_initrd else 'none'}\n".encode()
    start = image.find(MARK) + len(MARK)
    if start < len(MARK):
        raise UsageError("this is not the stub payload's image")
    if len(text) >= _ROOM:
        raise UsageError(f"the entry's name is too long: {entry}")
    return summed(image[:start] + text.ljust(_ROOM, b"\0") + image[start + _ROOM :])


def summed(image: bytes) -> bytes:
    """Write the length and the sum by which the stub knows that all of it came."""
    words = bytearray(image)
    _WORD.pack_into(words, _LENGTH_OFFSET, len(image) - _KERNEL_OFFSET)
    total = 0
    for (word,) in _WORD.iter_unpack(words[_KERNEL_OFFSET : -_WORD.size]):
        total = ((total << 1 | total >> 31) + word) & 0xFFFFFFFF
    _WORD.pack_into(words, len(words) - _WORD.size, total)
    return bytes(words)


def _make(into: Path) -> None:
    """Compile the part for a BIOS, then around it the two images."""
    for name in ("bios.c", "head32.S"):
        _compile(name, into, _BIOS[0])
    _link("bios", into, "bios.lds", _BIOS[1], ("head32.o", "bios.o"))
    for name, machine in _MACHINES.items():
        part = (
            f"-DMACHINE={machine.pe_machine}",
            f"-DXLOADFLAGS={machine.handover_flag}",
            f'-DBIOS_PART="{into / "bios"}"',
        )
        _compile("efi.c", into, machine.flag)
        _compile("image.S", into, machine.flag, *part)
        bias = f"HANDOVER_BIAS={machine.handover_bias}"
        _link(name, into, "image.lds", machine.emulation, ("image.o", "efi.o"), "--defsym", bias)
        image = into / name
        image.write_bytes(summed(image.read_bytes()))
        # A web server's worker is to read it, whatever this process's umask is.
        image.chmod(0o644)


def compile_flat(source: Path, out: Path) -> None:
    """Assemble a program for a BIOS that is at the same offsets in memory and in its file."""
    compiled = out.with_suffix(".o")
    _run([str(tools.path_of("gcc")), *_FLAGS, _BIOS[0], "-c", "-o", str(compiled), str(source)])
    _run([str(tools.path_of("objcopy")), "-O", "binary", "-j", ".text", str(compiled), str(out)])


def _compile(name: str, into: Path, *flags: str) -> None:
    out = into / Path(name).with_suffix(".o").name
    gcc = str(tools.path_of("gcc"))
    _run([gcc, *_FLAGS, *flags, "-c", "-o", str(out), str(SOURCE_DIR / name)])


def _link(
    name: str, into: Path, script: str, emulation: str, objects: tuple[str, ...], *flags: str
) -> None:
    elf = into / f"{name}.elf"
    # Nothing of what the linker warns of is loaded by a system that heeds it.
    quiet = ("-m", emulation, "--no-warn-rwx-segments", "-z", "noexecstack")
    parts = (str(into / each) for each in objects)
    ld, objcopy = str(tools.path_of("ld")), str(tools.path_of("objcopy"))
    _run([ld, *quiet, *flags, "-T", str(SOURCE_DIR / script), "-o", str(elf), *parts])
    _run([objcopy, "-O", "binary", str(elf), str(into / name)])


def _run(command: list[str]) -> None:
    try:
        run(command)
    except CommandError as error:
        raise PrerequisiteError(
            "the stub payload cannot be compiled", last_lines=error.last_lines
        ) from error
