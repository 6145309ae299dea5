"""What a daemon's own check refuses is put at the line that is to be changed."""

import shutil

import pytest

from harness.examine.stumbled import refusal_of
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

DHCPD, NGINX = "etc/dhcp/dhcpd.conf", "etc/nginx/nginx.conf"
KEA = "etc/kea/kea-dhcp4.conf"
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
    assert found.what.endswith(beside or said.removesuffix(" (exit code 1)"))
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
