"""What GRUB prints when a boot has failed, in plain words: 2.06, 2.12, 2.14."""

from harness.loaders.base import Failure, failure

_SERVER_SILENT = "the daemon is not running, listens on another address, or a filter drops it"


def _error(
    name: str, words: str, meaning: str, likely: str = "", *, is_cause: bool = False
) -> Failure:
    """Write a row for an error of GRUB's; some builds name the line of their source first."""
    return failure(
        name, rf"^error: (?:\S+?:\d+:)?\s*(?:{words})", meaning, likely, is_cause=is_cause
    )


FAILURES = (
    _error(
        "grub-not-signed",
        r"bad shim|.*shim\S* protocols? not found|prohibited by secure boot|verification requested"
        r"|.*has invalid signature|no signature",
        "GRUB does not take what nobody has signed",
        "Secure Boot is on: shim must have started GRUB, and kernel and modules must be signed",
    ),
    _error(
        "grub-no-card",
        r"no network card found|network interface not found|couldn't autoconfigure"
        r"|network protocol not available",
        "GRUB has no network",
        "the firmware's network stack: GRUB uses that, and nothing of its own",
    ),
    _error(
        "grub-no-origin",
        r"unable to find boot device",
        "GRUB does not know where the firmware has fetched it from",
        "another version of GRUB, or TFTP in HTTP Boot's place",
    ),
    _error(
        "grub-dns",
        r"no DNS (?:servers configured|record found|reply received)",
        "GRUB cannot look the server's name up",
        "the DNS server in the lease, or an address in the name's place",
    ),
    _error(
        "grub-no-neighbour",
        r"timeout: could not resolve hardware address",
        "nobody has the address that GRUB asks",
        "the server's address in the configuration and in the lease",
    ),
    _error(
        "grub-timed-out",
        r"connection timeout|time ?out (?:opening|reading)|couldn't send network packet",
        "no answer in time",
        _SERVER_SILENT,
    ),
    _error(
        "grub-refused",
        r"connection refused",
        "the connection was refused",
        "the server is not running",
    ),
    _error(
        "grub-no-server",
        r"no server is specified",
        "GRUB was not told which server to ask",
        "the server in the file's name, or `next-server` in the lease",
    ),
    _error(
        "grub-no-file",
        r".*not found\.$",
        "the server has no such file",
        "the name in the DHCP answer or in the script, or the file below the data root",
    ),
    _error(
        "grub-forbidden",
        r"unsupported (?:uefi http status code|HTTP error)",
        "the server does not give it out",
        "its mode, or the web server's rules",
    ),
    _error(
        "grub-http",
        r"couldn't configure http protocol",
        "GRUB cannot use the firmware's HTTP",
        "the family and server that GRUB came by: it asks no other",
    ),
    _error("grub-short", r"premature end of file", "a file ends too early", "the file"),
    _error("grub-no-kernel", r"you need to load the kernel", "no kernel was loaded"),
    _error(
        "grub-bad-kernel",
        r"invalid (?:magic number|arch-\w+ ELF magic)|kernel too old|plain image kernel not"
        r" supported|cannot load image|not a valid",
        "what GRUB was to boot is not a kernel that it boots",
        "the file behind `linux`",
    ),
    _error(
        "grub-memory",
        r"out of memory|the initrd is too big",
        "what GRUB fetches does not fit into the machine's memory",
        is_cause=True,
    ),
    _error(
        "grub-command",
        r"can't find command|syntax error|unrecognized option",
        "the menu has a line that GRUB does not know",
        is_cause=True,
    ),
    _error(
        "grub-no-device",
        r"destination unreachable",
        "GRUB has no route to the server",
        "a server of another family than GRUB came by, or `chainloader` after HTTP Boot",
        is_cause=True,
    ),
    _error("grub-error", r"\S", "GRUB reports an error", "the file that it names"),
    failure(
        "grub-memory-broken",
        r"^(?:alloc|free) magic is broken at ",
        "GRUB has damaged its own memory, and stands still",
        is_cause=True,
    ),
    failure("grub-prompt", r"^grub> ", "GRUB waits for commands", "it found no grub.cfg"),
)
