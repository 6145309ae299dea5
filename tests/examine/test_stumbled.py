"""What a daemon's own check refuses is put at the line that is to be changed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.examine.stumbled import refusal_of
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DHCPD, NGINX = "etc/dhcp/dhcpd.conf", "etc/nginx/nginx.conf"
KEA = "etc/kea/kea-dhcp4.conf"
HTTPD, ALIASES = "etc/httpd/conf/httpd.conf", "etc/httpd/conf.d/netboot.conf"
IN_DHCPD = f"dhcpd4: refuses its configuration: /{DHCPD} line"


@pytest.mark.parametrize(
    ("path", "old", "new", "said", "place", "beside"),
    [
        # The parser sees that a semicolon is missing where the next word comes.
        (DHCPD, ".127;", ".127", f"{IN_DHCPD} 46: semicolon expected., column 9", 45, ""),
        (DHCPD, ".1;\n}", ".1\n}", f"{IN_DHCPD} 18: semicolon expected., column 2", 17, ""),
        (DHCPD, "style none", "stile none", f"{IN_DHCPD} 7: semicolon expected., column 20", 7, ""),
        (
            NGINX,
            "root /srv/tftp;",
            "root /srv/tftp",
            f'nginx: refuses: directive "root" is not terminated by ";" in /{NGINX}:33',
            30,
            "",
        ),
        (
            NGINX,
            "default_server;",
            "default_server",
            f'nginx: refuses: invalid parameter "listen" in /{NGINX}:29',
            28,
            "",
        ),
        # Of Kea's two numbers the second is the column.
        (
            KEA,
            '"valid-lifetime": 600,',
            '"valid-lifetime": 600',
            f'kea4: refuses: /{KEA}:10.3-22: syntax error, unexpected max, expecting "," or }}',
            9,
            "",
        ),
        (
            KEA,
            '"next-server": "192.0.2.1"\n    },',
            '"next-server": "192.0.2.1"\n    }',
            f'kea4: refuses: /{KEA}:21.5: syntax error, unexpected {{, expecting "," or ]',
            20,
            "",
        ),
        # What it met too early stands below the line that it names.
        (
            DHCPD,
            "} else {\n  # Legacy",
            "}\n  # Legacy",
            f"{IN_DHCPD} 41: expecting a declaration, column 27",
            42,
            f": this brace closes nothing: the last block ended in {DHCPD}:38",
        ),
        (
            DHCPD,
            ".1;\n}\n\n# iPXE",
            ".1;\n#}\n\n# iPXE",
            f"{IN_DHCPD} 44: subnet declarations not allowed here., column 2",
            18,
            f": a remark hides the brace that closes what {DHCPD}:15 opens",
        ),
        (
            DHCPD,
            "# DHCPv4",
            "\ufeff# DHCPv4",
            f"{IN_DHCPD} 0: expecting a parameter or declaration, column 1",
            1,
            ": the file begins with a byte order mark: save it without",
        ),
        # Of two that do not go together it names one, or neither.
        (
            KEA,
            '"subnet": "192.0.2.0/24"',
            '"subnet": "192.0.3.0/24"',
            "kea4: refuses: a pool, 192.0.2.64-192.0.2.127 does not match the prefix of a "
            f"subnet: 192.0.3.0/24 to which it is being added (/{KEA}:53:5)",
            53,
            f" ({KEA}:55)",
        ),
        (
            DHCPD,
            "subnet 192.0.2.0",
            "subnet 192.0.3.0",
            "dhcpd4: refuses: bad range, address 192.0.2.64 not in subnet 192.0.3.0",
            45,
            f" ({DHCPD}:44)",
        ),
        (
            NGINX,
            "worker_connections 512",
            "worker_connections 1",
            "nginx: refuses: 1 worker_connections are not enough for 2 sockets",
            9,
            "",
        ),
        (
            DHCPD,
            "option client-arch code",
            "option client-archs code",
            f"{IN_DHCPD} 25: no option named client-arch in space dhcp, column 21",
            25,
            f" (client-archs is declared in {DHCPD}:11)",
        ),
        (
            "etc/dhcp/dhcpd.conf",
            "x",
            "x",
            "dhcpd4: refuses: why, nobody knows (exit code 1)",
            0,
            "",
        ),
    ],
)
def test_a_refusal_is_put_where_it_is_mended(
    showmax: Site, path: str, old: str, new: str, said: str, place: int, beside: str
) -> None:
    if path == KEA:
        shutil.copytree(FIXTURES / "showmax-kea" / "etc/kea", showmax.dir / "etc/kea")
    if old != new:
        showmax, _ = edited(showmax, path, old, new)
    found = refusal_of(showmax, path, [path], said)
    assert found.place == (f"{path}:{place}" if place else path)
    assert found.what.startswith(said.removesuffix(" (exit code 1)"))
    assert found.what.endswith(beside)
    assert found.is_error


def test_a_refusal_is_put_in_the_file_that_it_names(showmax: Site) -> None:
    """Of dnsmasq: it is handed one configuration, and reads others."""
    part = "etc/dnsmasq.d/pxe.conf"
    said = f"dnsmasq: refuses: dnsmasq: bad option at line 6 of /{part}"
    found = refusal_of(showmax, "etc/dnsmasq.conf", ["etc/dnsmasq.conf", part], said)
    assert found.place == f"{part}:6"


def test_a_file_that_is_missing_is_put_where_it_is_named(showmax: Site) -> None:
    shutil.copytree(FIXTURES / "showmax-kea" / "etc/kea", showmax.dir / "etc/kea")
    include = '<?include "/etc/kea/classes.json"?>\n'
    (showmax.dir / KEA).write_text(showmax.read(KEA).replace("{\n", "{\n" + include, 1))
    line = showmax.read(KEA).splitlines().index(include.strip()) + 1
    said = "kea4: refuses: Can't open include file /etc/kea/classes.json"
    assert refusal_of(showmax, KEA, [KEA], said).place == f"{KEA}:{line}"


FAILOVER = """failover peer "lan" {
  primary;
  address 192.0.2.1;
}
"""


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ("48: failover peer van: not found, column 20", f"lan is declared in {DHCPD}:1"),
        ("4: primary failover server must have mclt., column 2", f"{DHCPD}:2"),
        ("4: primary may not define a split of its own., column 9", f"{DHCPD}:2"),
    ],
)
def test_what_a_failover_pair_is_refused_for(site: Site, said: str, beside: str) -> None:
    """The line that says which of the two it is, or what it calls the relationship."""
    changed = site.with_file(DHCPD, f"{FAILOVER}{site.read(DHCPD)}")
    found = refusal_of(changed, DHCPD, [DHCPD], f"{IN_DHCPD} {said}")
    assert found.what.endswith(f" ({beside})")


def test_the_other_line_is_told_as_the_site_has_it(site: Site) -> None:
    """Seen on a pair: a further host's line was named as if it were the boot server's."""
    host = replace(site.with_file(DHCPD, f"{FAILOVER}{site.read(DHCPD)}"), within="hosts/two")
    said = f"{IN_DHCPD} 48: failover peer van: not found, column 20"
    found = refusal_of(host, DHCPD, [DHCPD], said)
    assert found.what.endswith(f" (lan is declared in hosts/two/{DHCPD}:1)")


RADVD, SETTINGS, DNSMASQ = "etc/radvd.conf", "etc/default/isc-dhcp-server", "etc/dnsmasq.conf"
IN_RADVD = f"radvd: refuses its configuration: /{RADVD}"


@pytest.mark.parametrize(
    ("path", "old", "new", "said", "place", "ends"),
    [
        (RADVD, "  };\n};", "  }\n};", f"{IN_RADVD}:19 error: syntax error", 18, "this brace"),
        (RADVD, "Flag on;\n\n", "Flag on\n\n", f"{IN_RADVD}:11 error: syntax error", 7, "line"),
        (RADVD, "AdvManagedFlag", "AdvManagedFlags", f"{IN_RADVD}:6 error: syntax error", 6, "is"),
        (RADVD, "db8::/64", "db8::", f"{IN_RADVD}:15 error: syntax error", 14, "fd00::/64"),
        (
            RADVD,
            "    AdvAutonomous off;",
            "    AdvPreferredLifetime 9;\n    AdvValidLifetime 5;",
            "radvd: refuses: AdvValidLifeTime must be greater than AdvPreferredLifetime in "
            f"/{RADVD}, line 19",
            19,
            f" ({RADVD}:17 and {RADVD}:18)",
        ),
        (
            DHCPD,
            "authoritative;",
            'include "/etc/dhcp/hosts.conf";',
            "dhcpd4: refuses: Can't open /etc/dhcp/hosts.conf: No such file or directory",
            4,
            "No such file or directory",
        ),
        (
            NGINX,
            "listen 80 default",
            "listen 80 ssl default",
            'nginx: refuses: no "ssl_certificate" is defined for the "listen ... ssl" directive in '
            f"/{NGINX}:27",
            27,
            f" ({NGINX}:28)",
        ),
        (
            DNSMASQ,
            "host-record=",
            "host-recrod=",
            f"dnsmasq: refuses: dnsmasq: bad option at line 11 of /{DNSMASQ}",
            11,
            ": `host-recrod=local-server,192.0.2.1,2001:db8::1`",
        ),
        (
            DHCPD,
            "authoritative;",
            "allow leasequry;",
            f"{IN_DHCPD} 4: expecting key, column 8",
            4,
            ": `allow leasequry;`",
        ),
    ],
)
def test_what_a_parser_does_not_say_is_said(
    site: Site, path: str, old: str, new: str, said: str, place: int, ends: str
) -> None:
    changed = site.replaced(path, old, new)
    found = refusal_of(changed, path, [path], said)
    assert found.place == f"{path}:{place}"
    assert ends in found.what


def test_the_file_of_the_other_family_is_named_where_it_is_read(site: Site) -> None:
    six = "/etc/dhcp/dhcpd6.conf"
    changed = site.replaced(SETTINGS, "CONF=/etc/dhcp/dhcpd.conf", f"CONF={six}")
    said = "subnet6 statement is only supported in DHCPv6 mode., column 2"
    refused = f"dhcpd4: refuses its configuration: {six} line 45: {said}"
    assert refusal_of(changed, six.lstrip("/"), [six.lstrip("/")], refused).place == f"{SETTINGS}:3"


LIGHTTPD, PART = "etc/lighttpd/lighttpd.conf", "etc/lighttpd/conf-enabled/x.conf"
STOPPED = "lighttpd: refuses its configuration: configfile parser failed at"
LATER = 'add_header X "a\n  b";'


@pytest.mark.parametrize(
    ("said", "texts", "place"),
    [
        # What another file has over two lines is not what the daemon speaks of.
        (
            f"nginx: refuses: unknown directive in /{NGINX}:1",
            {NGINX: "x y;\n", PART: LATER},
            f"{NGINX}:1",
        ),
        (
            f"nginx: refuses: unknown directive in /{NGINX}:1",
            {NGINX: f"x y;\n{LATER}"},
            f"{NGINX}:1",
        ),
        (f"nginx: refuses: unexpected end in /{NGINX}:2", {NGINX: 'x "y;\nz;\n'}, f"{NGINX}:1"),
        (
            "nginx: refuses: 1 worker_connections are not enough for 2 sockets",
            {NGINX: "worker_connections 1;\n", PART: LATER},
            f"{NGINX}:1",
        ),
        ("nginx: refuses: why, nobody knows", {NGINX: "x;\n", PART: f"\n{LATER}"}, f"{PART}:2"),
        ("nginx: refuses: why, nobody knows", {NGINX: LATER, PART: LATER}, NGINX),
        # lighttpd names the file of its parts that it gave up in.
        (f"{STOPPED} (/{PART} line 2: missing closing quote)", {PART: '#\na = "b\n'}, f"{PART}:2"),
        (f"{STOPPED} (/{PART} line 1: x)", {LIGHTTPD: 'a = "b\nc"\n', PART: "d e\n"}, f"{PART}:1"),
        (f"{STOPPED}: d.e (/{PART} line 3: use =>)", {PART: 'a = ( "b"\nd.e = 1\n'}, f"{PART}:1"),
    ],
)
def test_it_is_put_in_the_file_that_is_named_or_can_be_proven(
    site: Site, said: str, texts: dict[str, str], place: str
) -> None:
    for path, text in texts.items():
        site = site.with_file(path, text)
    main = NGINX if said.startswith("nginx") else LIGHTTPD
    assert refusal_of(site, main, [main, PART], said).place == place


@pytest.mark.parametrize(
    ("said", "place", "beside"),
    [
        ("apache2: Configuration error: No MPM loaded.", "{off}", ""),
        (
            "apache2: /etc/httpd/conf.d/netboot.conf:1: Invalid command 'Alias', perhaps "
            "misspelled or defined by a module not included in the server configuration",
            f"{ALIASES}:1",
            " ({off})",
        ),
    ],
)
def test_a_module_that_stands_in_a_remark_is_named(
    said: str, place: str, beside: str, tmp_path: Path
) -> None:
    copy = shutil.copytree(FIXTURES / "sites/stacks", tmp_path / "stacks")
    modules = "etc/httpd/conf.modules.d/00-mpm.conf"
    (copy / modules).write_text("# One of three.\n#LoadModule mpm_event_module modules/a.so\n")
    files = (HTTPD, modules, ALIASES)
    found = refusal_of(load_site(copy), files[0], files, said)
    off = f"{modules}:2"
    assert (found.place, found.what) == (place.format(off=off), f"{said}{beside.format(off=off)}")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("Alias", ": it is mod_alias's, and no LoadModule is for that ({base}:1 is for another)"),
        ("RewriteRule", ": it is mod_rewrite's, and no LoadModule is for that ({base}:7 is for an"),
        ("Require", ""),
        ("Alais", ""),
    ],
)
def test_a_module_that_no_line_loads_is_named(command: str, told: str, tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / "sites/stacks", tmp_path / "stacks")
    base = "etc/httpd/conf.modules.d/00-base.conf"
    text = (copy / base).read_text().replace("LoadModule alias_module modules/mod_alias.so\n", "")
    (copy / base).write_text(text)
    said = (
        f"apache2: /{ALIASES}:1: Invalid command '{command}', perhaps misspelled or defined by a "
        "module not included in the server configuration"
    )
    found = refusal_of(load_site(copy), HTTPD, (HTTPD, base, ALIASES), said)
    assert found.place == f"{ALIASES}:1"
    assert found.what.startswith(f"{said}{told.format(base=base)}")
    assert bool(told) is (found.what != said)
