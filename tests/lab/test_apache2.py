"""apache2 itself, in a lab without guests: what it refuses, gives out and logs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import ServiceError
from harness.lab.bare import BareLab, bare_lab
from harness.model import Role
from harness.services.apache2 import Apache2
from harness.services.logs.registry import read_logs
from harness.services.registry import load_site
from harness.site import Site
from harness.witness.journal import HttpFault, HttpServed

HOST = "etc/apache2/sites-enabled/boot.conf"
HOST_TEXT = """\
<VirtualHost *:80>
  DocumentRoot /srv/tftp
  ErrorLog ${APACHE_LOG_DIR}/error.log
  CustomLog ${APACHE_LOG_DIR}/access.log combined
  <Directory /srv/tftp>
    Require all granted
  </Directory>
  <Location /shut/>
    Require all denied
  </Location>
</VirtualHost>
"""
SERVER = '[server]\ninterface = "eth0"\nipv4 = "192.0.2.1/24"\nipv6 = "2001:db8::1/64"\n'


@pytest.fixture
def site(tmp_path: Path, able_host: None) -> Site:
    """Give one whose only file of apache2's is a virtual host."""
    for path, text in {
        "site.toml": SERVER,
        HOST: HOST_TEXT,
        "srv/tftp/a": "four",
        "srv/tftp/shut/a": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return load_site(tmp_path)


@contextmanager
def started(site: Site, log_dir: Path) -> Iterator[tuple[BareLab, Apache2]]:
    """Start it, in namespaces of its own."""
    with bare_lab(site, (Apache2,), log_dir) as lab:
        (service,) = lab.services
        assert isinstance(service, Apache2)
        service.bring_up()
        yield lab, service
        service.verify_alive()


def got(lab: BareLab, url: str) -> str:
    """Give the status by which a file is answered."""
    asked = ["curl", "-s", "-g", "-o", "/dev/null", "-w", "%{http_code}", url]
    return lab.namespace.run(asked, check=False).output.strip()


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (HOST, "DocumentRoot", "DocumentRot", f"/{HOST}:2: Invalid command 'DocumentRot', perhaps"),
        (HOST, "</Directory>", "", f"/{HOST}:11: Expected </Directory> but saw </VirtualHost>"),
        (HOST, "all granted", "alle granted", f"/{HOST}:6: Unknown Authz provider: alle"),
        (HOST, "  Document", "RewriteEngine on\n  Document", f"/{HOST}:2: Invalid command 'Rewr"),
        (HOST, "/access", "/no/access", f"/{HOST}:4: (2)No such file or directory: Cannot access"),
        (HOST, "*:80>", "*:80", f"/{HOST}:1: <VirtualHost> directive missing closing '>'"),
    ],
)
def test_what_it_refuses_is_in_its_own_words_with_file_and_line(
    site: Site, path: str, old: str, new: str, said: str
) -> None:
    with (
        tempfile.TemporaryDirectory() as place,
        pytest.raises(ServiceError) as caught,
        started(site.replaced(path, old, new), Path(place)),
    ):
        pass
    assert f"apache2: refuses its configuration: {said}" in caught.value.headline


ENABLED = """\
  <Location /private/>
    AuthType Basic
    AuthName those
    AuthUserFile /etc/apache2/htpasswd
    Require valid-user
  </Location>
  <Location /status>
    SetHandler server-status
  </Location>
  AddOutputFilterByType DEFLATE text/html
"""
MAIN_TEXT = """\
DefaultRuntimeDir ${APACHE_RUN_DIR}
PidFile ${APACHE_PID_FILE}
User ${APACHE_RUN_USER}
Group ${APACHE_RUN_GROUP}
ErrorLog ${APACHE_LOG_DIR}/error.log
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
LogFormat "%h %l %u %t \\"%r\\" %>s %O" combined
<Directory />
  Require all denied
</Directory>
IncludeOptional sites-enabled/*.conf
"""


@pytest.mark.parametrize("main", ["", MAIN_TEXT])
def test_debians_modules_are_there_where_a_site_says_nothing_of_modules(
    site: Site, tmp_path: Path, main: str
) -> None:
    """`mods-enabled` has nothing but links, which are lost where some of a server's files are."""
    site = site.replaced(HOST, "</VirtualHost>", f"{ENABLED}</VirtualHost>")
    site = site.with_file("etc/apache2/apache2.conf", main) if main else site
    with started(site, tmp_path) as (lab, _):
        statuses = [got(lab, f"http://192.0.2.1/{path}") for path in ("a", "private/", "status")]
    assert statuses == ["200", "401", "200"]


