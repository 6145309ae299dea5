"""What a lab appends to a live system's initramfs, and where roots are laid."""

import json
import os
from pathlib import Path

import pytest

from harness.assets import cpio
from harness.assets.cache import Cache, sha256_of
from harness.assets.layer import site_layer
from harness.assets.live import image
from harness.assets.live.agent import agent_archive, stand_in_archive
from harness.assets.live.image import LiveImage, find_live_image, live_image, require_room
from harness.assets.package import fetch_all
from harness.assets.payload import whole
from harness.errors import PrerequisiteError
from harness.host import tools
from harness.process import run


def unpacked(archive: bytes, into: Path) -> Path:
    """Let cpio(1) unpack an archive, as the kernel would."""
    path = into / "archive"
    path.write_bytes(archive)
    run(["sh", "-c", f"cd {into} && cpio --quiet -id <{path}"])
    return into


def test_the_agent_brings_the_token_and_the_entry(tmp_path: Path) -> None:
    archive = agent_archive(token="abc", entry="grml")
    assert len(archive) % cpio.ALIGNMENT == 0
    tree = unpacked(archive, tmp_path)
    assert (tree / "etc/harness/token").read_text() == "abc\n"
    assert (tree / "etc/harness/entry").read_text() == "grml\n"
    assert os.access(tree / "scripts/init-bottom/harness", os.X_OK)


def test_the_agent_takes_its_turn_as_the_last(tmp_path: Path) -> None:
    tree = unpacked(agent_archive(token="", entry=""), tmp_path)
    hook = (tree / "conf/conf.d/harness").read_text()
    order = tree / "scripts/init-bottom/ORDER"
    order.write_text("first\n")
    local = hook.replace(">>/scripts", f">>{tree}/scripts")
    assert os.access(tree / "scripts/panic/harness", os.X_OK)
    run(["sh", "-c", local])
    first, last = order.read_text().splitlines()
    assert first == "first"
    assert last == '/scripts/init-bottom/harness "$@"'


def test_the_stand_in_says_what_it_is(tmp_path: Path) -> None:
    tree = unpacked(stand_in_archive(), tmp_path)
    script = (tree / "scripts/nfsboot").read_text()
    assert "stand-in for SystemRescueCd" in script
    run(["sh", "-n", str(tree / "scripts/nfsboot")])
    run(["sh", "-n", str(tree / "conf/conf.d/nfsboot")])


def test_a_layer_links_files_and_writes_contents(tmp_path: Path, cache: Cache) -> None:
    root = tmp_path / "root.squashfs"
    root.write_bytes(b"root")
    root.chmod(0o644)
    layer = site_layer({"srv/a/x.squashfs": root, "srv/a/x.md5": b"sum\n"}, cache=cache)
    assert (layer / "srv/a/x.squashfs").samefile(root)
    assert (layer / "srv/a/x.md5").read_bytes() == b"sum\n"
    assert site_layer({"srv/a/x.md5": b"sum\n", "srv/a/x.squashfs": root}, cache=cache) == layer
    root.write_bytes(b"another")
    assert site_layer({"srv/a/x.squashfs": root}, cache=cache) != layer


def test_a_file_that_daemons_cannot_read_is_copied(tmp_path: Path, cache: Cache) -> None:
    root = tmp_path / "root.squashfs"
    root.write_bytes(b"root")
    root.chmod(0o600)
    placed = site_layer({"srv/x": root}, cache=cache) / "srv/x"
    assert not placed.samefile(root)
    assert placed.stat().st_mode & 0o004


def test_no_room_is_said_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_room(tmp_path / "not" / "there")
    monkeypatch.setattr(image, "_NEEDED_MIB", 10**9)
    with pytest.raises(PrerequisiteError, match="MiB free; making the live image takes") as caught:
        require_room(tmp_path)
    assert "HARNESS_CACHE" in caught.value.cure


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch, cache: Cache) -> list[list[str]]:
    """Put small commands in the place of apt, mmdebstrap and mksquashfs; list what was run."""
    ran: list[list[str]] = []

    def step(argv: list[str]) -> None:
        ran.append(argv)
        boot = next((word for word in argv if word.startswith("--customize-hook=copy-out")), "")
        if boot:
            directory = Path(boot.split()[-1], "boot")
            directory.mkdir()
            (directory / "vmlinuz-6.1").write_bytes(b"kernel")
            (directory / "initrd.img-6.1").write_bytes(b"initramfs")
            Path(argv[-2]).write_bytes(b"tar")

    def pack(tar_path: Path, squashfs_path: Path) -> None:
        assert tar_path.read_bytes() == b"tar"
        squashfs_path.write_bytes(b"root")

    monkeypatch.setattr(image, "run_step", step)
    monkeypatch.setattr(image, "pack", pack)
    monkeypatch.setattr(image, "fetch_all", lambda *_: ("a=1", "b=2"))
    monkeypatch.setattr(tools, "require", lambda *_: None)
    return ran


