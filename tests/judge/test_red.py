"""Real boots that went wrong are judged red, and the first cause is the true one."""

from fnmatch import fnmatchcase

import pytest

from harness.errors import BootError
from harness.judge.judgement import judge
from tests.judge.recorded import explained, record

FIRST_CAUSES = {
    "red-rogue-dhcpv4": "two DHCPv4 servers answered: 192.0.2.1 (52:54:00:00:00:01), 192.0.2.66 "
    "(52:54:00:00:00:66)",
    "red-rogue-dhcpv6": "two DHCPv6 servers answered: fe80::5054:ff:fe00:1 (52:54:00:00:00:01), "
    "fe80::5054:ff:fe00:66 (52:54:00:00:00:66)",
    "red-wrong-filename": "the DHCPv4 server 192.0.2.1 handed out bootfile 'nope.efi' (frame *), "
    "the site expects 'ipxe.efi'",
    "red-wrong-default": "entry grml was booted instead of showmax: its payload reports it",
    "red-missing-nbp-http": "nginx answered 404 to GET /ipxe.efi over IPv4 (frame *); *names it",
    "red-missing-nbp-tftp": "tftpd: file not found: undionly.kpxe, asked for over IPv4 (frame *); "
    "*names it",
    "red-stopped-nginx": "the web server does not listen: 192.0.2.1 port 80 over IPv4, "
    "connection refused (frame *)",
    "red-stopped-dhcpd4": "no DHCPv4 offer: * DISCOVERs unanswered (from frame *); "
    "dhcpd's log has none of them",
    "red-missing-script": "nginx answered 404 to GET /script.ipxe over IPv4 (frame *); *names it",
    "red-missing-initrd": "nginx answered 404 to GET /showmax/initrd.img over IPv4 (frame *); "
    "*names it",
    "red-unknown-name": "localserver did not resolve: the DNS server said * (frame *)",
}
"""What is said first of each; `*` stands for a number or a word."""


@pytest.mark.parametrize("name", FIRST_CAUSES)
def test_the_first_cause_is_the_true_one(name: str) -> None:
    causes = judge(record(name)).causes
    assert causes, "this boot went wrong"
    assert fnmatchcase(causes[0], FIRST_CAUSES[name]), causes[0]


@pytest.mark.parametrize("name", ["red-stopped-nginx", "red-stopped-dhcpd4", "red-unknown-name"])
def test_a_boot_that_never_came_up_is_explained_alike(name: str) -> None:
    boot = record(name)
    assert explained(boot)[0] == judge(boot).causes[0]


def test_a_silent_fallback_names_both_paths() -> None:
    """OVMF, given a wrong file over PXEv4, boots the right entry over PXEv6."""
    boot = record("red-wrong-filename")
    assert boot.payload is not None
    assert boot.payload.entry == "showmax"
    (cause,) = [cause for cause in judge(boot).causes if cause.startswith("wrong path")]
    expected, seen = cause.splitlines()[1:]
    assert "DHCPv4 as PXEClient, client arch 0x0007 → NBP ipxe.efi over TFTP, IPv4" in expected
    assert "DHCPv6 as PXEClient, client arch 0x0007 → ipxe.efi over TFTP, IPv6" in seen


def test_a_red_verdict_fails_the_test_with_its_causes() -> None:
    with pytest.raises(BootError, match="cause: two DHCPv4 servers answered"):
        judge(record("red-rogue-dhcpv4")).raise_if_red()


def test_the_headline_of_a_red_verdict_is_its_first_cause() -> None:
    assert judge(record("red-wrong-default")).headline.startswith("red: entry grml was booted")
