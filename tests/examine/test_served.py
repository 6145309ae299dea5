"""Times out of order, advertisements that lead nowhere, settings that shut machines out."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DHCPD, DHCPD6, RADVD = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf", "etc/radvd.conf"
TFTPD, NGINX = "etc/default/tftpd-hpa", "etc/nginx/nginx.conf"
DNSMASQ, EXPORTS = "etc/dnsmasq.conf", "etc/exports"


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (DHCPD, "-time 600;", "-time 7201;", "time is 7201 s, which is longer than max-lease-time"),
        (DHCPD6, "lifetime 604800;", "lifetime 2592001;", "preferred-lifetime is 2592001 s, which"),
        (DHCPD6, "renewal-time 3600;", "renewal-time 7201;", "longer than dhcp-rebinding-time"),
        (RADVD, "AdvSendAdvert on", "AdvSendAdvert off", "nothing is advertised without AdvSend"),
        (RADVD, "AdvManagedFlag on", "AdvManagedFlag off", "without the managed flag, AdvManaged"),
        (RADVD, "2001:db8::/64", "2001:db8:1::/64", "2001:db8:1::/64 has neither the server's"),
        (
            RADVD,
            "2001:db8::/64",
            "2001:db8::/48",
            "2001:db8::/48 is not the network of DHCPv6, 200",
        ),
        (RADVD, "AdvOnLink on", "AdvOnLink off", "2001:db8::/64 is not on-link: machines send"),
        (RADVD, "AdvOnLink on;", "AdvValidLifetime 0;", "2001:db8::/64 is valid for 0 s"),
        (DHCPD, "authoritative;", "ignore booting;", "dhcpd -4 gives nobody an address by `ignore"),
        (
            DHCPD,
            "range 192.0.2.64 192.0.2.127;",
            "pool { allow known-clients; range 192.0.2.64 192.0.2.127; }",
            "dhcpd -4 gives nobody an address: it allows known clients only",
        ),
        (DHCPD6, "allow leasequery;", "deny unknown-clients;", "dhcpd -6 gives nobody an address"),
        (
            DHCPD,
            "  range",
            '  deny members of "pxe"; range',
            "no machine that boots by PXE is given",
        ),
        (
            DHCPD,
            "range 192.0.2.64 192.0.2.127;",
            "range 192.0.2.1;",
            "the pool 192.0.2.1 is the boot server's own address",
        ),
        (DHCPD, '= "iPXE"', '= "gPXE"', "iPXE is handed itself, again and again: no condition tel"),
        (DHCPD6, '= "iPXE"', '= "gPXE"', "iPXE is handed itself, again and again: no condition te"),
        (
            NGINX,
            "root /srv/tftp;",
            "location ~ efi$ { deny all; }",
            "nginx refuses by `deny all` 'http://192.0.2.1/ipxe.efi', which etc/dhcp/dhcpd.conf",
        ),
        (
            NGINX,
            "root /srv/tftp;",
            "location = /script.ipxe { return 410; }",
            "nginx refuses by `return 410` 'http://192.0.2.1/script.ipxe', which etc/dhcp/dhcpd",
        ),
        (
            NGINX,
            "root /srv/tftp;",
            "root /srv/tftp; allow 192.0.2.0/24; deny all;",
            "hands out: machines are in 2001:db8::/64",
        ),
        (TFTPD, "--secure ", "", "without --secure a name that begins with /"),
        (TFTPD, "--secure", "--sceure", "'--sceure' is not an option of in.tftpd's"),
        (DNSMASQ, "=eth0", "=eth1", "dnsmasq serves eth1, and machines are on eth0"),
        (DNSMASQ, "no-resolv", "port=5353", "dnsmasq listens on port 5353, and machines ask a DNS"),
        (EXPORTS, "insecure) ", "secure) ", "is secure for 192.0.2.0/24 and insecure for 2001:db8"),
        (EXPORTS, "24(ro,no_root", "24(ro,root", "is root_squash for 192.0.2.0/24 and no_root_squ"),
        (EXPORTS, "24(ro,", "24(rw,", "/srv/tftp is rw for 192.0.2.0/24 and ro for 2001:db8::/64"),
    ],
)
def test_a_slip_in_what_is_served(path: str, old: str, new: str, said: str, showmax: Site) -> None:
    site, line = edited(showmax, path, old, new)
    found = [each for each in findings(site) if said in each.what]
    assert found, [str(each) for each in findings(site)]
    place, _, number = found[0].place.rpartition(":")
    # Of a line that is gone, the one that is left is told.
    assert (place, abs(int(number) - line) <= 1) == (path, True)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (TFTPD, '":69"', '"[::]:69"'),
        (TFTPD, "--secure", "-s"),
        # Of what it knows itself it filters nothing: seen in a boot.
        (DNSMASQ, "no-resolv", "no-resolv\nfilter-AAAA"),
        (DHCPD, 'if option user-class = "iPXE"', 'if option user-class ~= "(?i)ipxe"'),
        (DHCPD, "  range", '  pool { deny members of "pxe"; range 192.0.2.9; } range'),
        (NGINX, "root /srv/tftp;", "root /srv/tftp; if ($request_method = PUT) { return 405; }"),
        (
            NGINX,
            "root /srv/tftp;",
            "root /srv/tftp; allow 192.0.2.0/24; allow 2001:db8::/64; deny all;",
        ),
        (NGINX, "listen 80 default_server;\n", ""),
        (DNSMASQ, "interface=eth0", "interface=eth*"),
        (DNSMASQ, "interface=eth0", "listen-address=192.0.2.1,2001:db8::1"),
        (EXPORTS, "no_subtree_check", "subtree_check"),
    ],
)
def test_what_serves_all_the_same_is_not_told(path: str, old: str, new: str, showmax: Site) -> None:
    if old.startswith("listen"):  # one socket for both families
        showmax, _ = edited(showmax, path, "[::]:80 default_server", "[::]:80 ipv6only=off")
    site, _ = edited(showmax, path, old, new)
    assert findings(site) == ()


PXE = "etc/dnsmasq.d/20-pxe.conf"


BOOS = (
    "the tag 'bios' is asked for, and no line sets it; etc/dnsmasq.d/20-pxe.conf:7 sets 'boos', "
    "which none asks for"
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("set:bios", "set:boos", BOOS),
        ("ipxe,iPXE", "ipxe,IPXE", "no machine calls itself 'IPXE': it is iPXE"),
        ("dhcp-match=set:bios", "dhcp-match=bios", ""),
        ("dhcp-boot=tag:bios,tag:!ipxe", "dhcp-boot=tag:!other,tag:!ipxe", ""),
    ],
)
def test_what_dnsmasq_tells_no_machine(old: str, new: str, said: str, tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / "sites" / "homelab", tmp_path / "homelab", symlinks=True)
    site, _ = edited(load_site(copy), PXE, old, new)
    found = [each.what for each in findings(site) if each.place.startswith(PXE)]
    assert found == ([said] if said else [])


@pytest.mark.parametrize(
    ("target", "is_told"),
    [("/opt/ipxe.efi", True), ("../../opt/ipxe.efi", True), ("v2/ipxe.efi", False)],
)
def test_a_link_out_of_the_tftp_servers_chroot(
    target: str, tmp_path: Path, *, is_told: bool
) -> None:
    site_dir = tmp_path / "site"
    shutil.copytree(FIXTURES / "showmax", site_dir, symlinks=True)
    for place in ("opt", "srv/tftp/v2"):
        (site_dir / place).mkdir()
        (site_dir / place / "ipxe.efi").write_bytes(b"MZ")
    (site_dir / "srv/tftp/ipxe.efi").symlink_to(target)
    said = "\n".join(map(str, findings(load_site(site_dir))))
    link = f"does not come: /srv/tftp/ipxe.efi is a link to {target}, and tftpd sees only"
    assert (link in said) is is_told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1:ffff,64", "1:ffff,off-link,64", "the prefix is not on-link: machines send"),
        ("::1:0,2001:db8::1:ffff", "::1:0,ra-stateless", "no address is leased by `ra-stateless`"),
        ("ra-param=eth0,10,30", "ra-param=eth0,10,60", ""),
    ],
)
def test_what_dnsmasq_advertises(old: str, new: str, said: str, tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / "showmax-dnsmasq", tmp_path / "site", symlinks=True)
    site, _ = edited(load_site(copy), "etc/dnsmasq.conf", old, new)
    found = [each for each in findings(site) if each.place == "etc/dnsmasq.conf:24"]
    assert len(found) == bool(said)
    assert all(each.what.startswith(said) for each in found)
