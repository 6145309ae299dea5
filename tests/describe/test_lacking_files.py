"""What a boot asked for in vain is a kernel or an initrd by the line that named it."""

import gzip
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.assets.cache import Cache
from harness.assets.stub import stub
from harness.describe.lacking_files import unclear, untried, wanted
from harness.describe.site_files import found
from harness.judge.boot import Boot
from harness.judge.servers import strangers
from harness.learn.beyond import beyond
from harness.loaders.named_files import named_files
from harness.loaders.script import Script, Use
from harness.machines import BOOT_PATHS
from harness.model import Family
from harness.services.registry import load_site
from harness.site import LaidKind, Site
from harness.witness.wire import (
    DnsLookup,
    HttpExchange,
    Outcome,
    Refusal,
    TftpTransfer,
    Wire,
    WireEvent,
)

SITES = Path(__file__).parents[2] / "fixtures/sites"
MAC = "52:54:00:12:34:50"
SERVER = "10.40.8.2"
KERNEL, INITRD, DISK = LaidKind.KERNEL, LaidKind.INITRD, LaidKind.DISK


def fetch(site: Site, url: str, number: int) -> WireEvent:
    """Make the fetch of a URL: in vain where the site has no such file."""
    parts = urlsplit(url)
    server = str(site.server.ipv4.ip) if site.server.ipv4 else ""
    root = "var/www/boot" if site.name == "split" else "srv/tftp"
    place = f"{root}{parts.path}"
    has = site.has(place)
    head = site.read(place)[:1024].encode() if has else b""
    outcome = Outcome.COMPLETE if has or place in site.laid else Outcome.REFUSED
    if parts.scheme == "tftp":
        error = "" if has else "File not found"
        return TftpTransfer(
            time_s=float(number),
            frame=number,
            family=Family.IPV4,
            client_mac=MAC,
            server=server,
            file=parts.path,
            outcome=outcome,
            error=error,
            head=head,
        )
    return HttpExchange(
        time_s=float(number),
        frame=number,
        family=Family.IPV4,
        client_mac=MAC,
        server=server,
        method="GET",
        path=url.removeprefix(f"{parts.scheme}://{parts.netloc}"),
        host=parts.netloc,
        user_agent="iPXE/1.21.1",
        status=200 if outcome is Outcome.COMPLETE else 404,
        outcome=outcome,
        head=head,
    )


def booted(site: Site, *urls: str, path: str = "bios-ipxe-rom") -> Boot:
    """Make the boot of a machine that has asked for these."""
    events = tuple(fetch(site, url, number) for number, url in enumerate(urls, start=1))
    return Boot(
        path=BOOT_PATHS[path], site=site, entry="", mac=MAC, token="t", wire=Wire(events=events)
    )


def scripted(text: str) -> Site:
    """Give a site whose script is this."""
    site = load_site(SITES / "perhost")
    return site.with_file("srv/tftp/boot/start.ipxe", f"#!ipxe\n{text}\n")


