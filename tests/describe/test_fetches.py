"""Each file is told once, with whoever asked for it and why it did not come."""

from dataclasses import replace

import pytest

from harness.describe.boot import describe
from harness.describe.lookups import lookups
from harness.model import Family
from harness.witness.shown import KeysPressed, MenuShown
from harness.witness.wire import (
    DnsLookup,
    HttpExchange,
    IscsiLogin,
    Outcome,
    Refusal,
    TftpTransfer,
    WireEvent,
)
from tests.describe.test_answers import answer, ask
from tests.judge.recorded import MAC, record, with_events

_frames = iter(range(1, 100_000))


def tftp(file: str, outcome: Outcome = Outcome.COMPLETE, **facts: str | int) -> TftpTransfer:
    frame = next(_frames)
    transfer = TftpTransfer(
        time_s=frame,
        frame=frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        file=file,
        outcome=outcome,
    )
    return replace(transfer, **facts)  # type: ignore[arg-type]


def http(path: str, outcome: Outcome = Outcome.COMPLETE, **facts: str | int) -> HttpExchange:
    frame = next(_frames)
    exchange = HttpExchange(
        time_s=frame,
        frame=frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        method="GET",
        path=path,
        user_agent="iPXE/1.21.1",
        status=200,
        outcome=outcome,
    )
    return replace(exchange, **facts)  # type: ignore[arg-type]


def name(kind: str, *answers: str, rcode: int | None = 0, of: str = "boot.lan") -> DnsLookup:
    frame = next(_frames)
    return DnsLookup(
        time_s=frame,
        frame=frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        name=of,
        type=kind,
        answers=answers,
        rcode=rcode,
    )


def told(*events: WireEvent) -> list[str]:
    boot = with_events(record("green-x64-tftp-ipv4"), *events)
    found = describe(replace(boot, payload=None, power=())).statements
    return [f"{each.subject} {each.text}" for each in found if each.subject != "machine"]


def test_a_file_is_told_once_however_often_it_was_asked_for() -> None:
    size_only = tftp("ipxe.efi", Outcome.ABORTED, error="User aborted the transfer")
    head = http("/menu.ipxe", method="HEAD")
    assert told(size_only, tftp("ipxe.efi"), head, http("/menu.ipxe"), http("/menu.ipxe")) == [
        "firmware fetches ipxe.efi over TFTP, IPv4, from 192.0.2.1",
        "iPXE fetches menu.ipxe over HTTP, IPv4, from 192.0.2.1",
    ]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (tftp("a", Outcome.REFUSED, error="file /srv/a not found", error_code=1), "not found"),
        (tftp("a", Outcome.REFUSED, error="Permission denied", error_code=2), "Permission denied"),
        (tftp("a", Outcome.UNANSWERED), "nobody answers"),
        (tftp("a", Outcome.ABORTED), "broken off by the machine"),
        (http("/a", Outcome.REFUSED, status=404), "not found"),
        (http("/a", Outcome.REFUSED, status=403), "HTTP 403"),
        (
            http("/a", Outcome.REDIRECTED, status=302, location=f"http://boot/{MAC}"),
            "sent on to http://boot/{mac} (HTTP 302)",
        ),
        (http("/a", Outcome.RESET, ended_by="the server reset the connection"), None),
        (http("/a", method="HEAD"), "only its size is asked for"),
    ],
)
def test_why_a_file_has_not_come(event: WireEvent, words: str | None) -> None:
    (line,) = told(event)
    assert " asks for a over " in line
    assert line.endswith(f": {words or 'the server reset the connection'}")


def test_a_server_on_another_port_is_told_with_it() -> None:
    (line,) = told(http("/a", port=8080))
    assert line.endswith("from 192.0.2.1:8080")
    (line,) = told(http("/a", port=8080, server="2001:db8::1"))
    assert line.endswith("from [2001:db8::1]:8080")


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("boot.lan", 80, "boot.lan"),
        ("Boot.lan:8080", 8080, "boot.lan:8080"),
        ("192.0.2.1:8080", 8080, "192.0.2.1:8080"),
        ("[2001:db8::1]", 80, "192.0.2.1"),
    ],
)
def test_a_server_is_told_by_the_name_that_it_was_asked_by(
    host: str, port: int, words: str
) -> None:
    (line,) = told(http("/a", host=host, port=port))
    assert line.endswith(f"from {words}")


def test_a_name_with_a_query_and_what_is_encoded_in_it() -> None:
    (line,) = told(http(f"/boot%20me?mac={MAC.replace(':', '%3A')}"))
    assert line.startswith("iPXE fetches boot me?mac={mac} over HTTP")


