"""A site is made of a boot server's own files, and says where it has read what."""

import shutil
import subprocess
import tarfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.adopt.make import make_site
from harness.adopt.words import told
from harness.cli.init import init
from harness.errors import UsageError
from harness.examine import findings
from harness.services.registry import check_site, load_site
from harness.site.further_host import HOSTS_DIR

FIXTURES = Path(__file__).parents[2] / "fixtures"
SITES = sorted(each for each in (FIXTURES / "sites").iterdir() if each.is_dir())
DHCPD = """
omapi-port 7911;
key k { algorithm hmac-md5; secret "c2VjcmV0"; }
include "/etc/dhcp/more/hosts";
subnet 10.3.0.0 netmask 255.255.0.0 {
  range 10.3.1.1 10.3.1.9;
  next-server 10.3.0.7;
  filename "grub/own.efi";
}
"""
SERVER = {
    "etc/dhcp/dhcpd.conf": DHCPD,
    "etc/dhcp/more/hosts": "host a { hardware ethernet 52:54:00:00:00:01; }",
    "etc/default/tftpd-hpa": 'TFTP_DIRECTORY="/data/boot"',
    "etc/shadow": "root:x",
    "etc/hostname": "boot7.example\n",
    "data/boot/menu.ipxe": "#!ipxe\nchain pxe/ipxe.efi || shell\n",
    "data/boot/.git/config": "[core]",
}


