"""What Kea's files say, as far as the harness reads them itself."""

from pathlib import Path

import pytest

from harness.model import Role
from harness.plan.boot_text import BootText
from harness.services.configuration import kea
from harness.services.kea import Kea4, Kea6
from harness.services.logs.kea import leases
from harness.services.registry import load_site
from harness.site import Site
from harness.site.files import Tree
from harness.site.said import Topic
from harness.witness.journal import DhcpLogged

SHOWMAX_KEA = Path(__file__).parents[2] / "fixtures" / "showmax-kea"
FOUR = Kea4.configured_by
WHOLE = """
// what a comment says: "boot-file-name": "never.efi"
{ "Dhcp4": {   # another
  "interfaces-config": { "interfaces": [ "eth0/10.0.0.1" ] },
  /* "next-server": "10.9.9.9", */
  "client-classes": [
    { "name": "a\\"b", "test": "option[77].hex == 'iPXE'", "boot-file-name": "http://10.0.0.1/x" },
  ],
  <?include "/etc/kea/subnets.json"?>,
  "loggers": [ { "name": "kea-dhcp4", "severity": "WARN" } ]
} }
"""
SUBNETS = """"subnet4": [ {
  "subnet": "10.0.0.0/24",
  "pools": [ { "pool": "10.0.0.64 - 10.0.0.127" }, { "pool": "10.0.0.160/28" } ],
  "option-data": [ { "name": "routers", "data": "10.0.0.1, 10.0.0.2" }, { "code": 6,
      "data": "10.0.0.3" } ],
  "reservations": [ { "hw-address": "52:54:00:AA:00:01", "ip-address": "10.0.0.9" } ]
} ]"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    place = tmp_path / "etc" / "kea"
    place.mkdir(parents=True)
    (place / "kea-dhcp4.conf").write_text(WHOLE)
    (place / "subnets.json").write_text(SUBNETS)
    return Tree(dir=tmp_path)


def with_subnet(tmp_path: Path, subnet: str, classes: str = "") -> Tree:
    place = tmp_path / "etc" / "kea"
    place.mkdir(parents=True)
    text = f'{{ "Dhcp4": {{ "client-classes": [ {classes} ],\n"subnet4": [ {{ {subnet} }} ] }} }}'
    (place / "kea-dhcp4.conf").write_text(text)
    return Tree(dir=tmp_path)


def test_each_thing_has_its_line(tree: Tree) -> None:
    said = {(each.topic, each.text): each.place for each in kea.says(tree, FOUR)}
    assert said == {
        (Topic.INTERFACE, "eth0"): f"{FOUR}:4",
        (Topic.ADDRESS, "10.0.0.1"): f"{FOUR}:4",
        (Topic.BOOT_FILE, "http://10.0.0.1/x"): f"{FOUR}:7",
        (Topic.NETWORK, "10.0.0.0/24"): "etc/kea/subnets.json:2",
        (Topic.ROUTER, "10.0.0.1"): "etc/kea/subnets.json:4",
        (Topic.ROUTER, "10.0.0.2"): "etc/kea/subnets.json:4",
        (Topic.DNS_SERVER, "10.0.0.3"): "etc/kea/subnets.json:5",
        (Topic.ASKS, "10.0.0.9"): "etc/kea/subnets.json:6",
    }
    assert kea.files_read(tree, FOUR) == (FOUR, "etc/kea/subnets.json")


def test_its_pools_are_named_as_dhcpds_are(tree: Tree) -> None:
    assert list(kea.pools(tree, FOUR)) == ["10.0.0.64 to 10.0.0.127", "10.0.0.160/28"]


def test_it_runs_where_it_has_an_interface(tree: Tree) -> None:
    assert Kea4.set_up(tree) == f"{FOUR}:4"
    assert Kea6.set_up(tree) == ""


def test_debians_own_file_sets_nothing_up(tmp_path: Path) -> None:
    place = tmp_path / FOUR
    place.parent.mkdir(parents=True)
    place.write_text('{ "Dhcp4": { "interfaces-config": { "interfaces": [ ] } } }')
    assert Kea4.set_up(Tree(dir=tmp_path)) == ""


@pytest.mark.parametrize("text", ["", "{", '{ "Dhcp4"', "[1, {", '{ "Dhcp4": { "subnet4": 5 } }'])
def test_half_a_file_is_not_raised_upon(text: str, tmp_path: Path) -> None:
    place = tmp_path / FOUR
    place.parent.mkdir(parents=True)
    place.write_text(text)
    tree = Tree(dir=tmp_path)
    assert list(kea.says(tree, FOUR)) == []
    assert kea.accepts(tree, FOUR).refusal == ""


@pytest.mark.parametrize(
    ("subnet", "classes", "refusal", "macs"),
    [
        ('"pools": [ { "pool": "10.0.0.0/25" } ]', "", "", ()),
        (
            '"client-class": "KNOWN", "pools": [ { "pool": "10.0.0.0/25" } ], '
            '"reservations": [ { "hw-address": "52:54:00:00:00:01" } ]',
            "",
            f"{FOUR}:2 has `client-class: KNOWN`",
            ("52:54:00:00:00:01",),
        ),
        (
            '"pools": [ { "pool": "10.0.0.0/25", "client-class": "ours" } ]',
            '{ "name": "ours", "test": "substring(pkt4.mac, 0, 3) == 0x525400" }',
            f"{FOUR}:2 has `client-class: ours`",
            ("52:54:00",),
        ),
        (
            '"pools": [ { "pool": "10.0.0.0/25" } ]',
            '{ "name": "DROP", "test": "not member(\'KNOWN\')" }',
            f"{FOUR}:1 has `test: not member('KNOWN')`",
            (),
        ),
        ('"pools": [ { "pool": "a", "client-class": "b" }, { "pool": "c" } ]', "", "", ()),
    ],
)
def test_whom_it_serves(
    subnet: str, classes: str, refusal: str, macs: tuple[str, ...], tmp_path: Path
) -> None:
    accepted = kea.accepts(with_subnet(tmp_path, subnet, classes), FOUR)
    assert (accepted.refusal, accepted.macs) == (refusal, macs)


def test_whom_it_drops(tmp_path: Path) -> None:
    classes = '{ "name": "DROP", "test": "pkt4.mac == 0x525400000007" }'
    reserved = (
        '"pools": [ { "pool": "10.0.0.0/25" } ], "reservations": '
        '[ { "hw-address": "52:54:00:00:00:08", "client-classes": [ "DROP" ] } ]'
    )
    accepted = kea.accepts(with_subnet(tmp_path, reserved, classes), FOUR)
    assert accepted.line_against("52:54:00:00:00:07").startswith(f"{FOUR}:1 has `test: ")
    assert accepted.line_against("52:54:00:00:00:08") == f"{FOUR}:2 puts it in the class DROP"
    assert accepted.line_against("52:54:00:00:00:09") == ""


def test_what_no_lab_has_is_left_out(tmp_path: Path) -> None:
    text = """{ "Dhcp4": {
  "hooks-libraries": [
    { "library": "/usr/lib/kea/hooks/libdhcp_lease_cmds.so" },
    {
      "library": "/usr/lib/kea/hooks/libdhcp_ha.so",
      "parameters": { "high-availability": [ { "this-server-name": "a" } ] }
    }
  ],
  "lease-database": { "name": "kea", "type": "mysql" },
  "loggers": [ { "name": "kea-dhcp4", "severity": "ERROR" } ]
} }
"""
    place = tmp_path / FOUR
    place.parent.mkdir(parents=True)
    place.write_text(text)
    (laid,) = kea.as_in_a_lab(Tree(dir=tmp_path), FOUR).values()
    assert "libdhcp_ha" not in laid
    assert "libdhcp_lease_cmds.so" in laid
    assert '"type": "memfile"' in laid
    assert '"severity": "INFO"' in laid
    assert laid.splitlines().index('  "lease-database": { "name": "kea", "type": "memfile" },') == 8


def test_nothing_is_laid_otherwise_without_need() -> None:
    site = load_site(SHOWMAX_KEA)
    assert kea.as_in_a_lab(site, FOUR) == {}
    assert kea.as_in_a_lab(site, Kea6.configured_by) == {}


@pytest.fixture
def showmax_kea() -> Site:
    return load_site(SHOWMAX_KEA)


def test_its_roles(showmax_kea: Site) -> None:
    four, six = (showmax_kea.daemon_facts.by_role(r) for r in (Role.DHCPV4, Role.DHCPV6))
    assert four is not None
    assert six is not None
    assert (four.called, six.called) == ("kea-dhcp4", "kea-dhcp6")
    assert four.pool(Role.DHCPV4) == "192.0.2.64 to 192.0.2.127"


def test_the_site_is_the_reference_site_but_for_its_dhcp_servers(showmax_kea: Site) -> None:
    """Whatever is the same in both is changed in both."""
    reference = SHOWMAX_KEA.with_name("showmax")
    others = ("boots", "site.toml", "etc/dhcp", "etc/kea", "etc/default/isc-dhcp-server")

    def files(place: Path) -> dict[str, bytes]:
        found = {str(e.relative_to(place)): e for e in place.rglob("*") if e.is_file()}
        return {name: e.read_bytes() for name, e in found.items() if not name.startswith(others)}

    assert files(SHOWMAX_KEA) == files(reference)


TIME = "2026-11-29 10:58:57.888 "
LOGGER = "[kea-dhcp4.leases/19.139817964511744]"
CLIENT = "[hwtype=1 52:54:00:12:34:50], cid=[no info], tid=0x10000"
DUID = "duid=[00:04:8a:d4:27:e3:9b:f6:90:57:a5:c9:4c:37:bc:b4:76:2a], tid=0x10002"


@pytest.mark.parametrize(
    ("daemon", "line", "told"),
    [
        (
            "kea4",
            f"{TIME}INFO  {LOGGER} DHCP4_LEASE_ADVERT {CLIENT}: lease 192.0.2.64 will be "
            "advertised",
            ("offer", "52:54:00:12:34:50", 0x10000, "192.0.2.64", ""),
        ),
        (
            "kea4",
            f"INFO  DHCP4_LEASE_ALLOC {CLIENT}: lease 192.0.2.64 has been allocated for 600 "
            "seconds",
            ("ack", "52:54:00:12:34:50", 0x10000, "192.0.2.64", ""),
        ),
        (
            "kea4",
            f"{TIME}WARN  {LOGGER} ALLOC_ENGINE_V4_ALLOC_FAIL {CLIENT}: failed to allocate an IPv4 "
            "address after 1 attempt(s)",
            (
                *("discover", "52:54:00:12:34:50", 0x10000, ""),
                "failed to allocate an IPv4 address after 1 attempt(s)",
            ),
        ),
        (
            "kea6",
            f"{TIME}INFO  {LOGGER} DHCP6_LEASE_ALLOC {DUID}: lease for address 2001:db8::1:0 and "
            "iaid=1193040 has been allocated for 2592000 seconds",
            ("reply", "", 0x10002, "2001:db8::1:0", ""),
        ),
    ],
)
def test_it_tells_of_leases(daemon: str, line: str, told: tuple[str, str, int, str, str]) -> None:
    event = leases(daemon)(line, 2026)
    assert isinstance(event, DhcpLogged)
    assert (event.kind.value, event.mac, event.xid, event.address, event.remark) == told


@pytest.mark.parametrize(
    "line",
    [
        f"{TIME}INFO  {LOGGER} EVAL_RESULT Expression ipxe evaluated to 1",
        f"{TIME}WARN  {LOGGER} ALLOC_ENGINE_V4_ALLOC_FAIL_CLASSES {CLIENT}: Failed to allocate an "
        "IPv4 address for client with classes: ALL, UNKNOWN",
        f"INFO  DHCP6_LEASE_ADVERT {DUID}: lease for address 2001:db8::1:0 and iaid=1 will be …",
        "",
    ],
)
def test_other_lines_say_nothing(line: str) -> None:
    assert leases("kea4")(line, 2026) is None


BOOTS = sorted((SHOWMAX_KEA / "boots").glob("*.boot"))


@pytest.mark.parametrize("path", BOOTS, ids=lambda path: path.stem)
def test_each_machine_boots_as_it_does_by_dhcpd(path: Path) -> None:
    """Statement by statement; what Linux is given was learned of two paths only."""
    reference = SHOWMAX_KEA.with_name("showmax") / "boots" / path.name
    texts = [
        BootText.parse(each.read_text(), path=each).without_system() for each in (path, reference)
    ]
    kea_s, dhcpds = ([each.key for each in text.statements] for text in texts)
    assert kea_s == dhcpds


def test_whom_it_drops_by_what_they_say(tmp_path: Path) -> None:
    subnet = '"pools": [ { "pool": "10.0.0.0/25" } ]'
    test = "substring(option[60].hex, 0, 9) == 'PXEClient'"
    classes = f'{{ "name": "DROP", "test": "{test}" }}'
    accepted = kea.accepts(with_subnet(tmp_path, subnet, classes), FOUR)
    assert accepted.by_class == (f"{FOUR}:1 has `test: {test}` in its class DROP",)
    assert accepted.line_against("52:54:00:00:00:09") == ""