def asked(text: str, *names: str) -> Mapping[str, LaidKind]:
    """Say what is wanted of a script's site, below its data root."""
    site = scripted(text)
    urls = [f"http://{SERVER}/{name}" for name in ("boot/start.ipxe", *names)]
    return {
        place.removeprefix("srv/tftp/"): kind for place, kind in wanted(booted(site, *urls)).items()
    }


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("kernel live/vmlinuz quiet", "boot/live/vmlinuz", KERNEL),
        ("kernel --name linux -t 5000 /x/wiper a=b", "x/wiper", KERNEL),
        ("imgselect ../x/image", "x/image", KERNEL),
        ("kernel http://${next-server}/x/k \\\n  a=b \\\n  c=d", "x/k", KERNEL),
        ("kernel x/k && initrd x/i && boot || shell", "boot/x/i", INITRD),
        ("initrd --name main ${base}/some.img", "pub/some.img", INITRD),
        ("module /xen/dom0", "xen/dom0", INITRD),
        ("imgfetch /x/i", "x/i", INITRD),
        ("imgfetch --name linux /x/a\nimgargs linux a=b\nboot linux", "x/a", KERNEL),
        ("imgfetch /x/vmlinuz\nimgexec vmlinuz a=b", "x/vmlinuz", KERNEL),
        ("chain /x/vmlinuz initrd=i quiet", "x/vmlinuz", KERNEL),
        ("initrd /x/i\nchain /x/anything", "x/anything", KERNEL),
        ("imgexec /x/bzImage", "x/bzImage", KERNEL),
        ("boot tftp://1.2.3.4/x/linux-6.1", "x/linux-6.1", KERNEL),
        ("set base http://${next-server}/a\nset k ${base}/kern\nkernel ${k}", "a/kern", KERNEL),
        ("set k/x a\nkernel ${base}/${version}/image-6", "os/9/image-6", KERNEL),
        ("set arch x86\nset arch arm\nkernel /${arch}/image", "arm/image", KERNEL),
        ("kernel /x/k?arch=x86&v=1", "x/k?arch=x86&v=1", KERNEL),
        ("kernel http://${next-server}/a%20b/k", "a%20b/k", KERNEL),
        ("sanboot --no-describe --drive 0x80 /x/rescue.iso || shell", "x/rescue.iso", DISK),
        ("sanhook http://${next-server}/x/d.img && sanboot", "x/d.img", DISK),
        ("chain memdisk harddisk", "boot/memdisk", KERNEL),
        ("kernel memtest86+-5.31b.bin", "boot/memtest86+-5.31b.bin", KERNEL),
    ],
)
def test_ipxe_s_lines_say_what_a_file_is(text: str, name: str, kind: LaidKind) -> None:
    place = name.partition("?")[0].replace("%20", " ")
    assert asked(text, name) == {place: kind}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("chain hosts/${mac:hexhyp}.ipxe ||", "boot/hosts/52-54-00-12-34-50.ipxe"),
        ("imgfetch --name own /script.ipxe-${net0/mac} && chain own ||", "script.ipxe-52:54"),
        ("chain http://${next-server}/boot.php?mac=${mac}", "boot.php?mac=52:54"),
        ("chain http://${next-server}/enrol##params ||", "enrol"),
        ("set menu-url /menus/menu.ipxe\nchain ${menu-url} || shell", "menus/menu.ipxe"),
        ("kernel /x/other.ipxe", "x/other.ipxe"),
        ("kernel /x/k", "autoexec.ipxe"),
    ],
)
def test_a_script_that_is_not_there_stays_missing(text: str, name: str) -> None:
    assert asked(text, name) == {}
    boot = booted(scripted(text), f"http://{SERVER}/boot/start.ipxe", f"http://{SERVER}/{name}")
    assert unclear(boot) == ()


@pytest.mark.parametrize("name", ["tools/memtest.efi", "pxelinux.0", "x/${what}"])
def test_what_no_line_tells_is_said(name: str) -> None:
    site = scripted(f"chain /{name} || goto menu")
    url = f"http://{SERVER}/{name.replace('${what}', 'anything')}"
    boot = booted(site, f"http://{SERVER}/boot/start.ipxe", url)
    assert wanted(boot) == {}
    (said,) = unclear(boot)
    assert "/boot/start.ipxe, line 2 does not tell what it is" in said
    assert "[laid]" in said


def test_the_most_exact_line_counts() -> None:
    text = "chain ${any}\nkernel ${base}/k\ninitrd ${base}/deep/k"
    assert asked(text, "a/k", "a/deep/k") == {"a/k": KERNEL, "a/deep/k": INITRD}


def test_where_two_lines_fit_alike_the_kernel_comes_first() -> None:
    site = scripted("kernel ${base}/${file}\ninitrd ${base}/${other}")
    script, one, two = (f"http://{SERVER}/{name}" for name in ("boot/start.ipxe", "a/1", "a/2"))
    assert wanted(booted(site, script, one)) == {"srv/tftp/a/1": KERNEL}
    laid = booted(site.with_laid({"srv/tftp/a/1": KERNEL}), script, one, two)
    assert wanted(laid) == {"srv/tftp/a/2": INITRD}


