"""What a site's DHCP servers answer is asked of them, in namespaces and without a guest."""

from pathlib import Path

import pytest

from harness.cli.ask import ask_servers, table
from harness.compare.ask import Row, ask, clients
from harness.errors import ServiceError, SiteError, UsageError
from harness.model import Family
from harness.services.logs import registry
from harness.services.registry import load_site
from harness.site import Site
from harness.witness.journal import Journal

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHOWMAX = load_site(FIXTURES / "showmax")
BOTH = ("", "192.0.2.254")
PROXY = 'dhcp-range=192.0.2.0,proxy\npxe-service=X86-64_EFI,"Network boot",ipxe.efi\n'
BIOS = "BIOS (0x0000)"
ADDRESSES = "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.64 192.0.2.127; }\n"


def told(rows: tuple[Row, ...], family: Family) -> dict[tuple[str, str], str]:
    """Give who asks, and through whom → what it is told to boot."""
    return {(each.client, each.relay): each.boots for each in rows if each.family is family}


@pytest.fixture(scope="module")
def rows() -> tuple[Row, ...]:
    return ask(SHOWMAX)


@pytest.mark.parametrize("relay", BOTH)
@pytest.mark.parametrize(
    ("client", "boots"),
    [
        ("BIOS (0x0000)", "next-server 192.0.2.1; file undionly.kpxe"),
        ("x64 UEFI (0x0007)", "next-server 192.0.2.1; file ipxe.efi"),
        ("x64 UEFI HTTP (0x0010)", "vendor class HTTPClient; file http://192.0.2.1/ipxe.efi"),
        ("iPXE on x64 UEFI (0x0007)", "next-server 192.0.2.1; file http://192.0.2.1/script.ipxe"),
        ("a booted system", "file undionly.kpxe"),
    ],
)
def test_each_kind_of_client_is_told_what_the_tree_says(
    client: str, boots: str, relay: str, rows: tuple[Row, ...]
) -> None:
    assert told(rows, Family.IPV4)[client, relay] == boots


def test_every_question_is_asked_and_answered(rows: tuple[Row, ...]) -> None:
    assert len(rows) == len(list(clients())) * len(Family) * len(BOTH)
    assert all(each.is_answered for each in rows)
    assert {each.relay for each in rows if each.family is Family.IPV6} == {
        *("", "2001:db8::ffff:ffff:ffff:fffe")
    }


def test_the_line_that_gave_it_is_named(rows: tuple[Row, ...]) -> None:
    places = {each.client: each.place for each in rows if each.family is Family.IPV4}
    assert places["BIOS (0x0000)"] == "etc/dhcp/dhcpd.conf:41"
    assert places["iPXE on BIOS (0x0000)"] == "etc/dhcp/dhcpd.conf:23"


def test_kea_answers_the_same(rows: tuple[Row, ...]) -> None:
    other = ask(load_site(FIXTURES / "showmax-kea"))
    for family in Family:
        assert told(other, family) == told(rows, family)
    assert [(e.lease, e.besides) for e in other] == [(e.lease, e.besides) for e in rows]


def test_a_proxy_is_asked_on_its_own_port_too() -> None:
    names = SHOWMAX.read("etc/dnsmasq.conf") + PROXY
    parted = SHOWMAX.with_file("etc/dnsmasq.conf", names)
    site = parted.with_file("etc/dhcp/dhcpd.conf", ADDRESSES).without_daemons("dhcpd6")
    answers = [e for e in ask(site) if e.client == "x64 UEFI (0x0007)" and not e.relay]
    assert [each.lease for each in answers][1] == "192.0.2.1 gives no address"
    assert answers[0].boots == ""
    assert answers[1].boots.startswith("vendor class PXEClient; next-server 192.0.2.1; ")
    assert answers[1].boots.endswith("file ipxe.efi; from port 4011")


def test_who_is_turned_away_is_told_by_which_line() -> None:
    said: list[str] = []
    assert ask_servers(FIXTURES / "sites" / "guarded", ["stranger"], said.append) == 0
    vain = [line for line in said if "nobody answers" in line]
    assert vain
    assert all(line.endswith("etc/dhcp/dhcpd.conf:5 has `deny unknown-clients`") for line in vain)


def test_why_nobody_answers_is_told_in_the_server_s_words() -> None:
    """Where no rule of its file says it."""
    alone = SHOWMAX.without_daemons("dhcpd6")
    taken = "lease 192.0.2.64 {\n  ends never;\n  binding state active;\n"
    small = alone.replaced("etc/dhcp/dhcpd.conf", "192.0.2.127", "192.0.2.64")
    full = small.with_file(
        "var/lib/dhcp/dhcpd.leases", f"{taken}  hardware ethernet 52:54:00:00:00:77;\n}}\n"
    )
    rows = ask(full)
    assert not any(each.is_answered for each in rows)
    assert {each.remark for each in rows if not each.relay} == {
        "dhcpd says: network 192.0.2.0/24: no free leases"
    }


