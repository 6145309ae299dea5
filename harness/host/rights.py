"""What this user may do here: namespaces, mounts in them, taps. Known by doing it.

The kernel's knobs and the files of /etc are read only to explain a refusal.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from harness import process
from harness.errors import PrerequisiteError
from harness.host import idmap, tools
from harness.host.finding import Check, State

ROOT = Path("/")
TUN_DEVICE = Path("/dev/net/tun")

_PROBE = """
echo namespaces
mount -t tmpfs probe /run
mkdir /run/lower /run/upper /run/work /run/merged
mount -t overlay probe -o lowerdir=/run/lower,upperdir=/run/upper,workdir=/run/work /run/merged
echo overlay
"""


_KNOBS = (
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
    ("user.max_user_namespaces", "0", "10000"),
)
"""Kernel settings that can forbid user namespaces: the value that does, and one that does not."""


def is_root() -> bool:
    """Whether labs need no user namespace of their own."""
    return os.geteuid() == 0


def checks() -> tuple[Check, ...]:
    """Look at every right that a lab needs."""
    return (*_namespace_checks(), check_tun())


def require() -> None:
    """Raise a PrerequisiteError for the first right that a lab lacks, with its cure."""
    for check in checks():
        if check.state is State.MISSING:
            raise PrerequisiteError(f"{check.name}: {check.detail}", cure=check.cure)


def _namespace_checks() -> Iterator[Check]:
    """Make a lab's namespaces, and an overlay in them.

    Here `unshare` maps the ids: nothing kills it half-way (see `idmap`).
    """
    user = () if is_root() else ("--user", "--map-root-user", "--map-auto")
    done = process.run(
        [
            str(tools.path_of("unshare")),
            *user,
            *("--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child"),
            *("--mount-proc", "sh", "-e", "-c", _PROBE),
        ],
        check=False,
    )
    whose = "root" if is_root() else "an ordinary user, in a user namespace"
    if "namespaces" not in done.stdout:
        yield explain_namespaces(done.stderr)
        return
    yield Check(name="namespaces", state=State.OK, detail=f"as {whose}")
    laid = "overlay" in done.stdout
    refused = f"overlay mounts are refused: {_last_word(done.stderr)}"
    yield Check(
        name="overlay",
        state=State.OK if laid else State.MISSING,
        detail="a site can be laid over this host" if laid else refused,
        cure="sudo modprobe overlay; a user's overlay mounts need Linux 5.11 or newer",
    )


def explain_namespaces(
    said: str, *, root: Path = ROOT, user: str | None = None, as_root: bool | None = None
) -> Check:
    """Find out why namespaces were refused; `said` is unshare's own word."""
    detail, cure = _last_word(said), "run in a container with --privileged, or outside it"
    if "root filesystem propagation" in detail:
        cure = "make this chroot's root a mount point: `mount --bind DIR DIR`, then `chroot DIR`"
    if not (is_root() if as_root is None else as_root):
        detail, cure = next(_refusals(root, user or idmap.user_name()), (detail, ""))
    return Check(name="namespaces", state=State.MISSING, detail=detail, cure=cure)


def _last_word(said: str) -> str:
    return process.last_line(said) or "refused without a word"


def _refusals(root: Path, user: str) -> Iterator[tuple[str, str]]:
    for name, forbids, allows in _KNOBS:
        path = root / "proc/sys" / name.replace(".", "/")
        if path.exists() and path.read_text(encoding="ascii").strip() == forbids:
            cure = f"sudo sysctl -w {name}={allows}"
            yield f"{name} is {forbids}: user namespaces are forbidden", cure
    missing = [tools.TOOLS[name] for name in ("newuidmap", "newgidmap") if not tools.find(name)]
    if missing:
        yield "newuidmap is not installed", tools.cure(missing)
    for kind in ("subuid", "subgid"):
        if idmap.first_range(root / "etc" / kind, user) is None:
            yield (
                f"/etc/{kind} has no entry for {user}",
                "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + user,
            )


def check_tun(device: Path = TUN_DEVICE) -> Check:
    """Open the tap device to know."""
    state, why, cure = State.OK, "opens", ""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except FileNotFoundError:
        state, why, cure = State.MISSING, "does not exist", "sudo modprobe tun"
    except OSError as error:
        state, why = State.MISSING, f"cannot be opened: {error.strerror}"
        cure = (
            f"sudo chmod 0666 {device}; to keep it: "
            """echo 'KERNEL=="tun", MODE="0666"' | sudo tee /etc/udev/rules.d/60-tun.rules"""
        )
    return Check(name="taps", state=state, detail=f"{device} {why}", cure=cure)