def test_scripts_in_a_chain_over_tftp_and_http_are_all_read() -> None:
    site = load_site(SITES / "campus")
    urls = (
        "tftp://10.0.0.1/ipxe/stage1.ipxe",
        "http://10.0.0.1/ipxe/settings.ipxe",
        "http://10.0.0.1/ipxe/menu.ipxe",
        "http://10.0.0.1/live/vmlinuz",
        "http://10.0.0.1/live/initrd.img",
    )
    assert wanted(booted(site, *urls)) == {
        "srv/tftp/live/vmlinuz": KERNEL,
        "srv/tftp/live/initrd.img": INITRD,
    }


def test_a_file_lies_where_the_daemon_has_it() -> None:
    site = load_site(SITES / "split")
    urls = [f"http://10.71.0.10:8080/{n}" for n in ("menus/main.ipxe", "kernels/station/vmlinuz")]
    assert wanted(booted(site, *urls)) == {"srv/images/station/vmlinuz": KERNEL}


def test_32_bit_uefi_is_given_a_kernel_of_its_own() -> None:
    boot = booted(
        scripted("kernel /x/k"),
        *(f"http://{SERVER}/{name}" for name in ("boot/start.ipxe", "x/k")),
        path="ia32-http-ipv4",
    )
    assert wanted(boot) == {"srv/tftp/x/k": LaidKind.KERNEL_IA32}


def test_what_is_there_or_forbidden_or_another_server_s_is_not_wanted() -> None:
    site = scripted("kernel /x/k").with_file("srv/tftp/x/k", "a kernel")
    urls = [f"http://{SERVER}/{name}" for name in ("boot/start.ipxe", "x/k")]
    assert wanted(booted(site, *urls)) == {}


GRUB = """
set root=(http,192.168.140.2)
set dir=/debian
if [ "$grub_platform" = efi ]; then set quiet=yes; fi
menuentry "Debian" {
  linux $dir/linux auto=true url=http://192.168.140.2/preseed.cfg ---
  initrd $dir/initrd.gz ($root)/debian/firmware.cpio.gz
}
menuentry 'Leap' { linuxefi (tftp)/leap/linux a; initrdefi /leap/initrd ; }
menuentry "Other" {
  chainloader /efi/other.efi
  configfile /grub/more.cfg
}
source "${prefix}/system/${net_default_mac}"
menuentry "On the disk" {
  search --file --set=esp /EFI/debian/grubx64.efi
  chainloader ($esp)/EFI/debian/grubx64.efi
  linux (hd0,gpt2)/boot/vmlinuz
}
menuentry "On the disk found" { search --no-floppy --label --set ROOT; linux /disk/vmlinuz }
menuentry "From the root" { linux root/vmlinuz }
menuentry "Back on the net" { linux /net/vmlinuz; initrd ${dir}/net.gz }
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("debian/linux", KERNEL),
        ("debian/initrd.gz", INITRD),
        ("debian/firmware.cpio.gz", INITRD),
        ("leap/linux", KERNEL),
        ("leap/initrd", INITRD),
        ("grub/more.cfg", None),
        ("EFI/debian/grubx64.efi", None),
        ("boot/vmlinuz", None),
        ("disk/vmlinuz", None),
        ("root/vmlinuz", KERNEL),
        ("net/vmlinuz", KERNEL),
        ("debian/net.gz", INITRD),
        ("grub/x86_64-efi/command.lst", None),
    ],
)
@pytest.mark.parametrize("scheme", ["tftp", "http"])
def test_grub_s_lines_say_what_a_file_is(name: str, kind: LaidKind | None, scheme: str) -> None:
    site = load_site(SITES / "grubnet").with_file("srv/tftp/grub/grub.cfg", GRUB)
    boot = booted(site, f"{scheme}://192.168.140.2/grub/grub.cfg", f"{scheme}://h/{name}")
    assert wanted(boot) == ({f"srv/tftp/{name}": kind} if kind else {})


def test_a_variable_s_braces_part_no_command() -> None:
    found = named_files([Script("/grub/grub.cfg", GRUB)])
    assert [each.text for each in found if each.use is Use.SCRIPT] == [
        "/grub/more.cfg",
        "${prefix}/system/${net_default_mac}",
    ]


PXELINUX = """
DEFAULT menu.c32
PROMPT 0
LABEL debian
  MENU LABEL Debian
  KERNEL debian/linux
  APPEND vga=788 initrd=debian/initrd.gz,firmware.cpio -- quiet
