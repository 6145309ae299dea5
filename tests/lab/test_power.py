"""The power of a guest: what goes on and off with it, and how it starts each time."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from harness import process
from harness.errors import GuestError, UsageError
from harness.guest import nvram
from harness.guest.console.console import Console
from harness.guest.hypervisor import Domain
from harness.guest.life import Life, Stop
from harness.guest.power import BootDevice
from harness.guest.spec import Disk, Flash, GuestSpec, Nic
from harness.lab.namespace import Namespace
from harness.lab.power import GuestPower, WarmImage, give_way
from harness.machines import BOOT_PATHS
from harness.services.libvirtd import NICENESS
from tests.lab.test_guest_clock import SPEC, FakeNamespace


@pytest.fixture
def emulator() -> Iterator[process.Process]:
    """Give a process with a session of its own."""
    started = process.start(["sleep", "600"])
    yield started
    started.close()


def test_its_session_is_nice(tmp_path: Path, emulator: process.Process) -> None:
    autogroup = Path(f"/proc/{emulator.pid}/autogroup")
    if not autogroup.exists():
        pytest.skip("this Linux does not schedule by sessions")
    (tmp_path / "proc").symlink_to("/proc")
    (tmp_path / "run/libvirt/qemu").mkdir(parents=True)
    (tmp_path / "run/libvirt/qemu/guest0.pid").write_text(f"{emulator.pid}\n")
    give_way(cast("Namespace", FakeNamespace(tmp_path)), SPEC)
    assert autogroup.read_text().split()[-1] == str(NICENESS)


def test_one_that_is_gone_is_let_go(tmp_path: Path) -> None:
    give_way(cast("Namespace", FakeNamespace(tmp_path)), SPEC)


class FakeDomain(Life):
    """Goes on and off at once, and remembers how."""

    def __init__(self, *, restores: bool = True) -> None:
        """Say whether images are of use."""
        super().__init__()
        self.restores = restores
        self.told: list[str] = []
        self.held = threading.Event()

    def hold(self, by: object) -> None:
        """Stand still."""
        self.held.set()

    def power_on(
        self,
        *,
        image_path: Path | None = None,
        xml_once: str = "",
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        meanwhile()
        if image_path is not None and not self.restores:
            raise GuestError("the image is torn")
        self.told.append("restore" if image_path else "once" if xml_once else "on")
        self.begin()

    def power_off(self) -> None:
        self.told.append("off")
        self.end(Stop.OFF)

    def reset(self) -> None:
        self.told.append("reset")
        self.was_reset()

    def place_in_boot_order(self, device: str, place: int | None) -> None:
        self.told.append(f"{device}: {place}")


@dataclass
class FakeConsole:
    """Remembers what it was told."""

    told: list[str] = field(default_factory=list)

    def __enter__(self) -> None:
        """Be open."""
        self.told.append("open")

    def __exit__(self, *_: object) -> None:
        """Be closed."""
        self.told.append("close")

    def renew(self) -> None:
        self.told.append("renew")

    def attach(self, *, is_warm: bool) -> None:
        self.told.append("attach warm" if is_warm else "attach")


@dataclass
class FakeImages:
    """Has one image for whoever asks."""

    image_path: Path
    nvram_path: Path
    discarded: int = 0

    def find(self, _spec: GuestSpec) -> WarmImage:
        return WarmImage(
            image_path=self.image_path, nvram_path=self.nvram_path, discard=self.discard
        )

    def discard(self) -> None:
        self.discarded += 1


@pytest.fixture
def uefi(tmp_path: Path) -> GuestSpec:
    """Give a UEFI machine, whose variable store is in the lab."""
    path = BOOT_PATHS["x64-http-ipv4"]
    flash = Flash(code_path=Path("/code.fd"), nvram_path=Path("/vars.fd"))
    return replace(SPEC, path=path, nics=(Nic.of(path),), flash=flash)


@pytest.fixture
def images(tmp_path: Path) -> FakeImages:
    """Give an image with its variable store."""
    (tmp_path / "saved.fd").write_bytes(b"after POST")
    return FakeImages(tmp_path / "image", tmp_path / "saved.fd")


@pytest.fixture(autouse=True)
def _template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what fresh variable stores are copied from."""

    def copy(_spec: GuestSpec, template: Path, target: Path) -> None:
        target.write_bytes(template.read_bytes())

    (tmp_path / "template.fd").write_bytes(b"fresh")
    monkeypatch.setattr(nvram, "make", copy)


