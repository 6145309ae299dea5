"""What servers tell is said server by server, and what only chance decides is not said."""

from dataclasses import replace

import pytest

from harness.daemon_facts import Daemon
from harness.describe.boot import describe
from harness.judge.boot import Boot
from harness.model import Family, Role
from harness.site import Site
from harness.site.known_machine import KnownMachine
from harness.witness.wire import DhcpKind, DhcpMessage, Option, RouterAdvertisement, WireEvent
from tests.judge.recorded import MAC, record, showmax, with_events

SERVER_MAC, STRANGER_MAC = "52:54:00:00:00:01", "52:54:00:99:99:99"
PXE = "PXEClient:Arch:00007"
_frames = iter(range(1, 100_000))


def ask(kind: DhcpKind = DhcpKind.DISCOVER, *, xid: int = 1, ipxe: bool = False) -> DhcpMessage:
    family = Family.IPV6 if kind in (DhcpKind.SOLICIT, DhcpKind.REQUEST6) else Family.IPV4
    frame = next(_frames)
    return DhcpMessage(
        time_s=frame,
        frame=frame,
        family=family,
        client_mac=MAC,
        kind=kind,
        xid=xid,
        client_arch=7,
        vendor_class=PXE,
        user_class="iPXE" if ipxe else "",
    )


def answer(
    kind: DhcpKind = DhcpKind.ACK,
    *options: Option,
    xid: int = 1,
    server: str = "192.0.2.1",
    address: str = "192.0.2.64",
    valid_s: int | None = 600,
) -> DhcpMessage:
    frame = next(_frames)
    family = Family.IPV6 if kind in (DhcpKind.ADVERTISE, DhcpKind.REPLY) else Family.IPV4
    return DhcpMessage(
        time_s=frame,
        frame=frame,
        family=family,
        client_mac=MAC,
        kind=kind,
        xid=xid,
        server=server,
        server_id=server if family is Family.IPV4 else "0001",
        server_mac=SERVER_MAC if server in ("192.0.2.1", "fe80::1") else STRANGER_MAC,
        address=address,
        valid_s=valid_s,
        options=options,
    )


def told(*events: WireEvent, site: Site | None = None) -> list[str]:
    boot = with_events(record("green-x64-tftp-ipv4", site=site), *events)
    boot = replace(boot, payload=None, power=())
    return [f"{each.subject} {each.text}" for each in describe(boot).statements][1:]


def test_each_server_that_answered_is_told_whose_lease_was_taken_first() -> None:
    stranger = answer(DhcpKind.OFFER, server="192.0.2.9", address="192.0.2.200")
    own = (answer(DhcpKind.OFFER), answer())
    proxy = answer(DhcpKind.OFFER, server="192.0.2.5", address="", valid_s=None)
    for order in ((stranger, *own, proxy), (*own, proxy, stranger)):
        assert told(ask(), *order) == [
            "firmware asks DHCPv4 as PXEClient, client arch 0x0007",
            "answer 192.0.2.1 gives {address} from 192.0.2.64-192.0.2.127 for 600 s",
            "answer 192.0.2.5 gives no address",
            "answer 192.0.2.9 offers in vain 192.0.2.200 for 600 s",
        ]


def test_a_question_without_an_answer_is_told_once() -> None:
    assert told(ask(), ask(xid=2), ask(xid=3)) == [
        "firmware asks DHCPv4 as PXEClient, client arch 0x0007",
        "answer nobody",
    ]


def test_of_two_families_the_first_to_be_asked_does_not_show() -> None:
    v4, v6 = ask(ipxe=True), ask(DhcpKind.SOLICIT, xid=2, ipxe=True)
    v6_answer = answer(DhcpKind.REPLY, xid=2, server="fe80::1", address="2001:db8::1:5")
    events = (v4, v6, answer(), v6_answer)
    assert told(*events) == told(v6, v4, v6_answer, answer())
    assert told(*events)[3].startswith("answer 2001:db8::1 gives {address6} from 2001:db8::1:0-")


def test_the_rest_of_a_lease_is_the_lease() -> None:
    events = (ask(), answer(), ask(xid=2, ipxe=True), answer(xid=2, valid_s=507))
    assert told(*events)[3].endswith(" for 600 s")
    events = (ask(), answer(), ask(xid=2, ipxe=True), answer(xid=2, valid_s=300))
    assert told(*events)[3].endswith(" for 300 s"), "another lease time"


@pytest.mark.parametrize("fuzz_s", [0, 1, 200])
def test_times_that_a_server_draws_by_chance_do_not_show(fuzz_s: int) -> None:
    reply = replace(answer(valid_s=3600), t1_s=1800 - fuzz_s, t2_s=3150 - fuzz_s)
    assert told(ask(), reply)[1].endswith(" for 3600 s; T1 at half; T2 at seven eighths")


def test_times_that_somebody_chose_are_told() -> None:
    reply = replace(answer(valid_s=3600), t1_s=900, t2_s=2880)
    assert told(ask(), reply)[1].endswith("; T1 900 s; T2 at four fifths")


def test_a_reserved_address_stands_as_it_is() -> None:
    assert (
        told(ask(), answer(address="192.0.2.10"))[1]
        == "answer 192.0.2.1 gives 192.0.2.10 for 600 s"
    )