label rescue
  linux ::images/rescue/vmlinuz
  initrd /images/rescue/initrd
label memtest
  kernel memdisk.c32
"""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bios/debian/linux", KERNEL),
        ("bios/debian/initrd.gz", INITRD),
        ("bios/firmware.cpio", INITRD),
        ("images/rescue/vmlinuz", KERNEL),
        ("bios/images/rescue/initrd", INITRD),
        ("bios/memdisk.c32", None),
        ("bios/debian/linux.cbt", None),
        ("bios/pxelinux.cfg/01-52-54-00-12-34-50", None),
    ],
)
def test_pxelinux_s_lines_say_what_a_file_is(name: str, kind: LaidKind | None) -> None:
    place = "bios/pxelinux.cfg/default"
    site = load_site(SITES / "perhost").with_file(f"srv/tftp/{place}", PXELINUX)
    boot = booted(site, f"tftp://{SERVER}/{place}", f"tftp://{SERVER}/{name}")
    assert wanted(boot) == ({f"srv/tftp/{name}": kind} if kind else {})


def test_what_lies_in_the_copy_is_known_by_its_content(tmp_path: Path) -> None:
    images = stub(cache=Cache(dir=tmp_path / "cache"))
    site_dir = tmp_path / "site"
    root = site_dir / "srv/tftp"
    (root / "x").mkdir(parents=True)
    (site_dir / "site.toml").write_text(
        'daemons = ["nginx"]\n[files]\ndata_root = "srv/tftp"\n'
        '[server]\ninterface = "eth0"\nhostname = "h"\nipv4 = "10.0.0.1/24"\n'
    )
    (root / "start.ipxe").write_text(
        "#!ipxe\nkernel x/any a=b\ninitrd x/main\ninitrd x/text\nkernel undi.lkrn\n"
    )
    (root / "x/any").write_bytes(images.x64_path.read_bytes())
    (root / "x/any32").write_bytes(images.ia32_path.read_bytes())
    (root / "x/main").write_bytes(gzip.compress(b"cpio"))
    (root / "x/logs.gz").write_bytes(gzip.compress(b"nobody boots it"))
    (root / "x/text").write_text("not an archive")
    loader = bytearray(images.x64_path.read_bytes())
    loader[0x20E:0x210] = (0x100).to_bytes(2, "little")
    loader[0x300:0x305] = b"iPXE\0"
    (root / "undi.lkrn").write_bytes(loader)
    (root / "bios/pxelinux.cfg").mkdir(parents=True)
    (root / "bios/pxelinux.cfg/default").write_text("label a\n  kernel linux\n  append initrd=i\n")
    assert found(load_site(site_dir)) == {
        "srv/tftp/x/any": KERNEL,
        "srv/tftp/x/any32": LaidKind.KERNEL_IA32,
        "srv/tftp/x/main": INITRD,
        # PXELINUX asks for a kernel that is not there for ever: it is laid before.
        "srv/tftp/bios/linux": KERNEL,
        "srv/tftp/bios/i": INITRD,
    }


def test_pxelinux_s_files_begin_at_the_root_where_a_link_there_leads_to_it(tmp_path: Path) -> None:
    """So Debian's installer has it: PXELINUX and its configuration are reached by both ways."""
    site_dir = shutil.copytree(SITES / "perhost", tmp_path / "site")
    root = site_dir / "srv/tftp"
    (root / "d-i/pxelinux.cfg").mkdir(parents=True)
    (root / "d-i/pxelinux.cfg/default").write_text("label a\n  kernel d-i/linux\n")
    assert "srv/tftp/d-i/linux" not in found(load_site(site_dir))
    (root / "pxelinux.cfg").symlink_to("d-i/pxelinux.cfg")
    assert found(load_site(site_dir))["srv/tftp/d-i/linux"] is KERNEL


