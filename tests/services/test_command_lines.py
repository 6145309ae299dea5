"""Daemons are started as Debian starts them: by the settings in /etc/default."""

from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import SiteError
from harness.examine import findings
from harness.services.base import Service
from harness.services.dhcpd import RogueDhcpd
from harness.services.libvirtd import NICENESS, Libvirtd
from harness.services.syslogd import Syslogd
from harness.site import Site
from tests.services.enclosure import KINDS, FakeEnclosure

DHCPD_DEFAULTS = "etc/default/isc-dhcp-server"
TFTPD_DEFAULTS = "etc/default/tftpd-hpa"


@pytest.fixture
def base_dir(enclosure: FakeEnclosure, log_dir: Path) -> Path:
    """Make the places that daemons write to."""
    for directory in ("var/lib/dhcp", "run/harness"):
        enclosure.path(directory).mkdir(parents=True)
    return log_dir


def service(name: str, enclosure: FakeEnclosure, site: Site, log_dir: Path) -> Service:
    """Give one of a site's daemons."""
    return KINDS[name](enclosure, site, log_dir, Pace())


def test_the_reference_sites_dhcpd(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    four = service("dhcpd4", enclosure, site, log_dir)
    assert " ".join(four.command()) == (
        "dhcpd -4 -cf /etc/dhcp/dhcpd.conf -pf /run/dhcpd.pid"
        " -f -d -lf /var/lib/dhcp/dhcpd.leases eth0"
    )
    assert " ".join(four.check_command() or ()) == (
        "dhcpd -4 -cf /etc/dhcp/dhcpd.conf -pf /run/dhcpd.pid -t"
    )
    six = service("dhcpd6", enclosure, site, log_dir)
    assert " ".join(six.command()) == (
        "dhcpd -6 -cf /etc/dhcp/dhcpd6.conf -pf /run/dhcpd6.pid"
        " -f -d -lf /var/lib/dhcp/dhcpd6.leases eth0"
    )


def test_dhcpd_follows_the_sites_settings(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    changed = site.with_file(
        DHCPD_DEFAULTS,
        'DHCPDv4_CONF=/etc/dhcp/other.conf\nOPTIONS="-q -s 192.0.2.1\'"\n'
        'INTERFACESv4="lan0 lan1"\n',
    )
    command = list(service("dhcpd4", enclosure, changed, log_dir).command())
    assert command[command.index("-cf") + 1] == "/etc/dhcp/other.conf"
    assert command[-5:] == ["-q", "-s", "192.0.2.1'", "lan0", "lan1"]


def test_dhcpd_that_is_told_no_interface_serves_none_of_the_labs(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    """Seen on a Red Hat's files: a warning of each tap, in what was to be approved."""
    changed = site.with_file(DHCPD_DEFAULTS, "OPTIONS=-q\n")
    command = list(service("dhcpd4", enclosure, changed, log_dir).command())
    assert command[-2:] == ["-q", site.server.interface]


def test_failover_is_left_out_and_lines_keep_their_numbers(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    peer = 'failover peer "racks" {\n  primary; # the other } one\n  mclt 3600;\n}\n'
    pool = 'subnet 192.0.2.0 netmask 255.255.255.0 { pool {\n  failover peer "racks"; range'
    changed = site.with_file(
        "etc/dhcp/dhcpd.conf", f'include "/etc/dhcp/peer";\n{pool} 192.0.2.9;}}}}'
    )
    changed = changed.with_file("etc/dhcp/peer", peer)
    assert service("dhcpd4", enclosure, changed, log_dir).laid_instead() == {
        "etc/dhcp/peer": "\n\n\n\n",
        "etc/dhcp/dhcpd.conf": 'include "/etc/dhcp/peer";\nsubnet 192.0.2.0 netmask 255.255.255.0 '
        "{ pool {\n   range 192.0.2.9;}}",
    }
    assert service("dhcpd4", enclosure, site, log_dir).laid_instead() == {}
    said = [str(each) for each in findings(changed)]
    assert any(each.startswith("etc/dhcp/peer:1: warning: the failover peer") for each in said)


def test_dnsmasq_pings_nobody_where_a_guest_has_the_fast_clock(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    dnsmasq = service("dnsmasq", enclosure, site, log_dir)
    assert "--no-ping" not in dnsmasq.command()
    dnsmasq.for_fast_guests = True
    assert "--no-ping" in dnsmasq.command()


def test_without_settings_dhcpd_has_debians(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    command = service("dhcpd6", enclosure, site.without(DHCPD_DEFAULTS), log_dir).command()
    assert " ".join(command).endswith("-lf /var/lib/dhcp/dhcpd6.leases eth0")
    assert "/etc/dhcp/dhcpd6.conf" in command


def test_settings_that_are_a_program_are_refused_with_their_line(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    changed = site.with_file(DHCPD_DEFAULTS, "# first\nINTERFACESv4=$(ls)\n")
    with pytest.raises(SiteError, match=f"{DHCPD_DEFAULTS}:2"):
        service("dhcpd4", enclosure, changed, log_dir).command()


def test_dhcpd_starts_with_empty_leases(
    enclosure: FakeEnclosure, site: Site, base_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dhcpd = service("dhcpd4", enclosure, site, base_dir)
    monkeypatch.setattr(dhcpd, "command", lambda: ["true"])
    dhcpd.start()
    assert enclosure.path("/var/lib/dhcp/dhcpd.leases").read_text() == ""


def test_a_rogue_server_has_nothing_of_the_sites(
    enclosure: FakeEnclosure, site: Site, base_dir: Path
) -> None:
    rogue = RogueDhcpd(enclosure, site, base_dir, Pace())
    command = [*rogue.command(), *(rogue.check_command() or ())]
    assert command.count("/run/harness/rogue.conf") == 2
    assert not [word for word in command if word.startswith("/etc") or word == "eth0"]


def test_the_reference_sites_tftpd(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    assert " ".join(service("tftpd", enclosure, site, log_dir).command()) == (
        "in.tftpd --foreground --listen --user tftp --address :69 --secure --verbose /srv/tftp"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--secure", ["--verbose", "--secure"]),
        ("--secure -v", ["--secure", "-v"]),
        ("-cvs", ["-cvs"]),
        ("", ["--verbose"]),
        ("-s it's", ["--verbose", "-s", "it's"]),
        ("-s -m /etc/tftpd.map", ["--verbose", "-s", "-m", "/etc/tftpd.map"]),
    ],
)
def test_tftpd_follows_the_sites_settings(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, options: str, words: list[str]
) -> None:
    changed = site.with_file(
        TFTPD_DEFAULTS, f'TFTP_OPTIONS="{options}"\nTFTP_ADDRESS="[::]:6969"\n'
    )
    command = list(service("tftpd", enclosure, changed, log_dir).command())
    assert command[command.index("--address") + 1] == "[::]:6969"
    assert command[command.index("[::]:6969") + 1 : -1] == words


def test_libvirtd_has_a_socket_of_its_own(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    libvirtd = Libvirtd(enclosure, site, log_dir, Pace())
    assert libvirtd.uri == f"qemu+unix:///system?socket={enclosure.root}/run/libvirt/libvirt-sock"
    assert not libvirtd.is_ready()


def test_libvirtd_starts_guests_that_give_way_to_servers(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    """They inherit what it is: nobody else makes their threads nice."""
    command = " ".join(Libvirtd(enclosure, site, log_dir, Pace()).command())
    assert command.startswith(f"nice --adjustment={NICENESS} libvirtd ")


def test_every_daemon_has_words_for_its_sign(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    kinds: tuple[type[Service], ...] = (*KINDS.values(), Libvirtd, Syslogd)
    for kind in kinds:
        service = kind(enclosure, site, log_dir, Pace())
        assert service.sign or service.ready


def test_dhcpd_starts_on_the_leases_that_the_site_holds(
    enclosure: FakeEnclosure, site: Site, base_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "start", lambda self: None)
    held = site.with_file("var/lib/dhcp/dhcpd6.leases", "# held\n")
    for name in ("dhcpd4", "dhcpd6", "dhcpd6"):
        service(name, enclosure, held, base_dir).start()
    leases_dir = enclosure.path("var/lib/dhcp")
    assert (leases_dir / "dhcpd.leases").read_text() == ""
    assert (leases_dir / "dhcpd6.leases").read_text() == "# held\n"
