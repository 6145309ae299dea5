"""A packed bundle has all that is known of a boot, and only plain files come out of one."""

import io
import shutil
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from harness.errors import HarnessError, UsageError
from harness.evidence.boot_json import BootFile, UnreadableBundleError
from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.rejudge import rejudge
from harness.host import zstd
from harness.rerun.bundle import Bundle, keep, opened, pack
from harness.rerun.site import rebuild
from harness.services.registry import load_site
from harness.site import Site
from tests.judge.recorded import unpack
from tests.rerun.conftest import NAME, Make


def test_a_packed_one_has_what_it_knew_by_its_hash(make: Make, site: Site, tmp_path: Path) -> None:
    code = tmp_path / "CODE.fd"
    code.write_bytes(b"firmware")
    digest = sha256(b"firmware").hexdigest()
    program = Version(version="1", sha256=digest, path=str(code))
    bundle = make(site, firmware_x=program)
    packed = tmp_path / "x.tar.zst"
    pack(bundle, packed)
    code.unlink()
    shutil.rmtree(site.dir)
    with opened(packed) as found:
        kept = found.find(digest, str(code))
        own = found.find_of_site("srv/tftp/own.efi")
        assert kept is not None
        assert own is not None
        assert kept.read_bytes() == b"firmware"
        assert own.read_bytes() == b"MZ\0\xff own"
        assert not found.missing
    assert bundle.find(digest, str(code)) is None
    assert "srv/tftp/own.efi" in bundle.missing


def test_its_evidence_can_be_judged(tmp_path: Path) -> None:
    pack(Bundle.read(unpack(NAME, tmp_path / NAME)), tmp_path / "x.tar.zst")
    with opened(tmp_path / "x.tar.zst") as found:
        assert rejudge(found.dir).differences == ()


