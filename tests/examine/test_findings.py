"""What looks wrong in a site's files is told with file and line; of a clean site, nothing is."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.examine import findings
from harness.services.registry import check_site, load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

SITES = sorted(each for each in (FIXTURES / "sites").iterdir() if each.is_dir())
GRUB = "srv/tftp/grub.cfg"
PXE, IPV6_WEB = "etc/nginx/sites-available/pxe", "etc/nginx/sites-available/default"
TFTPD, NUC = "etc/default/tftpd-hpa", "srv/tftp/known/nuc.ipxe"
NODE, GRUB_NET = "srv/tftp/node.ipxe", "srv/tftp/grub/grub.cfg"
MAIN = "srv/tftp/boot/main.ipxe"
HTTPD, ALIASES = "etc/httpd/conf/httpd.conf", "etc/httpd/conf.d/netboot.conf"
UNREAD = "takes in none of the files of etc/httpd/conf.d: netboot.conf ends otherwise"
DHCPD, DHCPD6, SCRIPT = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf", "srv/tftp/script.ipxe"


@pytest.mark.parametrize("path", [*SITES, FIXTURES / "showmax"], ids=lambda path: path.name)
def test_nothing_looks_wrong_in_a_clean_site(path: Path) -> None:
    found = [str(each) for each in findings(load_site(path))]
    assert [each for each in found if "the site has no NFS server" not in each] == []
    # These mount from the server by NFS, and their files say nothing of it.
    assert bool(found) is (path.name in ("homelab", "thinclients"))


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (DHCPD, 'e "http://192.0.2.1/script', 'e "htp://192.0.2.1/script', "loader fetches by htp"),
        (
            DHCPD,
            'e "http://192.0.2.1/script',
            'e "http:///script',
            "ipxe': it names no server",
        ),
        (
            DHCPD,
            'e "http://192.0.2.1/s',
            'e "http://192.0.2.7/s',
            "192.0.2.7 is not",
        ),
        (DHCPD, 'e "http://192.0.2.1/s', 'e "http://boot/s', "nothing resolves boot: dnsmasq does"),
        (
            DHCPD,
            "http://192.0.2.1/script",
            "http://192.0.2.1:8080/script",
            "nginx listens on port 80",
        ),
        (DHCPD, "http://192.0.2.1/script", "http://192.0.2.1:80x/script", "80x"),
        (DHCPD, "1/script.ipxe", "1/scipt.ipxe", "srv/tftp/scipt.ipxe, which is handed out here"),
        (DHCPD, '"undionly.kpxe"', '"undionly.kpx"', "srv/tftp/undionly.kpx, which is handed out"),
        (
            DHCPD,
            '"undionly.kpxe"',
            '"/srv/tftp/undionly.kpxe"',
            "is not there: /srv/tftp is the TFTP server's root, and its names begin below that",
        ),
        (DHCPD, "next-server 192.0.2.1", "next-server 192.0.2.11", "192.0.2.11 is not the boot"),
        (DHCPD, "subnet 192.0.2.0", "subnet 192.0.3.0", "address, 192.0.2.1, is not in 192.0.3.0"),
        (
            DHCPD6,
            "subnet6 2001:db8::",
            "subnet6 2001:db9::",
            "2001:db8::1, is not in 2001:db9::/64",
        ),
        (DHCPD6, "http://[2001:db8::1]/s", "http://2001:db8::1/s", "stands in brackets, [address]"),
        (DHCPD6, "http://[2001:db8::1]/s", "http://[2001:db8::1/s", "Invalid IPv6 URL"),
        (DHCPD6, "http://[2001:db8::1]/s", "http://[2001:db8::2]/s", "2001:db8::2 is not the boot"),
        (DHCPD6, '"tftp://[2001:db8::1]/ipxe.efi"', '"ipxe.efi"', "'ipxe.efi' is not a URL"),
        (SCRIPT, "--default showmax", "--default shomax", "default 'shomax' is not an item"),
        (SCRIPT, "choose --default showmax", "choose --default=x", "default 'x' is not an item"),
        (SCRIPT, "#!ipxe", "#! ipxe", "does not begin with #!ipxe"),
        (SCRIPT, "} || set kbmap", "} && set kbmap", "ends here unless `isset ${kbmap}`: no `||`"),
        (SCRIPT, "isset ${next-server} || goto", "isset ${next-server} && goto", "no `||` is"),
        (SCRIPT, "isset ${next-server} ||", "isset ${next_server} ||", "iPXE has 'next-server'"),
        (SCRIPT, "config ||", "console --x 1024 ||\nconsole -x 100 -y 37", "without a screen"),
        (SCRIPT, "setkmap=${kbmap}", "setkmap=${kbmap", "no brace closes '${kbmap': iPXE takes it"),
        (SCRIPT, "config ||", "confg ||", "'confg' is not a command of iPXE's"),
        (SCRIPT, "initram.igz \\\n", "initram.igz\n", "is not a command of iPXE's"),
        (SCRIPT, ":/srv/tftp/grml", ":/srv/grml", "mounts /srv/grml, and etc/exports does"),
        (GRUB, "default=showmax", "default=shomax", "the default 'shomax' is not an entry"),
        (GRUB, "set timeout=5", "set timeout = 5", "'set timeout = 5' is not an assignment"),
        (GRUB, "--id grml {", "--id grml", "no brace, '{', is behind the entry"),
        (GRUB, "}\n", "}\n}\n", "closes a block that nobody has opened"),
        (GRUB, "--id grml {", "--id grml {\n{", "opens a block that nobody closes"),
        ("etc/exports", "192.0.2.0/24", "192.0.9.0/24", "not exported to 192.0.2.0/24"),
        ("etc/exports", "192.0.2.0/24(", "192.0.2.0/24 (", "options that stand alone"),
        ("etc/dnsmasq.conf", "192.0.2.1,2001:db8::1", "192.0.2.9", "is 192.0.2.9 here"),
        ("etc/dnsmasq.conf", "192.0.2.1,2001", "192.0.2.9,2001", "is 192.0.2.9 here"),
        ("etc/dnsmasq.conf", ",2001:db8::1", "", "local-server has no IPv6 address here"),
        ("etc/dnsmasq.conf", "192.0.2.1,", "", "local-server has no IPv4 address here"),
        (DHCPD, "http://192.0.2.1/script", "https://192.0.2.1/script", "listens for HTTPS"),
        (SCRIPT, "goto failed", "goto faild", "the label 'faild', which does not exist"),
        (
            SCRIPT,
            "http://local-server/str",
            "http://locl-server/str",
            "nothing resolves locl-server",
        ),
        (SCRIPT, "fetch=http://local-server", "fetch=http://", "names no server"),
        (SCRIPT, "nfsroot=192.0.2.1:", "nfsroot=192.0.2.9:", "192.0.2.9 is not the boot server"),
    ],
)
def test_a_slip_is_told_with_its_line(
    path: str, old: str, new: str, said: str, showmax: Site
) -> None:
    site, line = edited(showmax, path, old, new)
    found = [each for each in findings(site) if said in each.what]
    assert found, [str(each) for each in findings(site)]
    place, _, number = found[0].place.partition(" and ")[0].rpartition(":")
    if path == "etc/dnsmasq.conf":  # it is told where the name is used
        assert place in (SCRIPT, GRUB)
        return
    # A script's line is where its command begins, and several lines may be one command.
    assert (place or found[0].place) == path
    assert not number.isdecimal() or int(number) in range(line - 3, line + 6)


def test_ipxe_takes_its_forerunner_s_first_line(showmax: Site) -> None:
    text = showmax.read(SCRIPT)
    older = showmax.with_file(SCRIPT, text.replace("#!ipxe", "#!gpxe", 1))
    assert [str(each) for each in findings(older)] == [str(each) for each in findings(showmax)]


def test_a_network_s_next_server_is_its_hosts_too() -> None:
    site = load_site(FIXTURES / "sites/guarded")
    text = site.read(DHCPD).replace("  next-server 172.20.30.2;\n", "", 1)
    assert any("without a next-server" in str(e) for e in findings(site.with_file(DHCPD, text)))
    moved = text.replace("option routers", "next-server 172.20.30.2; option routers", 1)
    assert not list(findings(site.with_file(DHCPD, moved)))


def test_a_stand_in_of_debian_s_looks_where_debian_has_its_menu() -> None:
    site, menu = load_site(FIXTURES / "sites/grubnet"), GRUB_NET
    moved = site.without(menu).with_file("srv/tftp/grub2/grub.cfg", site.read(menu))
    [said] = [str(each) for each in findings(moved) if "stands in for it" in each.what]
    assert f"looks for {menu}, which is not there" in said
    assert said.startswith("srv/tftp/")


def test_a_proxy_leases_nothing() -> None:
    main = "etc/dnsmasq.d/10-lan.conf"
    site = load_site(FIXTURES / "sites/homelab")
    text = site.read(main)
    proxy = re.sub(r"(?m)^dhcp-range=.*", "dhcp-range=192.168.178.0,proxy,255.255.255.0", text)
    said = [str(each) for each in findings(site.with_file(main, proxy))]
    line = text[: text.index("dhcp-range")].count("\n") + 1
    assert any(f"{main}:{line}: error: no addresses are handed out here" in each for each in said)
    both = site.with_file(main, f"{text}\ndhcp-range=192.168.178.0,proxy\n")
    assert not any("no addresses are handed out" in str(each) for each in findings(both))


@pytest.mark.parametrize(
    ("by", "wrong"),
    [
        (r"|| exit\ngoto \1 ||", 0),
        (r"&& goto \1 ||", 0),
        (r"&& goto \1 || chain \1.ipxe || goto start", 0),
        (r"&& goto \1 || goto start", 1),
    ],
)
def test_a_goto_that_a_script_goes_on_from_needs_no_label(
    showmax: Site, by: str, wrong: int
) -> None:
    """So netboot.xyz does: an item without a label is the name of another script."""
    text = showmax.read(SCRIPT).replace("\n:grml\n", "\n:gmrl\n")
    text = re.sub(r"(?m)&& goto (\$\{\w+\}).*$", by, text)
    said = [each.what for each in findings(showmax.with_file(SCRIPT, text))]
    assert len([each for each in said if "goes to the label 'grml'" in each]) == wrong


@pytest.mark.parametrize(("other", "wrong"), [("d-i/menu.cfg", 0), ("d-i/menus.cfg", 1)])
@pytest.mark.parametrize("by", ["include ", "\tINCLUDE\t", "MENU INCLUDE ", "menu\tinclude "])
def test_what_pxelinux_includes_lies_beside_it_or_at_the_root(
    showmax: Site, by: str, other: str, wrong: int
) -> None:
    site = showmax.with_file("srv/tftp/d-i/menu.cfg", "label a\n  kernel d-i/linux\n")
    (site.dir / "srv/tftp/d-i/pxelinux.cfg").mkdir(parents=True)
    (site.dir / "srv/tftp/d-i/pxelinux.cfg/default").write_text(f"{by}{other}\n")
    said = [each for each in findings(site) if "nothing stands in its place" in each.what]
    assert len(said) == wrong


def test_the_goto_of_the_items_own_menu_is_told(showmax: Site) -> None:
    site, line = edited(showmax, SCRIPT, "(legacy)\nitem showmax", "(legacy)\nitem Showmax")
    assert f"{SCRIPT}:{line + 6}: error: goes to the label 'Showmax'" in str(findings(site)[0])


def test_an_item_without_a_label(showmax: Site) -> None:
    site, _ = edited(showmax, SCRIPT, "\n:grml\n", "\n:gmrl\n")
    (found,) = findings(site)
    assert found.is_error
    assert "goes to the label 'grml', which does not exist" in found.what


@pytest.mark.parametrize(
    ("site", "path", "old", "new", "said"),
    [
        ("repairbench", "srv/netboot/bench.ipxe", "\n:burnin", "\n:burn-in", "label 'burnin'"),
        ("campus", "srv/tftp/ipxe/menu.ipxe", "#!ipxe", "#!ipxe\ngoto nowhere", "label 'nowhere'"),
        ("catalogue", "srv/tftp/index.ipxe", "item ", "item fedora Fedora\nitem ", "'fedora'"),
        (
            "homelab",
            "srv/tftp/menu.ipxe",
            "#!ipxe",
            "#!ipxe\nchain more.ipxe",
            "more.ipxe is not there",
        ),
        ("werkstatt", "srv/tftp/menue/start.ipxe", "#!ipxe", "#!ipxe\nchain more.ipxe ||", ""),
        ("guarded", DHCPD, "172.20.30.11;", "web1.example;", "nothing resolves web1.example"),
        ("guarded", DHCPD, "  next-server 172.20.30.2;\n", "", "without a next-server"),
        ("sixonly", "etc/dnsmasq.conf", "boot.six", "boots.six", "dnsmasq does not know it"),
        ("grubnet", GRUB_NET, "=local", "=lokal", "'lokal' is not an entry"),
        ("grubnet", GRUB_NET, '-s "$prefix', '-e "$prefix', 'GRUB asks no server for "$prefix'),
        (
            "grubnet",
            GRUB_NET,
            "set timeout",
            "if test -f $cmdpath/a; then\nfi\nset timeout",
            "'-f'",
        ),
        ("grubnet", GRUB_NET, "set timeout", "if [ -e (hd0,gpt1)/a ]; then a; fi\nset timeout", ""),
        ("cluster", NODE, "--name main", "--name mian", "no line fetches an initrd called 'main'"),
        ("guarded", "srv/tftp/servers.ipxe", "xz rescue=${h", "xz rescue=${ho", "nothing sets 'ho"),
        ("guarded", "srv/tftp/servers.ipxe", "=${hostname}", "=${net0/hostname}", ""),
        ("campus", "srv/tftp/ipxe/stage1.ipxe", "menu-", "menu_", "; 'menu-url' is set"),
        ("campus", "srv/tftp/ipxe/menu.ipxe", "${mac}", "${room}", "nothing sets 'room'"),
        ("campus", "srv/tftp/ipxe/menu.ipxe", ":start\n", ":start\nisset ${a} || set b ${a}\n", ""),
        ("catalogue", "srv/tftp/index.ipxe", "menu Catalogue\n", "menu ${theirs}\n", ""),
        ("campus", PXE, "listen 80", "listen 81", "nginx listens on [::]:80 and 0.0.0.0:81 only"),
        ("campus", PXE, "listen [::]:80", "listen [::]:81", ""),
        ("campus", PXE, "listen 80", "listen 172.16.30.10:80", ""),
        (
            "campus",
            PXE,
            "/srv/tftp",
            "/srv/tftp/ipxe",
            "root is /srv/tftp/ipxe (etc/nginx/sites-en",
        ),
        ("sixonly", IPV6_WEB, "[::]:80 default_server ipv6only=on", "80", "on 0.0.0.0:80 alone"),
        ("sixonly", IPV6_WEB, "ipv6only=on", "ipv6only=off", ""),
        ("perhost", TFTPD, "0.0.0.0:", "127.0.0.1:", "tftpd listens on 127.0.0.1:69 alone"),
        ("perhost", TFTPD, "0.0.0.0:", "[::]:", ""),
        ("cluster", TFTPD, ":69", ":96", "'ipxe.efi': tftpd listens on port 96"),
        ("split", DHCPD, "10.71.0.10:8080", "10.71.0.10", "nginx listens on port 8080"),
        (
            "campus",
            "etc/nginx/sites-available/pxe",
            "add_header Cache-Control no-store",
            "alias /srv/tftp/ipxe",
            "srv/tftp/ipxestage1.ipxe, which is handed out here, is not there: by `alias /srv",
        ),
        (
            "split",
            "etc/tftpd.map",
            "loaders/ipxe",
            "loader/ipxe",
            "loaders/ipxe.efi is, and tftpd looks for the other by its rule, etc/tftpd.map:3",
        ),
        ("split", DHCPD, "wdsmgfw", "wdsmfw", "wdsmfw.efi, which is handed out here, is not there"),
        ("stacks", HTTPD, "conf.d/*.conf", "conf.d/*.cnf", f"{UNREAD} ({HTTPD}:16)"),
        (
            "stacks",
            HTTPD,
            "conf.d/*.conf",
            "conf.d/*.cnf",
            "which is handed out here, is not there; `Incl",
        ),
        (
            "campus",
            "etc/nginx/nginx.conf",
            "sites-enabled/*",
            "sites-enabled/*.conf",
            "pxe ends otherwise",
        ),
        ("stacks", ALIASES, 'Alias "/netboot', 'Alias "/netbot', "nearly that name"),
        (
            "stacks",
            "var/www/netboot/boot.ipxe",
            "5/netboot",
            "5/netbot",
            "in <Directory /> '${base}/terminal/vmlinuz' (http://10.80.4.5/netbot/terminal/vmlinuz)",
        ),
        (
            "stacks",
            "var/www/netboot/boot.ipxe",
            "5/netboot",
            "5/netbot",
            f"({ALIASES}:1) has nearly that name (var/www/netboot/boot.ipxe:2)",
        ),
        ("thinclients", DHCPD, '"ltsp/ltsp.', '"ltsp.', "there; srv/tftp/ltsp/ltsp.ipxe is, and"),
        (
            "homelab",
            NUC,
            "l http://nas.lan:8000",
            "l http://nas.lan",
            "lighttpd listens on port 80",
        ),
        ("installers", MAIN, "base http:", "base https:", "listens for HTTPS"),
    ],
)
def test_other_sites_are_read_as_they_are_written(
    site: str, path: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    copy = shutil.copytree(FIXTURES / "sites" / site, tmp_path / site, symlinks=True)
    changed, _ = edited(load_site(copy), path, old, new)
    known = [each.what for each in findings(load_site(FIXTURES / "sites" / site))]
    found = [each.what for each in findings(changed) if each.what not in known]
    assert any(said in each for each in found) if said else not found


def test_a_daemon_that_a_file_sets_up_and_daemons_omits(showmax: Site) -> None:
    site, line = edited(showmax, "site.toml", '"radvd", ', "")
    (found,) = findings(site)
    assert found.place == f"site.toml:{line}"
    assert found.what == "etc/radvd.conf:3 sets radvd up, and `daemons` leaves it out"


def test_a_daemon_that_no_file_sets_up(showmax: Site) -> None:
    site, _ = edited(showmax, "etc/radvd.conf", "interface eth0", "# interface eth0")
    assert [each.what for each in findings(site)] == [
        "radvd is among `daemons`, and no file sets it up"
    ]


def test_what_another_server_gives_out_is_not_looked_for_here(showmax: Site) -> None:
    showmax, _ = edited(showmax, DHCPD, "next-server 192.0.2.1", "next-server 192.0.2.9")
    site, _ = edited(showmax, DHCPD, '"undionly.kpxe"', '"other.kpxe"')
    (found,) = findings(site)
    assert "192.0.2.9 is not the boot server" in found.what


def test_what_is_only_shown_is_no_url(showmax: Site) -> None:
    site, _ = edited(showmax, SCRIPT, "echo Could not", "echo See http://wiki/. Could not")
    assert findings(site) == ()


def test_what_is_beyond_the_lab_may_be_told(showmax: Site) -> None:
    edited(showmax, SCRIPT, "http://local-server/str", "http://mirror.example/str")
    site, _ = edited(
        showmax, "site.toml", "[menu]", '[outside]\n"mirror.example" = "payload"\n\n[menu]'
    )
    assert findings(site) == ()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "https://mirror.example/k",
            "mirror.example is stood in for by HTTP only: no lab has its certificate",
        ),
        ("tftp://mirror.example/k", "mirror.example is stood in for by HTTP only"),
        ("http://mirror.example/k", ""),
    ],
)
def test_a_stand_in_gives_out_by_http_alone(showmax: Site, url: str, said: str) -> None:
    site, line = edited(showmax, SCRIPT, "kernel gparted/vmlinuz", f"kernel {url}")
    found = [str(each) for each in findings(replace(site, outside={"mirror.example": "payload"}))]
    told = f"{SCRIPT}:{line}: warning: '{url}': {said}"
    assert found == ([told] if said else [])


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("etc/nginx/nginx.conf", "root /srv/tftp;", "root /srv/tftpd;"),
        ("etc/default/tftpd-hpa", "/srv/tftp", "/var/lib/tftpboot"),
    ],
)
def test_a_root_that_is_not_there(path: str, old: str, new: str, showmax: Site) -> None:
    site, _ = edited(showmax, path, old, new)
    root = new.partition("/")[2].rstrip(";")
    assert f"there is no directory /{root}, which " in findings(site)[0].what


def test_a_root_that_the_lab_alone_has_is_there(tmp_path: Path) -> None:
    """Loaders that are supplied make it; a name that is none of theirs is just wrong."""
    copy = shutil.copytree(FIXTURES / "sites/split", tmp_path / "split", symlinks=True)
    site, _ = edited(load_site(copy), DHCPD, "wdsmgfw", "wdsmfw")
    assert [each.what for each in findings(site)] == [
        "var/lib/tftpboot/boot/x64/wdsmfw.efi, which is handed out here, is not there; tftpd "
        "looks for the other by its rule, etc/tftpd.map:2"
    ]


def test_tftpd_lacks_its_rules(tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / "sites/split", tmp_path / "split", symlinks=True)
    site, _ = edited(load_site(copy), TFTPD, "/etc/tftpd.map", "/etc/tftp.map")
    with pytest.raises(SiteError, match=r"tftpd-hpa:4: .*/etc/tftp\.map, is not there"):
        check_site(site)
