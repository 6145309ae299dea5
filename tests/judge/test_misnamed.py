"""How a name or URL is written tells why its file does not come."""

from dataclasses import replace

import pytest

from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.site.url import name_fault
from harness.witness.wire import DhcpMessage, Outcome, TftpTransfer
from tests.judge.recorded import MAC, record, with_events

SCRIPT = "srv/tftp/script.ipxe"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("undionly.kpxe ", "there is a blank at its end"),
        ("undionly.kpxe\r", "there is a carriage return at its end"),
        ("undionly\x07.kpxe", "it has a character that cannot be printed"),
        ("efi\\ipxe.efi", "a backslash parts nothing"),
        ("IPXE.efi", "srv/tftp/ipxe.efi is there: upper and lower case are not the same"),
        ("/srv/tftp/ipxe.efi", "/srv/tftp is tftpd's root, and names begin below that"),
    ],
)
def test_a_name_that_the_server_does_not_have(name: str, why: str) -> None:
    boot = record("red-missing-nbp-tftp")
    events = (
        replace(e, file=name) if isinstance(e, TftpTransfer) and e.client_mac == MAC else e
        for e in boot.wire.events
    )
    causes = judge(with_events(boot, *events)).causes
    assert any("file not found" in each and f"; {why}" in each for each in causes), causes


def test_a_name_is_found_as_its_file_writes_it() -> None:
    boot = record("red-missing-nbp-tftp")
    name = next(e.file for e in boot.wire.of(TftpTransfer, mac=MAC) if e.outcome is Outcome.REFUSED)
    site = boot.site.replaced("etc/dhcp/dhcpd.conf", f'"{name}"', f'"{name}\\r"')
    events = [
        replace(e, file=f"{name}\r") if isinstance(e, TftpTransfer) else e for e in boot.wire.events
    ]
    told = [
        replace(e, bootfile=f"{name}\r") if isinstance(e, DhcpMessage) and e.bootfile == name else e
        for e in events
    ]
    line = boot.site.read("etc/dhcp/dhcpd.conf").partition(f'"{name}"')[0].count("\n") + 1
    causes = judge(replace(with_events(boot, *told), site=site)).causes
    said = f"; there is a carriage return at its end; etc/dhcp/dhcpd.conf:{line} names it"
    assert any(each.endswith(said) for each in causes), causes


def test_a_name_that_is_nowhere_is_nobodys_fault() -> None:
    boot = record("red-missing-nbp-tftp")
    asked = next(e for e in boot.wire.of(TftpTransfer, mac=MAC) if e.outcome is Outcome.REFUSED)
    cause = next(each for each in judge(boot).causes if asked.file in each)
    assert "names it" in cause
    assert not any(word in cause for word in ("blank", "case", "backslash", "begin below"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("htp://192.0.2.1/showmax/", "no loader fetches by htp, but by http"),
        ("http:/192.0.2.1/showmax/", "behind http: stand two slashes"),
        ("http:///showmax/", "it names no server"),
        ("http://2001:db8::1/showmax/", "an IPv6 address stands in brackets"),
        ("HTTP://192.0.2.1/showmax/", "iPXE takes http in small letters only"),
    ],
)
def test_a_url_that_cannot_be_asked_for(url: str, why: str) -> None:
    boot = replace(record("red-missing-initrd"), payload=None)
    site = boot.site.replaced(SCRIPT, "kernel showmax/", f"kernel {url}")
    line = f'the guest said "{url}vmlinuz... Operation not supported (http://ipxe.org/3c092003)"'
    told = replace(boot, site=site, complaint=Complaint(what=line, causes=("this build cannot",)))
    cause = f"{SCRIPT}:53: '{url}vmlinuz' cannot be asked for: {why}"
    assert any(each.startswith(cause) for each in judge(told, When.WAITING).causes)
    bare = Complaint(what="Could not start download: Operation not supported (ipxe-unsupported)")
    without = judge(replace(told, complaint=bare), When.WAITING).causes
    assert any(each.startswith(cause) for each in without)
    other = replace(told, complaint=Complaint(what="http://192.0.2.1/x... No such file"))
    assert not any("cannot be asked" in each for each in judge(other, When.WAITING).causes)


@pytest.mark.parametrize(
    "name",
    [
        *("ipxe.efi", "boot\\x64\\wdsmgfw.efi", "/pxelinux.0", "HTTP://192.0.2.1/a%20b.ipxe"),
        *("tftp://[2001:db8::1]/ipxe.efi", "http://u:p@boot:8080/x?y=z#f", "file:/x", "a:b.ipxe"),
    ],
)
def test_names_as_people_write_them(name: str) -> None:
    assert name_fault(name) == ""