def members_of(packed: Path) -> list[tarfile.TarInfo]:
    """Give what is in a packed bundle."""
    with (
        packed.open("rb") as stream,
        zstd.unpacked(stream) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        return list(tar)


def test_who_packed_it_is_nobodys_business(make: Make, site: Site, tmp_path: Path) -> None:
    pack(make(site), tmp_path / "x.tar.zst")
    members = members_of(tmp_path / "x.tar.zst")
    assert {(each.uid, each.gid, each.uname, each.gname) for each in members} == {(0, 0, "", "")}
    assert {each.name.partition("/")[0] for each in members} == {"a boot"}


def test_nor_is_where_it_lay(
    make: Make, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "edk2" / "FV" / "OVMF_CODE.fd"
    code.parent.mkdir(parents=True)
    code.write_bytes(b"firmware")
    home = "/".join(("", "home", "alice"))
    loader = f"{home}/.cache/netboot-harness/package/1/ipxe.efi"
    own = Version(version="1", sha256=sha256(b"firmware").hexdigest(), path=str(code))
    (site.dir / "etc/motd").write_text(f"the server has {home}/www\n")
    bundle = make(
        load_site(site.dir),
        firmware_x=own,
        loader_x=Version(version="2", sha256="0" * 64, path=loader),
        loader_y=Version(version="3", sha256="1" * 64, path="/usr/lib/ipxe/ipxe.efi"),
    )
    store = EvidenceDirectory(bundle.dir)
    told = store.read_json(store.boot_path)
    told["desk"] = f"harness up --site {site.dir} --firmware {home}/build"
    store.write_json(store.boot_path, told)
    store.write_json(store.summary_path, {"why": f"log: {bundle.dir}/console.txt"})
    store.timeline_path.write_text(f"{site.dir}: as it is\n")
    (bundle.dir / "guest1").mkdir()
    (bundle.dir / "guest1" / "boot.json").write_text(f'{{"half written": "{tmp_path}')
    monkeypatch.chdir(tmp_path)
    pack(Bundle.read(bundle.dir), tmp_path / "x.tar.zst")
    with opened(tmp_path / "x.tar.zst") as found:
        for path in found.dir.rglob("*"):
            assert not path.is_file() or str(tmp_path).encode() not in path.read_bytes(), path
        assert found.file.site_dir == "mysite"
        assert found.file.desk == "harness up --site mysite --firmware ~/build"
        places = {name: each.path for name, each in found.file.programs.items()}
        assert places == {
            "firmware x": "FV/OVMF_CODE.fd",
            "loader x": "cache/package/1/ipxe.efi",
            "loader y": "/usr/lib/ipxe/ipxe.efi",
        }
        assert (found.dir / "timeline.txt").read_text() == "mysite: as it is\n"
        assert found.find(own.sha256, "") is not None
        rebuilt = rebuild(found, tmp_path / "again").dir
    assert rebuilt.name == "mysite"
    assert (rebuilt / "etc/motd").read_text() == f"the server has {home}/www\n"


def test_what_has_changed_is_not_taken_for_what_was(make: Make, site: Site) -> None:
    bundle = make(site)
    (site.dir / "srv/tftp/own.efi").write_bytes(b"MZ\0\xff new")
    assert bundle.missing == {"srv/tftp/own.efi"}


def test_a_packed_one_never_looks_on_this_machine(make: Make, site: Site, tmp_path: Path) -> None:
    bundle = make(site)
    (site.dir / "srv/tftp/own.efi").rename(tmp_path / "away")
    pack(bundle, tmp_path / "x.tar.zst")
    (tmp_path / "away").rename(site.dir / "srv/tftp/own.efi")
    with opened(tmp_path / "x.tar.zst") as found:
        assert found.missing == {"srv/tftp/own.efi"}


def foreign(place: Path, *members: tarfile.TarInfo) -> Path:
    """Make a packed bundle of these members."""
    with tarfile.open(place / "x.tar", "w") as tar:
        for member in members:
            member.size = 4 if member.isreg() else 0
            tar.addfile(member, io.BytesIO(b"evil"))
    zstd.pack(place / "x.tar", place / "x.tar.zst")
    return place / "x.tar.zst"


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    """Describe a member of a tar."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "members",
    [
        [member("../evil")],
        [member("a/../../evil")],
        [member("/tmp/evil")],
        [member("a/out", tarfile.SYMTYPE, "/etc"), member("a/out/evil")],
        [member("a/hard", tarfile.LNKTYPE, "/etc/passwd")],
        [member("a/null", tarfile.CHRTYPE)],
        [member("a/pipe", tarfile.FIFOTYPE)],
    ],
    ids=["above", "above-inside", "absolute", "symlink", "hard-link", "device", "pipe"],
)
def test_nothing_else_comes_out_of_a_foreign_one(
    members: list[tarfile.TarInfo], tmp_path: Path
) -> None:
    packed = foreign(tmp_path, *members)
    with pytest.raises(UsageError, match="is not a plain file inside it"), opened(packed):
        pass
    assert not list(tmp_path.rglob("evil"))


def test_a_file_is_what_its_hash_says(make: Make, site: Site, tmp_path: Path) -> None:
    bundle = make(site)
    digest = bundle.file.site.own["srv/tftp/own.efi"].sha256
    (bundle.dir / "rerun").mkdir()
    (bundle.dir / "rerun" / digest).write_bytes(b"another")
    shutil.rmtree(site.dir)
    assert "srv/tftp/own.efi" in bundle.missing


@pytest.mark.parametrize(
    "content",
    [b"", b"not packed", b"\x28\xb5\x2f\xfdbroken", b"longer than a pipe holds" * 100_000],
    ids=["empty", "short", "magic", "long"],
)
def test_what_is_no_bundle_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tar.zst").write_bytes(content)
    with pytest.raises(UsageError, match="is not a"), opened(tmp_path / "x.tar.zst"):
        pass


def test_nor_is_one_that_is_cut_between_its_files(tmp_path: Path) -> None:
    """To a reader of tars that is an end in order: what is missing would be held against it."""
    block = 128 * 1024
    known = (unpack(NAME, tmp_path / NAME) / "boot.json").read_bytes()
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for name, content in (
            ("boot.json", known.ljust(block - tarfile.BLOCKSIZE)),
            ("wire.pcap", Random(1).randbytes(2 * block)),
        ):
            info = tarfile.TarInfo(f"{NAME}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    zstd.pack(tmp_path / "x.tar", tmp_path / "x.tar.zst")
    packed = (tmp_path / "x.tar.zst").read_bytes()
    (tmp_path / "x.tar.zst").write_bytes(packed[: -2 * block - 300])
    with pytest.raises(UsageError, match="is not a packed bundle"), opened(tmp_path / "x.tar.zst"):
        pass


def test_nor_is_a_tar_of_something_else(tmp_path: Path) -> None:
    packed = foreign(tmp_path, member("a/file"))
    with pytest.raises(UnreadableBundleError, match=r"not the bundle of a boot"), opened(packed):
        pass


@pytest.mark.parametrize(
    "members",
    [
        [member("file")],
        [member("a/boot.json", tarfile.DIRTYPE)],
        [member("a/boot.json"), member("a/boot.json/under-a-file")],
        [member("a/" + "long" * 100)],
    ],
    ids=["one-file", "a-directory", "under-a-file", "long-name"],
)
def test_nor_is_what_only_looks_like_one(members: list[tarfile.TarInfo], tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="bundle"), opened(foreign(tmp_path, *members)):
        pass


def test_what_passes_with_a_rerun_is_kept_in_its_bundle(
    make: Make, site: Site, tmp_path: Path
) -> None:
    bundle = make(site)
    keep(bundle, tmp_path / "elsewhere")
    assert not (bundle.dir / "rerun").exists()
    keep(bundle, site.dir.parent)
    shutil.rmtree(site.dir)
    assert not bundle.missing
    pack(bundle, tmp_path / "x.tar.zst")
    names = [each.name for each in members_of(tmp_path / "x.tar.zst")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("place", "words"), [("none/x", "none.*No such file"), (".", "is a directory")]
)
def test_where_it_cannot_be_written(place: str, words: str, tmp_path: Path) -> None:
    bundle = Bundle.read(unpack(NAME, tmp_path / NAME))
    with pytest.raises(UsageError, match=words):
        pack(bundle, tmp_path / place)


def test_one_that_is_made_in_its_own_directory_has_not_itself(tmp_path: Path) -> None:
    bundle = Bundle.read(unpack(NAME, tmp_path / NAME))
    names = {path.name for path in bundle.dir.rglob("*")}
    for _ in range(2):
        pack(bundle, bundle.dir / "x.tar.zst")
        with opened(bundle.dir / "x.tar.zst") as found:
            assert {path.name for path in found.dir.rglob("*")} == names


def test_nor_is_one_machine_of_several(tmp_path: Path) -> None:
    directory = unpack(NAME, tmp_path / NAME)
    file = BootFile.read_alone(EvidenceDirectory(directory))
    replace(file, lab="..").write(EvidenceDirectory(directory))
    with pytest.raises(UsageError, match="of one of several machines") as refused:
        Bundle.read(directory)
    assert str(tmp_path) in refused.value.cure


def test_nor_is_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no bundle"), opened(tmp_path / "none"):
        pass