def test_without_a_pool_that_can_be_read_an_address_is_reserved_where_it_is_written() -> None:
    site = site_with_pools("of /etc/dhcp/dhcpd.conf")
    free = told(ask(), answer(address="192.0.2.77"), site=site)
    assert free[1] == "answer 192.0.2.1 gives {address} for 600 s"
    written = told(ask(), answer(address="192.0.2.64"), site=site)
    assert written[1] == "answer 192.0.2.1 gives 192.0.2.64 for 600 s"


@pytest.mark.parametrize(
    ("pools", "address", "words"),
    [
        ("192.0.2.70 to 192.0.2.79", "192.0.2.77", "{address} from 192.0.2.70-192.0.2.79"),
        (
            "192.0.2.1 to 192.0.2.9, 192.0.2.77 to 192.0.2.77",
            "192.0.2.77",
            "{address} from 192.0.2.77-192.0.2.77",
        ),
        (
            "set:d,192.0.2.70,192.0.2.79,255.255.255.0,12h",
            "192.0.2.77",
            "{address} from 192.0.2.70-192.0.2.79",
        ),
        ("192.0.2.0/24", "192.0.2.77", "{address} from 192.0.2.0/24"),
        ("192.0.2.70 to 192.0.2.79", "192.0.2.80", "192.0.2.80"),
        ("::70,::7f,constructor:br0,12h", "192.0.2.80", "192.0.2.80"),
    ],
)
def test_the_pool_of_an_address_is_told(pools: str, address: str, words: str) -> None:
    found = told(ask(), answer(address=address), site=site_with_pools(pools))
    assert found[1] == f"answer 192.0.2.1 gives {words} for 600 s"


class _Kind:
    name = "dhcpd4"

    def __init__(self, pools: str) -> None:
        self._pools = pools

    def facts(self, site: Site) -> Daemon:
        (known,) = (each for each in showmax().daemon_facts.all if each.name == self.name)
        return replace(known, pools=((Role.DHCPV4, self._pools),))


def site_with_pools(pools: str) -> Site:
    return replace(showmax(), kinds=(_Kind(pools),))


def test_a_refusal_and_a_reason_are_told() -> None:
    nak = answer(DhcpKind.NAK, address="", valid_s=None)
    assert told(ask(), nak)[1] == "answer 192.0.2.1 refuses what was asked for"
    full = replace(
        answer(DhcpKind.REPLY, server="fe80::1", address="", valid_s=None),
        status="NoAddrsAvail",
        status_text="no free lease",
    )
    assert told(ask(DhcpKind.SOLICIT), full)[1] == (
        'answer 2001:db8::1 says NoAddrsAvail: "no free lease"'
    )


def test_options_and_fields_are_told_once_each() -> None:
    reply = replace(
        answer(DhcpKind.ACK, Option(code=6, name="DNS", value="192.0.2.1")),
        next_server="192.0.2.1",
        server_name="boot.example",
        bootfile="ipxe.efi",
    )
    assert told(ask(), reply)[1].endswith(
        "; DNS 192.0.2.1; next-server 192.0.2.1; server name boot.example; file ipxe.efi"
    )
    by_option = Option(code=67, name="option 67", value="ipxe.efi")
    reply = replace(reply, options=(by_option,))
    assert told(ask(), reply)[1].endswith(
        "; option 67 ipxe.efi; next-server 192.0.2.1; server name boot.example"
    )


def router(mac: str, *, lifetime_s: int = 30) -> RouterAdvertisement:
    frame = next(_frames)
    return RouterAdvertisement(
        time_s=frame,
        frame=frame,
        family=Family.IPV6,
        server="fe80::1",
        server_mac=mac,
        managed=False,
        other=False,
        lifetime_s=lifetime_s,
    )


def test_a_router_is_told_each_thing_once() -> None:
    own, stranger = router(SERVER_MAC), replace(router(STRANGER_MAC), server="fe80::9")
    solicit = ask(DhcpKind.SOLICIT, ipxe=True)
    assert told(
        *(ask(), answer(), own, router(SERVER_MAC), stranger, solicit),
        router(SERVER_MAC, lifetime_s=0),
    )[:3] == [
        "router 2001:db8::1 advertises no prefix; neither managed nor other; "
        "default router for 30 s",
        "router fe80::9 advertises no prefix; neither managed nor other; default router for 30 s",
        "router 2001:db8::1 advertises no prefix; neither managed nor other; not a default router",
    ]


@pytest.mark.parametrize("kind", [DhcpKind.DISCOVER, DhcpKind.SOLICIT])
def test_whether_a_router_spoke_in_time_for_firmware_is_chance(kind: DhcpKind) -> None:
    said = told(ask(kind), router(SERVER_MAC))
    assert not [line for line in said if "advertises" in line]


def test_a_server_that_speaks_from_its_cards_own_address_has_its_name_where_it_is_alone() -> None:
    solicit = ask(DhcpKind.SOLICIT, ipxe=True)
    alone = told(router(SERVER_MAC), solicit)
    assert alone[0].startswith("router 2001:db8::1 advertises")
    among = told(solicit, router(SERVER_MAC), replace(router(STRANGER_MAC), server="fe80::9"))
    assert among[0].startswith("router fe80::1 advertises")


def test_a_machine_that_the_site_knows_has_its_name() -> None:
    known = KnownMachine.of("bench", mac=MAC)
    boot: Boot = record("green-x64-tftp-ipv4", site=replace(showmax(), machines={"bench": known}))
    assert describe(boot).machine == "bench"
    assert describe(boot).statements[0].text == "bench, x64-tftp-ipv4"
