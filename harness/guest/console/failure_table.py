"""What firmware, loaders and kernels print when a boot has failed, in plain words: one table.

`failure` asks it about every line of the console.
"""

import re
from dataclasses import dataclass

from harness.guest.spec import GAVE_UP


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A text that means that a boot has failed."""

    name: str
    pattern: re.Pattern[str]
    meaning: str
    likely: str = ""
    """The cause that one looks for first."""
    is_cause: bool = False
    """Whether the line itself says what is wrong: it then comes before what others know."""


def _failure(name: str, pattern: str, meaning: str, likely: str = "") -> Failure:
    """Write a row of the table."""
    return Failure(name=name, pattern=re.compile(pattern), meaning=meaning, likely=likely)


def _script(name: str, pattern: str, meaning: str) -> Failure:
    """Write a row for what iPXE says against a script."""
    return Failure(name=name, pattern=re.compile(pattern), meaning=meaning, is_cause=True)


def _ipxe(name: str, errno: str, meaning: str, likely: str = "") -> Failure:
    """Write a row for iPXE's errors of one POSIX code.

    iPXE ends an error with a link whose eight digits are: bits 30-24 the POSIX
    code, 23-13 the source file, 12-8 the place in it, 7-0 the platform's code
    (that part differs between BIOS and UEFI).
    """
    return _failure(name, rf"\(https?://ipxe\.org/{errno}[0-9a-f]{{6}}\)", meaning, likely)


_SERVER_SILENT = "the daemon is not running, listens on another address, or a filter drops it"
_NO_FILE = "the name in the DHCP answer or in the script, or the file below the data root"
_NO_LEASE = (
    "the DHCP server is not running, has no free address, or sends no boot file to this client"
)

_PXE = (
    _failure("pxe-e12", r"PXE-E12", "the NIC has no link", "the tap is not on the bridge"),
    _failure("pxe-e16", r"PXE-E16", "no DHCP offer that the firmware can boot from", _NO_LEASE),
    _failure("pxe-e18", r"PXE-E18", "the boot server did not answer in time", _SERVER_SILENT),
    _failure("pxe-e21", r"PXE-E21", "the network boot was cancelled", "a key reached the firmware"),
    _failure(
        "pxe-e22",
        r"PXE-E22",
        "the server's host refused the port",
        "the TFTP server is not running",
    ),
    _failure("pxe-e23", r"PXE-E23", "the TFTP server sent an error", _NO_FILE),
    _failure("pxe-e53", r"PXE-E53", "DHCP answered without a boot file", "no class matched"),
    _failure("pxe-e", r"PXE-E\d\d", "the firmware's PXE boot failed"),
)

_HTTP_BOOT = (
    _failure(
        "http-boot-file",
        r"Error: Could not retrieve NBP file size",
        "the firmware could not get the NBP by HTTP",
        "the web server is not running, has no such file, or DHCP gave no URL",
    ),
    _failure(
        "http-boot-status",
        r"(Client|Server) Error: [45]\d\d",
        "the HTTP server answered the firmware with an error",
        _NO_FILE,
    ),
    _failure("http-boot-dns", r"Error: Could not retrieve the host address", "no DNS answer"),
    _failure("http-boot-silent", r"Error: Server response timeout", "no answer", _SERVER_SILENT),
    _failure("http-boot-url", r"Error: Invalid URI address", "the boot file is not a URL"),
    _failure(
        "http-boot",
        r"Error: (Could not|Unexpected network|Access forbidden|Network device|Remote boot)",
        "the firmware's HTTP boot failed",
    ),
)

_UEFI = (
    _failure(
        "secure-boot",
        r"BdsDxe: failed to .*(Access Denied|Security Violation)",
        "the firmware refused the image's signature",
        "Secure Boot is on and the loader is not signed",
    ),
    _failure(
        "uefi-gave-up",
        re.escape(GAVE_UP),
        "the firmware ended its one boot path and was kept from trying another",
        "the loader or its script ended (iPXE's `exit`), or the loader could not be started",
    ),
    _failure("bds-load", r"BdsDxe: failed to load", "a boot option could not be loaded"),
    _failure("bds-start", r"BdsDxe: failed to start", "what was loaded ended with an error"),
    _failure("bds-nothing", r"BdsDxe: No bootable option", "every boot option has failed"),
    _failure(
        "uefi-shell",
        r"UEFI Interactive Shell v",
        "the firmware fell into its shell",
        "every boot option before it failed or returned",
    ),
    _failure(
        "uefi-front-page",
        r'BdsDxe: starting Boot\w+ "UiApp"|Boot Maintenance Manager|Boot Manager Menu',
        "the firmware shows its set-up screen instead of booting",
        "every boot option has failed, or a key reached the firmware",
    ),
    _failure("uefi-exception", r"!!!! \w+ Exception Type", "the firmware crashed"),
)

_SEABIOS = (
    _failure("bios-nothing", r"No bootable device", "SeaBIOS has nothing left to boot from"),
    _failure("bios-failed", r"^Boot failed: ", "SeaBIOS could not boot from a device"),
)

_STUB = (
    # All else it says in its report; of half a program nobody knows what would follow.
    Failure(
        name="stub-cut-short",
        pattern=re.compile(r"^Payload: the kernel is cut short or damaged"),
        meaning="the kernel that the loader started had not come whole",
        is_cause=True,
    ),
)

_INITRAMFS = (
    _failure(
        "no-root",
        r"^HARNESS: the initramfs gave up",
        "the initramfs found no root for the live system",
        "the server of the root, the export or the file, or its name",
    ),
    _failure(
        "nfs-by-name",
        r"nfsmount: can't parse IP address",
        "klibc's nfsmount takes no names and no IPv6",
        "nfsroot= must name the server by its IPv4 address",
    ),
)

_IPXE = (
    _failure(
        "ipxe-no-lease",
        r"No configuration methods succeeded",
        "iPXE got no address",
        "the DHCP server is not running or does not answer this client",
    ),
    _ipxe("ipxe-no-file", "2d", "the server has no such file", _NO_FILE),
    _ipxe("ipxe-timed-out", "4c", "no answer in time", _SERVER_SILENT),
    _ipxe(
        "ipxe-refused",
        "0[ef]",
        "the connection was refused or reset",
        "the web server is not running",
    ),
    _ipxe("ipxe-denied", "02", "access denied", "the server's rights, or a certificate"),
    _ipxe(
        "ipxe-forbidden",
        "41",
        "the server does not give it out",
        "its mode, or the web server's rules",
    ),
    _ipxe("ipxe-firmware", "7f", "the firmware refused it", "the image is damaged or cut short"),
    _ipxe("ipxe-io", "1d", "the server answered with an error, or the transfer broke"),
    _ipxe("ipxe-not-bootable", "2e", "the file is no image that iPXE can boot", "a wrong file"),
    _ipxe("ipxe-unreachable", "(17|28)", "no route to the server", "the lease lacks a router"),
    _ipxe("ipxe-no-memory", "31", "the image does not fit into the guest's memory"),
    _ipxe("ipxe-no-name", "3e", "the server's name is unknown", "the DNS server, or its answer"),
    _ipxe("ipxe-error", "[0-9a-f]{2}", "iPXE reports an error"),
    _failure("ipxe-no-boot", r"No more network devices", "iPXE has tried every NIC in vain"),
    _failure(
        "ipxe-no-bootfile",
        r"No filename or root path specified|Nothing to boot",
        "the DHCP answer names nothing to boot",
        "no class of the DHCP server matched",
    ),
    _failure("ipxe-no-image", r"No image selected", "the script boots, but selected no image"),
    _script("ipxe-command", r"\S+: command not found", "the script has an unknown command"),
    _script(
        "ipxe-usage",
        r"(Unrecognised|Invalid) option \"|Option \".*\" requires an argument",
        "the script gives a command an option that it does not have",
    ),
    _script(
        "ipxe-no-script",
        r"\.ipxe\S* : \d+ bytes \[(?!script)",
        "iPXE does not take the script for one: its first line is not #!ipxe",
    ),
    _failure("ipxe-script", r"Could not boot|[Cc]hain-?loading failed", "the script gave up"),
    _failure("ipxe-shell", r"iPXE> ", "iPXE waits for commands", "the script has ended"),
)

_GRUB = (
    _failure("grub-no-file", r"^error: .*not found\.$", "the server has no such file", _NO_FILE),
    _failure(
        "grub-forbidden",
        r"^error: unsupported uefi http status code",
        "the server does not give it out",
        "its mode, or the web server's rules",
    ),
    _failure("grub-short", r"^error: premature end of file", "a file ends too early", "the file"),
    _failure("grub-no-kernel", r"^error: you need to load the kernel", "no kernel was loaded"),
    _failure(
        "grub-no-device",
        r"^error: destination unreachable",
        "GRUB has no route to the server",
        "a server of another family than GRUB came by, or `chainloader` after HTTP Boot",
    ),
    _failure("grub-error", r"^error: \S", "GRUB reports an error", "the file that it names"),
    _failure("grub-prompt", r"^grub> ", "GRUB waits for commands", "it found no grub.cfg"),
)

_KERNEL = (
    _failure(
        "kernel-no-root",
        r"Unable to mount root fs",
        "the kernel found no root file system",
        "no initrd was loaded, or the command line names another one",
    ),
    _failure("kernel-no-init", r"No working init found|/init not found", "nothing to run as init"),
    _failure("kernel-panic", r"Kernel panic|not syncing", "the kernel panicked"),
    _failure("kernel-initrd", r"Initramfs unpacking failed", "the initrd is damaged or cut short"),
    _failure("kernel-memory", r"Out of memory: Killed process", "the guest has too little memory"),
)

FAILURES: tuple[Failure, ...] = (
    *_PXE,
    *_HTTP_BOOT,
    *_UEFI,
    *_SEABIOS,
    *_IPXE,
    *_GRUB,
    *_STUB,
    *_INITRAMFS,
    *_KERNEL,
)
"""The table; where two match the same line, the first one names it."""

LOOPED = _failure(
    "ipxe-loop",
    r"^(?:https?|tftp)://\S+\.\.\. ok$",
    "iPXE fetches the same file again and again: a script loops",
)
"""No line means it, but the same line many times."""

NAMES = frozenset(failure.name for failure in (*FAILURES, LOOPED))
