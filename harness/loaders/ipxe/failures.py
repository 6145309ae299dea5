"""What iPXE prints when a boot has failed, in plain words."""

from harness.loaders.base import Failure, failure
from harness.loaders.ipxe.console import PROGRESS

_NO_FILE = "the name in the DHCP answer or in the script, or the file below the data root"


_EXITED = "0{6}(?!00)[0-9a-f]{2}"
"""The error of an `exit` with a number other than nought."""
_PAGE = "the page that iPXE names: it says where in its source that is"
_TOO_BIG = "what is fetched does not fit into the machine's memory"


def _errno(
    name: str, errno: str, meaning: str, likely: str = "", *, is_cause: bool = False
) -> Failure:
    """Write a row for errors of one POSIX code.

    iPXE ends an error with a link whose eight digits are: bits 30-24 the POSIX
    code, 23-13 the source file, 12-8 the place in it, 7-0 the platform's code
    (that part differs between BIOS and UEFI).
    """
    pattern = rf"\(https?://ipxe\.org/{errno}[0-9a-f]{{6}}\)"
    return failure(name, pattern, meaning, likely, is_cause=is_cause)


_RARE = {
    "01": ("too-many", "a list is too long"),
    "03": ("address-in-use", "the address or port is in use"),
    "04": ("no-address", "the machine does not have that address"),
    "07": ("under-way", "that is under way already"),
    "08": ("no-handle", "what it was to use is not open"),
    "0a": ("in-use", "it is in use"),
    "0c": ("no-child", "there is no such process"),
    "10": ("deadlock", "two wait for each other"),
    "11": ("no-destination", "no destination is named"),
    "12": ("out-of-domain", "a number makes no sense here"),
    "13": ("quota", "a quota is used up"),
    "15": ("bad-pointer", "a pointer leads nowhere"),
    "18": ("gone", "what it was to use is gone"),
    "1a": ("in-progress", "that is not finished yet"),
    "1b": ("interrupted", "it was interrupted"),
    "1e": ("connected", "it is connected already"),
    "1f": ("directory", "that is a directory"),
    "20": ("too-many-links", "too many links lead on"),
    "21": ("too-many-files", "too many files are open"),
    "22": ("links-full", "a file can have no more links"),
    "24": ("multihop", "that goes over several hops"),
    "27": ("network-reset", "the network has reset the connection"),
    "29": ("files-full", "no more files can be open"),
    "2b": ("no-data", "there is no data"),
    "2f": ("no-locks", "no more locks are to be had"),
    "30": ("link-cut", "the link has been cut"),
    "32": ("no-message", "there is no message of that kind"),
    "35": ("no-streams", "no more streams are to be had"),
    "39": ("not-a-directory", "that is not a directory"),
    "3a": ("not-empty", "that is not empty"),
    "3b": ("not-a-socket", "that is not a socket"),
    "47": ("read-only", "that can only be read"),
    "48": ("no-seek", "nobody can go to a place in that"),
    "49": ("no-process", "there is no such process"),
    "4a": ("stale", "what it was to use is no longer what it was"),
    "4d": ("busy-text", "a program that runs cannot be changed"),
    "4e": ("would-block", "that would have to wait"),
    "4f": ("other-device", "that lies on another device"),
}
"""POSIX codes that no boot is known to show: what their classes mean."""

