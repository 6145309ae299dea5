"""The outside programs and files that the harness uses, and the Debian packages they are in.

Owns the search, and the table of those that are no daemon of a site: such a daemon names
its own. Daemons live in directories that an ordinary
user's PATH lacks, so those are searched too.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import PrerequisiteError, UsageError

_SYSTEM_DIRS = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin")
INSTALLER = "tools/install"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program (searched by name), or a file that a package brings (an absolute path)."""

    name: str
    command: str
    package: str
    needed_for: str
    optional: bool = False
    by_name: bool = False
    """Whether the installer brings its package only where that is named: few need it."""

    @property
    def is_file(self) -> bool:
        """Whether this is a file to read instead of a program to run."""
        return self.command.startswith("/")


def _tool(
    name: str, package: str, needed_for: str, *, command: str = "", optional: bool = False
) -> Tool:
    command = command or name
    return Tool(
        name=name, command=command, package=package, needed_for=needed_for, optional=optional
    )


def _named(name: str, package: str, needed_for: str) -> Tool:
    return replace(_tool(name, package, needed_for, optional=True), by_name=True)


def server_tool(name: str, *, package: str = "", optional: bool = False) -> Tool:
    """Describe the program of a daemon that a site can name; "": its package has its name."""
    return _tool(name, package or name, "boot servers", optional=optional)


_GUEST = "guests"
_ARM64_STUB = "arm64 guests' stub payload"
_LAB = "a lab's namespaces"
_ASSETS = "preparing what guests boot"
_LIVE = "making the live image"
_NFS_TESTS = "the harness's own tests of NFS"
_ROM = "/usr/lib/ipxe/qemu/pxe-virtio.rom"

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        _tool("qemu-system-x86_64", "qemu-system-x86", _GUEST),
        _tool("libvirtd", "libvirt-daemon", _GUEST),
        # The driver is a library; this program comes with it and nothing else does.
        _tool("virt-qemu-run", "libvirt-daemon-driver-qemu", _GUEST),
        _tool("ovmf", "ovmf", "UEFI guests", command="/usr/share/OVMF/OVMF_CODE_4M.fd"),
        _tool("seabios", "seabios", "BIOS guests", command="/usr/share/seabios/bios-256k.bin"),
        _tool("ipxe-roms", "ipxe-qemu", "BIOS guests' network cards", command=_ROM),
        _tool("virsh", "libvirt-clients", "looking into a running lab by hand", optional=True),
        _tool("nfs-cat", "libnfs-utils", _NFS_TESTS, optional=True),
        _tool("mount.nfs", "nfs-common", _NFS_TESTS, optional=True),
        _tool(
            "dhcrelay", "isc-dhcp-relay", "sites whose machines are behind a relay", optional=True
        ),
        *(
            _tool(name, "nfs-kernel-server", "the kernel's NFS server", optional=True)
            for name in ("exportfs", "rpc.nfsd", "rpc.mountd", "nfsdcld")
        ),
        _tool("gcc", "gcc", "the stub payload, and libraries that daemons run with"),
        *(_tool(name, "binutils", "the stub payload") for name in ("ld", "objcopy")),
        *(_tool(name, "util-linux", _LAB) for name in ("unshare", "nsenter", "setpriv")),
        _tool("mount", "mount", _LAB),
        _tool("ip", "iproute2", _LAB),
        _tool("catatonit", "catatonit", _LAB),
        *(_tool(name, "uidmap", "labs of an ordinary user") for name in ("newuidmap", "newgidmap")),
        _tool("sbsign", "sbsigntool", "programs that Secure Boot starts", optional=True),
        _named("qemu-system-aarch64", "qemu-system-arm", "arm64 guests"),
        _named("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu", _ARM64_STUB),
        *(
            _named(f"aarch64-linux-gnu-{name}", "binutils-aarch64-linux-gnu", _ARM64_STUB)
            for name in ("ld", "objcopy")
        ),
        _tool("tcpdump", "tcpdump", "the capture of the wire"),
        _tool("python3", "python3", "marks on the wire, faults of a link, or of a web server"),
        *(_tool(name, name, "driving a guest by its BMC") for name in ("ipmitool", "curl")),
        _tool("busybox", "busybox-static", "syslog of a lab, and the payload"),
        _tool("cpio", "cpio", _ASSETS),
        _tool("apt-get", "apt", _ASSETS),
        _tool("dpkg-deb", "dpkg", _ASSETS),
        _tool("mmdebstrap", "mmdebstrap", _LIVE),
        _tool("mksquashfs", "squashfs-tools", _LIVE),
        _tool("zstd", "zstd", "making the system that is installed"),
    )
}
"""The outside programs and files that all labs need, by the name that the harness calls them."""


def _known(tool: Tool | str) -> Tool:
    if isinstance(tool, Tool):
        return tool
    if (name := tool) not in TOOLS:
        raise UsageError(
            f"{name} is not in the table of tools", cure="add it to harness/host/tools.py"
        )
    return TOOLS[name]


def search_path() -> str:
    """Give PATH with the directories of system programs behind it."""
    return os.pathsep.join([os.environ.get("PATH", ""), *_SYSTEM_DIRS])


def find(tool: Tool | str) -> Path | None:
    """Find a tool on this host, named or described; None when it is not there."""
    tool = _known(tool)
    if tool.is_file:
        path = Path(tool.command)
        return path if path.is_file() else None
    found = shutil.which(tool.command, path=search_path())
    return Path(found) if found else None


def require(*wanted: Tool | str) -> None:
    """Raise a PrerequisiteError for tools that are missing: names all, and their packages."""
    missing = [_known(tool) for tool in wanted if find(tool) is None]
    if missing:
        raise _missing(missing)


def path_of(tool: Tool | str) -> Path:
    """Give the path of a tool; a PrerequisiteError names the package of one that is missing."""
    found = find(tool)
    if found is None:
        raise _missing([_known(tool)])
    return found


def _missing(tools: Sequence[Tool]) -> PrerequisiteError:
    names = ", ".join(tool.name for tool in tools)
    needed_for = ", ".join(dict.fromkeys(tool.needed_for for tool in tools))
    return PrerequisiteError(f"not installed: {names} (for {needed_for})", cure=cure(tools))


def cure(missing: Sequence[Tool]) -> str:
    """Give the command that installs tools."""
    packages = sorted({tool.package for tool in missing})
    named = "".join(f" {name}" for name in sorted({t.package for t in missing if t.by_name}))
    how = INSTALLER if os.geteuid() == 0 else f"sudo {INSTALLER}"
    return f"run {how}{named} (Debian packages: {' '.join(packages)})"
