"""The stub payload, compiled and booted: it reports what it got, and refuses what Linux would.

QEMU's own loaders stand for a boot loader here, without a network: SeaBIOS' by the real-mode
entry, OVMF's by LoadFile2, its shell by files that the command line names.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.assets.cache import Cache
from harness.assets.firmware import find_firmware
from harness.assets.payload import entry_archive
from harness.assets.stub import SOURCE_DIR, Stub, stub, stub_arm64, summed, with_entry
from harness.errors import CommandError, PrerequisiteError, UsageError
from harness.host import tools
from harness.machines import MACHINES
from harness.machines.program import program_of
from harness.model import HandedFile, PayloadReport
from harness.process import run
from harness.witness.payload import reports

TOKEN, ENTRY = "0123456789abcdef", "showmax"
UUID = "11223344-5566-7788-99aa-bbccddeeff00"
MAC = "52:54:00:12:34:56"
GZIPPED = b"\x1f\x8b\x08" + bytes(range(1, 250))
"""What the payload's own archive follows: the stub unpacks nothing."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Stub:
    """Compile it once."""
    return stub(cache=Cache(dir=tmp_path_factory.mktemp("cache")))


@pytest.fixture
def kernel(built: Stub, tmp_path: Path) -> Path:
    """Give the image as a lab lays it for an entry with an initrd."""
    return lay(tmp_path / "kernel", built.x64_path.read_bytes())


@pytest.fixture
def initrd(tmp_path: Path) -> Path:
    """Give an initrd that names the run."""
    path = tmp_path / "initrd"
    path.write_bytes(entry_archive(token=TOKEN, entry=ENTRY))
    return path


def lay(path: Path, image: bytes, *, entry: str = ENTRY, needs_initrd: bool = True) -> Path:
    """Write an image with this run's entry in it."""
    path.write_bytes(with_entry(image, token=TOKEN, entry=entry, needs_initrd=needs_initrd))
    return path


def handed(*paths: Path) -> tuple[HandedFile, ...]:
    """Say what must be reported of files."""
    sha256s = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    sizes = [path.stat().st_size for path in paths]
    return tuple(
        HandedFile(size=size, sha256=digest) for size, digest in zip(sizes, sha256s, strict=True)
    )


def qemu(*arguments: str, timeout_s: float = 60) -> str:
    """Run a machine until it ends; give what it said on its serial line."""
    tools.require("qemu-system-x86_64", "seabios")
    command = [str(tools.path_of("qemu-system-x86_64")), "-accel", "tcg", "-m", "256"]
    quiet = ("-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio")
    return run([*command, *quiet, "-uuid", UUID, *arguments], timeout_s=timeout_s).output


def boot(
    kernel: Path,
    initrd: Path | None = None,
    *,
    words: str = "",
    more: Sequence[str] = ("-nic", "none"),
) -> PayloadReport:
    """Boot it; give its one report."""
    handed_over = ("-initrd", str(initrd)) if initrd else ()
    said = qemu("-kernel", str(kernel), *handed_over, "-append", words, *more)
    (report,) = reports(said)
    assert ("\nPayload: " in said) is bool(report.error)
    return report


def uefi(firmware_id: str, tmp_path: Path) -> tuple[str, ...]:
    """Give QEMU's arguments for a firmware with an empty variable store."""
    firmware = find_firmware(firmware_id)
    assert firmware.vars_path
    shutil.copyfile(firmware.vars_path, tmp_path / "vars.fd")
    flash = "if=pflash,format=raw"
    return (
        *("-machine", "q35", "-nic", "none"),
        *("-drive", f"{flash},unit=0,readonly=on,file={firmware.code_path}"),
        *("-drive", f"{flash},unit=1,file={tmp_path / 'vars.fd'}"),
    )


def test_both_images_are_small_and_their_names_say_what_they_are(built: Stub) -> None:
    for path in (built.x64_path, built.ia32_path):
        image = path.read_bytes()
        assert len(image) < 20_000
        assert (image[:2], image[0x1FE:0x200], image[0x202:0x206]) == (b"MZ", b"\x55\xaa", b"HdrS")
        assert int.from_bytes(image[0x1F4:0x1F8], "little") * 16 == len(image) - 0x1000


def test_the_same_sources_give_the_same_bytes(built: Stub, cache: Cache) -> None:
    again = stub(cache=cache)
    assert (again.x64_sha256, again.ia32_sha256) == (built.x64_sha256, built.ia32_sha256)
    assert stub(cache=cache) == again