FAILURES = (
    failure(
        "ipxe-no-lease",
        r"No configuration methods succeeded",
        "iPXE got no address",
        "the DHCP server is not running or does not answer this client",
    ),
    _errno("ipxe-no-file", "2d", "the server has no such file", _NO_FILE),
    _errno(
        "ipxe-timed-out",
        "4c",
        "no answer in time",
        "the daemon is not running, listens on another address, or a filter drops it",
    ),
    _errno(
        "ipxe-refused",
        "0[ef]",
        "the connection was refused or reset",
        "the web server is not running",
    ),
    _errno("ipxe-denied", "02", "access denied", "the server's rights, or a certificate"),
    _errno(
        "ipxe-forbidden",
        "41",
        "the server does not give it out",
        "its mode, or the web server's rules",
    ),
    # UEFI's "access denied" and "security violation" (2.10, appendix D), of `LoadImage`.
    failure(
        "ipxe-secure-boot",
        r"\(https?://ipxe\.org/7f[0-9a-f]{4}(?:8f|9a)\)",
        "the firmware refused the image's signature",
        "Secure Boot is on and the kernel is not signed by a key of the machine's db",
    ),
    _errno("ipxe-firmware", "7f", "the firmware refused it", "the image is damaged or cut short"),
    _errno("ipxe-io", "1d", "the server answered with an error, or the transfer broke"),
    _errno("ipxe-not-bootable", "2e", "the file is not an image that iPXE boots", "a wrong file"),
    _errno("ipxe-unreachable", "(17|28)", "no route to the server", "the lease lacks a router"),
    _errno("ipxe-no-memory", "31", _TOO_BIG, is_cause=True),
    _errno("ipxe-no-room", "34", _TOO_BIG, is_cause=True),
    _errno("ipxe-no-name", "3e", "the server's name is unknown", "the DNS server, or its answer"),
    _errno("ipxe-cancelled", "0b", "somebody pressed a key, or a script took it back"),
    _errno("ipxe-aborted", "(0d|42)", "the other side ended the connection"),
    _errno("ipxe-exists", "14", "there is one of that name already"),
    _errno("ipxe-argument", "1c", "a value is none that iPXE takes", "the line of the script"),
    _errno("ipxe-message", "(09|19|23|43)", "what came is not what the protocol says"),
    _errno("ipxe-no-link", "(26|38)", "the NIC is closed, or has no link", "the cable"),
    _errno("ipxe-no-device", "(2c|36)", "there is no such drive or NIC in this machine"),
    _errno("ipxe-no-buffers", "2a", "iPXE has no memory left for what the network sends"),
    _errno(
        "ipxe-unsupported",
        "(05|33|37|3c|3d|3f|44|45)",
        "this build of iPXE cannot do that: the protocol, the address or the image",
    ),
    _errno("ipxe-too-late", "4b", "a time has run out, of a certificate as a rule"),
    _errno("ipxe-out-of-range", "(06|16|25|40|46)", "something is too long, too large, or busy"),
    *(
        _errno(f"ipxe-{name}", code, meaning, _PAGE, is_cause=True)
        for code, (name, meaning) in _RARE.items()
    ),
    # A number of no class is what a script gave to `exit`, which ends it with that.
    failure(
        "ipxe-exit",
        rf"\(https?://ipxe\.org/{_EXITED}\)",
        "the script ended with an error of its own, by its `exit`",
        is_cause=True,
    ),
    _errno(
        "ipxe-error",
        "[0-9a-f]{2}",
        "iPXE reports an error of no class that POSIX has",
        _PAGE,
        is_cause=True,
    ),
    failure("ipxe-no-boot", r"No more network devices", "iPXE has tried every NIC in vain"),
    failure(
        "ipxe-no-bootfile",
        r"No filename or root path specified|Nothing to boot",
        "the DHCP answer names nothing to boot",
        "no class of the DHCP server matched",
    ),
    failure(
        "ipxe-no-image",
        r"No image selected",
        "the script boots, but selected no image",
        is_cause=True,
    ),
    failure(
        "ipxe-command",
        r"\S+: command not found",
        "the script has an unknown command",
        is_cause=True,
    ),
    failure(
        "ipxe-configurator",
        r"\"[^\"]*\": no such configurator",
        "the script has an address configured in a way that iPXE does not know",
        is_cause=True,
    ),
    failure(
        "ipxe-usage",
        r"(Unrecognised|Invalid) option \"|Option \".*\" requires an argument",
        "the script gives a command an option that it does not have",
        is_cause=True,
    ),
    failure(
        "ipxe-no-script",
        r"\.ipxe\S* : \d+ bytes \[(?!script)",
        "iPXE does not take the script for one: its first line is not #!ipxe",
        is_cause=True,
    ),
    failure("ipxe-script", r"Could not boot|[Cc]hain-?loading failed", "the script gave up"),
    failure("ipxe-shell", r"iPXE> ", "iPXE waits for commands", "the script has ended"),
)

LOOPED = failure(
    "ipxe-loop",
    rf"^\S+?\.{{3,}}{PROGRESS}*\.*\s*ok?$",
    "iPXE fetches the same files again and again: a script loops, or DHCP hands it itself",
)