def test_it_is_made_once(making: list[list[str]], cache: Cache) -> None:
    assert find_live_image(cache=cache) is None
    made = live_image(cache=cache)
    assert live_image(cache=cache) == made == find_live_image(cache=cache)
    assert len(making) == 1
    assert made.initrd_path.stat().st_size % cpio.ALIGNMENT == 0
    assert made.squashfs_sha256 == sha256_of(made.squashfs_path)
    assert not list(made.kernel_path.parent.glob("*.tar"))


def test_a_damaged_one_is_made_anew(making: list[list[str]], cache: Cache) -> None:
    made = live_image(cache=cache)
    made.squashfs_path.write_bytes(b"damaged")
    said: list[str] = []
    again = whole(lambda: live_image(cache=cache), cache=cache, say=said.append)
    assert again.squashfs_path.read_bytes() == b"root"
    assert "is damaged" in "".join(said)
    assert len(making) == 2


def test_another_recipe_makes_another(
    making: list[list[str]], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = live_image(cache=cache)
    monkeypatch.setattr(image, "_EPOCH", "1")
    assert find_live_image(cache=cache) is None
    assert live_image(cache=cache).kernel_path != first.kernel_path


@pytest.mark.parametrize("when", ["mmdebstrap", "mksquashfs"])
def test_a_full_disk_leaves_no_half_image(
    making: list[list[str]], cache: Cache, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def fails(*_: object) -> None:
        run(["sh", "-c", "echo 'write error: No space left on device' >&2; exit 1"])

    monkeypatch.setattr(image, "run_step" if when == "mmdebstrap" else "pack", fails)
    with pytest.raises(PrerequisiteError, match="could not be made") as caught:
        live_image(cache=cache)
    assert "No space left on device" in "\n".join(caught.value.last_lines)
    assert find_live_image(cache=cache) is None
    assert list((cache.dir / "live").iterdir()) == []


def test_its_facts_are_kept_with_it(making: list[list[str]], cache: Cache) -> None:
    made: LiveImage = live_image(cache=cache)
    facts = json.loads((made.kernel_path.parent / "live.json").read_text())
    assert facts["kernel_version"] == made.kernel_version == "6.1"
    assert (made.kernel_path.parent / "packages").read_text() == "a=1\nb=2\n"


class BrokenApt:
    """apt on a line that breaks."""

    suite = "bookworm"
    has_lists = True

    def __init__(self) -> None:
        """Count what is asked."""
        self.asked: list[str] = []

    def update(self) -> None:
        """Fetch the lists."""
        self.asked.append("update")

    def plan(self, *_: str) -> tuple[str, ...]:
        """Plan."""
        self.asked.append("plan")
        return ("a=1",)

    def sizes_of_missing(self, *_: object) -> tuple[int, ...]:
        """Give the size of it."""
        return (8,)

    def download_all(self, planned: tuple[str, ...], into: Path) -> None:
        """Fetch half a package, and no more."""
        self.asked.append("download")
        (into / "partial").mkdir(parents=True, exist_ok=True)
        (into / "partial" / "a.deb").write_bytes(b"half")
        run(["sh", "-c", "echo 'E: Failed to fetch a.deb: connection timed out' >&2; exit 100"])


def test_a_broken_download_is_tried_twice_and_keeps_what_came(tmp_path: Path) -> None:
    apt = BrokenApt()
    with pytest.raises(PrerequisiteError, match="cannot be fetched") as caught:
        fetch_all(apt, ("a",), tmp_path, lambda _: None)  # type: ignore[arg-type]
    assert apt.asked == ["plan", "download", "update", "plan", "download"]
    assert "what was fetched stays" in caught.value.cure
    assert "connection timed out" in "\n".join(caught.value.last_lines)
    assert (tmp_path / "partial" / "a.deb").read_bytes() == b"half"
