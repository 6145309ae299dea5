"""A lab's files are laid as layers: what is written, and what pid 1 is told to mount."""

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.lab import layers
from harness.lab.layers import LAYER_DIR, Layers, lay
from harness.lab.namespace import Namespace
from harness.services.nfs.base import Nfs
from harness.site import Site


class FakeNamespace(Namespace):
    """The files of a lab that is a directory."""

    def __init__(self, root: Path) -> None:
        """Keep the directory, with what pid 1 makes in it."""
        super().__init__(as_root=True)
        self.pid = os.getpid()  # whose mounts are the host's
        self.root = root
        for place in ("layer", "dev"):
            (root / "run" / "harness" / place).mkdir(parents=True)

    def path(self, inside: str | Path) -> Path:
        """Give a path below the directory."""
        return self.root / str(inside).lstrip("/")

    @property
    def fstab(self) -> list[list[str]]:
        """Give the lines that pid 1 mounts, in columns."""
        text = self.path("/run/harness/fstab").read_text()
        return [line.split(" ") for line in text.splitlines()]

    def layer(self, name: str, path: str) -> Path:
        """Give a file of a layer."""
        return self.path(f"{LAYER_DIR}/{name}/{path}")


@pytest.fixture
def namespace(tmp_path: Path) -> FakeNamespace:
    """Give a lab that is a directory."""
    return FakeNamespace(tmp_path / "lab")


@pytest.fixture
def parts(tmp_path: Path) -> Layers:
    """Give the parts of a lab beside its site."""
    kernel = tmp_path / "kernel"
    kernel.write_bytes(b"kernel")
    return Layers(
        supply_dir=None,
        payload={"srv/tftp/showmax/vmlinuz": (kernel, b"+archive")},
        evidence_dir=tmp_path / "evi dence",
        cache_dir=tmp_path / "cache",
    )


@pytest.fixture
def own_site(tmp_path: Path, site: Site) -> Site:
    """Give a site of one file, which a test may add to."""
    (tmp_path / "my site" / "etc" / "dhcp").mkdir(parents=True)
    (tmp_path / "my site" / "etc" / "dhcp" / "dhcpd.conf").write_text("# mine\n")
    return replace(site, dir=tmp_path / "my site")


@pytest.fixture
def tight_umask() -> Iterator[None]:
    """Work under the umask of a cautious user."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def lowers(namespace: FakeNamespace, top: str) -> list[str]:
    """Give what lies over each other at a top-level directory, from top to bottom."""
    (options,) = (line[3] for line in namespace.fstab if line[:2] == [f"lab-{top}", f"/{top}"])
    paths = options.partition("lowerdir=")[2].split(":")
    return [path.removeprefix(f"{LAYER_DIR}/").partition("/")[0] or "host" for path in paths]


def test_what_lies_over_what(namespace: FakeNamespace, site: Site, parts: Layers) -> None:
    changed = site.with_file("etc/radvd.conf", "# changed\n")
    lay(namespace, changed, parts)
    assert lowers(namespace, "etc") == ["changes", "site", "base", "host"]
    assert lowers(namespace, "srv") == ["payload", "site", "base", "host"]
    assert lowers(namespace, "var") == ["base", "host"]


def test_supplied_files_are_below_the_site(
    namespace: FakeNamespace, site: Site, parts: Layers, tmp_path: Path
) -> None:
    (tmp_path / "supply" / "srv" / "tftp").mkdir(parents=True)
    lay(namespace, site, replace(parts, supply_dir=tmp_path / "supply"))
    assert lowers(namespace, "srv") == ["payload", "site", "supply", "base", "host"]


def test_what_the_host_configured_for_itself_is_hidden_where_it_is(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    lay(namespace, site, replace(parts, hides=("etc/default", "etc/no-such-directory")))
    whiteout = namespace.layer("base", "etc/default").stat()
    assert stat.S_ISCHR(whiteout.st_mode)
    assert whiteout.st_rdev == 0
    assert not namespace.layer("base", "etc/no-such-directory").exists()


def test_a_stock_file_lies_below_the_site_and_above_the_host(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    path = "etc/nginx/nginx.conf"
    lay(namespace, site, replace(parts, hides=(path,), stock={path: "stock/nginx.conf"}))
    assert "sites-enabled" in namespace.layer("base", path).read_text()
    assert lowers(namespace, "etc") == ["site", "base", "host"]


def test_what_a_lab_is_made_of_is_not_hidden_with_the_host_s_data(
    namespace: FakeNamespace,
    site: Site,
    parts: Layers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = tmp_path / "data"
    for name in ("mine/cache", "others"):
        (data / name).mkdir(parents=True)
    monkeypatch.setattr(layers, "_DATA", (str(data.relative_to("/")),))
    monkeypatch.setattr(layers, "_OWN_TOPS", ())  # or it could not lie where tests write
    lay(namespace, site, replace(parts, cache_dir=data / "mine/cache"))
    hidden = namespace.layer("base", str(data.relative_to("/")))
    assert [each.name for each in hidden.iterdir()] == ["others"]
    assert stat.S_ISCHR((hidden / "others").stat().st_mode)


def test_a_web_servers_usual_root_is_there_and_has_nothing_of_the_host_s(
    namespace: FakeNamespace,
    own_site: Site,
    parts: Layers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A site's empty one is lost in version control: its web server would not start."""
    root = tmp_path / "www/html"
    (root / "of the host").mkdir(parents=True)
    own, above = (str(each.relative_to("/")) for each in (root, root.parent))
    monkeypatch.setattr(layers, "_MADE", (own,))
    monkeypatch.setattr(layers, "_DATA", (above, own))
    monkeypatch.setattr(layers, "_OWN_TOPS", ())
    lay(namespace, own_site, parts)
    laid = namespace.layer("base", own)
    assert laid.is_dir()
    assert [stat.S_ISCHR(each.stat().st_mode) for each in laid.iterdir()] == [True]