def tree(place: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a server's tree; `-> PLACE` is a link."""
    for path, content in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            (place / path).write_bytes(content)
        elif content.startswith("-> "):
            (place / path).symlink_to(content[3:])
        else:
            (place / path).write_text(content)
    return place


def copied(place: Path) -> set[str]:
    """Give the files of a directory."""
    return {str(file.relative_to(place)) for file in place.rglob("*") if not file.is_dir()}


def without_site_toml(site: Path, place: Path) -> Path:
    """Copy a site's files without what somebody has told of it."""
    shutil.copytree(site, place, symlinks=True)
    (place / "site.toml").unlink()
    return place


@pytest.mark.parametrize("site", [*SITES, FIXTURES / "showmax"], ids=lambda site: site.name)
def test_sites_that_people_described_come_out_as_they_described_them(
    site: Path, tmp_path: Path
) -> None:
    given = without_site_toml(site, tmp_path / "given")
    hosts = {each.name: str(each) for each in sorted((given / HOSTS_DIR).glob("*"))}
    made = make_site(tmp_path / "made", str(given), hosts).site
    check_site(made)
    described = load_site(site)
    assert made.supply == {
        path: asset for path, asset in described.supply.items() if path != "srv/tftp/ipxe.pxe"
    }  # which is named by nothing, and stands in showmax for whoever wants it
    assert set(made.daemons) == set(described.daemons)
    assert (made.server.ipv4, made.server.ipv6) == (described.server.ipv4, described.server.ipv6)
    assert made.hosts == described.hosts


@pytest.mark.parametrize("site", [*SITES, FIXTURES / "showmax"], ids=lambda site: site.name)
def test_every_copied_file_has_the_same_bytes(site: Path, tmp_path: Path) -> None:
    given = without_site_toml(site, tmp_path / "given")
    make_site(tmp_path / "made", str(given))
    for path in copied(tmp_path / "made") - {"site.toml"}:
        old, new = given / path, tmp_path / "made" / path
        assert old.is_symlink() is new.is_symlink()
        assert old.readlink() == new.readlink() if old.is_symlink() else True
        assert old.is_symlink() or old.read_bytes() == new.read_bytes()


def test_site_toml_is_short_and_says_where_it_was_read(tmp_path: Path) -> None:
    make_site(tmp_path / "made", str(tree(tmp_path / "server", SERVER)))
    text = (tmp_path / "made/site.toml").read_text()
    assert [line for line in text.splitlines() if line and line[0] != "#"] == [
        "secrets = [",
        '  "c2VjcmV0",  # etc/dhcp/dhcpd.conf:3',
        "]",
        "[server]",
        'interface = "eth0"    # a guess, no file names an interface',
        'hostname = "boot7"    # etc/hostname',
        'ipv4 = "10.3.0.7/16"  # etc/dhcp/dhcpd.conf:7, etc/dhcp/dhcpd.conf:5',
        "[supply]",
        '"data/boot/pxe/ipxe.efi" = "ipxe/ipxe.efi"  # data/boot/menu.ipxe:2',
    ]


@pytest.mark.parametrize(
    ("configuration", "modules"),
    [
        ("UI menu.c32\nLABEL a\n  LINUX a\n", ("libutil.c32",)),
        (
            "DEFAULT vesamenu.c32\nLABEL a\n  KERNEL poweroff.c32\nLABEL b\n  COM32 chain.c32\n",
            ("chain.c32", "libcom32.c32", "libutil.c32", "vesamenu.c32"),
        ),
        ("PROMPT 1\nLABEL a\n  LINUX a\n", ()),
        ("DEFAULT menu\nPROMPT 0\nLABEL a\n  LINUX a\n", ("libutil.c32",)),
        ("DEFAULT menu\nPROMPT 0\nLABEL menu\n  LINUX a\n", ()),
    ],
)
def test_syslinux_has_what_its_configuration_names_beside_it_where_that_is_not_there(
    tmp_path: Path, configuration: str, modules: tuple[str, ...]
) -> None:
    conf = DHCPD.replace("grub/own.efi", "efi64/syslinux.efi")
    own = {"etc/dhcp/dhcpd.conf": conf, "data/boot/efi64/menu.c32": "their own"}
    server = {**SERVER, **own, "data/boot/efi64/pxelinux.cfg/default": configuration}
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", server))).site
    wanted = ("syslinux.efi", "ldlinux.e64", *modules)
    assert {path: asset for path, asset in made.supply.items() if "efi64" in path} == {
        f"data/boot/efi64/{name}": f"pxelinux/efi64/{name}" for name in wanted
    }


@pytest.mark.parametrize(
    ("loader", "menu", "asset"),
    [
        ("grub2/grubx64.efi", "grub2/grub.cfg", "grub/x64.efi"),
        ("grubx64.efi", "grub/grub.cfg", "grub@2.06/grubnetx64.efi.signed"),
        ("grub/grubx64.efi", "grub/grub.cfg", "grub@2.06/grubnetx64.efi.signed"),
        ("boot/grub/grubx64.efi", "boot/grub/grub.cfg", "grub/x64.efi"),
        ("boot/grub/x86_64-efi/core.efi", "boot/grub/grub.cfg", "grub/mknetdir-x64.efi"),
    ],
)
def test_the_grub_that_stands_in_looks_for_its_menu_where_it_is(
    loader: str, menu: str, asset: str, tmp_path: Path
) -> None:
    conf = DHCPD.replace("grub/own.efi", loader)
    own = {"etc/dhcp/dhcpd.conf": conf, f"data/boot/{menu}": "menuentry 'a' { exit }\n"}
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **own}))).site
    assert made.supply[f"data/boot/{loader}"] == asset


@pytest.mark.parametrize(
    ("loader", "asset"),
    [
        ("i386-efi/ipxe.efi", "grub/ia32.efi"),
        ("ipxe/i386/snponly.efi", "grub/ia32.efi"),
        ("boot/grub/i386-efi/core.efi", "grub/ia32.efi"),
        ("x86_64-efi/ipxe.efi", "ipxe/ipxe.efi"),
        ("grub/grub-x86.efi", "grub/ia32.efi"),
        ("ipxe-x86_64.efi", "ipxe/ipxe.efi"),
        ("arm64-efi/ipxe.efi", None),
        ("boot/grub/arm64-efi/core.efi", None),
    ],
)
def test_a_directory_may_say_for_which_machines_a_loader_is(
    loader: str, asset: str | None, tmp_path: Path
) -> None:
    server = {**SERVER, "etc/dhcp/dhcpd.conf": DHCPD.replace("grub/own.efi", loader)}
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", server))).site
    assert made.supply.get(f"data/boot/{loader}") == asset