def test_a_source_that_does_not_compile_names_the_compilers_words(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "sources"
    shutil.copytree(SOURCE_DIR, copied)
    (copied / "bios.c").write_text("int written = 1;\nvoid bios_main(void) {}\n")
    monkeypatch.setattr("harness.assets.stub.SOURCE_DIR", copied)
    with pytest.raises(PrerequisiteError, match="cannot be compiled") as failed:
        stub(cache=cache)
    assert "no place for data that is written to" in str(failed.value)


def test_an_entry_that_does_not_fit_is_refused(built: Stub) -> None:
    with pytest.raises(UsageError, match="too long"):
        with_entry(built.x64_path.read_bytes(), token=TOKEN, entry="e" * 500, needs_initrd=True)
    with pytest.raises(UsageError, match="not the stub"):
        with_entry(bytes(8192), token=TOKEN, entry=ENTRY, needs_initrd=True)


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("build", ["x64", "ia32"])
def test_a_bios_boots_it(
    built: Stub, initrd: Path, tmp_path: Path, build: str, machine: str
) -> None:
    image = built.x64_path if build == "x64" else built.ia32_path
    report = boot(
        lay(tmp_path / "kernel", image.read_bytes()),
        initrd,
        more=("-machine", machine, "-nic", "none"),
    )
    assert (report.payload, report.error) == ("stub", "")
    assert (report.token, report.entry, report.firmware) == (TOKEN, ENTRY, "bios")
    assert (report.uuid, report.secure_boot, report.mac) == (UUID, "unknown", "")
    assert report.initrds == report.archives == handed(initrd)
    assert 250 <= report.memory_mib <= 256


@pytest.mark.parametrize(
    "card",
    [
        "virtio-net-pci",
        "virtio-net-pci,disable-legacy=on",
        "virtio-net-pci,disable-modern=on",
        "e1000",
        "e1000e",
        "rtl8139",
    ],
)
def test_it_knows_its_card(kernel: Path, initrd: Path, card: str) -> None:
    network = ("-netdev", "hubport,id=n,hubid=0", "-device", f"{card},netdev=n,mac={MAC},romfile=")
    assert boot(kernel, initrd, more=network).mac == MAC


def test_behind_a_port_and_by_bootif(kernel: Path, initrd: Path) -> None:
    network = (
        *("-machine", "q35", "-netdev", "hubport,id=n,hubid=0", "-netdev", "hubport,id=m,hubid=0"),
        *("-device", "virtio-net-pci,netdev=n,mac=52:54:00:00:00:01,romfile="),
        *("-device", "pcie-root-port,id=behind,chassis=1"),
        *("-device", f"virtio-net-pci,netdev=m,bus=behind,mac={MAC},romfile="),
    )
    named = f"BOOTIF=01-{MAC.upper().replace(':', '-')}"
    assert boot(kernel, initrd, more=network).mac == "52:54:00:00:00:01"
    assert boot(kernel, initrd, words=named, more=network).mac == MAC
    assert boot(kernel, initrd, words=f"BOOTIF={MAC}", more=network).mac == MAC
    assert boot(kernel, initrd, words="BOOTIF=01-52-54-00-00-00-09", more=network).mac == ""
    assert boot(kernel, initrd, words="BOOTIF=52:54:00:00:00:09", more=network).mac == ""


def test_the_command_line_comes_as_it_is(kernel: Path, initrd: Path) -> None:
    words = r'quiet x="a b" \ @@} é nfsroot=192.0.2.1:/srv'
    assert boot(kernel, initrd, words=words).cmdline == words


def test_no_initrd_is_told(kernel: Path) -> None:
    report = boot(kernel)
    assert (report.initrds, report.error) == ((), "no initrd was handed over")
    assert (report.token, report.entry) == (TOKEN, ENTRY)


def test_an_entry_may_need_none(built: Stub, tmp_path: Path) -> None:
    report = boot(lay(tmp_path / "kernel", built.x64_path.read_bytes(), needs_initrd=False))
    assert (report.entry, report.initrds, report.error) == (ENTRY, (), "")


def test_several_initrds_are_told_apart(kernel: Path, initrd: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_bytes(entry_archive(token="another", entry="microcode"))
    both = tmp_path / "both"
    both.write_bytes(first.read_bytes() + bytes(4096 - first.stat().st_size) + initrd.read_bytes())
    report = boot(kernel, both)
    assert report.initrds == handed(both)
    assert report.archives == handed(first, initrd)
    assert (report.entry, report.error) == (ENTRY, "")


def test_a_packed_initrd_names_the_run_at_its_end(
    kernel: Path, initrd: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(GZIPPED + bytes(-len(GZIPPED) % 4) + initrd.read_bytes())
    report = boot(kernel, packed)
    assert (report.initrds, report.archives, report.error) == (handed(packed), handed(initrd), "")


@pytest.mark.parametrize("kept", [40, 300, 600, 640])
def test_an_initrd_that_is_cut_short_is_told(
    kernel: Path, initrd: Path, tmp_path: Path, kept: int
) -> None:
    short = tmp_path / "short"
    short.write_bytes(initrd.read_bytes()[:kept])
    report = boot(kernel, short)
    assert (report.initrds, report.error) == (handed(short), "an initrd is cut short or damaged")


def test_a_packed_initrd_that_is_cut_short_is_told(kernel: Path, tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_bytes(GZIPPED)
    assert "cut short, or another's" in boot(kernel, short).error


def test_another_entrys_kernel_is_told(built: Stub, initrd: Path, tmp_path: Path) -> None:
    kernel = lay(tmp_path / "kernel", built.x64_path.read_bytes(), entry="grml")
    assert "another entry's" in boot(kernel, initrd).error
    shared = lay(tmp_path / "shared", built.x64_path.read_bytes(), entry="")
    assert boot(shared, initrd).error == ""


@pytest.mark.parametrize("kept", [0x2000, 0x3000, -4])
def test_a_kernel_that_is_cut_short_says_so_and_no_more(
    kernel: Path, initrd: Path, kept: int
) -> None:
    kernel.write_bytes(kernel.read_bytes()[:kept])
    said = qemu("-kernel", str(kernel), "-initrd", str(initrd), "-nic", "none")
    assert "Payload: the kernel is cut short or damaged" in said
    assert reports(said) == ()


def test_a_kernel_that_is_damaged_says_so(kernel: Path, initrd: Path) -> None:
    image = bytearray(kernel.read_bytes())
    image[0x2800] ^= 1
    kernel.write_bytes(image)
    said = qemu("-kernel", str(kernel), "-initrd", str(initrd), "-nic", "none")
    assert "Payload: the kernel is cut short or damaged" in said
    kernel.write_bytes(summed(bytes(image)))
    assert "cut short" not in qemu("-kernel", str(kernel), "-nic", "none")


@pytest.mark.parametrize("machine", ["pc", "q35", "uefi"])
def test_it_resets_when_told(kernel: Path, initrd: Path, tmp_path: Path, machine: str) -> None:
    below: tuple[str, ...] = ("-machine", machine, "-nic", "none")
    if machine == "uefi":
        below = uefi(MACHINES["x64"].default_firmware, tmp_path)
    files = ("-kernel", str(kernel), "-initrd", str(initrd), "-append", "harness.end=reset")
    said = qemu(*files, *below, "-no-reboot", "-trace", "qemu_system_shutdown_request")
    assert len(reports(said)) == 1
    assert "qemu_system_shutdown_request" not in said, "it has switched itself off instead"


@pytest.mark.parametrize("is_uefi", [False, True])
def test_it_stays_when_told(kernel: Path, initrd: Path, tmp_path: Path, *, is_uefi: bool) -> None:
    below = uefi(MACHINES["x64"].default_firmware, tmp_path) if is_uefi else ("-nic", "none")
    files = ("-kernel", str(kernel), "-initrd", str(initrd), "-append", "harness.end=stay")
    with pytest.raises(CommandError) as killed:
        qemu(*files, *below, timeout_s=30 if is_uefi else 5)
    assert killed.value.exit_code is None
    assert len(reports("\n".join(killed.value.last_lines))) == 1


@pytest.mark.parametrize("build", ["x64", "ia32"])
def test_uefi_boots_it(built: Stub, initrd: Path, tmp_path: Path, build: str) -> None:
    firmware = uefi(MACHINES[build].default_firmware, tmp_path)
    image = built.x64_path if build == "x64" else built.ia32_path
    report = boot(
        lay(tmp_path / "kernel", image.read_bytes()), initrd, words='x="a b" @', more=firmware
    )
    assert (report.firmware, report.secure_boot, report.uuid) == ("uefi", "off", UUID)
    assert (report.token, report.entry, report.error) == (TOKEN, ENTRY, "")
    assert report.cmdline == 'x="a b" @ initrd=initrd'
    assert report.initrds == report.archives == handed(initrd)
    assert 200 <= report.memory_mib <= 256


SCRIPT = r"""fs0:
load short.efi
kernel.efi initrd=none
kernel.efi x initrd=first initrd=\initrd
"""


def test_uefi_hands_over_the_files_that_are_named(
    kernel: Path, initrd: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "first").write_bytes(entry_archive(token="another", entry="microcode"))
    shutil.copyfile(kernel, disk / "kernel.efi")
    shutil.copyfile(initrd, disk / "initrd")
    (disk / "short.efi").write_bytes(kernel.read_bytes()[:0x3000])
    (disk / "startup.nsh").write_text(SCRIPT)
    vvfat = f"file=fat:rw:{disk},format=raw,if=none,id=disk"
    drive = ("-drive", vvfat, "-device", "virtio-blk-pci,drive=disk")
    said = qemu(*uefi(MACHINES["x64"].default_firmware, tmp_path), *drive, timeout_s=120)
    assert "short.efi' is not an image" in said
    refused, report = reports(said)
    assert refused.error == "an initrd that the command line names was not handed over"
    assert report.initrds == report.archives == handed(disk / "first", initrd)
    assert (report.entry, report.error) == (ENTRY, "")


HANDOVER = Path(__file__).with_name("handover.c")
FORMATS = {"x64": "-m64 -fpie i386pep", "ia32": "-m32 -fno-pie i386pe"}
COMPILE = (
    "gcc {flags} -O1 -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables "
    '-fcf-protection=none -fno-ident -DKERNEL="{dir}/kernel" -DINITRD="{dir}/initrd" '
    "-c -o {dir}/object {source}"
)
LINK = (
    "ld -m {emulation} --subsystem 10 --dynamicbase --enable-reloc-section --image-base 0 "
    "-e efi_main -o {dir}/disk/loader.efi {dir}/object"
)


@pytest.mark.parametrize("build", FORMATS)
def test_linuxs_handover_boots_it(built: Stub, initrd: Path, tmp_path: Path, build: str) -> None:
    lay(tmp_path / "kernel", (built.x64_path if build == "x64" else built.ia32_path).read_bytes())
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "startup.nsh").write_text("fs0:loader.efi\n")
    flags, _, emulation = FORMATS[build].rpartition(" ")
    for command in (COMPILE, LINK):
        words = {"flags": flags, "emulation": emulation, "dir": tmp_path, "source": HANDOVER}
        run(command.format_map(words).split())
    drive = ("-drive", f"file=fat:rw:{disk},format=raw,if=none,id=disk")
    with_disk = (*drive, "-device", "virtio-blk-pci,drive=disk")
    (report,) = reports(qemu(*uefi(MACHINES[build].default_firmware, tmp_path), *with_disk))
    assert (report.firmware, report.secure_boot, report.uuid) == ("uefi", "off", UUID)
    assert (report.entry, report.cmdline, report.error) == (ENTRY, "handed over", "")
    assert report.initrds == report.archives == handed(initrd)


def test_the_image_for_arm64_is_one(cache: Cache) -> None:
    """A program for its firmware, with Linux's mark, whole by its own sum."""
    if tools.find("aarch64-linux-gnu-gcc") is None:
        pytest.skip("gcc-aarch64-linux-gnu is missing")
    image = stub_arm64(cache=cache).x64_path.read_bytes()
    made = with_entry(image, token=TOKEN, entry=ENTRY, needs_initrd=True)
    program = program_of(made)
    assert program is not None
    assert (program.kind, program.machine) == ("arm64 UEFI loader", MACHINES["arm64"])
    assert made[0x38:0x3C] == b"ARM\x64"
    assert summed(made) == made
    assert len(made) < 16 << 10


def test_without_its_compiler_there_is_none(monkeypatch: pytest.MonkeyPatch, cache: Cache) -> None:
    monkeypatch.setattr(tools, "find", lambda tool: None)
    with pytest.raises(PrerequisiteError, match="gcc-aarch64-linux-gnu"):
        stub_arm64(cache=cache)