def power_of(
    spec: GuestSpec,
    domain: FakeDomain,
    root: Path,
    *,
    images: FakeImages | None = None,
    console: FakeConsole | None = None,
) -> GuestPower:
    """Give the power of a machine that is no machine."""
    return GuestPower(
        spec,
        domain=cast("Domain", domain),
        console=cast("Console", console or FakeConsole()),
        namespace=cast("Namespace", FakeNamespace(root)),
        vars_template=root / "template.fd",
        find_image=images.find if images is not None else lambda _spec: None,
    )


def test_the_console_is_open_for_each_start(tmp_path: Path) -> None:
    console = FakeConsole()
    with power_of(SPEC, FakeDomain(), tmp_path, console=console) as power:
        assert not power.is_on
        power.on()
        power.off()
        power.on()
    assert console.told == ["open", "attach", "renew", "attach", "close"]


def test_what_is_on_keeps_its_console(tmp_path: Path) -> None:
    console = FakeConsole()
    with power_of(SPEC, FakeDomain(), tmp_path, console=console) as power:
        power.on()
        with pytest.raises(GuestError, match="guest0 is on already"):
            power.on()
        assert console.told == ["open", "attach"]


def test_only_the_first_start_is_warm(tmp_path: Path, uefi: GuestSpec, images: FakeImages) -> None:
    domain, console = FakeDomain(), FakeConsole()
    power = power_of(uefi, domain, tmp_path, images=images, console=console)
    power.on()
    assert power.was_warm
    assert (tmp_path / "vars.fd").read_bytes() == b"after POST"
    (tmp_path / "vars.fd").write_bytes(b"its own")
    power.off()
    power.on()
    assert domain.told == ["restore", "off", "on"]
    assert console.told == ["open", "attach warm", "renew", "attach"]
    assert (tmp_path / "vars.fd").read_bytes() == b"its own"


def test_a_cold_start_makes_the_store_once(tmp_path: Path, uefi: GuestSpec) -> None:
    power = power_of(uefi, FakeDomain(), tmp_path)
    assert not (tmp_path / "vars.fd").exists()
    power.on()
    assert (tmp_path / "vars.fd").read_bytes() == b"fresh"
    (tmp_path / "vars.fd").write_bytes(b"its own")
    power.off()
    power.on()
    assert (tmp_path / "vars.fd").read_bytes() == b"its own"


def test_an_image_that_is_of_no_use_is_removed(
    tmp_path: Path, uefi: GuestSpec, images: FakeImages
) -> None:
    domain = FakeDomain(restores=False)
    power = power_of(uefi, domain, tmp_path, images=images)
    power.on()
    assert not power.was_warm
    assert images.discarded == 1
    assert domain.told == ["on"]
    assert (tmp_path / "vars.fd").read_bytes() == b"fresh"


def test_a_bios_boots_from_the_network_once(tmp_path: Path) -> None:
    domain = FakeDomain()
    power = power_of(replace(SPEC, disks=(Disk(path=Path("/disk")),)), domain, tmp_path)
    power.boot_next(BootDevice.NETWORK)
    power.on()
    power.reset()
    power.boot_next(BootDevice.NETWORK)
    power.reset()
    power.off()
    power.on()
    once = ["once", "net0: None"]
    assert domain.told == [*once, "reset", "off", *once, "off", "on"]


