"""The reference site with HTTPS: its web server shows a certificate, and DHCP names https://."""

from harness.lab.https import Certified
from harness.site import Site

NAME = "local-server"
CERTIFICATE, KEY = "etc/nginx/tls/server.pem", "etc/nginx/tls/server.key"
_PLAIN = "    listen [::]:80 default_server;\n"
_SEALED = """\
    listen 443 ssl default_server;
    listen [::]:443 ssl default_server;
    ssl_certificate tls/server.pem;
    ssl_certificate_key tls/server.key;
"""


def with_https(site: Site, shown: Certified) -> Site:
    """Let firmware boot by HTTPS from a web server that shows this certificate."""
    site = site.replaced("etc/nginx/nginx.conf", _PLAIN, _PLAIN + _SEALED)
    site = site.with_file(CERTIFICATE, shown.certificate).with_file(KEY, shown.key)
    for file, host in (("dhcpd.conf", "192.0.2.1"), ("dhcpd6.conf", "[2001:db8::1]")):
        plain, sealed = f"http://{host}/ipxe.efi", f"https://{NAME}/ipxe.efi"
        site = site.replaced(f"etc/dhcp/{file}", plain, sealed)
    return site
