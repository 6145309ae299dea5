"""Lines of dnsmasq's that say nothing, or that no machine meets, are told."""

import shutil

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

FILE = "etc/dnsmasq.conf"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    place = tmp_path_factory.mktemp("site") / "showmax-dnsmasq"
    return load_site(shutil.copytree(FIXTURES / "showmax-dnsmasq", place))


def test_nothing_is_said_of_a_site_in_order(site: Site) -> None:
    assert findings(site) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("enable-ra\n", "", "nothing is advertised without enable-ra: machines know"),
        (
            "set:http,enterprise:343",
            "set:http,enterprise:311",
            "no machine says HTTPClient by the number 311: firmware's and iPXE's is 343",
        ),
        (
            "set:ipxe,iPXE",
            "set:pxie,iPXE",
            "the tag 'ipxe' is asked for, and no line sets it; etc/dnsmasq.conf:37 sets 'pxie'",
        ),
        (
            "dhcp-range=192.0.2.64,192.0.2.127,255.255.255.0,600",
            "dhcp-range=192.0.3.0,proxy",
            "machines are in 192.0.2.0/24 and 2001:db8::/64, and are told nothing by a proxy for",
        ),
        ("2001:db8::1:0,", "2001:db8::,", "begins with 2001:db8::, which is every router's"),
        (
            "tag:x64http,option:vendor-class,HTTPClient",
            "tag:x64http,option:vendor-class,HTTPclient",
            "takes no answer without the vendor class HTTPClient: it says 'HTTPclient'",
        ),
        ("tag:x64http,option6:16,0000HTTP", "tag:x64http,option6:16,0000Http", "it says '0000Http"),
        ("192.0.2.64,192.0.2.127", "192.0.2.1,192.0.2.1", "is the boot server's own address"),
    ],
)
def test_a_slip_is_told_at_its_line(old: str, new: str, said: str, site: Site) -> None:
    changed, line = edited(site, FILE, old, new)
    found = [each for each in findings(changed) if said in each.what]
    assert found, [str(each) for each in findings(changed)]
    said_of = f"{found[0].place} {found[0].what}"
    assert any(place in said_of for place in (f"{FILE}:{line}", *place_of(site, said)))


@pytest.mark.parametrize(
    ("endings", "name", "is_told"),
    [
        (",*.cnf", "pxe.conf", True),
        (",.conf", "pxe.conf", True),
        (",*.conf", "pxe.conf", False),
        ("", "pxe.conf", False),
        (",*.conf", "README", False),
    ],
)
def test_a_directory_of_which_no_file_is_read(
    endings: str, name: str, site: Site, *, is_told: bool
) -> None:
    changed, line = edited(site, FILE, "no-resolv\n", f"no-resolv\nconf-dir=/etc/more{endings}\n")
    text = "Files here are read by dnsmasq.\n" if name == "README" else "dhcp-authoritative\n"
    found = findings(changed.with_file(f"etc/more/{name}", text))
    what = f"none of that directory's files is read: {name} ends otherwise"
    assert [each.what for each in found] == [what] * is_told
    assert all(each.place == f"{FILE}:{line + 1}" for each in found)


def test_a_prefix_that_is_advertised_is_no_pool(site: Site) -> None:
    changed, _ = edited(site, FILE, "enable-ra\n", "enable-ra\ndhcp-range=2001:db8::,ra-names\n")
    assert findings(changed) == ()


def place_of(site: Site, said: str) -> tuple[str, ...]:
    """Give the line of what is left, where a line is gone."""
    name = "ra-param" if "enable-ra" in said else said.partition(" ")[0]
    lines = site.read(FILE).splitlines()
    return tuple(f"{FILE}:{n}" for n, line in enumerate(lines) if line.startswith(name))


def test_who_is_sent_to_a_tftp_server_that_is_off_is_told_first(site: Site) -> None:
    changed, _ = edited(site, FILE, "enable-tftp\n", "")
    first = findings(changed)[0]
    assert first.is_error
    assert "tftp-root says nothing without enable-tftp" in first.what


@pytest.mark.parametrize(
    ("service", "lies"),
    [
        ('x86PC,"Raspberry Pi Boot",unused', ""),
        (
            'X86-64_EFI,"Boot",other.efi',
            "srv/tftp/other.efi, which is handed out here, is not there",
        ),
        ('x86PC,"Boot",undionly.kpxe,192.0.2.9', "192.0.2.9 is not the boot server"),
        ('x86PC,"Local disk",0', ""),
    ],
)
def test_the_file_of_a_service(service: str, lies: str, site: Site) -> None:
    """One without an ending may be a word that no machine asks for."""
    changed, _ = edited(site, FILE, "enable-ra\n", f"enable-ra\npxe-service={service}\n")
    found = [each.what for each in findings(changed) if each.place.startswith(FILE)]
    assert [lies in each for each in found] == ([True] if lies else [])


BY_ARCHITECTURE = {
    "loader": (
        "dhcp-match=set:a,option:client-arch,7\ndhcp-boot=tag:a,undionly.kpxe",
        "for the architecture 0x0007: srv/tftp/undionly.kpxe: by its name it is a BIOS loader",
    ),
    "by-class": (
        "dhcp-vendorclass=set:a,PXEClient:Arch:00000\ndhcp-boot=tag:a,ipxe.efi",
        "for the architecture 0x0000: srv/tftp/ipxe.efi: by its name it is a UEFI program",
    ),
    "by-option": (
        "dhcp-match=set:a,60,PXEClient:Arch:00006\ndhcp-boot=tag:a,tag:!b,http://192.0.2.1/x",
        "for the architecture 0x0006: 'http://192.0.2.1/x' is a URL, and PXE takes it for",
    ),
    "http": (
        "dhcp-match=set:a,93,16\ndhcp-boot=tag:a,ipxe.efi",
        "for the architecture 0x0010: 'ipxe.efi' is not fetched over HTTP, and UEFI HTTP Boot",
    ),
    "service": (
        'pxe-service=X86-64_EFI,"Boot",undionly.kpxe',
        "for the architecture 0x0007: srv/tftp/undionly.kpxe: by its name it is a BIOS loader",
    ),
    "fit": ("dhcp-match=set:a,93,7\ndhcp-boot=tag:a,ipxe.efi", ""),
    "of-several-tags": (
        "dhcp-match=set:a,93,0\ndhcp-match=set:a,175\ndhcp-boot=tag:a,ipxe.efi",
        "",
    ),
    "of-ipxe": (
        "dhcp-match=set:a,93,7\ndhcp-match=set:b,175\ndhcp-boot=tag:a,tag:b,undionly.kpxe",
        "",
    ),
}


@pytest.mark.parametrize("kind", BY_ARCHITECTURE)
def test_what_those_of_an_architecture_cannot_boot(kind: str, site: Site) -> None:
    lines, words = BY_ARCHITECTURE[kind]
    changed, _ = edited(site, FILE, "enable-ra\n", f"enable-ra\n{lines}\n")
    found = [each.what for each in findings(changed) if each.what.startswith("for the arch")]
    assert [words in each for each in found] == ([True] if words else [])
