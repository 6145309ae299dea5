"""A test machine: this host's own files under Debian's kernel, which has the NFS server.

QEMU runs the kernel of the payload (Debian's cloud build) without a network card. Its root
is this host's, read-only through virtiofs, and so is the checkout with its environment:
what works here works there, by the same programs. What is written is in its memory.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness import logwatch, process
from harness.assets import cpio
from harness.assets.package import Package, fetch_package
from harness.assets.payload import KERNEL_PACKAGE, SUITE, depends_of, load_order, module_name
from harness.deadline import Deadline
from harness.errors import PrerequisiteError
from harness.host import rights, tools

ROOT = Path(__file__).parents[2]
MODULES = (
    # Its root, and what labs need of a kernel.
    *("virtio_pci", "virtiofs", "virtio-rng", "overlay", "bridge", "veth", "tun"),
    *("nfsd", "nfsv3", "nfsv4"),
)
APPLETS = ("cp", "insmod", "mkdir", "mount", "sh", "switch_root")
VIRTIOFSD = ("/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd")
MEMORY = "2560M"
SHARE_TIMEOUT_S = 20.0
_EXIT = "the test machine's command exits with"
_SHARE = """
mount --bind / "$1"
mount -o remount,bind,ro "$1"
mount --bind "$2" "$1$2"
mount -o remount,bind,ro "$1$2"
exec "$0" --socket-path="$3" -o source="$1" -o cache=always
"""


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command in the machine went."""

    output: str
    exit_code: int | None
    """None when the machine ended before the command did."""


def require() -> str:
    """Give the path of virtiofsd where the machine can be.

    Raises:
        PrerequisiteError: something is missing; names the cure.
    """
    tools.require("qemu-system-x86_64", "busybox", "unshare", "mount")
    if not rights.is_root():
        raise PrerequisiteError("only root can share this host's files", cure="run it with sudo")
    found = next((path for path in VIRTIOFSD if Path(path).exists()), None)
    if found is None:
        raise PrerequisiteError(
            "virtiofsd is not installed",
            cure="it is in qemu-system-common of Debian 12, in virtiofsd of later ones",
        )
    return found


def run(words: Sequence[str], directory: Path, *, timeout_s: float) -> Done:
    """Start the machine, run a command in the checkout there, and give how it went."""
    virtiofsd, kernel = require(), _kernel()
    initrd_path, console_path = directory / "initrd", directory / "console.txt"
    initrd_path.write_bytes(cpio.archive(_members(kernel, words)))
    with ExitStack() as stack:
        socket_path = _share(stack, virtiofsd, directory)
        qemu = process.start(_qemu(kernel, initrd_path, socket_path), log_path=console_path)
        stack.callback(qemu.close)
        qemu.wait(timeout_s)
    output = logwatch.read(console_path).replace("\r\n", "\n")
    code = re.search(rf"^{_EXIT} (\d+)$", output, re.MULTILINE)
    return Done(output=output, exit_code=int(code[1]) if code else None)


def _kernel() -> Package:
    """Give the payload's kernel."""
    depends = fetch_package(KERNEL_PACKAGE, SUITE).depends
    return fetch_package(depends.split()[0].rstrip(","), SUITE)


def _share(stack: ExitStack, virtiofsd: str, directory: Path) -> Path:
    """Offer this host's files and the checkout to the machine, read-only; give the socket."""
    place, socket_path = directory / "host", directory / "host.sock"
    place.mkdir()
    log_path = directory / "virtiofsd.log"
    daemon = process.start(
        [
            *("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"),
            *("sh", "-ec", _SHARE, virtiofsd, str(place), str(ROOT), str(socket_path)),
        ],
        log_path=log_path,
    )
    stack.callback(daemon.close)
    there = logwatch.wait_until(
        lambda: socket_path.exists() or not daemon.alive,
        deadline=Deadline(SHARE_TIMEOUT_S, "virtiofsd to listen"),
        pause=daemon.wait,
    )
    if not there or not daemon.alive:
        raise PrerequisiteError(
            "virtiofsd does not offer this host's files",
            last_lines=logwatch.read(log_path).splitlines(),
        )
    return socket_path


def _qemu(kernel: Package, initrd_path: Path, socket_path: Path) -> list[str]:
    """Give the command line: no network card, and the console as output."""
    return [
        *("setpriv", "--pdeathsig", "KILL", str(tools.path_of("qemu-system-x86_64"))),
        *("-machine", "q35,accel=tcg,memory-backend=ram", "-smp", "2"),
        *("-cpu", "max,-erms,-fsrm,-la57"),
        *("-m", MEMORY, "-object", f"memory-backend-memfd,id=ram,size={MEMORY},share=on"),
        *("-nodefaults", "-no-user-config", "-display", "none", "-nic", "none", "-no-reboot"),
        *("-serial", "stdio", "-device", "virtio-rng-pci"),
        *("-chardev", f"socket,id=host,path={socket_path}"),
        *("-device", "vhost-user-fs-pci,chardev=host,tag=host"),
        *("-kernel", str(next(kernel.tree.glob("boot/vmlinuz-*"))), "-initrd", str(initrd_path)),
        *("-append", "console=ttyS0 quiet no_timer_check panic=-1"),
    ]


def _members(kernel: Package, words: Sequence[str]) -> Iterator[cpio.Member]:
    """Give what is in its initramfs."""
    for place in ("bin", "checkout", "dev", "lib", "lib/modules", "new", "proc", "sys"):
        yield cpio.directory(place)
    yield cpio.character_device("dev/console", 5, 1)
    yield cpio.file("bin/busybox", tools.path_of("busybox").read_bytes(), executable=True)
    yield from (cpio.symlink(f"bin/{applet}", "busybox") for applet in APPLETS)
    found = {module_name(path): path for path in kernel.tree.rglob("*.ko")}
    order = load_order(MODULES, {name: depends_of(path) for name, path in found.items()})
    files = [found[name] for name in order]
    yield from (cpio.file(f"lib/modules/{file.name}", file.read_bytes()) for file in files)
    yield cpio.file("lib/modules/order", "".join(f"{file.name}\n" for file in files).encode())
    here = Path(__file__).parent
    yield cpio.file("init", (here / "init").read_bytes(), executable=True)
    yield cpio.file("place", f"{ROOT}\n".encode())
    goal = f"cd {shlex.quote(str(ROOT))}\n{shlex.join(words)} </dev/null\n"
    end = f'echo "{_EXIT} $?"\necho o >/proc/sysrq-trigger\nread -r _\n'
    yield cpio.file("main", (here / "main").read_bytes() + (goal + end).encode())
