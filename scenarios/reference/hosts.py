"""The reference site with TFTP on a second host, and HTTP on a third: `[hosts]`."""

from dataclasses import replace
from ipaddress import IPv4Interface, IPv6Interface

from harness.site import Site

TFTP1, WEB1 = "hosts/tftp1", "hosts/web1"
DHCPD, DHCPD6 = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf"
TFTPD, NGINX = "etc/default/tftpd-hpa", "etc/nginx/nginx.conf"
LOADERS = ("ipxe.efi", "undionly.kpxe")


def on_three_hosts(site: Site) -> Site:
    """Move TFTP and HTTP, with what they serve; DHCP, routers and names stay where they are."""
    tftp1 = IPv4Interface("192.0.2.5/24"), IPv6Interface("2001:db8::5/64")
    web1 = IPv4Interface("192.0.2.6/24"), IPv6Interface("2001:db8::6/64")
    moved = site.without_daemons("tftpd", "nginx", "nfs")
    moved = moved.with_host("tftp1", "tftpd", interfaces=tftp1)
    moved = moved.with_host("web1", "nginx", interfaces=web1)
    moved = moved.with_file(f"{TFTP1}/{TFTPD}", site.read(TFTPD))
    moved = moved.with_file(f"{WEB1}/{NGINX}", site.read(NGINX))
    moved = moved.with_file(f"{WEB1}/srv/tftp/script.ipxe", site.read(site.script_path))
    supply = {
        f"{host}/srv/tftp/{loader}": site.supply[f"srv/tftp/{loader}"]
        for host in (TFTP1, WEB1)
        for loader in LOADERS
    }
    return _told(replace(moved, data_root=f"{WEB1}/srv/tftp", supply=supply))


def _told(site: Site) -> Site:
    """Let DHCP send firmware and iPXE there; iPXE takes its next-server for the web server."""
    four = site.read(DHCPD).replace("http://192.0.2.1/", "http://192.0.2.6/")
    four = four.replace("next-server 192.0.2.1;", "next-server 192.0.2.5;")
    six = site.read(DHCPD6).replace("http://[2001:db8::1]/", "http://[2001:db8::6]/")
    six = six.replace("tftp://[2001:db8::1]/", "tftp://[2001:db8::5]/")
    told = site.with_file(DHCPD, four).with_file(DHCPD6, six)
    firmware = '"PXEClient" and not (option user-class = "iPXE");\n  next'
    told = told.replaced(DHCPD, '"PXEClient";\n  next', firmware)
    own = '  next-server 192.0.2.6;\n  filename "http://192.0.2.6/script.ipxe";'
    return told.replaced(DHCPD, '  filename "http://192.0.2.6/script.ipxe";', own)
