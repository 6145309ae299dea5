"""What apache2's files mean is read as httpd reads them; what is no such file says nothing."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model import Role
from harness.services.configuration import apache2
from harness.services.logs.web import apache_fault, combined
from harness.services.registry import load_site
from harness.site import Site
from harness.site.said import Topic
from tests.fuzz import examples

SITES = Path(__file__).parents[2] / "fixtures/sites"
HOST = "etc/apache2/sites-enabled/boot.conf"
MAIN = "etc/apache2/apache2.conf"
OWN = """
Define ROOT /srv/one
Listen 80
<IfModule ssl_module>
  Listen 443
</IfModule>
<IfModule !mod_none.c>
  Listen 10.0.0.1:8080
</IfModule>
<Directory />
  Require all denied
</Directory>
IncludeOptional sites-enabled/*.conf
"""
HOSTS = """
<VirtualHost *:80>
  ServerName http://boot.lan:80
  DocumentRoot ${ROOT}
  Alias /img/ "/data/my img/"
  Alias /pub /data/pub
  Alias /one.efi /data/loaders/one.efi
  ScriptAlias /cgi/ /usr/lib/cgi/
  Redirect 302 /old http://elsewhere/
  RewriteEngine on
  RewriteRule ^/by-mac/ - [F]
  <Directory /srv/one>
    Require all granted
  </Directory>
  <Directory /srv/one/shut>
    Require ip 10.0.0.0/8
  </Directory>
  <LocationMatch x>
    Require all denied
  </LocationMatch>
</VirtualHost>
<VirtualHost *:80>
  ServerName two.lan
  ServerAlias www.two.lan
  DocumentRoot /srv/two
</VirtualHost>
<VirtualHost 10.0.0.1:8080>
  DocumentRoot /srv/\\
three
  <Location /api/>
    ProxyPass http://127.0.0.1:9000/
  </Location>
</VirtualHost>
"""


def sited(files: Mapping[str, str]) -> Site:
    """Give a site whose web server is apache2, with these files."""
    site = load_site(SITES / "perhost").with_daemon("apache2", instead_of="nginx")
    for path, text in files.items():
        site = site.with_file(path, text)
    return site


@pytest.mark.parametrize(
    ("name", "host", "port", "place"),
    [
        ("/a/vmlinuz", "", 0, "srv/one/a/vmlinuz"),
        ("/a/vmlinuz", "boot.lan", 80, "srv/one/a/vmlinuz"),
        ("/a/vmlinuz", "www.two.lan", 80, "srv/two/a/vmlinuz"),
        ("/a/vmlinuz", "10.0.0.1", 8080, "srv/three/a/vmlinuz"),
        ("/img/x", "", 80, "data/my img/x"),
        ("/pub/x", "", 80, "data/pub/x"),
        ("/pub", "", 80, "data/pub"),
        ("/public", "", 80, "srv/one/public"),
        ("/one.efi", "", 80, "data/loaders/one.efi"),
        ("/cgi/x", "", 80, ""),
        ("/old/x", "", 80, ""),
        ("/by-mac/x", "", 80, ""),
        ("/api/x", "", 8080, ""),
    ],
)
def test_it_tells_by_port_name_and_alias(name: str, host: str, port: int, place: str) -> None:
    site = sited({MAIN: OWN, HOST: HOSTS})
    assert site.place_of(Role.HTTP, name, host=host, port=port) == place


def test_its_ports_are_those_of_conditions_that_hold() -> None:
    said = list(apache2.says(sited({MAIN: OWN, HOST: HOSTS})))
    assert [(e.topic, e.text, e.line) for e in said if e.topic is not Topic.ROOT] == [
        (Topic.PORT, "80", 3),
        (Topic.PORT, "8080", 8),
        (Topic.ADDRESS, "10.0.0.1", 8),
    ]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("/x", ""),
        ("/shut/x", f"`Require ip 10.0.0.0/8` in <Directory /srv/one/shut> ({HOST}:16)"),
        ("/pub/x", f"`Require all denied` in <Directory /> ({MAIN}:11)"),
    ],
)
def test_of_several_sections_the_last_that_covers_a_file_counts(name: str, rule: str) -> None:
    http = sited({MAIN: OWN, HOST: HOSTS}).daemon_facts.by_role(Role.HTTP)
    served = None if http is None else http.served(name, port=80)
    assert served is not None
    assert served.rule("Require") == rule


BY_PATTERN = """
Listen 80
AliasMatch ^/install/(.*)$ "/srv/tftp/$1"
RewriteRule ^/kept - [F]
DocumentRoot /srv/a
<VirtualHost *:80>
  RedirectMatch 404 ^/secret
  RedirectMatch ^/moved /b
  ProxyPassMatch ^/api/.*\\.json$ http://127.0.0.1:9000
</VirtualHost>
"""


@pytest.mark.parametrize(
    ("name", "place"),
    [
        *(("/install/x", ""), ("/secret/x", ""), ("/moved/x", ""), ("/api/x.json", "")),
        *(("/kept/x", "srv/a/kept/x"), ("/api/x", "srv/a/api/x")),
        ("/x/install/", "srv/a/x/install"),
    ],
)
def test_what_matches_a_pattern_may_lie_anywhere(name: str, place: str) -> None:
    assert sited({MAIN: BY_PATTERN}).place_of(Role.HTTP, name, port=80) == place


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        *(("IfVersion < 2.4", False), ("IfVersion >= 2.4", True), ("IfVersion > 2.4.99", False)),
        *(("IfVersion 2.2", False), ("IfVersion !< 2.4", True), ("IfVersion ~ ^2", True)),
        *(("IfModule mod_version.c", True), ("IfModule !unixd_module", False)),
        *(("IfModule log_config_module", True), ("IfModule mod_php.c", False)),
    ],
)
def test_conditions_are_those_of_debian_s_server(condition: str, holds: bool) -> None:
    section = f"<{condition}>\nListen 8080\n</{condition.partition(' ')[0]}>"
    said = [each.text for each in apache2.says(sited({MAIN: section, HOST: ""}))]
    assert said == (["8080"] if holds else [])


@pytest.mark.parametrize("pattern", ["apache2.conf", "sites-enabled", "/etc/apache2/*/*.conf"])
def test_what_includes_itself_ends(pattern: str) -> None:
    site = sited({MAIN: f"Include {pattern}\nDocumentRoot /srv/a\nListen 80", HOST: "Include *"})
    assert site.root_of(Role.HTTP) == "srv/a"


