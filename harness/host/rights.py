"""What this user may do here: namespaces, mounts in them, taps. Known by doing it.

The kernel's knobs and the files of /etc are read only to explain a refusal.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class _Knob:
    """A kernel setting that can forbid user namespaces to ordinary users."""

    path: str
    forbids: str
    cure: str

    @property
    def name(self) -> str:
        return self.path.removeprefix("proc/sys/").replace("/", ".")


_KNOBS = (
    _Knob(
        path="proc/sys/kernel/unprivileged_userns_clone",
        forbids="0",
        cure="sudo sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    _Knob(
        path="proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        forbids="1",
        cure="sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    _Knob(
        path="proc/sys/user/max_user_namespaces",
        forbids="0",
        cure="sudo sysctl -w user.max_user_namespaces=10000",
    ),
)


def is_root() -> bool:
    """Whether labs need no user namespace of their own."""
    return os.geteuid() == 0


def checks() -> tuple[Check, ...]:
    """Look at every right that a lab needs."""
    return (*_namespace_checks(), check_tun())


def require() -> None:
    """Return when a lab may be made.

    Raises:
        PrerequisiteError: names the first right that is missing, and its cure.
    """
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
    if "overlay" in done.stdout:
        yield Check(name="overlay", state=State.OK, detail="a site can be laid over this host")
        return
    yield Check(
        name="overlay",
        state=State.MISSING,
        detail=f"overlay mounts are refused: {_last_line(done.stderr)}",
        cure="sudo modprobe overlay; a user's overlay mounts need Linux 5.11 or newer",
    )


def explain_namespaces(
    said: str, *, root: Path = ROOT, user: str | None = None, as_root: bool | None = None
) -> Check:
    """Find out why namespaces were refused; `said` is unshare's own word."""
    if is_root() if as_root is None else as_root:
        detail, cure = _last_line(said), "run in a container with --privileged, or outside it"
    else:
        detail, cure = next(_refusals(root, user or idmap.user_name()), (_last_line(said), ""))
    return Check(name="namespaces", state=State.MISSING, detail=detail, cure=cure)


def _refusals(root: Path, user: str) -> Iterator[tuple[str, str]]:
    """Give every known reason for a refusal that holds here, with its cure."""
    for knob in _KNOBS:
        path = root / knob.path
        if path.exists() and path.read_text(encoding="ascii").strip() == knob.forbids:
            yield f"{knob.name} is {knob.forbids}: user namespaces are forbidden", knob.cure
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
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except FileNotFoundError:
        return _tun_refused(device, "does not exist", "sudo modprobe tun")
    except OSError as error:
        return _tun_refused(
            device,
            f"cannot be opened: {error.strerror}",
            f"sudo chmod 0666 {device}; to keep it: "
            """echo 'KERNEL=="tun", MODE="0666"' | sudo tee /etc/udev/rules.d/60-tun.rules""",
        )
    return Check(name="taps", state=State.OK, detail=f"{device} opens")


def _tun_refused(device: Path, why: str, cure: str) -> Check:
    return Check(name="taps", state=State.MISSING, detail=f"{device} {why}", cure=cure)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "refused without a word"
