"""Which file a name means is read from the daemons' own settings."""

from pathlib import Path

import pytest

from harness.model import Role
from harness.services.lighttpd import Lighttpd
from harness.services.registry import load_site
from harness.services.tftpd import Tftpd
from harness.site import Site

SITES = Path(__file__).parents[2] / "fixtures/sites"
NGINX = "etc/nginx/nginx.conf"


def sited(name: str) -> Site:
    """Load one of the fixtures' sites."""
    return load_site(SITES / name)


def with_servers(site: Site, text: str) -> Site:
    """Give the site with these servers in nginx's configuration."""
    return site.with_file(NGINX, f"events {{}}\nhttp {{\n{text}\n}}\n")


def test_two_daemons_have_two_roots() -> None:
    site = sited("split")
    assert site.root_of(Role.TFTP) == "var/lib/tftpboot"
    assert site.root_of(Role.HTTP) == "var/www/boot"
    menu = site.place_of(Role.HTTP, "/menus/main.ipxe", host="10.71.0.10", port=8080)
    assert site.has(menu)


def test_a_map_file_renames() -> None:
    site = sited("split")
    loader = "var/lib/tftpboot/loaders/ipxe.efi"
    assert site.place_of(Role.TFTP, r"boot\x64\wdsmgfw.efi") == loader
    assert site.place_of(Role.TFTP, r"Boot\X64\WDSMGFW.efi") == loader
    assert site.place_of(Role.TFTP, "/pxelinux.0") == "var/lib/tftpboot/loaders/undionly.kpxe"
    assert site.place_of(Role.TFTP, "other") == "var/lib/tftpboot/other"


def test_sites_enabled_are_read_without_an_nginx_conf() -> None:
    for name, root in (("repairbench", "srv/netboot"), ("sixonly", "var/www/html")):
        assert sited(name).root_of(Role.HTTP) == root


def test_a_root_without_its_semicolon_is_where_it_was() -> None:
    site = sited("split")
    broken = with_servers(site, "server { root /srv/a\nlocation ~ ^/b- { deny all; } }")
    assert broken.root_of(Role.HTTP) == "srv/a"


def test_lighttpd_has_a_root_of_its_own() -> None:
    site = sited("homelab")
    text = site.read("etc/lighttpd/lighttpd.conf")
    aliased = site.with_file(
        "etc/lighttpd/lighttpd.conf",
        text + 'server.modules += ( "mod_alias" )\nalias.url += ( "/img/" => "/data/images/" )\n',
    )
    assert aliased.place_of(Role.HTTP, "/menu.ipxe") == "srv/tftp/menu.ipxe"
    assert aliased.place_of(Role.HTTP, "/img/a/b") == "data/images/a/b"


@pytest.mark.parametrize(
    ("name", "host", "port", "place"),
    [
        ("/a/vmlinuz", "", 0, "srv/one/a/vmlinuz"),
        ("/a/vmlinuz", "two.lan", 80, "srv/two/a/vmlinuz"),
        ("/a/vmlinuz", "10.0.0.1", 8080, "srv/three/a/vmlinuz"),
        ("/images/x", "", 80, "data/img/x"),
        ("/pub/x", "", 80, "data/pub/x"),
        ("/pub/deep/x", "", 80, "elsewhere/pub/deep/x"),
        ("/script.ipxe", "", 80, "nowhere/script.ipxe"),
        ("/images/x.ipxe", "", 80, "data/img/x.ipxe"),
        ("/by/52:54:00:00:00:01", "", 80, ""),
        ("/by/name", "", 80, "srv/one/by/name"),
        ("/old/x", "", 80, ""),
        ("/tried/x", "", 80, "srv/tried/x"),
        ("/start", "", 80, "srv/start.ipxe"),
        ("/start/x", "", 80, "srv/one/start/x"),
        ("/only/here", "", 8081, "srv/four/only/here"),
    ],
)
def test_nginx_tells_by_port_name_and_location(name: str, host: str, port: int, place: str) -> None:
    site = with_servers(
        sited("perhost"),
        """
        root /srv/one;
        server { listen 80 default_server; listen [::]:80;
          # } a comment ; {
          location ~ \\.ipxe$ { root /nowhere; }
          location ^~ /images/ { alias "/data/img/"; }
          location ~ ^/by/(?<mac>[0-9a-f:]+)$ { try_files /hosts/$mac.ipxe /any.ipxe; }
          location /old/ { return 302 /new/; }
          location /tried/ { root /srv; try_files $uri $uri/ =404; }
          location = /start { alias /srv/start.ipxe; }
          location /pub/ { root /data; location /pub/deep/ { root /elsewhere; } }
        }
        server { listen 10.0.0.1:80; server_name two.lan www.two.lan; root '/srv/two'; }
        server { listen 8080; root /srv/three; }
        server { listen 8081; location / { root /srv/four; } }
        """,
    )
    assert site.place_of(Role.HTTP, name, host=host, port=port) == place


