"""The doctor of an ordinary user: each right is taken away from a real one, and it names it."""

from pathlib import Path

import pytest

from harness import process
from harness.errors import PrerequisiteError
from harness.host import rights, tools

AS_USER = str(Path(__file__).parents[2] / "tools" / "as-user")
DOCTOR = """
from pathlib import Path
from harness.host import doctor

checks = doctor.examine(Path.home() / "cache", ())
print(doctor.render(checks))
raise SystemExit(doctor.exit_code(checks))
"""


@pytest.fixture(autouse=True)
def by_root() -> None:
    """Skip for those who cannot become somebody else."""
    tools.require("unshare", "setpriv", "catatonit", "mount")
    if not rights.is_root():
        raise PrerequisiteError("only root can become another user", cure="run it with sudo")


def examined(*words: str) -> process.Completed:
    """Let that user ask the doctor, by Debian's own Python: nothing else is needed."""
    return process.run([AS_USER, *words, "python3", "-c", DOCTOR], check=False, timeout_s=120)


def test_who_has_all_rights_is_told_what_only_root_can_do() -> None:
    done = examined()
    assert done.exit_code == 0, done.output
    assert "namespaces   as an ordinary user" in done.stdout
    assert "only root can add packages: sudo tools/install" in done.stdout
    assert "run as root (sudo make scenarios)" in done.stdout


@pytest.mark.parametrize(
    ("right", "seen", "cure"),
    [
        ("subuid", "/etc/subuid has no entry for ordinary", "usermod --add-subuids"),
        ("subgid", "/etc/subgid has no entry for ordinary", "--add-subgids 100000-165535 ordinary"),
        ("tun", "/dev/net/tun cannot be opened: Permission denied", "sudo chmod 0666 /dev/net/tun"),
    ],
)
def test_a_right_that_is_missing_is_named_with_its_cure(right: str, seen: str, cure: str) -> None:
    done = examined("--without", right)
    assert done.exit_code == 1
    assert seen in done.stdout
    assert cure in done.stdout


def test_a_closed_kvm_is_a_limit() -> None:
    if not Path("/dev/kvm").exists():
        raise PrerequisiteError("this host has no /dev/kvm to close")
    done = examined("--without", "kvm")
    assert done.exit_code == 0, done.output
    assert "/dev/kvm cannot be opened: Permission denied" in done.stdout
    assert 'sudo usermod --append --groups kvm "$USER"' in done.stdout
