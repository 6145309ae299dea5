"""A refusal is explained by what caused it, with its cure."""

from pathlib import Path

import pytest

from harness.errors import PrerequisiteError
from harness.host import rights
from harness.host.finding import Check, State

USER = "operator"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give the files of a host that allows everything."""
    (tmp_path / "etc").mkdir()
    for kind in ("subuid", "subgid"):
        (tmp_path / "etc" / kind).write_text(f"other:100000:65536\n{USER}:165536:65536\n")
    write(tmp_path, "proc/sys/kernel/unprivileged_userns_clone", "1\n")
    write(tmp_path, "proc/sys/user/max_user_namespaces", "95000\n")
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    """Write a file below `root`."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def explain(root: Path) -> Check:
    """Explain a refusal to an ordinary user."""
    return rights.explain_namespaces(
        "unshare: unshare failed: Operation not permitted\n", root=root, user=USER, as_root=False
    )


@pytest.mark.parametrize(
    ("path", "value", "cure"),
    [
        ("proc/sys/kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
        (
            "proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "apparmor_restrict_unprivileged_userns=0",
        ),
        ("proc/sys/user/max_user_namespaces", "0", "max_user_namespaces="),
        ("etc/subuid", "other:100000:65536", "--add-subuids"),
        ("etc/subgid", "", "--add-subgids"),
    ],
)
def test_what_forbids_is_named_and_cured(root: Path, path: str, value: str, cure: str) -> None:
    write(root, path, value + "\n")
    check = explain(root)
    assert check.state is State.MISSING
    assert Path(path).name in check.detail
    assert cure in check.cure


def test_without_a_known_cause_the_kernel_is_quoted(root: Path) -> None:
    assert explain(root).detail == "unshare: unshare failed: Operation not permitted"


def test_newuidmap_is_looked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.host.tools.find", lambda _name: None)
    assert "uidmap" in explain(root).cure


def test_root_in_a_container_is_told_so(root: Path) -> None:
    check = rights.explain_namespaces("unshare: no\n", root=root, as_root=True)
    assert "--privileged" in check.cure


def test_a_plain_chroot_is_told_what_it_lacks(root: Path) -> None:
    said = "unshare: cannot change root filesystem propagation: Invalid argument\n"
    assert "mount --bind" in rights.explain_namespaces(said, root=root, as_root=True).cure


def test_a_tap_device_that_opens(tmp_path: Path) -> None:
    (tmp_path / "tun").touch()
    assert rights.check_tun(tmp_path / "tun").state is State.OK


@pytest.mark.parametrize(("name", "cure"), [("none", "modprobe tun"), (".", "chmod 0666")])
def test_a_tap_device_that_does_not_open(name: str, cure: str, tmp_path: Path) -> None:
    check = rights.check_tun(tmp_path / name)
    assert check.state is State.MISSING
    assert cure in check.cure


def test_require_raises_the_first_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Check(name="taps", state=State.MISSING, detail="no", cure="do this")
    monkeypatch.setattr(rights, "checks", lambda: (bad,))
    with pytest.raises(PrerequisiteError, match="taps: no") as caught:
        rights.require()
    assert caught.value.cure == "do this"