def test_it_is_told_how_far_it_is() -> None:
    heard: list[tuple[str, int, int]] = []
    ask(SHOWMAX, told=lambda *how_far: heard.append(how_far))
    asked = [done for what, done, _ in heard if what == "asked"]
    assert (asked, asked[-1]) == (sorted(asked), 64)
    assert {of for _, _, of in heard} == {64}
    assert heard[-1] == ("answers read", 63, 64)


def test_logs_are_read_once_for_all_who_have_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have a line for each question: read for each anew, hundreds of hosts took minutes."""
    read: list[Path] = []

    def read_logs(log_dir: Path) -> Journal:
        read.append(log_dir)
        return registry.read_logs(log_dir)

    monkeypatch.setattr("harness.lab.asked_servers.read_logs", read_logs)
    rows = ask(load_site(FIXTURES / "sites" / "guarded"))
    assert sum(not each.is_answered for each in rows) > 1
    assert len(read) == 1


def test_a_machine_takes_no_more_of_a_pool_than_its_firmware_and_ipxe_do() -> None:
    alone = SHOWMAX.without_daemons("dhcpd6")
    small = alone.replaced("etc/dhcp/dhcpd.conf", "192.0.2.127", "192.0.2.65")
    assert all(each.is_answered for each in ask(small))


def test_a_machine_that_is_known_is_asked_as_itself() -> None:
    site = load_site(FIXTURES / "sites" / "guarded")
    (first, *_) = ask(site, machines=["web1"])
    assert first.machine == "web1"
    assert first.lease == "172.20.30.2 gives 172.20.30.11 for 3600 s"


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(UsageError, match="none1 is not a machine"):
        ask(SHOWMAX, machines=["none1"])


def test_a_site_without_dhcp_is_refused() -> None:
    with pytest.raises(SiteError, match="no daemon of this site answers DHCP"):
        ask(SHOWMAX.without_daemons("dhcpd4", "dhcpd6"))


def test_a_refused_configuration_is_told_in_the_daemon_s_words(showmax_slip: Site) -> None:
    with pytest.raises(ServiceError, match=r"dhcpd\.conf line \d+: too few numbers"):
        ask(showmax_slip)


@pytest.fixture
def showmax_slip() -> Site:
    return SHOWMAX.replaced("etc/dhcp/dhcpd.conf", "range 192.0.2.64 192.0.2.127;", "range 192.0.2")


def test_what_only_the_way_tells_apart_is_one_line(rows: tuple[Row, ...]) -> None:
    lines = list(table(rows))
    bios = [line for line in lines if line.strip().startswith("BIOS")]
    assert len(bios) == len(Family)
    assert "itself, 192.0.2.254" in bios[0]
    assert lines[0] == "as stranger"


def test_who_is_handed_another_machine_s_loader_is_told_so(rows: tuple[Row, ...]) -> None:
    said = {each.client: each.cannot for each in rows if each.family is Family.IPV4}
    assert said["arm64 UEFI (0x000b)"] == "srv/tftp/undionly.kpxe: by its name it is a BIOS loader"
    assert not said["BIOS (0x0000)"]
    assert not said["x64 UEFI HTTP (0x0010)"]
    lines = [each.strip() for each in table(rows)]
    (line,) = (each for each in lines if each.startswith("arm64 UEFI (0x000b)") and "IPv4" in each)
    assert line.endswith(f"; cannot boot that: {said['arm64 UEFI (0x000b)']}")


DNSMASQ = load_site(FIXTURES / "showmax-dnsmasq")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "192.0.2.64,192.0.2.127",
            "192.0.3.64,192.0.3.127",
            "dnsmasq has no subnet for 192.0.2.1",
        ),
        (
            "enable-ra\n",
            "enable-ra\ndhcp-vendorclass=set:no,PXEClient\ndhcp-ignore=tag:no\n",
            "has `dhcp-ignore=tag:no`",
        ),
    ],
)
def test_why_nobody_answers_where_the_log_does_not_say(old: str, new: str, why: str) -> None:
    site = DNSMASQ.replaced("etc/dnsmasq.conf", old, new)
    bios = [each for each in ask(site) if each.family is Family.IPV4 and each.client == BIOS]
    direct = next(each for each in bios if not each.relay)
    assert not direct.is_answered
    assert why in f"{direct.place}{direct.remark}"
