"""A machine's first question to DHCP is waited for on the wire."""

from pathlib import Path

import pytest

from harness.errors import BootError
from harness.evidence.directory import EvidenceDirectory
from harness.lab.fault import wait_for_question
from harness.model import Family
from harness.witness.wire import DhcpKind
from tests.judge.recorded import MAC, capture


@pytest.fixture
def store(tmp_path: Path) -> EvidenceDirectory:
    """Give the evidence of a boot over IPv4 and IPv6."""
    store = EvidenceDirectory(tmp_path)
    store.wire_path.write_bytes(capture("green-bios-ipxe-rom"))
    return store


@pytest.mark.parametrize(
    ("family", "kind"), [(Family.IPV4, DhcpKind.DISCOVER), (Family.IPV6, DhcpKind.SOLICIT)]
)
def test_the_first_question(store: EvidenceDirectory, family: Family, kind: DhcpKind) -> None:
    assert wait_for_question(store, MAC, family, timeout_s=30.0).kind is kind


def test_another_machines_question_is_none(store: EvidenceDirectory) -> None:
    with pytest.raises(BootError, match="52:54:00:00:00:99 to ask DHCPv4 what to boot was waited"):
        wait_for_question(store, "52:54:00:00:00:99", Family.IPV4, timeout_s=0.0)