@pytest.mark.parametrize("name", ["shimx64.efi", "shim.efi"])
def test_shim_has_grub_beside_it(name: str, tmp_path: Path) -> None:
    conf = DHCPD.replace("grub/own.efi", f"efi/{name}")
    own = {"etc/dhcp/dhcpd.conf": conf, "data/boot/efi/grub.cfg": "menuentry 'a' { exit }\n"}
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **own}))).site
    assert {path: asset for path, asset in made.supply.items() if "/efi/" in path} == {
        f"data/boot/efi/{name}": "shim/shimx64.efi.signed",
        "data/boot/efi/grubx64.efi": "grub/x64.efi",
    }


def test_in_debian_s_tree_modules_are_named_from_the_root(tmp_path: Path) -> None:
    """PXELINUX and its configuration are reached by links there, and it has a `PATH`."""
    conf = DHCPD.replace("grub/own.efi", "pxelinux.0")
    below = "debian-installer/amd64"
    own = {
        "etc/dhcp/dhcpd.conf": conf,
        f"data/boot/{below}/pxelinux.cfg/default": f"path {below}/boot-screens/\n"
        f"include {below}/boot-screens/menu.cfg\ndefault {below}/boot-screens/vesamenu.c32\n",
        f"data/boot/{below}/boot-screens/menu.cfg": "label a\n  kernel linux\n",
    }
    server = tree(tmp_path / "server", {**SERVER, **own})
    (server / "data/boot/pxelinux.cfg").symlink_to(f"{below}/pxelinux.cfg")
    made = make_site(tmp_path / "made", str(server))
    assert {path for path in made.site.supply if path.endswith(".c32")} == {
        *("data/boot/ldlinux.c32", "data/boot/libcom32.c32", "data/boot/libutil.c32"),
        f"data/boot/{below}/boot-screens/vesamenu.c32",
    }
    assert not [each for each in made.missing if "c32" in each.path]
    assert not [each for each in findings(made.site) if "c32" in each.what]


def test_what_a_site_needs_is_copied_and_nothing_else(tmp_path: Path) -> None:
    make_site(tmp_path / "made", str(tree(tmp_path / "server", SERVER)))
    left = {"etc/shadow", "etc/hostname", "data/boot/.git/config"}
    assert copied(tmp_path / "made") == {"site.toml", *SERVER} - left


def test_what_it_does_not_know_is_said(tmp_path: Path) -> None:
    unit = "[Service]\nExecStart=/usr/bin/python3 -m http.server 8000 --directory /srv/boot\n"
    units = "etc/systemd/system"
    server = {**SERVER, "etc/caddy/Caddyfile": ":80", f"{units}/files.service": unit}
    words = "\n".join(told(make_site(tmp_path / "made", str(tree(tmp_path / "server", server)))))
    assert "interface eth0: no file names an interface" in words
    assert "what data/boot/grub/own.efi is: etc/dhcp/dhcpd.conf:8 names it" in words
    assert "what Caddy does (etc/caddy): no lab runs it" in words
    assert f"what Python's web server does ({units}/files.service:2): no lab runs it" in words


BIG: Mapping[str, bytes] = {
    "data/boot/vmlinuz": b"\0" * 0x202 + b"HdrS" + b"\0" * 60_000,
    "data/boot/initrd.img": b"\x1f\x8b" + b"\1" * 300_000,
    "data/boot/fs.squashfs": b"hsqs" + b"\0" * 1000,
    "data/boot/cd.iso": b"\0" * 0x8001 + b"CD001",
    "data/boot/disk": b"\1" * (9 << 20),
}
KINDS = ("a kernel", "an initrd, or an archive", "a squashfs image", "an ISO image", "a large file")


