"""atftpd itself, in a lab without guests: what it refuses, gives out and logs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.errors import ServiceError, SiteError
from harness.lab.bare import BareLab, bare_lab
from harness.model import Role
from harness.services.atftpd import Atftpd
from harness.services.logs.registry import read_logs
from harness.services.registry import check_site, load_site
from harness.site import Site
from harness.witness.journal import TftpAsked, TftpRefused

SETTINGS = "etc/default/atftpd"
DEBIANS = 'OPTIONS="--tftpd-timeout 300 --verbose=5 /srv/tftp"\n'
SERVER = '[server]\ninterface = "eth0"\nipv4 = "192.0.2.1/24"\nipv6 = "2001:db8::1/64"\n'
ASK = """
import socket, sys
address, name = sys.argv[1:]
asker = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(5)
asker.sendto(b"\\0\\1" + name.encode() + b"\\0octet\\0", (address, 69))
answer, server = asker.recvfrom(1000)
asker.sendto(b"\\0\\4" + answer[2:4], server)
print(answer[4:].decode().strip("\\0"))
"""


@pytest.fixture
def site(tmp_path: Path, able_host: None) -> Site:
    """Give one with the options that Debian's package writes."""
    for path, text in {
        "site.toml": SERVER,
        SETTINGS: DEBIANS,
        "etc/names": "# none\n^old/(.*)$ new/$1\n^new/ never/\n",
        "srv/tftp/a": "four",
        "srv/tftp/new/b": "new",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return load_site(tmp_path)


@contextmanager
def started(site: Site) -> Iterator[tuple[BareLab, Path]]:
    """Start it, in namespaces of its own, and give its logs' directory, too."""
    with (
        tempfile.TemporaryDirectory() as place,
        bare_lab(site, (Atftpd,), Path(place)) as lab,
    ):
        (service,) = lab.services
        service.bring_up()
        yield lab, Path(place) / "log"
        service.verify_alive()


def got(lab: BareLab, address: str, name: str) -> str:
    """Give the first block of a file, or what is said instead."""
    return lab.namespace.run(["python3", "-c", ASK, address, name]).output.strip()


def test_it_serves_both_families_as_debian_s_socket_does(site: Site) -> None:
    with started(site) as (lab, log_dir):
        for address, name in (("192.0.2.1", "a"), ("2001:db8::1", "/srv/tftp/a")):
            assert got(lab, address, name) == "four"
        assert got(lab, "192.0.2.1", "none") == "File not found"
        journal = read_logs(log_dir)
    assert [(each.client, each.file) for each in journal.of(TftpAsked)] == [
        ("192.0.2.1", "a"),
        ("2001:db8::1", "/srv/tftp/a"),
        ("192.0.2.1", "none"),
    ]
    assert [(each.client, each.error) for each in journal.of(TftpRefused)] == [
        ("192.0.2.1", "File /srv/tftp/none not found")
    ]


def test_it_serves_what_everybody_may_read(site: Site) -> None:
    with started(site.with_unreadable("srv/tftp/a")) as (lab, _):
        assert got(lab, "192.0.2.1", "a") == "File not found"


def test_its_patterns_rename_as_it_does_itself(site: Site) -> None:
    by_names = site.replaced(SETTINGS, "--verb", "--pcre /etc/names --verb")
    tftp = by_names.daemon_facts.by_role(Role.TFTP)
    assert tftp is not None
    assert tftp.place("old/b") == "/srv/tftp/new/b"
    with started(by_names) as (lab, _):
        assert got(lab, "192.0.2.1", "old/b") == "new"


def test_with_daemon_it_is_started_by_its_init_script(site: Site) -> None:
    alone = site.replaced(SETTINGS, 'OPTIONS="', 'USE_INETD=false\nOPTIONS="--port 69 ')
    tftp = alone.daemon_facts.by_role(Role.TFTP)
    assert tftp is not None
    assert not any(each.hears("2001:db8::1") for each in tftp.serves)
    with started(alone) as (lab, _):
        assert got(lab, "192.0.2.1", "a") == "four"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--nosuch", "atftpd: unrecognized option '--nosuch'"),
        ("--daemon --user nobdy", "can't change identity to nobdy.nogroup: no such user/group"),
        ("--daemon --bind-address 192.0.2.77", "can't bind port 192.0.2.77:69/udp"),
        ("--mcast-addr 1.2.3", "Failed to parse multicast options"),
    ],
)
def test_what_it_does_not_start_by_is_in_its_own_words_with_the_line(
    site: Site, options: str, said: str
) -> None:
    with (
        pytest.raises(ServiceError) as caught,
        started(site.replaced(SETTINGS, "--verbose", f"{options} --verbose")),
    ):
        pass
    assert caught.value.headline.startswith("atftpd: did not start: ")
    assert said in caught.value.headline
    assert caught.value.headline.count(f"(OPTIONS, {SETTINGS}:1)") == 1


def test_patterns_that_are_not_there_are_told_for_it_would_go_on_without(site: Site) -> None:
    with pytest.raises(SiteError, match=r"etc/default/atftpd:1: .*/etc/no, is not there"):
        check_site(site.replaced(SETTINGS, "--verbose", "--pcre /etc/no --verbose"))
