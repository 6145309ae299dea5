"""The doctor answers whatever is wrong, and its exit code says whether guests boot."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError
from harness.guest.spec import DEFAULT_MEMORY_MIB
from harness.host import accelerator, doctor, rights, tools
from harness.host.accelerator import Accelerator
from harness.host.finding import Check, State
from harness.services.registry import all_tools

GOOD = Check(name="tools", state=State.OK, detail="all there")
SLOW = Check(name="accelerator", state=State.LIMITED, detail="TCG", cure="buy KVM")
BAD = Check(name="taps", state=State.MISSING, detail="closed", cure="open it")


@pytest.mark.parametrize(
    ("checks", "code", "summary"),
    [
        ([GOOD], 0, "This host boots guests."),
        ([GOOD, SLOW], 0, "with the limits above"),
        ([GOOD, SLOW, BAD], 1, "cannot boot guests yet: 1 of 3"),
    ],
)
def test_exit_code_and_summary(checks: list[Check], code: int, summary: str) -> None:
    assert doctor.exit_code(checks) == code
    assert summary in doctor.render(checks)


def test_the_table_lines_up_and_shows_cures() -> None:
    lines = doctor.render([GOOD, BAD]).splitlines()
    assert lines[0].index("all there") == lines[1].index("closed") == lines[2].index("cure:")


def test_a_missing_tool_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda tool: None if tool.name == "dhcpd" else Path("/"))
    (check,) = doctor.check_tools(all_tools())
    assert (check.name, check.state) == ("dhcpd", State.MISSING)
    assert "isc-dhcp-server" in check.cure


def test_an_optional_tool_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda tool: None if tool.name == "virsh" else Path("/"))
    (check,) = doctor.check_tools(all_tools())
    assert check.state is State.LIMITED


@pytest.mark.parametrize(("name", "state"), [("kvm", State.OK), ("tcg", State.LIMITED)])
def test_emulation_is_a_limit(
    name: accelerator.AcceleratorName,
    state: State,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = Accelerator(name=name, reason="seen")
    monkeypatch.setattr(accelerator, "choose", lambda *_args, **_kwargs: chosen)
    assert doctor.check_accelerator(tmp_path).state is state


def test_a_full_disk_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.check_disk(tmp_path / "not" / "yet").state is State.OK
    monkeypatch.setattr(doctor, "DISK_MIB", 1 << 40)
    assert doctor.check_disk(tmp_path).state is State.LIMITED


def test_little_memory_is_missing(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemAvailable: 300000 kB\n")
    assert doctor.check_memory(tmp_path / "meminfo").state is State.MISSING


def test_a_look_that_fails_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Iterable[Check]:
        raise PrerequisiteError("unshare is not installed", cure="install it")

    monkeypatch.setattr(rights, "checks", refuse)
    monkeypatch.setattr(doctor, "check_accelerator", lambda _cache_dir: SLOW)
    found = [check for check in doctor.examine(tmp_path, ()) if check.state is State.MISSING]
    assert [(check.detail, check.cure) for check in found] == [
        ("unshare is not installed", "install it")
    ]


def test_the_doctor_speaks_of_the_guests_there_are() -> None:
    assert doctor.GUEST_MIB == DEFAULT_MEMORY_MIB