def test_gigabytes_are_left_out_and_listed(tmp_path: Path) -> None:
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **BIG})))
    assert {each.path: each.what for each in made.left} == dict(zip(BIG, KINDS, strict=True))
    assert not copied(tmp_path / "made") & set(BIG)
    assert "data/boot/disk: a large file, 9 MB" in "\n".join(told(made))


PE = b"MZ" + b"\0" * 0x3A + (0x40).to_bytes(4, "little") + b"PE\0\0" + b"\x64\x86"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"MZ" + b"\0" * 0x200 + b"HdrS" + b"\0" * 60_000, "kernel"),
        (PE + b"\0" * 200 + b".linux\0\0" + b"\0" * 60_000, "kernel"),
    ],
    ids=["kernel", "unified"],
)
def test_a_kernel_that_firmware_is_handed_is_laid(
    content: bytes, kind: str, tmp_path: Path
) -> None:
    boot: Mapping[str, str | bytes] = {"data/boot/grub/own.efi": content}
    server = {**SERVER, **boot}
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", server)))
    assert {path: each.value for path, each in made.site.laid.items()} == {
        "data/boot/grub/own.efi": kind
    }
    assert made.missing == ()
    assert (
        '"data/boot/grub/own.efi" = "kernel"  # etc/dhcp/dhcpd.conf:8'
        in (tmp_path / "made/site.toml").read_text()
    )


def test_loaders_are_known_by_their_content(tmp_path: Path) -> None:
    boot = {
        "data/boot/a": b"MZ iPXE ",
        "data/boot/b": b"\0PXE->EB:",
        "data/boot/c": b"MZ shim_lock",
        "data/boot/wimboot": b"\0" * 0x202 + b"HdrS wimboot ",
    }
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **boot})))
    assert list(made.programs.values()) == ["iPXE", "iPXE for a BIOS", "shim", "wimboot"]


def test_links_are_kept_and_lead_into_the_site(tmp_path: Path) -> None:
    links = {
        "etc/default/tftpd-hpa": 'TFTP_DIRECTORY="/srv/tftp"',
        "srv/tftp": "-> /data/boot",
        "data/boot/round": "-> .",
        "data/boot/pxe/ipxe.efi": "-> /usr/lib/ipxe/ipxe.efi",
    }
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **links})))
    assert (tmp_path / "made/srv/tftp").readlink() == Path("/data/boot")
    assert made.site.has("srv/tftp/round/menu.ipxe")
    (left,) = made.left
    assert left.path == "data/boot/pxe/ipxe.efi"
    assert left.what == "a link to /usr/lib/ipxe/ipxe.efi, which is not among the files"
    assert "srv/tftp/pxe/ipxe.efi" in made.site.supply


def test_a_link_that_became_a_text_is_made_a_link_again(tmp_path: Path) -> None:
    nginx = {
        "etc/nginx/sites-available/pxe": "server { listen 80; root /data/boot; }",
        "etc/nginx/sites-enabled/pxe": "../sites-available/pxe",
    }
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **nginx})))
    assert "nginx" in made.daemons
    link = tmp_path / "made/etc/nginx/sites-enabled/pxe"
    assert link.readlink() == Path("../sites-available/pxe")


def test_private_keys_stay_where_they_are(tmp_path: Path) -> None:
    nginx = {
        "etc/nginx/nginx.conf": "http { server { listen 443 ssl; ssl_certificate_key /etc/k; } }",
        "etc/k": "-----BEGIN PRIVATE KEY-----\n",
    }
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **nginx})))
    assert {each.path for each in made.left} == {"etc/k"}


def test_a_daemon_that_is_switched_off_is_not_run(tmp_path: Path) -> None:
    files = {
        "etc/radvd.conf": "interface eth0 { };",
        "etc/systemd/system/radvd.service": "-> /dev/null",
    }
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", {**SERVER, **files})))
    assert made.site.daemons == ("dhcpd4", "tftpd")