def test_who_asks_is_who_is_known_to() -> None:
    agent = "GRUB 2.06"
    found = told(
        ask(),
        answer(),
        tftp("bootx64.efi"),
        tftp("grubx64.efi"),
        tftp("grub/grub.cfg"),
        tftp("vmlinuz"),
        http("/initrd", user_agent=agent),
        ask(xid=7),
        answer(xid=7),
        tftp("pxelinux.0"),
        tftp("pxelinux.cfg/default"),
        ask(xid=9, ipxe=True),
        answer(xid=9),
        tftp("menu.ipxe"),
    )
    fetches = [each.partition(" over ")[0] for each in found if " over " in each]
    assert fetches == [
        "firmware fetches bootx64.efi",
        "bootx64.efi fetches grubx64.efi",
        "GRUB fetches grub/grub.cfg",
        "GRUB fetches vmlinuz",
        "GRUB fetches initrd",
        "firmware fetches pxelinux.0",
        "PXELINUX fetches pxelinux.cfg/default",
        "iPXE fetches menu.ipxe",
    ]


@pytest.mark.parametrize(
    ("lookups", "words"),
    [
        ([("AAAA", ["2001:db8::1"], 0), ("A", ["192.0.2.1"], 0)], "192.0.2.1, 2001:db8::1"),
        ([("A", ["192.0.2.1"], 0), ("AAAA", [], 0)], "192.0.2.1, no IPv6 address"),
        ([("AAAA", ["2001:db8::1"], 0)], "2001:db8::1"),
        ([("A", [], 3), ("AAAA", [], 3)], "not known"),
        ([("A", [], None), ("A", [], None)], "not answered"),
        ([("A", [], None), ("A", ["192.0.2.2", "192.0.2.1"], 0)], "192.0.2.1, 192.0.2.2"),
        ([("A", [], 5)], "refused by the DNS server"),
    ],
)
def test_a_name_is_told_with_the_answer_of_each_family(
    lookups: list[tuple[str, list[str], int | None]], words: str
) -> None:
    asked = [name(kind, *answers, rcode=rcode) for kind, answers, rcode in lookups]
    assert told(*asked, http("/menu.ipxe"))[0] == f"name boot.lan is {words}"


def test_the_address_of_a_stand_in_is_not_told() -> None:
    asked = [name("A", "198.18.0.1", rcode=0)]
    assert list(lookups(asked, outside={"boot.lan"})) == [
        "boot.lan is beyond the lab, and stood in for"
    ]
    assert list(lookups([name("A", rcode=5)], outside={"boot.lan"})) == [
        "boot.lan is refused by the DNS server"
    ]


def test_a_name_that_is_looked_up_last_is_told_where_nothing_was_booted() -> None:
    assert told(http("/menu.ipxe"), name("A", rcode=3))[-1] == "name boot.lan is not known"


def test_a_port_that_nobody_listens_on_is_told_once() -> None:
    frame = next(_frames)
    refusal = Refusal(
        time_s=frame,
        frame=frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        transport="tcp",
        port=3260,
        why="connection refused",
    )
    again = replace(refusal, time_s=frame + 1, frame=frame + 1)
    assert told(http("/menu.ipxe"), refusal, again)[-1] == (
        "iPXE asks TCP port 3260 of 192.0.2.1: nobody listens"
    )


def test_a_disk_that_is_opened_again_is_told_once() -> None:
    frame = next(_frames)
    login = IscsiLogin(
        time_s=frame,
        frame=frame,
        family=Family.IPV4,
        client_mac=MAC,
        server="192.0.2.1",
        target="iqn.2026-11.example:a",
        status=0,
    )
    again = replace(login, time_s=frame + 1, frame=frame + 1)
    opens = "iPXE opens iqn.2026-11.example:a over iSCSI, IPv4, from 192.0.2.1"
    assert told(http("/menu.ipxe"), login, again).count(opens) == 1


def test_what_is_asked_in_a_menu_stands_behind_it() -> None:
    events = (
        http("/menu.ipxe", time_s=10),
        replace(name("A", rcode=3, of="log.lan"), time_s=11.0),
        replace(ask(xid=5, ipxe=True), time_s=20.0),
        answer(xid=5),
        replace(name("A", "192.0.2.1"), time_s=11.5),
        http("/again.ipxe", host="boot.lan", time_s=30),
    )
    boot = with_events(record("green-x64-tftp-ipv4"), *events)
    menu = MenuShown(
        at_s=15, after_fetches=1, title="Boot", rows=("Again",), selected=0, counts_down_s=None
    )
    keys = KeysPressed(at_s=16, after_fetches=1, chose="Again")
    console = replace(boot.console, power_on_s=0.0)
    boot = replace(boot, payload=None, power=(), console=console, shown=(menu, keys))
    order = [f"{each.subject} {each.text}" for each in describe(boot).statements]
    assert [each.partition(" over")[0].partition("\n")[0][:24] for each in order[1:]] == [
        "iPXE fetches menu.ipxe",
        "name log.lan is not know",
        "menu Boot",
        'keys chooses "Again"',
        "iPXE asks DHCPv4 as iPXE",
        "answer 192.0.2.1 gives {",
        "name boot.lan is 192.0.2",
        "iPXE fetches again.ipxe",
    ]
