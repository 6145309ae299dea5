"""The archives that we write are what cpio(1), and so the kernel, reads."""

from pathlib import Path

from harness.assets import cpio
from harness.process import run


def listed(data: bytes, directory: Path) -> list[str]:
    archive_path = directory / "archive"
    archive_path.write_bytes(data)
    return run(["cpio", "-t", "--quiet", "-F", str(archive_path)]).stdout.splitlines()


def unpack(data: bytes, directory: Path) -> Path:
    archive_path = directory / "archive"
    archive_path.write_bytes(data)
    target = directory / "root"
    target.mkdir()
    run(["cpio", "-i", "--quiet", "-F", str(archive_path)], cwd=target)
    return target


def test_every_member_is_listed_in_order(tmp_path: Path) -> None:
    data = cpio.archive(
        (
            cpio.directory("dev"),
            cpio.character_device("dev/console", 5, 1),
            cpio.file("odd", b"123"),
            cpio.symlink("link", "odd"),
        )
    )
    assert listed(data, tmp_path) == ["dev", "dev/console", "odd", "link"]


def test_content_mode_and_links_survive(tmp_path: Path) -> None:
    content = bytes(range(256)) + b"!"
    root = unpack(
        cpio.archive(
            (
                cpio.directory("bin"),
                cpio.file("bin/tool", content, executable=True),
                cpio.symlink("bin/alias", "tool"),
            )
        ),
        tmp_path,
    )
    assert (root / "bin/alias").read_bytes() == content
    assert (root / "bin/tool").stat().st_mode & 0o777 == 0o755


def test_another_archive_may_follow() -> None:
    assert len(cpio.archive((cpio.file("a", b"x"),))) % cpio.ALIGNMENT == 0
    assert cpio.pad(b"12345") == b"12345\0\0\0"


def test_same_members_same_bytes() -> None:
    assert cpio.archive((cpio.file("a", b"x"),)) == cpio.archive((cpio.file("a", b"x"),))


def test_what_a_member_lies_in_comes_before_it_once(tmp_path: Path) -> None:
    members = (cpio.file("a/b/c", b"x"), cpio.directory("a"), cpio.file("a/b/d", b"y"))
    assert listed(cpio.archive(members), tmp_path) == ["a", "a/b", "a/b/c", "a/b/d"]