def test_every_line_is_one_of_fstab(namespace: FakeNamespace, site: Site, parts: Layers) -> None:
    lay(namespace, site, parts)
    for line in namespace.fstab:
        assert len(line) == 6
        assert line[1].startswith("/")
        assert line[4:] == ["0", "0"]


def test_odd_characters_are_escaped(
    namespace: FakeNamespace, own_site: Site, parts: Layers, tmp_path: Path
) -> None:
    odd = tmp_path / 'a b\tc\\d\n#"é'
    (odd / "etc").mkdir(parents=True)
    lay(namespace, replace(own_site, dir=odd), parts)
    source = next(line[0] for line in namespace.fstab if line[1] == f"{LAYER_DIR}/site")
    assert source == f'{tmp_path.resolve()}/a\\040b\\011c\\134d\\012#"é'


def test_sources_come_before_what_covers_them(
    namespace: FakeNamespace, site: Site, parts: Layers, tmp_path: Path
) -> None:
    lay(namespace, site, parts)
    kinds = [line[2] for line in namespace.fstab]
    host = str(tmp_path.resolve())
    outside = [n for n, line in enumerate(namespace.fstab) if line[0].startswith(host)]
    assert outside
    assert max(outside) < kinds.index("overlay") < kinds.index("tmpfs")


@pytest.mark.parametrize(
    ("place", "hidden"), [("/tmp/cache", True), ("/run/user/0/c", True), ("/opt/cache", False)]
)
def test_a_cache_where_labs_have_their_own_files(
    parts: Layers, place: str, *, hidden: bool
) -> None:
    assert replace(parts, cache_dir=Path(place)).hides_cache is hidden


def test_the_site_is_bound_read_only(namespace: FakeNamespace, site: Site, parts: Layers) -> None:
    lay(namespace, site, parts)
    options = next(line[3] for line in namespace.fstab if line[1] == f"{LAYER_DIR}/site")
    assert {"rbind", "ro"} <= set(options.split(","))