WORDS = ["<VirtualHost", "</VirtualHost>", "<Directory", ">", "\n", " ", "Listen", "80", "[::]:80"]
WORDS += ["DocumentRoot", "/srv", "Alias", "Include", "sites-enabled/*", "Require", "all", "denied"]
WORDS += [
    "RewriteRule",
    "RedirectMatch",
    "<IfVersion",
    "404",
    "(",
    "<IfModule",
    "</IfModule>",
    "${X}",
    "Define",
    "\\",
    '"',
    "<Location",
    "~",
]


@examples(200)
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=40))
def test_whatever_stands_there_is_read(words: list[str]) -> None:
    site = sited({MAIN: " ".join(words), HOST: "".join(words)})
    assert list(apache2.says(site)) is not None
    assert list(apache2.served(site)) is not None


@pytest.mark.parametrize("vhost", ["", "boot.lan:80 "])
def test_bytes_that_have_the_head_with_them_are_not_told(vhost: str) -> None:
    line = f'{vhost}2001:db8::64 - - [29/Nov/2026:14:41:24 +0000] "GET /a HTTP/1.1" 200 472'
    event = combined("apache2", counts_head=True)(line, 2026)
    assert event is not None
    assert (event.client, event.bytes) == ("2001:db8::64", None)  # type: ignore[attr-defined]


def test_a_fault_has_the_place_on_the_server() -> None:
    why = "AH00035: access to /a denied (filesystem path '/srv/a') because search permissions miss"
    head = "[Sun Nov 29 14:49:00.224233 2026] [core:error] [pid 1:tid 2] (13)Permission denied: "
    event = apache_fault(f"{head}[client 192.0.2.64:9] {why}", 2026)
    assert event is not None
    assert (event.client, event.file) == ("192.0.2.64", "/srv/a")
    assert event.why.startswith("access to /a denied")
