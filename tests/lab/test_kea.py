"""Kea itself, in a lab without guests: what it refuses, what it answers, what it logs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import ServiceError
from harness.lab.asked_servers import asked_servers
from harness.lab.bare import bare_lab
from harness.model import Family
from harness.services.base import Service
from harness.services.kea import Kea4, Kea6
from harness.services.logs.kea import leases
from harness.services.registry import load_site
from harness.site import Site
from harness.site.known_machine import KnownMachine
from harness.witness.journal import DhcpLogged
from harness.witness.wire.question import Question

SHOWMAX_KEA = load_site(Path(__file__).parents[2] / "fixtures" / "showmax-kea")
FOUR, SIX = Kea4.configured_by, Kea6.configured_by
MACHINE = KnownMachine.of("any")
X64 = "option[93].hex == 0x0007"


@contextmanager
def started(site: Site, kind: type[Kea4 | Kea6]) -> Iterator[Service]:
    """Start one of the two, in namespaces of its own."""
    with (
        tempfile.TemporaryDirectory() as place,
        bare_lab(site, (kind,), Path(place)) as lab,
    ):
        (service,) = lab.services
        service.bring_up()
        yield service
        service.verify_alive()


def question(family: Family, *, xid: int = 0x1234, ipxe: bool = False) -> Question:
    return Question(
        family=family,
        mac=MACHINE.mac,
        uuid=MACHINE.uuid,
        xid=xid,
        client_arch=7,
        vendor_class="PXEClient",
        user_class="iPXE" if ipxe else "",
    )


@pytest.mark.parametrize("kind", [Kea4, Kea6])
def test_it_starts_as_debian_starts_it_and_warns_of_nothing(kind: type[Kea4 | Kea6]) -> None:
    with started(SHOWMAX_KEA, kind) as service:
        assert service.warnings() == ()


@pytest.mark.parametrize(
    ("kind", "path", "old", "new", "said"),
    [
        (Kea4, FOUR, '"valid-lifetime"', '"valid-lifetim"', "/etc/kea/kea-dhcp4.conf:9.3-17: got"),
        (Kea4, FOUR, ' "authoritative": true,', ' "authoritative": true', "kea-dhcp4.conf:9.3-18:"),
        (Kea4, FOUR, "192.0.2.127", "192.0.3.127", "(/etc/kea/kea-dhcp4.conf:"),
        (Kea4, FOUR, ".hex == 'iPXE'", ".hexx == 'iPXE'", "Invalid character: x at (/etc/kea/kea"),
        (Kea4, FOUR, '"routers"', '"router"', "'dhcp4.router' does not exist (/etc/kea/kea-dhcp4"),
        (Kea6, SIX, "::1:ffff", "::ffff:", "/etc/kea/kea-dhcp6.conf:"),
    ],
)
def test_what_it_refuses_is_in_its_own_words_with_file_and_line(
    kind: type[Kea4 | Kea6], path: str, old: str, new: str, said: str
) -> None:
    slip = SHOWMAX_KEA.replaced(path, old, new)
    with pytest.raises(ServiceError) as caught, started(slip, kind):
        pass
    assert caught.value.headline.startswith(f"{kind.name}: refuses its configuration: ")
    assert said in caught.value.headline


@pytest.mark.parametrize(
    ("as_text", "file"), [(False, "http://192.0.2.1/script.ipxe"), (True, "ipxe.efi")]
)
def test_the_user_class_is_never_a_text(*, as_text: bool, file: str) -> None:
    """So iPXE is handed itself, for ever."""
    old, new = "option[77].hex", "option[77].text" if as_text else "option[77].hex"
    site = SHOWMAX_KEA.without_daemons("kea6").replaced(FOUR, old, new)
    # Nobody is in a class that is never true; the others then count, as if it were not iPXE.
    with asked_servers(site) as asker:
        (asked,) = asker.ask([question(Family.IPV4, ipxe=True)])
    assert [each.bootfile for each in asked.answers] == [file]


def test_a_host_s_own_file_comes_before_a_class_s() -> None:
    own = f'"reservations": [ {{ "hw-address": "{MACHINE.mac}", "boot-file-name": "own.efi" }} ],'
    site = SHOWMAX_KEA.without_daemons("kea6").replaced(FOUR, '"pools"', f'{own} "pools"')
    with asked_servers(site) as asker:
        (asked,) = asker.ask([question(Family.IPV4, ipxe=True)])
    assert [each.bootfile for each in asked.answers] == ["own.efi"]


@pytest.mark.parametrize("first", ["own.efi", "other.efi"])
@pytest.mark.parametrize(
    "told",
    ['"boot-file-name": "{}"', '"option-data": [ {{ "name": "boot-file-name", "data": "{}" }} ]'],
)
def test_of_two_classes_the_first_one_counts(told: str, first: str) -> None:
    """A field and an option alike, as Debian 12 has it."""
    files = (first, *({"own.efi", "other.efi"} - {first}))
    named = (f'{{ "name": "{each}", "test": "{X64}", {told.format(each)} }},' for each in files)
    begins = '"client-classes": ['
    site = SHOWMAX_KEA.without_daemons("kea6").replaced(FOUR, begins, f"{begins} {' '.join(named)}")
    with asked_servers(site) as asker:
        (asked,) = asker.ask([question(Family.IPV4)])
    assert asked.answers[0].bootfile == first


def test_it_shares_its_port_with_nobody_and_says_so() -> None:
    """A proxy DHCP server beside Kea is another machine's: Kea would go on and hear nobody."""
    names = SHOWMAX_KEA.read("etc/dnsmasq.conf") + "dhcp-range=192.0.2.0,proxy\ndhcp-boot=x\n"
    site = SHOWMAX_KEA.with_file("etc/dnsmasq.conf", names)
    told = "Address already in use|does not serve: .*is another DHCP server running"
    with pytest.raises(ServiceError, match=told), asked_servers(site):
        pass


def test_an_empty_pool_is_in_its_log_with_the_machine() -> None:
    taken = '"reservations": [ { "hw-address": "52:54:00:00:00:77", "ip-address": "192.0.2.64" } ],'
    site = SHOWMAX_KEA.without_daemons("kea6").replaced(FOUR, '"pools"', f'{taken} "pools"')
    small = site.replaced(FOUR, "192.0.2.127", "192.0.2.64")
    with asked_servers(small) as asker:
        (asked,) = asker.ask([question(Family.IPV4)])
        log = "\n".join(asker.said())
    assert asked.answers == []
    told = [leases("kea4")(line, 2026) for line in log.splitlines()]
    remarks = {e.remark for e in told if isinstance(e, DhcpLogged) and e.mac == MACHINE.mac}
    assert any("failed to allocate an IPv4 address" in remark for remark in remarks)