@pytest.mark.parametrize("packing", ["--gzip", "--xz", "--bzip2", "--zstd", "--sparse"])
def test_a_tar_is_as_good_as_a_directory(packing: str, tmp_path: Path) -> None:
    server = tree(tmp_path / "server", {**SERVER, "srv": "-> data"})
    packed = tmp_path / "a.tar"
    subprocess.run(["tar", packing, "-C", tmp_path, "-cf", packed, "server"], check=True)
    made = make_site(tmp_path / "made", str(packed))
    same = make_site(tmp_path / "same", str(server))
    assert copied(tmp_path / "made") == copied(tmp_path / "same")
    assert made.server == same.server


def test_a_tar_writes_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    packed = tmp_path / "a.tar"
    with tarfile.open(packed, "w") as tar:
        tar.add(tree(tmp_path / "server", SERVER), ".")
        link = tarfile.TarInfo("etc/out")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(link)
        for name in ("etc/out/x", "../x", f"{tmp_path}/x"):
            tar.addfile(tarfile.TarInfo(name))
    make_site(tmp_path / "made", str(packed))
    assert not (tmp_path / "x").exists()


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made/mine").touch()
    with pytest.raises(UsageError, match="is there already, and is not overwritten"):
        make_site(tmp_path / "made", str(tree(tmp_path / "server", SERVER)))
    assert copied(tmp_path / "made") == {"mine"}


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"srv/x": ""}, "has no etc/ in it"),
        ({"etc/hostname": "a", "etc/caddy/a": ""}, "it does not run Caddy"),
    ],
)
def test_what_is_no_boot_server_is_refused_and_leaves_nothing(
    files: Mapping[str, str], what: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=what):
        make_site(tmp_path / "made", str(tree(tmp_path / "server", files)))
    assert {each.name for each in tmp_path.iterdir()} == {"server"}


def test_the_file_is_toml_whatever_names_hold(tmp_path: Path) -> None:
    files = {**SERVER, "data/boot/menu.ipxe": '#!ipxe\nchain a"b\\ü/ipxe.efi\n'}
    make_site(tmp_path / "made", str(tree(tmp_path / "server", files)))
    told_in = tomllib.loads((tmp_path / "made/site.toml").read_text())
    assert list(told_in["supply"]) == ['data/boot/a"b\\ü/ipxe.efi']


def test_known_machines_are_counted_whether_they_have_an_address_or_not(tmp_path: Path) -> None:
    hosts = """
    host a { hardware ethernet 52:54:00:00:00:01; fixed-address 10.3.1.2; }
    host b { hardware ethernet 52:54:00:00:00:02; }
    """
    server = tree(tmp_path / "server", {**SERVER, "etc/dhcp/more/hosts": hosts})
    said = "\n".join(told(make_site(tmp_path / "made", str(server))))
    assert "which of 2 known machines is to be tried (etc/dhcp/more/hosts:2 …)" in said


def test_a_file_that_is_served_by_an_alias_of_its_own_is_copied_as_one(tmp_path: Path) -> None:
    conf = "http { server { listen 80; location = /b { alias /data/boot/menu.ipxe; } } }"
    server = {**SERVER, "etc/nginx/nginx.conf": conf}
    made = make_site(tmp_path / "made", str(tree(tmp_path / "server", server))).site
    assert made.read("data/boot/menu.ipxe") == SERVER["data/boot/menu.ipxe"]


@pytest.mark.parametrize("hosts", [("web1=a.tar", "web1=b.tar"), ("web1",), ("web 1=a.tar",)])
def test_further_hosts_are_named_once_each(hosts: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"two hosts are called|does not name a host"):
        init(tmp_path / "made", str(tree(tmp_path / "server", SERVER)), hosts, print)
