"""What reports are told of a site's daemons, by the site's own files."""

from harness.model import Role
from harness.site import Site


def test_each_role_of_the_reference_site_has_its_daemon(site: Site) -> None:
    found = {role: site.daemon_facts.by_role(role) for role in Role}
    assert {role: daemon and daemon.called for role, daemon in found.items()} == {
        Role.DHCPV4: "dhcpd -4",
        Role.DHCPV6: "dhcpd -6",
        Role.PROXY_DHCP: None,
        Role.RA: "radvd",
        Role.TFTP: "tftpd",
        Role.HTTP: "nginx",
        Role.DNS: "dnsmasq",
        Role.NFS: "nfs",
        Role.ISCSI: None,
    }


def test_a_role_that_nobody_fills(site: Site) -> None:
    assert site.without_daemons("nginx").daemon_facts.by_role(Role.HTTP) is None


def test_pools_are_read_where_the_settings_say(site: Site) -> None:
    moved = site.replaced("etc/default/isc-dhcp-server", "/etc/dhcp/dhcpd.conf", "/etc/four.conf")
    moved = moved.with_file("etc/four.conf", "range 192.0.2.7 192.0.2.8; # range 192.0.2.9;")
    dhcpd = moved.daemon_facts.by_role(Role.DHCPV4)
    assert dhcpd is not None
    assert dhcpd.configuration == "etc/four.conf"
    assert dhcpd.pool(Role.DHCPV4) == "192.0.2.7 to 192.0.2.8"


def test_pools_are_read_in_what_is_included(site: Site) -> None:
    held = "pool { range dynamic-bootp 192.0.2.7 192.0.2.8; } range 192.0.2.9;"
    parted = site.with_file("etc/dhcp/dhcpd.conf", 'include "/etc/dhcp/pools.conf";')
    dhcpd = parted.with_file("etc/dhcp/pools.conf", held).daemon_facts.by_role(Role.DHCPV4)
    assert dhcpd is not None
    assert dhcpd.pool(Role.DHCPV4) == "192.0.2.7 to 192.0.2.8, 192.0.2.9 to 192.0.2.9"


def test_tftpd_s_directory_is_its_settings_own(site: Site) -> None:
    moved = site.replaced("etc/default/tftpd-hpa", "/srv/tftp", "/srv/boot")
    tftpd = moved.daemon_facts.by_role(Role.TFTP)
    assert tftpd is not None
    assert (tftpd.directory, tftpd.directory_setting) == ("/srv/boot", "TFTP_DIRECTORY")