def test_what_includes_itself_ends() -> None:
    site = sited("perhost").with_file(NGINX, "http { include nginx.conf; server { root /srv/a; } }")
    assert site.root_of(Role.HTTP) == "srv/a"


@pytest.mark.parametrize(
    ("options", "name", "place"),
    [
        ("--secure", "/srv/tftp/x", "srv/tftp/srv/tftp/x"),
        ("-v", "/srv/tftp/x", "srv/tftp/x"),
        ("-v", "/data/y", "data/y"),
        ("-v", "x", "srv/tftp/x"),
    ],
)
def test_a_tftpd_that_is_not_secure_takes_whole_paths(options: str, name: str, place: str) -> None:
    site = sited("perhost").with_file(
        "etc/default/tftpd-hpa", f'TFTP_DIRECTORY="/srv/tftp /data"\nTFTP_OPTIONS="{options}"\n'
    )
    assert site.place_of(Role.TFTP, name) == place


def test_a_host_beyond_the_lab_has_its_stand_in() -> None:
    site = sited("catalogue")
    hello = site.place_of(Role.HTTP, "/hello.ipxe", host="boot.elsewhere.example")
    assert site.has(hello)
    kernel = site.place_of(Role.HTTP, "/pub/vmlinuz", host="mirror.uni-hagenau.example")
    assert kernel == "srv/outside/mirror.uni-hagenau.example/pub/vmlinuz"


@pytest.mark.parametrize(
    ("modules", "place"),
    [
        ('"mod_alias"', "data/images/a"),
        ('"mod_access"', "srv/tftp/img/a"),
    ],
)
@pytest.mark.parametrize("parts", ["", 'include "/etc/lighttpd/conf-enabled/*.conf"\n'])
def test_lighttpd_passes_over_what_no_module_is_loaded_for(
    modules: str, place: str, parts: str
) -> None:
    """Its own check only warns of that: `unknown config-key: alias.url (ignored)`."""
    text = (
        f'server.modules = ( {modules} )\n{parts}server.document-root = "/srv/tftp"\n'
        'alias.url = ( "/img/" => "/data/images/" )\n'
    )
    site = sited("homelab").with_file("etc/lighttpd/lighttpd.conf", text)
    assert site.place_of(Role.HTTP, "/img/a") == place
    doubts = [each.what for each in Lighttpd.doubts(site)]
    more = site.with_file("etc/lighttpd/lighttpd.conf", f'include "/srv/more.conf"\n{text}')
    assert not list(Lighttpd.doubts(more))  # it may load whatever it likes
    says_nothing = "alias.url says nothing without mod_alias in server.modules"
    assert doubts == ([] if "alias" in modules else [says_nothing])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("r ^/boot/(.* \\1", "bad regular expression ^/boot/(.*: missing )"),
        ("qg x y", "\"qg\" contains 'q', which is none of its letters"),
        ("r [[:alpha:]]+$ x", ""),
        ("rgi *x y", ""),
        ("a ^\\.\\./", ""),
    ],
)
def test_a_rule_that_tftpd_does_not_start_with(rule: str, said: str) -> None:
    site = sited("split")
    path = "etc/tftpd.map"
    found = [each.what for each in Tftpd.problems(site.with_file(path, f"# rules\n{rule}\n"))]
    assert [said in each for each in found] == ([True] if said else [])
