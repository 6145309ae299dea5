"""Files as Red Hat lays them out, and as makers' own packages write them, run as they are."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.adopt.make import make_site
from harness.errors import ServiceError
from harness.examine import findings
from harness.lab.bare import BareLab, bare_lab
from harness.model import Role
from harness.services.apache2 import Apache2
from harness.services.dnsmasq import Dnsmasq
from harness.services.logs.registry import read_logs
from harness.services.nginx import Nginx
from harness.services.registry import load_site
from harness.services.site_daemon import SiteDaemon
from harness.services.tftpd import Tftpd
from harness.site import Site
from harness.witness.journal import HttpServed

SERVER = '[server]\ninterface = "eth0"\nipv4 = "192.0.2.1/24"\n'
PARTS = "etc/httpd/conf.d"
MAIN = "etc/httpd/conf/httpd.conf"
MODULES = "etc/httpd/conf.modules.d/00-all.conf"
MAIN_TEXT = """\
ServerRoot "/etc/httpd"
Listen 8000
Include conf.modules.d/*.conf
User apache
Group apache
<Directory />
  Require all denied
</Directory>
DocumentRoot "/var/www/html"
<Directory "/var/www/html">
  Require all granted
</Directory>
ErrorLog "logs/error_log"
<IfModule log_config_module>
  LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
  CustomLog "logs/access_log" common
</IfModule>
IncludeOptional conf.d/*.conf
"""
MODULES_TEXT = """\
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule systemd_module modules/mod_systemd.so
LoadModule unixd_module modules/mod_unixd.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule alias_module modules/mod_alias.so
"""
ALIAS = """\
Alias /ks /srv/ks
<Directory /srv/ks>
  Require all granted
</Directory>
"""
OWN = {f"{PARTS}/ks.conf": ALIAS, "srv/ks/a.cfg": "text", "var/www/html/b": "text"}
XINETD = """\
service tftp
{
  server = /usr/sbin/in.tftpd
  server_args = -s /var/lib/tftpboot
  disable = no
}
"""


def sited(place: Path, files: Mapping[str, str]) -> Site:
    """Make a site of these files."""
    for path, text in {"site.toml": SERVER, **files}.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)
    return load_site(place)


@contextmanager
def started(site: Site, kind: type[SiteDaemon], log_dir: Path) -> Iterator[BareLab]:
    """Start a daemon, in namespaces of its own."""
    with bare_lab(site, (kind,), log_dir) as lab:
        (service,) = lab.services
        service.bring_up()
        yield lab
        service.verify_alive()


def got(lab: BareLab, url: str) -> str:
    """Give what a program that fetches a file says of it."""
    return lab.namespace.run(["curl", "-s", "-g", "-w", "%{http_code}", url], check=False).output


@pytest.mark.parametrize(
    ("files", "port"),
    [
        ({}, 80),
        ({MAIN: MAIN_TEXT}, 8000),
        ({MAIN: MAIN_TEXT, MODULES: MODULES_TEXT}, 8000),
    ],
)
def test_httpds_own_directory_and_what_it_adds_to_it(
    tmp_path: Path, able_host: None, files: Mapping[str, str], port: int
) -> None:
    site = sited(tmp_path, {**OWN, **files})
    assert site.daemons == ("apache2",)
    assert site.place_of(Role.HTTP, "/ks/a.cfg", host="192.0.2.1", port=port) == "srv/ks/a.cfg"
    with tempfile.TemporaryDirectory() as place:
        with started(site, Apache2, Path(place)) as lab:
            assert got(lab, f"http://192.0.2.1:{port}/ks/a.cfg") == "text200"
            assert got(lab, f"http://192.0.2.1:{port}/b") == "text200"
        events = list(read_logs(Path(place) / "log").of(HttpServed))
    assert [(each.path, each.status) for each in events] == [("/ks/a.cfg", 200), ("/b", 200)]


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (f"{PARTS}/ks.conf", "all granted", "alle granted", ":3: Unknown Authz provider: alle"),
        (MAIN, "User apache", "User apachee", ":4: bad user name apachee"),
    ],
)
def test_what_it_refuses_is_told_by_the_file_of_the_site(
    tmp_path: Path, able_host: None, path: str, old: str, new: str, said: str
) -> None:
    site = sited(tmp_path, {**OWN, MAIN: MAIN_TEXT, MODULES: MODULES_TEXT})
    broken = site.replaced(path, old, new)
    with (
        tempfile.TemporaryDirectory() as place,
        pytest.raises(ServiceError, match=re.escape(f"/{path}{said}")),
        started(broken, Apache2, Path(place)),
    ):
        pass


def test_nginx_as_its_makers_package_has_it(tmp_path: Path, able_host: None) -> None:
    text = (
        "user  nginx;\npid /run/nginx.pid;\nevents {}\n"
        "http { server { listen 80; root /srv/boot; } }\n"
    )
    site = sited(tmp_path, {"etc/nginx/nginx.conf": text, "srv/boot/a": "text"})
    with tempfile.TemporaryDirectory() as place, started(site, Nginx, Path(place)) as lab:
        assert got(lab, "http://192.0.2.1/a") == "text200"


def test_xinetds_tftp_server(tmp_path: Path, able_host: None) -> None:
    site = sited(tmp_path, {"etc/xinetd.d/tftp": XINETD, "var/lib/tftpboot/a": "text"})
    assert site.daemons == ("tftpd",)
    with tempfile.TemporaryDirectory() as place, started(site, Tftpd, Path(place)) as lab:
        assert lab.namespace.run(["curl", "-s", "tftp://192.0.2.1/a"]).output == "text"


def test_a_server_of_red_hats_becomes_a_site(tmp_path: Path) -> None:
    sited(tmp_path / "tree", {**OWN, MAIN: MAIN_TEXT, "etc/xinetd.d/tftp": XINETD})
    made = make_site(tmp_path / "site", str(tmp_path / "tree"))
    assert made.daemons == {"tftpd": "etc/xinetd.d/tftp", "apache2": f"{MAIN}:9"}
    assert not made.others
    assert made.site.has("srv/ks/a.cfg")
    assert made.site.has(MAIN)


def test_a_file_name_without_a_tftp_server_is_told_by_who_has_switched_it_off(
    tmp_path: Path,
) -> None:
    dhcpd = (
        "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.10 192.0.2.20; "
        'next-server 192.0.2.1; filename "a"; }\n'
    )
    off = XINETD.replace("= no", "= yes")
    files = {"etc/dhcp/dhcpd.conf": dhcpd, "etc/xinetd.d/tftp": off, "var/lib/tftpboot/a": ""}
    (found,) = findings(sited(tmp_path, files))
    assert found.what == (
        "'a' is TFTP's, and the site has no TFTP server: etc/xinetd.d/tftp:5: disable = yes"
    )


def test_dnsmasqs_group(tmp_path: Path, able_host: None) -> None:
    text = "user=dnsmasq\ngroup=dnsmasq\ndhcp-range=192.0.2.10,192.0.2.20\nport=0\n"
    site = sited(tmp_path, {"etc/dnsmasq.conf": text})
    with tempfile.TemporaryDirectory() as place, started(site, Dnsmasq, Path(place)):
        pass
