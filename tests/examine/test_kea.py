"""A rule of Kea's that no machine can meet, or that another comes before, is told."""

import shutil

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

FOUR, SIX = "etc/kea/kea-dhcp4.conf", "etc/kea/kea-dhcp6.conf"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    place = tmp_path_factory.mktemp("site") / "showmax-kea"
    return load_site(shutil.copytree(FIXTURES / "showmax-kea", place))


def test_nothing_is_said_of_a_site_in_order(site: Site) -> None:
    assert findings(site) == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (FOUR, "option[77].hex", "option[77].text", "option[77].text is never 'iPXE': Kea knows"),
        (
            FOUR,
            "hex == 'iPXE'",
            "hex == 'ipxe'",
            "is never 'ipxe': it is 'iPXE'; nobody is in the class ipxe",
        ),
        (FOUR, "0, 9) == 'PXE", "0, 8) == 'PXE", "8 letters of it are never 'PXEClient'"),
        (
            FOUR,
            "substring(option[60].hex, 0, 9)",
            "option[60].hex",
            "alone, for firmware says more behind it: compare substring(option[60].hex, 0, 9)",
        ),
        (SIX, "15].hex, 2, 4)", "15].hex, 0, 4)", "'iPXE' from byte 0 on, but from 2"),
        (SIX, "substring(option[15].hex, 2, 4)", "option[15].hex", "numbers come before it: comp"),
        (SIX, "16].hex, 6, 10)", "16].hex, 0, 10)", "'HTTPClient' from byte 0 on, but from 6"),
        (
            SIX,
            '{ "name": "dns-servers", ',
            '{ "name": "bootfile-url", "data": "http://[2001:db8::1]/ipxe.efi" }, '
            '{ "name": "dns-servers", ',
            "the option bootfile-url comes before that of the classes (etc/kea/kea-dhcp6.conf:26)",
        ),
        (
            FOUR,
            '"pools": [',
            '"reservations": [ { "hw-address": "52:54:00:00:00:09", "boot-file-name": "ipxe.efi" }'
            ' ], "pools": [',
            "'ipxe.efi' of this host comes before what a class has (etc/kea/kea-dhcp4.conf:21)",
        ),
        (
            FOUR,
            "\"option[77].hex == 'iPXE'\",",
            '"option[77].hex == \'iPXE\'", "only-if-required": true,',
            "nobody is in the class ipxe: no network or pool requires it (require-client-classes)",
        ),
        (FOUR, "== 0x0007", "== 0x0700", "the architecture 07:00: 00:07 is one (class tftp-x64)"),
        (SIX, "== 0x0010", "== 0x1000", "the architecture 10:00: 00:10 is one (class http-x64)"),
        (FOUR, "== 0x0007", "== 0x07", "'0x07' is one byte, and an architecture has two, as 0x00"),
        (SIX, "== 0x0010", "== 0x00010", "'0x00010' has 3 bytes, and an architecture has two"),
        (
            FOUR,
            '"name": "pxe",',
            '"name": "pxe", "option-data": [ { "name": "vendor-class-identifier", "data": '
            '"PXEClient" } ],',
            "the answer says PXEClient and has no option 43: firmware asks port 4011",
        ),
        (FOUR, '"next-server": "192.0.2.1"', '"next-server": "0.0.0.0"', "without a next-server"),
        (FOUR, '"ipxe.efi"', '"ipxee.efi"', "srv/tftp/ipxee.efi, which is handed out here, is not"),
        (SIX, '"http://[2001:db8::1]/ipxe.efi"', '"ipxe.efi"', "is not a URL, which DHCPv6 hands"),
    ],
)
def test_a_slip_is_told_at_its_line(path: str, old: str, new: str, said: str, site: Site) -> None:
    changed, line = edited(site, path, old, new)
    found = [each for each in findings(changed) if said in each.what]
    assert found, [str(each) for each in findings(changed)]
    if "next-server" not in said:
        assert found[0].place == f"{path}:{line}"