def test_uefi_boots_from_the_network_once(
    tmp_path: Path, uefi: GuestSpec, images: FakeImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is its store that says so, so no image of another start will do."""
    asked: list[tuple[Path, BootDevice, str]] = []

    def set_next(_spec: GuestSpec, path: Path, device: BootDevice, *, uri: str) -> None:
        asked.append((path, device, uri))

    monkeypatch.setattr(nvram, "set_next", set_next)
    domain = FakeDomain()
    power = power_of(uefi, domain, tmp_path, images=images)
    power.boot_next(BootDevice.NETWORK)
    power.on()
    power.off()
    power.on()
    assert domain.told == ["on", "off", "on"]
    assert asked == [(tmp_path / "vars.fd", BootDevice.NETWORK, "")]


@pytest.mark.parametrize(
    ("uri", "start"),
    [("http://192.0.2.1/a.efi", "on"), ("http://[2001:db8::1]/a.efi", "once"), ("", "on")],
)
def test_uefi_fetches_a_uri_once(
    tmp_path: Path, uefi: GuestSpec, monkeypatch: pytest.MonkeyPatch, uri: str, start: str
) -> None:
    """Over IPv6 its firmware must not begin at once: that start offers a key first."""
    asked: list[str] = []
    monkeypatch.setattr(nvram, "set_next", lambda _spec, _path, _device, uri: asked.append(uri))
    domain = FakeDomain()
    power = power_of(uefi, domain, tmp_path)
    power.on()
    power.boot_next(BootDevice.HTTP, uri=uri)
    power.reset()
    power.off()
    power.on()
    assert domain.told == ["on", "off", start, "off", "on"]
    assert asked == [uri]


def test_a_bios_has_no_http_boot(tmp_path: Path) -> None:
    power = power_of(SPEC, FakeDomain(), tmp_path)
    with pytest.raises(UsageError, match="guest0 has a BIOS: only UEFI firmware has HTTP Boot"):
        power.boot_next(BootDevice.HTTP)


def test_a_bios_boots_from_its_disk_once(tmp_path: Path) -> None:
    """The network, which it boots from by itself, is the first again at the next reset."""
    domain = FakeDomain()
    spec = replace(SPEC, disks=(Disk(path=Path("/disk")),), disks_last=True)
    power = power_of(spec, domain, tmp_path)
    power.boot_next(BootDevice.DISK)
    power.on()
    power.reset()
    assert domain.told == ["once", "net0: 0", "reset"]


@pytest.mark.parametrize("device", [BootDevice.SETUP, BootDevice.DISK, BootDevice.NETWORK])
def test_a_bios_starts_as_usual_where_there_is_no_choice(
    tmp_path: Path, device: BootDevice
) -> None:
    """It has no set-up, and this one no disk: what it was told is used up all the same."""
    domain = FakeDomain()
    power = power_of(SPEC, domain, tmp_path)
    power.boot_next(device)
    power.on()
    power.reset()
    assert domain.told == ["on", "reset"]


def test_what_was_asked_for_can_be_taken_back(tmp_path: Path) -> None:
    domain = FakeDomain()
    power = power_of(replace(SPEC, disks=(Disk(path=Path("/disk")),)), domain, tmp_path)
    power.boot_next(BootDevice.NETWORK)
    power.boot_next(None)
    power.on()
    assert domain.told == ["on"]


def test_what_was_asked_for_stays_asked_for_when_it_does_not_start(tmp_path: Path) -> None:
    domain = FakeDomain()
    power = power_of(replace(SPEC, disks=(Disk(path=Path("/disk")),)), domain, tmp_path)
    power.boot_next(BootDevice.NETWORK)
    broken = domain.power_on
    domain.power_on = failing  # type: ignore[method-assign]
    with pytest.raises(GuestError):
        power.on()
    domain.power_on = broken  # type: ignore[method-assign]
    power.on()
    assert domain.told == ["once", "net0: None"]


def test_a_disk_is_read_and_wiped(tmp_path: Path) -> None:
    """Wiped it is as large as before, and empty."""
    disks = (Disk(path=Path("/a")), Disk(path=Path("/b"), size=4))
    power = power_of(replace(SPEC, disks=disks), FakeDomain(), tmp_path)
    (tmp_path / "b").write_bytes(b"data")
    assert power.read_disk(1) == b"data"
    power.wipe_disk(1)
    assert power.read_disk(1) == bytes(4)


def test_no_disk_is_wiped_below_a_running_machine(tmp_path: Path) -> None:
    power = power_of(replace(SPEC, disks=(Disk(path=Path("/a")),)), FakeDomain(), tmp_path)
    (tmp_path / "a").write_bytes(b"data")
    power.on()
    with pytest.raises(UsageError, match="guest0 is on"):
        power.wipe_disk()
    assert power.read_disk() == b"data"


def test_a_disk_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="guest0 has no disk 0"):
        power_of(SPEC, FakeDomain(), tmp_path).read_disk()


def failing(
    *,
    image_path: Path | None = None,
    xml_once: str = "",
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Do not start."""
    raise GuestError("it does not start")


def test_who_is_reset_stands_still_while_that_is_its_end(tmp_path: Path) -> None:
    domain = FakeDomain()
    power = power_of(SPEC, domain, tmp_path)
    power.on()
    with power.still_after_reset():
        assert not domain.held.is_set()
        domain.was_reset()
        assert domain.held.wait(10)


def test_who_is_reset_later_goes_on(tmp_path: Path) -> None:
    domain = FakeDomain()
    power = power_of(SPEC, domain, tmp_path)
    power.on()
    with power.still_after_reset():
        pass
    before = threading.active_count()
    domain.was_reset()
    assert threading.active_count() == before
    assert not domain.held.is_set()
