"""A tool that is missing is named together with its package."""

import os
from pathlib import Path

import pytest

from harness.errors import PrerequisiteError, UsageError
from harness.host import tools
from harness.host.tools import Tool

ABSENT = Tool(name="absent", command="no-such-program", package="absent-pkg", needed_for="tests")
NO_FILE = Tool(name="no-file", command="/no/such/file", package="file-pkg", needed_for="tests")


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put two tools into the table that no host has."""
    monkeypatch.setitem(tools.TOOLS, ABSENT.name, ABSENT)
    monkeypatch.setitem(tools.TOOLS, NO_FILE.name, NO_FILE)


def test_what_is_there_is_found() -> None:
    tools.require("mount")
    assert os.access(tools.path_of("mount"), os.X_OK)


def test_system_directories_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert tools.find("mount") is not None


def test_the_path_of_the_user_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mount").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.find("mount") == tmp_path / "mount"


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(PrerequisiteError) as caught:
        tools.require("mount", "absent", "no-file")
    assert "absent, no-file" in caught.value.what
    assert "absent-pkg file-pkg" in caught.value.cure


def test_a_path_is_never_none() -> None:
    with pytest.raises(PrerequisiteError, match="absent-pkg"):
        tools.path_of("absent")


def test_an_unknown_name_is_a_mistake_of_the_harness() -> None:
    with pytest.raises(UsageError, match="table of tools"):
        tools.find("unheard-of")


@pytest.mark.parametrize(("uid", "command"), [(0, "run tools/in"), (1000, "run sudo tools/in")])
def test_installing_is_for_root(uid: int, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert tools.cure([ABSENT]).startswith(command)


def test_what_few_need_is_installed_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    wanted = [tools.TOOLS[name] for name in ("qemu-system-aarch64", "tcpdump")]
    assert tools.cure(wanted) == (
        "run tools/install qemu-system-arm (Debian packages: qemu-system-arm tcpdump)"
    )