HTTP_X64 = '"boot-file-name": "http://192.0.2.1/ipxe.efi",\n      "option-data": [ { "name": '
RETURN = HTTP_X64 + '"vendor-class-identifier", "data": "HTTPClient"'


@pytest.mark.parametrize(
    ("path", "old", "new", "said", "below"),
    [
        (FOUR, '"http://192.0.2.1/ipxe.efi"', '"ipxe.efi"', "http-x64: 'ipxe.efi' is not", 0),
        (FOUR, RETURN, RETURN[:-4] + 't"', "takes no answer without the vendor class", 1),
        (FOUR, '"ipxe.efi"', '"undionly.kpxe"', "tftp-x64: srv/tftp/undionly.kpxe: by its name", 0),
        (SIX, "tftp://[2001:db8::1]/ipxe.efi", "http://[2001:db8::1]/ipxe.efi", "by tftp://", 0),
        (FOUR, "192.0.2.64 - 192.0.2.127", "192.0.2.1 - 192.0.2.1", "server's own address", 0),
    ],
)
def test_what_those_in_a_class_cannot_boot(
    path: str, old: str, new: str, said: str, below: int, site: Site
) -> None:
    changed, line = edited(site, path, old, new)
    found = [each for each in findings(changed) if said in each.what]
    assert [each.place for each in found] == [f"{path}:{line + below}"]
    assert found[0].is_error


def test_a_class_that_is_required_may_be_looked_at_only_then(site: Site) -> None:
    edited(
        site,
        FOUR,
        "option[77].hex == 'iPXE'\",",
        'option[77].hex == \'iPXE\'", "only-if-required": true,',
    )
    required = '"id": 1, "require-client-classes": [ "ipxe" ],'
    changed, _ = edited(site, FOUR, '"id": 1,', required)
    assert findings(changed) == ()


@pytest.mark.parametrize("pool", ["2001:db8::/112", "2001:db8::/64", "2001:db8:: - 2001:db8::ffff"])
def test_a_pool_from_the_routers_anycast_on(pool: str, site: Site) -> None:
    changed, line = edited(site, SIX, "2001:db8::1:0 - 2001:db8::1:ffff", pool)
    anycast, own = findings(changed)
    assert anycast.place == own.place == f"{SIX}:{line}"
    assert "begins with 2001:db8::, which is every router's there" in anycast.what


RESERVED = '"reservations": [ { "hw-address": "52:54:00:00:00:09", "ip-address": "192.0.2.1" } ],'
HOOK = '"hooks-libraries": [ { "library": "/usr/lib/kea/hooks/libdhcp_ping_check.so" } ],'


@pytest.mark.parametrize(
    ("pool", "where", "beside", "is_told"),
    [
        ("192.0.2.1 - 192.0.2.127", "", "", True),
        ("192.0.2.0/25", "", "", True),
        ("192.0.2.2-192.0.2.127", "", "", False),
        ("192.0.2.0/25", '"pools": [', RESERVED, False),
        ("192.0.2.0/25", '"authoritative"', HOOK, False),
    ],
)
def test_a_pool_with_a_server_s_address(
    pool: str, where: str, beside: str, *, is_told: bool, site: Site
) -> None:
    """Kea 2.2 does lease it, to the first that asks; with the hook it would ask before."""
    changed, line = edited(site, FOUR, "192.0.2.64 - 192.0.2.127", pool)
    if where:
        changed, _ = edited(site, FOUR, where, f"{beside} {where}")
    said = "the pool has 192.0.2.1, which a server of the site's has: Kea leases it"
    found = [each.place for each in findings(changed) if each.what.startswith(said)]
    assert found == [f"{FOUR}:{line}"] * is_told


