"""A machine's first question to DHCP is waited for on the wire."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from harness.errors import BootError
from harness.evidence.directory import EvidenceDirectory
from harness.lab import Guest
from harness.lab.fault import wait_until_asked
from harness.model import Family
from tests.judge.recorded import MAC, capture


def guest(evidence_dir: Path, name: str, *, mac: str = MAC) -> Guest:
    """Give a machine whose wire is that of a recorded boot."""
    store = EvidenceDirectory(evidence_dir)
    store.wire_path.write_bytes(capture(name))
    record = SimpleNamespace(witnesses=SimpleNamespace(store=store))
    return cast("Guest", SimpleNamespace(mac=mac, record=record))


@pytest.mark.parametrize("family", list(Family))
def test_the_first_question_ends_the_wait(family: Family, tmp_path: Path) -> None:
    wait_until_asked(guest(tmp_path, "green-bios-ipxe-rom"), family, timeout_s=0.0)


def test_another_machines_question_is_none(tmp_path: Path) -> None:
    another = guest(tmp_path, "green-bios-ipxe-rom", mac="52:54:00:00:00:99")
    with pytest.raises(BootError, match="52:54:00:00:00:99 to ask DHCPv4 what to boot was waited"):
        wait_until_asked(another, Family.IPV4, timeout_s=0.0)


def test_a_question_for_an_address_alone_is_none(tmp_path: Path) -> None:
    """Over IPv6 only the payload has asked, which had booted by then."""
    booted = guest(tmp_path, "green-ia32-tftp-ipv4")
    wait_until_asked(booted, Family.IPV4, timeout_s=0.0)
    with pytest.raises(BootError, match="to ask DHCPv6 what to boot was waited for in vain"):
        wait_until_asked(booted, Family.IPV6, timeout_s=0.0)