def test_a_changed_file_and_one_taken_away(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    changed = site.with_file("srv/tftp/new/file", "new").without("etc/exports")
    lay(namespace, changed, parts)
    assert namespace.layer("changes", "srv/tftp/new/file").read_text() == "new"
    whiteout = namespace.layer("changes", "etc/exports").stat()
    assert stat.S_ISCHR(whiteout.st_mode)
    assert whiteout.st_rdev == 0


def test_a_kernel_is_shared_with_other_labs_and_covers_the_sites(
    namespace: FakeNamespace, site: Site, parts: Layers, tmp_path: Path
) -> None:
    (tmp_path / "linux").write_bytes(b"linux")
    place = "srv/tftp/showmax/linux"
    payload = {**parts.payload, place: (tmp_path / "linux", b"")}
    shared = replace(parts, payload=payload)
    lay(namespace, site, shared)
    assert lowers(namespace, "srv") == ["payload", "kernels", "site", "base", "host"]
    (source,) = (line[0] for line in namespace.fstab if line[1] == f"{LAYER_DIR}/kernels")
    assert Path(source, place).read_bytes() == b"linux"
    assert not namespace.layer("payload", place).exists()


def test_a_kernel_leads_out_of_no_site(namespace: FakeNamespace, site: Site, parts: Layers) -> None:
    (kernel, _), *_ = parts.payload.values()
    with pytest.raises(SiteError, match="leads out of the site"):
        lay(namespace, site, replace(parts, payload={"srv/../../linux": (kernel, b"")}))


def test_the_payload_has_this_labs_archive_behind_it(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    lay(namespace, site, parts)
    laid = namespace.layer("payload", "srv/tftp/showmax/vmlinuz")
    assert laid.read_bytes() == b"kernel+archive"


@pytest.mark.parametrize("path", ["../escaped", "etc/../../escaped"])
def test_no_path_leads_out(namespace: FakeNamespace, site: Site, parts: Layers, path: str) -> None:
    with pytest.raises(SiteError, match="leads out of the site"):
        lay(namespace, site.with_file(path, "x"), parts)
    assert not list(namespace.root.rglob("escaped"))


def test_a_cautious_umask_shuts_no_daemon_out(
    namespace: FakeNamespace, site: Site, parts: Layers, tight_umask: None
) -> None:
    lay(namespace, site.with_file("srv/tftp/new/file", "new"), parts)
    made = list(namespace.path(LAYER_DIR).rglob("*"))
    modes = {path: path.stat().st_mode for path in made}
    closed = [p for p, mode in modes.items() if not (mode & stat.S_IROTH or stat.S_ISCHR(mode))]
    assert closed == []


def test_the_server_has_its_name_and_libvirts_account(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    lay(namespace, site, parts)
    assert namespace.layer("base", "etc/hostname").read_text() == "local-server\n"
    hosts = namespace.layer("base", "etc/hosts").read_text()
    assert "192.0.2.1 local-server\n2001:db8::1 local-server\n" in hosts
    assert "127.0.1.1" not in hosts
    for table in ("passwd", "group"):
        host = Path("/etc", table).read_text().splitlines()
        laid = namespace.layer("base", f"etc/{table}").read_text().splitlines()
        assert set(host) <= set(laid)
        assert any(line.startswith("libvirt-qemu:") for line in laid)


def test_what_belongs_to_the_directory_alone_is_not_laid(
    namespace: FakeNamespace, own_site: Site, parts: Layers
) -> None:
    for name in (".git", "boots", "evidence", "proc", "tmp"):
        (own_site.dir / name).mkdir()
    lay(namespace, own_site, parts)
    mounted = {line[1] for line in namespace.fstab if line[2] == "overlay"}
    assert mounted == {"/etc", "/srv", "/var"}


def test_a_directory_that_labs_have_themselves(
    namespace: FakeNamespace, own_site: Site, parts: Layers
) -> None:
    (own_site.dir / "run").mkdir()
    (own_site.dir / "run" / "file").touch()
    with pytest.raises(SiteError, match="my site/run: a lab has a /run of its own"):
        lay(namespace, own_site, parts)


def test_a_directory_that_this_host_lacks(
    namespace: FakeNamespace, own_site: Site, parts: Layers
) -> None:
    (own_site.dir / "nowhere-else").mkdir()
    lay(namespace, own_site, parts)
    assert namespace.path("/run/harness/tops").read_text() == "nowhere-else\n"
    assert lowers(namespace, "nowhere-else") == ["site", "host"]


def test_devices_are_few_and_private(namespace: FakeNamespace, site: Site, parts: Layers) -> None:
    lay(namespace, site, parts)
    made = {path.name for path in namespace.path("/run/harness/dev").iterdir()}
    assert {"null", "urandom", "net", "fd", "stderr"} <= made
    assert not {"sda", "mem", "vda"} & made
    assert namespace.fstab[-1][:2] == ["/run/harness/dev", "/dev"]


def test_a_file_that_is_shut_can_be_read_by_root_alone(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    lay(namespace, site.with_unreadable(site.script_path), parts)
    shut = namespace.layer("changes", site.script_path)
    assert stat.S_IMODE(shut.stat().st_mode) == 0o600


def test_files_that_the_kernel_serves_can_be_exported(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    lay(namespace, site, replace(parts, kernel_nfs=True))
    overlays = [line for line in namespace.fstab if line[2] == "overlay"]
    assert overlays
    assert all("nfs_export=on,redirect_dir=nofollow," in line[3] for line in overlays)
    mounted = {(line[1], line[2]) for line in namespace.fstab}
    assert {("/proc/fs/nfsd", "nfsd"), ("/run/rpc_pipefs", "rpc_pipefs")} <= mounted


def test_nothing_of_the_kernel_s_server_is_mounted_for_ganesha(
    namespace: FakeNamespace, site: Site, parts: Layers
) -> None:
    lay(namespace, site, replace(parts, writes=Nfs.writes))
    assert not [line for line in namespace.fstab if "nfs_export" in line[3] or line[2] == "nfsd"]
    assert ["lab-scratch", "/var/lib/nfs"] in [line[:2] for line in namespace.fstab]
