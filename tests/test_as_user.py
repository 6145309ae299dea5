"""tools/as-user gives a command an ordinary user's rights, and leaves nothing but its evidence."""

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from harness import process
from harness.errors import PrerequisiteError
from harness.host import rights, tools
from tests.lab.census import Census

ROOT = Path(__file__).parent.parent
AS_USER = str(ROOT / "tools" / "as-user")


@pytest.fixture(autouse=True)
def by_root() -> None:
    """Skip for those who cannot become somebody else."""
    tools.require("unshare", "setpriv", "catatonit", "mount")
    if not rights.is_root():
        raise PrerequisiteError("only root can become another user", cure="run it with sudo")


def said(*command: str) -> list[str]:
    """Give the lines that a command says as that user."""
    return process.run([AS_USER, *command]).stdout.splitlines()


def test_it_has_an_account_and_no_power() -> None:
    uid, name, home, capabilities = said(
        "sh", "-c", "id -u; id -un; echo $HOME; grep CapEff /proc/self/status"
    )
    assert int(uid) >= 2000
    assert name == "ordinary"
    assert not Path(home).exists()
    assert capabilities.split() == ["CapEff:", "0" * 16]


@pytest.mark.parametrize("place", ["/etc", "/etc/passwd", "/usr", "/", str(ROOT), "/root"])
def test_it_may_write_nowhere_else(place: str) -> None:
    assert process.run([AS_USER, "test", "-w", place], check=False).exit_code == 1


def test_it_works_in_a_copy_of_the_checkout() -> None:
    cwd, *listed = said("sh", "-c", "pwd; git ls-files --others")
    assert Path(cwd) != ROOT
    assert "harness/lab/namespace.py" in listed
    assert not any(name.startswith(".venv/") for name in listed)


def test_it_may_have_namespaces_with_many_users_and_taps() -> None:
    unshare = ("unshare", "--user", "--map-root-user", "--map-auto", "--net", "sh", "-c")
    ids, tap = said(
        *unshare,
        "awk '{ count += $3 } END { print count }' /proc/self/uid_map"
        "; ip tuntap add dev tap0 mode tap; ip -brief link show tap0",
    )
    assert int(ids) >= 65536
    assert tap.startswith("tap0")


def test_machine_and_devices_are_as_before() -> None:
    census, devices = Census(), [Path(f"/dev/{name}").stat() for name in ("net/tun", "null")]
    accounts = Path("/etc/passwd").read_text()
    said("true")
    assert census.host() == census.before
    assert [Path(f"/dev/{name}").stat().st_mode for name in ("net/tun", "null")] == [
        device.st_mode for device in devices
    ]
    assert Path("/etc/passwd").read_text() == accounts


def test_evidence_is_kept_and_the_exit_code_is_the_commands(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    done = process.run(
        [AS_USER, "--evidence", str(kept), "sh", "-c", "echo seen >evidence/note; exit 3"],
        check=False,
    )
    assert done.exit_code == 3
    assert (kept / "note").read_text() == "seen\n"


def test_nothing_outlives_it(tmp_path: Path) -> None:
    with closing(Census()) as census:
        started = process.start([AS_USER, "sh", "-c", "setsid sleep 600 & echo up; wait"])
        assert os.read(started.stdout_fd, 100) == b"up\n"
        made = census.namespaces(started.children()[-1])
        assert len(list(census.inhabitants(made))) >= 2
        os.kill(started.pid, signal.SIGKILL)
        assert census.wait_until_empty(made, timeout_s=5.0) == []
        assert census.host() == census.before
        started.close()


@pytest.mark.parametrize("words", [(), ("--evidence",), ("--without", "sudo", "id"), ("--x", "id")])
def test_what_it_cannot_mean(words: tuple[str, ...]) -> None:
    done = process.run([AS_USER, *words], check=False)
    assert done.exit_code == 2
    assert "as-user: " in done.stderr