def test_who_was_asked_beyond_the_lab_is_named() -> None:
    site = scripted("kernel http://boot.example/k")
    lookup = DnsLookup(
        time_s=1.0,
        frame=1,
        family=Family.IPV4,
        client_mac=MAC,
        server="1.1.1.1",
        name="boot.example",
        type="A",
    )
    answered = replace(lookup, server=SERVER, name="here.example", rcode=0)
    tls = Refusal(
        time_s=2.0,
        frame=2,
        family=Family.IPV4,
        client_mac=MAC,
        server="198.18.0.1",
        transport="tcp",
        port=443,
        why="connection refused",
    )
    wire = Wire(
        events=(lookup, answered, tls, replace(tls, transport="udp", port=69)),
        targets=frozenset({"1.1.1.1", SERVER, "203.0.113.9", "255.255.255.255", "ff02::1"}),
        sources=frozenset({SERVER}),
    )
    assert beyond(replace(booted(site), wire=wire)) == (
        "asked 1.1.1.1 for boot.example: beyond the lab; name boot.example in [outside] of "
        "site.toml",
        "asked 203.0.113.9: beyond the lab; name 203.0.113.9 in [outside] of site.toml",
        "asked 198.18.0.1 at TCP port 443: a lab has nobody's certificate for HTTPS: test that by "
        "HTTP",
        "asked 198.18.0.1 at UDP port 69: its stand-in serves HTTP only, on port 80 and those that "
        "scripts name",
    )


def test_a_kernel_of_a_host_beyond_the_lab_is_laid_for_its_stand_in() -> None:
    site = load_site(SITES / "catalogue")
    host = "mirror.uni-hagenau.example"
    urls = [f"http://10.31.4.1/{n}" for n in ("index.ipxe",)]
    name = "pub/rocky/9/BaseOS/x86_64/os/images/pxeboot/vmlinuz"
    boot = booted(site, *urls, f"http://{host}/{name}")
    assert wanted(boot) == {f"srv/outside/{host}/{name}": KERNEL}


def test_a_stand_in_is_no_stranger() -> None:
    site = load_site(SITES / "catalogue")
    host = "mirror.uni-hagenau.example"
    known = booted(site, f"http://{host}/pub/vmlinuz")
    (event,) = known.wire.events
    beside = replace(event, server="198.18.0.1")
    boot = replace(known, wire=Wire(events=(beside,)))
    assert list(strangers(boot)) == []
    assert "not the site's server" in next(strangers(replace(boot, site=replace(site, outside={}))))


def test_of_windows_it_is_said_what_is_not_tried() -> None:
    site = scripted("kernel /win/wimboot\ninitrd --name boot.wim /win/boot.wim boot.wim\nboot")
    urls = [f"http://{SERVER}/{n}" for n in ("boot/start.ipxe", "win/wimboot", "win/boot.wim")]
    boot = booted(site, *urls)
    assert wanted(boot) == {"srv/tftp/win/wimboot": KERNEL, "srv/tftp/win/boot.wim": INITRD}
    (said,) = untried(boot)
    assert said.startswith("/win/wimboot is stood in for")
    assert "Windows itself is not tried" in said


def test_of_an_image_in_memory_it_is_said_what_is_not_tried() -> None:
    site = scripted("initrd /dos.img\nchain memdisk harddisk")
    urls = [f"http://{SERVER}/{name}" for name in ("boot/start.ipxe", "dos.img", "boot/memdisk")]
    (said,) = untried(booted(site, *urls))
    assert said.startswith("/boot/memdisk is stood in for")


def test_where_grub_starts_linux_on_32_bit_uefi_any_image_will_do() -> None:
    site = load_site(SITES / "grubnet").with_file("srv/tftp/grub/grub.cfg", GRUB)
    urls = ("tftp://192.168.140.2/grub/grub.cfg", "tftp://h/leap/linux")
    assert wanted(booted(site, *urls, path="ia32-tftp-ipv4")) == {"srv/tftp/leap/linux": KERNEL}
