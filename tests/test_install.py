"""tools/install touches nothing when nothing is missing, and starts nothing when it installs."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.process import Completed, run

SCRIPT_PATH = Path(__file__).parent.parent / "tools" / "install"
POLICY = "/usr/sbin/policy-rc.d"
BESIDE = "/usr/local/sbin"
PROGRAMS = (
    *("sh", "sed", "awk", "sort", "tr", "dirname", "mktemp", "comm", "xargs", "rm", "chmod"),
    *("grep", "cat", "cp", "mkdir"),
)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine of stubs: its programs, its packages and what was done to it."""

    dir: Path

    @property
    def policy_path(self) -> Path:
        return self.dir / "policy-rc.d"

    def program(self, name: str, script: str) -> None:
        path = self.dir / "bin" / name
        path.write_text(f"#!/bin/sh\ncd {self.dir}\n{script}\n")
        path.chmod(0o755)

    def install(self, *more: str) -> Completed:
        """Run the installer with nothing but the stubs."""
        path = str(self.dir / "bin")
        return run([str(self.dir / "install"), *more], check=False, env={"PATH": path})

    def did(self) -> str:
        """Give what the stubs wrote down."""
        path = self.dir / "did"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Give a machine that lacks radvd, run by an ordinary user without sudo."""
    made = Machine(dir=tmp_path)
    (tmp_path / "bin").mkdir()
    for name in PROGRAMS:
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    script = SCRIPT_PATH.read_text().replace(POLICY, str(made.policy_path))
    script = script.replace(BESIDE, str(tmp_path / "local"))
    (tmp_path / "install").write_text(script)
    (tmp_path / "install").chmod(0o755)
    (tmp_path / "packages.txt").write_text("# why\ncpio   # packs\nradvd  # advertises\n")
    (tmp_path / "state").write_text("installed cpio\nconfig-files radvd\n")
    made.program("id", "echo 1000")
    made.program("dpkg-query", 'case $1 in -W) cat state ;; -L) shift; cat "$@" ;; esac')
    made.program("apt-get", 'echo "apt-get $*" >>did')
    return made


@pytest.fixture
def as_root(machine: Machine) -> Machine:
    """Give the same machine, run by root; apt brings radvd and what it depends on."""
    machine.program("id", "echo 0")
    machine.program(
        "apt-get",
        """
        case $* in *' install '*) ;; *) exit 0 ;; esac
        [ ! -x policy-rc.d ] || echo 'starting is forbidden' >>did
        echo "apt-get $*" >>did
        printf 'installed cpio\\ninstalled radvd\\ninstalled libdaemon0\\n' >state
        """,
    )
    machine.program(
        "systemctl", 'case $1 in is-enabled) echo enabled ;; *) echo "$*" >>did ;; esac'
    )
    (machine.dir / "cpio").write_text("/lib/systemd/system/not-ours.service\n")
    (machine.dir / "libdaemon0").write_text("/usr/lib/libdaemon.so.0\n")
    (machine.dir / "radvd").write_text(
        "/usr/sbin/radvd\n/etc/init.d/radvd\n/lib/systemd/system/radvd.service\n"
    )
    return machine


def test_nothing_missing_does_nothing(machine: Machine) -> None:
    (machine.dir / "state").write_text("installed cpio\ninstalled radvd\n")
    done = machine.install()
    assert (done.exit_code, done.output, machine.did()) == (0, "", "")


def test_an_ordinary_user_is_told_the_command(machine: Machine) -> None:
    done = machine.install()
    assert (done.exit_code, machine.did()) == (1, "")
    assert "packages are missing: radvd" in done.stderr
    assert f"su -c '{machine.dir}/install'" in done.stderr


def test_sudo_is_asked(machine: Machine) -> None:
    machine.program("sudo", 'echo "sudo $*" >>did')
    assert machine.install().exit_code == 0
    assert machine.did() == f"sudo -n -- {machine.dir}/install\n"


def test_further_packages_are_asked_for_by_name(machine: Machine) -> None:
    machine.program("sudo", 'echo "sudo $*" >>did')
    done = machine.install("chromium", "cpio")
    assert "asking sudo to install: radvd chromium" in done.stderr
    assert machine.did() == f"sudo -n -- {machine.dir}/install chromium cpio\n"


def test_further_packages_are_installed_with_the_list(as_root: Machine) -> None:
    assert as_root.install("chromium").exit_code == 0
    (line,) = [line for line in as_root.did().splitlines() if " install " in line]
    assert line.endswith(" radvd chromium")


def test_a_sudo_that_refuses_is_not_the_last_word(machine: Machine) -> None:
    machine.program("sudo", "exit 1")
    done = machine.install()
    assert done.exit_code == 1
    assert "run as root" in done.stderr


def test_a_system_without_dpkg_is_told_so(machine: Machine) -> None:
    (machine.dir / "bin" / "dpkg-query").unlink()
    done = machine.install()
    assert done.exit_code == 1
    assert "not Debian" in done.stderr


def test_only_what_is_missing_is_installed_and_nothing_starts(as_root: Machine) -> None:
    assert as_root.install().exit_code == 0
    first, command, *_ = as_root.did().splitlines()
    assert first == "starting is forbidden"
    assert command.endswith("--yes --no-install-recommends --no-remove radvd")
    assert not as_root.policy_path.exists()


def test_exactly_the_new_units_are_disabled(as_root: Machine) -> None:
    as_root.install()
    disabled = [line for line in as_root.did().splitlines() if line.startswith("disable")]
    assert len(disabled) == 1
    assert disabled[0].endswith(" radvd.service")


def test_a_policy_of_the_machine_stays(as_root: Machine) -> None:
    as_root.policy_path.write_text("#!/bin/sh\nexit 0\n")
    assert as_root.install().exit_code == 0
    assert as_root.policy_path.read_text() == "#!/bin/sh\nexit 0\n"


def test_the_policy_goes_when_apt_fails(as_root: Machine) -> None:
    as_root.program("apt-get", "[ ! -x policy-rc.d ] || echo forbidden >>did; exit 100")
    done = as_root.install()
    assert done.exit_code == 100
    assert "forbidden" in as_root.did()
    assert not as_root.policy_path.exists()


def test_a_policy_that_a_killed_run_left_is_removed(as_root: Machine) -> None:
    mark = next(line for line in SCRIPT_PATH.read_text().splitlines() if line.startswith("mark="))
    as_root.policy_path.write_text(f"#!/bin/sh\n# {mark[6:-1]}\nexit 101\n")
    as_root.install()
    assert not as_root.policy_path.exists()


@pytest.fixture
def excluded(as_root: Machine) -> Machine:
    """Give one whose list has a program of a package that the others exclude."""
    (as_root.dir / "local").mkdir()
    (as_root.dir / "packages.txt").write_text("cpio # packs\nother:/usr/sbin/served # serves\n")
    as_root.program(
        "apt-get",
        """
        echo "apt-get $*" >>did
        case $* in *' download '*) cd "$OLDPWD"; : >other_1_all.deb ;; esac
        """,
    )
    as_root.program("dpkg-deb", 'mkdir -p "$3/usr/sbin"; echo served >"$3/usr/sbin/served"')
    return as_root


def test_what_excludes_another_package_is_unpacked_beside_it(excluded: Machine) -> None:
    assert excluded.install().exit_code == 0
    placed = excluded.dir / "local" / "served"
    assert (placed.read_text(), placed.stat().st_mode & 0o777) == ("served\n", 0o755)
    assert " install " not in excluded.did()
    assert "apt-get -q download other" in excluded.did()


@pytest.mark.parametrize("state", ["installed other\n", ""])
def test_what_is_unpacked_or_installed_is_not_missing(excluded: Machine, state: str) -> None:
    (excluded.dir / "state").write_text(f"installed cpio\n{state}")
    if not state:
        (excluded.dir / "local" / "served").touch(mode=0o755)
    done = excluded.install()
    assert (done.exit_code, done.output, excluded.did()) == (0, "", "")