def test_a_site_with_modules_of_its_own_has_those_alone(site: Site, tmp_path: Path) -> None:
    site = site.with_file("etc/apache2/apache2.conf", MAIN_TEXT)
    module = "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n"
    site = site.with_file("etc/apache2/mods-enabled/mpm_event.load", module)
    with pytest.raises(ServiceError, match="Invalid command 'Require'"), started(site, tmp_path):
        pass


@pytest.mark.parametrize("log", ["combined", "vhost_combined", "common"])
def test_it_serves_both_families_and_its_log_is_read(site: Site, tmp_path: Path, log: str) -> None:
    changed = site.replaced(HOST, "access.log combined", f"x.log {log}")
    with tempfile.TemporaryDirectory() as place, started(changed, Path(place)) as (lab, _):
        assert got(lab, "http://192.0.2.1/a") == "200"
        assert got(lab, "http://[2001:db8::1]/none") == "404"
        events = list(read_logs(Path(place) / "log").of(HttpServed))
    assert [(each.client, each.path, each.status, each.bytes) for each in events] == [
        ("192.0.2.1", "/a", 200, None),
        ("2001:db8::1", "/none", 404, None),
    ]


@pytest.mark.parametrize(
    ("old", "new", "name", "said", "rule"),
    [
        (
            "",
            "",
            "/shut/a",
            "client denied by server configuration: /srv/tftp/shut/a",
            f"`Require all denied` in <Location /shut/> ({HOST}:9)",
        ),
        (
            "all granted",
            "ip 10.0.0.0/8",
            "/a",
            "client denied by server configuration: /srv/tftp/a",
            f"`Require ip 10.0.0.0/8` in <Directory /srv/tftp> ({HOST}:6)",
        ),
        (
            "    Require all granted\n",
            "",
            "/a",
            "client denied by server configuration: /srv/tftp/a",
            "`Require all denied` in <Directory /> (Debian's own apache2.conf)",
        ),
    ],
)
def test_whom_it_does_not_serve_it_says_and_the_rule_is_found(
    site: Site, old: str, new: str, name: str, said: str, rule: str
) -> None:
    changed = site.replaced(HOST, old, new) if old else site
    with tempfile.TemporaryDirectory() as place:
        with started(changed, Path(place)) as (lab, _):
            assert got(lab, f"http://192.0.2.1{name}") == "403"
        (fault,) = read_logs(Path(place) / "log").of(HttpFault)
    http = changed.daemon_facts.by_role(Role.HTTP)
    served = None if http is None else http.served(name, port=80)
    assert served is not None
    assert (fault.why, served.rule("Require")) == (said, rule)


def test_a_file_for_root_alone_is_in_its_log(site: Site) -> None:
    with tempfile.TemporaryDirectory() as place:
        with started(site.with_unreadable("srv/tftp/a"), Path(place)) as (lab, _):
            assert got(lab, "http://192.0.2.1/a") == "403"
        (fault,) = read_logs(Path(place) / "log").of(HttpFault)
    assert (fault.client, fault.file) == ("192.0.2.1", "/srv/tftp/a")
    assert "file permissions deny server access" in fault.why


def test_it_does_not_start_where_somebody_listens(site: Site) -> None:
    twice = site.with_file("etc/apache2/ports.conf", "Listen 80\nListen 192.0.2.77:80\n")
    with (
        tempfile.TemporaryDirectory() as place,
        pytest.raises(ServiceError, match=r"apache2: did not start: .*192\.0\.2\.77:80"),
        started(twice, Path(place)),
    ):
        pass


def test_a_site_s_own_modules_come_before_debian_s(site: Site) -> None:
    load = "LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so\n"
    changed = site.with_file("etc/apache2/mods-enabled/mpm_prefork.load", load)
    with tempfile.TemporaryDirectory() as place, started(changed, Path(place)) as (lab, service):
        assert got(lab, "http://192.0.2.1/a") == "200"
        assert service.warnings() == ()