def test_a_class_of_http_boot_by_its_architecture_alone(site: Site) -> None:
    """No firmware with it boots by PXE, whatever the test leaves out."""
    six = "substring(option[16].hex, 6, 10) == 'HTTPClient' and option[61].hex == 0x0010"
    changed, _ = edited(site, SIX, six, "option[61].hex == 0x0010")
    assert findings(changed) == ()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ('"client-classes": [ "IPXE" ]', "the class IPXE is not defined: ipxe is"),
        ('"client-class": "lab-7"', "the class lab-7 is not defined"),
        ('"require-client-classes": [ "late" ]', "the class late is not defined"),
        ('"client-classes": [ "ipxe" ]', ""),
        ('"client-class": "KNOWN"', ""),
        ('"client-class": "VENDOR_CLASS_PXEClient"', ""),
    ],
)
def test_a_class_that_nothing_defines(named: str, said: str, site: Site) -> None:
    """Kea takes it, and nobody is in it."""
    inside = "reservations" if "client-classes" in named and "require" not in named else "pools"
    own = (
        '"pool": "192.0.2.200-192.0.2.201"' if inside == "pools" else '"hw-address": "0:1:2:3:4:5"'
    )
    text = site.read(FOUR)
    (begin,) = (part for part in ('"pools": [', '"pools":[') if part in text)
    new = (
        f'"{inside}": [ {{ {own}, {named} }} ], {begin}'
        if inside != "pools"
        else (f"{begin} {{ {own}, {named} }},")
    )
    changed, _ = edited(site, FOUR, begin, new)
    found = [each.what for each in findings(changed) if "is not defined" in each.what]
    assert found == ([said] if said else [])


SCRIPT = "srv/tftp/script.ipxe"


@pytest.mark.parametrize(
    ("test", "is_told"),
    [
        ("not member('ipxe') and option[93].hex == 0x0000", False),
        ("option[93].hex == 0x0000", True),
    ],
)
def test_a_script_that_asks_a_server_of_which_its_class_is_not_told(
    test: str, *, is_told: bool, site: Site
) -> None:
    """What ISC dhcpd tells all of a network, a move to Kea's classes may leave to some."""
    text = site.read(FOUR)
    (site.dir / FOUR).write_text(text.replace('"next-server"', '"x-next-server"'))
    of_bios = f'{{ "name": "bios", "test": "{test}", "next-server": "192.0.2.1" }}, '
    named = site.read(FOUR).index('"name": "ipxe"')
    begin = site.read(FOUR).rindex("{", 0, named)
    text = site.read(FOUR)
    (site.dir / FOUR).write_text(f"{text[:begin]}{of_bios}{text[begin:]}")
    (site.dir / SCRIPT).write_text("#!ipxe\nchain http://${next-server}/linux\n")
    found = [each.what for each in findings(load_site(site.dir)) if "no next-server" in each.what]
    told = (
        f"the class ipxe is told no next-server, and ${{next-server}} in {SCRIPT}:2 is empty then"
    )
    assert found == ([] if is_told else [told])


@pytest.mark.parametrize(
    "data",
    [
        "0x48545450436c69656e74",
        "48 54 54 50 43 6C 69 65 6E 74",
        "48:54:54:50:43:6c:69:65:6e:74",
        "343, 000a48545450436c69656e74",
    ],
)
def test_a_vendor_class_may_be_written_in_hexadecimal(data: str, site: Site) -> None:
    """And what Kea itself says of the form is said beside it."""
    changed, _ = edited(site, FOUR, RETURN, f'{RETURN[:-11]}{data}"')
    assert not [each for each in findings(changed) if "vendor class" in each.what]


@pytest.mark.parametrize(
    ("old", "option"),
    [('"valid-lifetime"', '"code": 67'), ('"pools": [', '"name": "boot-file-name"')],
)
def test_an_option_hides_the_field_of_the_classes(old: str, option: str, site: Site) -> None:
    new = f'"option-data": [ {{ {option}, "data": "undionly.kpxe" }} ], {old}'
    changed, line = edited(site, FOUR, old, new)
    (found,) = [each for each in findings(changed) if "go by this option" in each.what]
    assert found.place == f"{FOUR}:{line}"
