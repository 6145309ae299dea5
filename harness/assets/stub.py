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
from collections.abc import Callable
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

BIOS_ADDRESS = 0x100000
"""Where a BIOS' loader puts the protected-mode part (Documentation/arch/x86/boot.rst)."""
_ROOM = 480
_KERNEL_OFFSET = 0x1000
"""Where the protected-mode part begins: what a loader may change lies before it."""
_LENGTH_OFFSET = _KERNEL_OFFSET + 8
_WORD = struct.Struct("<I")
_KIND = "stub"
_FLAGS = (
    *("-std=gnu11", "-Os", "-g", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fpie"),
    *("-fvisibility=hidden", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"),
    *("-fno-jump-tables", "-mgeneral-regs-only"),
)
_PC_FLAGS = ("-fcf-protection=none", "-mno-red-zone")


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


_ARM64 = _Machine(
    flag="-mstrict-align",
    emulation="aarch64linux",
    pe_machine=0xAA64,
    handover_flag=0,
    handover_bias=0,
)
_ARM64_PREFIX = "aarch64-linux-gnu-"


@dataclass(frozen=True, kw_only=True)
class Stub:
    """The two images; either boots on a BIOS."""

    x64_path: Path
    x64_sha256: str
    ia32_path: Path
    ia32_sha256: str

    @property
    def bios_symbols(self) -> Path:
        """What gdb knows either by on a BIOS: for `BIOS_ADDRESS`; it stays in the cache."""
        return self.x64_path.with_name("bios.elf")

    def images(self) -> tuple[tuple[Path, str], ...]:
        """Give the files and their hashes."""
        return (self.x64_path, self.x64_sha256), (self.ia32_path, self.ia32_sha256)


def stub(*, cache: Cache | None = None) -> Stub:
    """Give the images, from the cache or compiled now."""
    made = _built("", _KIND, _make, cache)
    x64, ia32 = made / "x64", made / "ia32"
    return Stub(
        x64_path=x64, x64_sha256=sha256_of(x64), ia32_path=ia32, ia32_sha256=sha256_of(ia32)
    )


def stub_arm64(*, cache: Cache | None = None) -> Stub:
    """Give the image for labs whose machines all are arm64: it takes the place of both.

    Raises:
        PrerequisiteError: the compiler for them is not installed.
    """
    image = _built(_ARM64_PREFIX, f"{_KIND}-arm64", _make_arm64, cache) / "arm64"
    sha256 = sha256_of(image)
    return Stub(x64_path=image, x64_sha256=sha256, ia32_path=image, ia32_sha256=sha256)


def _built(prefix: str, kind: str, make: Callable[[Path], None], cache: Cache | None) -> Path:
    """Give where images are: what they are compiled from, and by, decides whether they are new."""
    compilers = [tools.path_of(f"{prefix}{name}") for name in ("gcc", "ld", "objcopy")]
    sources = sorted(SOURCE_DIR.iterdir())
    if not sources:
        raise PrerequisiteError(f"{SOURCE_DIR} is empty", cure="install the harness anew")
    key = key_of(
        *(part for path in (*sources, Path(__file__)) for part in (path.name, path.read_bytes())),
        *(str(tool.stat().st_mtime_ns) for tool in compilers),
    )
    return (cache or Cache()).build(kind, key, make)


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


def _make_arm64(into: Path) -> None:
    """Compile the image for arm64."""
    part = (f"-DMACHINE={_ARM64.pe_machine}",)
    for name in ("efi.c", "image_arm64.S"):
        _compile(name, into, _ARM64.flag, *part, prefix=_ARM64_PREFIX)
    objects = ("image_arm64.o", "efi.o")
    bias = f"HANDOVER_BIAS={_ARM64.handover_bias}"
    _link(
        *("arm64", into, "image.lds", _ARM64.emulation, objects),
        *("--defsym", bias),
        prefix=_ARM64_PREFIX,
    )
    image = into / "arm64"
    image.write_bytes(summed(image.read_bytes()))
    image.chmod(0o644)


def compile_flat(source: Path, out: Path) -> None:
    """Assemble a program for a BIOS that is at the same offsets in memory and in its file."""
    compiled = out.with_suffix(".o")
    gcc = str(tools.path_of("gcc"))
    _run([gcc, *_FLAGS, *_PC_FLAGS, _BIOS[0], "-c", "-o", str(compiled), str(source)])
    _run([str(tools.path_of("objcopy")), "-O", "binary", "-j", ".text", str(compiled), str(out)])


def _compile(name: str, into: Path, *flags: str, prefix: str = "") -> None:
    out = into / Path(name).with_suffix(".o").name
    gcc = str(tools.path_of(f"{prefix}gcc"))
    own = () if prefix else _PC_FLAGS
    _run([gcc, *_FLAGS, *own, *flags, "-c", "-o", str(out), str(SOURCE_DIR / name)])


def _link(
    name: str,
    into: Path,
    script: str,
    emulation: str,
    objects: tuple[str, ...],
    *flags: str,
    prefix: str = "",
) -> None:
    elf = into / f"{name}.elf"
    # Nothing of what the linker warns of is loaded by a system that heeds it.
    quiet = ("-m", emulation, "--no-warn-rwx-segments", "-z", "noexecstack")
    parts = (str(into / each) for each in objects)
    ld, objcopy = (str(tools.path_of(f"{prefix}{name}")) for name in ("ld", "objcopy"))
    _run([ld, *quiet, *flags, "-T", str(SOURCE_DIR / script), "-o", str(elf), *parts])
    _run([objcopy, "-O", "binary", str(elf), str(into / name)])


def _run(command: list[str]) -> None:
    try:
        run(command)
    except CommandError as error:
        raise PrerequisiteError(
            "the stub payload cannot be compiled", last_lines=error.last_lines
        ) from error
