"""The table of failures: what each must catch, and what looks alike and is none."""

import re
from pathlib import Path

import pytest

from harness.errors import BootError
from harness.guest.console.failure import BootFailedError, FailureWatch, Finding
from harness.guest.console.failure_table import CHANT, FailureTable
from harness.guest.console.terminal import Decoder, PlainText
from harness.guest.spec import GAVE_UP
from harness.loaders import LOADERS
from tests.guest.fake_guest import DATA

TABLE = FailureTable(LOADERS)

_BDS = 'Boot0001 "UEFI PXEv4 (MAC:525400000126)" from PciRoot(0x0)/Pci(0x2,0x0)'
_DISK = 'Boot0000 "disk" from PciRoot(0x0)/Pci(0xC,0x0)'

EXAMPLES = {
    "pxe-e05": (
        "  PXE-E05: Buffer size is smaller than the requested file.",
        "  NBP filesize is 0 Bytes",
    ),
    "pxe-e07": ("  PXE-E07: Network device error.", "Network device"),
    "pxe-e09": ("  PXE-E09: Could not allocate I/O buffers.", "I/O buffers"),
    "pxe-e12": ("  PXE-E12: Could not detect network connection.", "PXE over IPv4"),
    "pxe-e16": ("  PXE-E16: No valid offer received.", "  Station IP address is 192.0.2.64"),
    "pxe-e18": ("  PXE-E18: Server response timeout.", "  Server IP address is 192.0.2.1"),
    "pxe-e21": ("  PXE-E21: Remote boot cancelled.", ">>Start PXE over IPv4."),
    "pxe-e22": ("  PXE-E22: Client received ICMP error from server.", "PXEv4"),
    "pxe-e23": ("  PXE-E23: Client received TFTP error from server.", "  NBP filename is ipxe.efi"),
    "pxe-e53": ("  PXE-E53: No boot filename received.", "PXE-M0F: Exiting."),
    "pxe-e99": ("  PXE-E99: Unexpected network error.", "  NBP file downloaded successfully."),
    "pxe-e": ("PXE-E74: Bad or missing PXE menu and/or prompt", "PXE->EB: !PXE at 9C48:0720"),
    "http-boot-tls": (
        "  Error: TLS session connection failed - Aborted.",
        "TLS Auth Configuration",
    ),
    "http-boot-https-only": (
        "  Error: Access forbidden, only HTTPS connection is allowed.",
        "HTTPS connection",
    ),
    "http-boot-connect": (
        "  Error: Could not establish connection with HTTP server.",
        "connection with HTTP server",
    ),
    "http-boot-link": ("  Error: Could not detect network connection.", "network connection"),
    "http-boot-size": (
        "  Error: Buffer size is smaller than the requested file.",
        "the requested file",
    ),
    "http-boot-memory": ("  Error: Could not register RAM disk to the system.", "RAM disk"),
    "http-boot-cancelled": ("  Error: Remote boot cancelled.", "Remote boot"),
    "bds-unsupported": (
        f"BdsDxe: failed to load {_BDS}: Unsupported",
        f"BdsDxe: loading {_BDS}: Unsupported",
    ),
    "bds-memory": (f"BdsDxe: failed to load {_BDS}: Out of Resources", "Out of Resources"),
    "http-boot-file": (
        "  Error: Could not retrieve NBP file size from HTTP server.",
        "  NBP filesize is 850528 Bytes",
    ),
    "http-boot-dns": (
        "  Error: Could not retrieve the host address from DNS server.",
        "DNS server 192.0.2.1",
    ),
    "http-boot-silent": ("  Error: Server response timeout.", ">>Start HTTP Boot over IPv4....."),
    "http-boot-url": ("  Error: Invalid URI address.", "  URI: http://192.0.2.1/ipxe.efi"),
    "http-boot": ("  Error: Unexpected network error.", "EXT4-fs: error count since last fsck"),
    "secure-boot": (f"BdsDxe: failed to load {_BDS}: Access Denied", "Access granted"),
    "uefi-gave-up": (
        f'BdsDxe: loading Boot0001 "{GAVE_UP}" from Fv(7CB8BDC9)',
        f"BdsDxe: loading {_BDS}",
    ),
    "bds-disk": (f"BdsDxe: failed to load {_DISK}: Not Found", f"BdsDxe: loading {_DISK}"),
    "bds-load": (f"BdsDxe: failed to load {_BDS}: Not Found", f"BdsDxe: loading {_BDS}"),
    "bds-start": (f"BdsDxe: failed to start {_BDS}: Aborted", f"BdsDxe: starting {_BDS}"),
    "bds-nothing": ("BdsDxe: No bootable option or device was found.", "bootable image"),
    "uefi-shell": ("UEFI Interactive Shell v2.2", "EFI shell"),
    "uefi-front-page": (
        'BdsDxe: starting Boot0000 "UiApp" from Fv(7CB8BDC9)/FvFile(462CAA21)',
        f"BdsDxe: starting {_BDS}",
    ),
    "uefi-exception": (
        "!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!",
        "Exception handlers installed",
    ),
    "bios-nothing": ("No bootable device.", "Booting from ROM..."),
    "bios-disk": ("Boot failed: not a bootable disk", "Booting from Hard Disk..."),
    "bios-failed": ("Boot failed: could not read the boot disk", "a message: Boot failed: once"),
    "ipxe-no-lease": (
        "Configuring (net0 52:54:00:00:01:e4)....... No configuration methods succeeded"
        " (http://ipxe.org/040ee119)",
        "Configuring (net0 52:54:00:00:01:68).................. ok",
    ),
    "ipxe-no-file": (
        "http://192.0.2.1/nothere... No such file or directory (http://ipxe.org/2d0c613b)",
        "iPXE (http://ipxe.org) 00:02.0 C000 PCI2.10",
    ),
    "ipxe-forbidden": (
        "sysrescd/rescue64... Operation not permitted (https://ipxe.org/410c618f)",
        "sysrescd/rescue64... ok",
    ),
    "ipxe-secure-boot": (
        "Could not boot: Error 0x7f04818f (https://ipxe.org/7f04818f)",
        "vmlinuz : 7093216 bytes [EFI] [SELECTED]",
    ),
    "ipxe-firmware": (
        "Could not boot: Error 0x7f048183 (https://ipxe.org/7f048183)",
        "vmlinuz : 7093216 bytes [EFIPE] [SELECTED]",
    ),
    "ipxe-timed-out": (
        "Could not select: Connection timed out (https://ipxe.org/4c22e092)",
        "http://192.0.2.1/4c22e092... ok",
    ),
    "ipxe-refused": (
        "http://192.0.2.1/script.ipxe... Connection reset (http://ipxe.org/0f0a6039)",
        "http://192.0.2.1/script.ipxe... ok",
    ),
    "ipxe-denied": ("Permission denied (https://ipxe.org/0216eb8f)", "permission granted"),
    "ipxe-io": ("Input/output error (http://ipxe.org/1d0c6139)", "io scheduler registered"),
    "ipxe-not-bootable": ("Exec format error (http://ipxe.org/2e008081)", "exec ok"),
    "ipxe-unreachable": ("Network unreachable (http://ipxe.org/28086011)", "Link:up"),
    "ipxe-no-memory": ("Out of memory (http://ipxe.org/31022083)", "625kB free base memory"),
    "ipxe-no-name": ("DNS name does not exist (http://ipxe.org/3e11623b)", "DNS: 192.0.2.1"),
    "ipxe-no-room": (
        "x.img... No space left on device (https://ipxe.org/3418208b)",
        "x.img... 34182000 bytes",
    ),
    "ipxe-cancelled": ("Operation canceled (http://ipxe.org/0b072095)", "cancelled by a script"),
    "ipxe-aborted": ("x... Connection aborted (https://ipxe.org/0d0c6139)", "x... ok"),
    "ipxe-exists": ("Error 0x1402 (https://ipxe.org/14022095)", "it exists"),
    "ipxe-argument": ("Invalid argument (https://ipxe.org/1c056082)", "an argument"),
    "ipxe-message": ("Protocol error (https://ipxe.org/43056082)", "a protocol"),
    "ipxe-no-link": ("Link down (https://ipxe.org/38086193)", "[Link:down, TX:0 TXE:0]"),
    "ipxe-no-device": ("No such device (https://ipxe.org/2c222087)", "net0: device"),
    "ipxe-no-buffers": ("No buffer space (https://ipxe.org/2a654089)", "buffers: 12"),
    "ipxe-unsupported": ("Operation not supported (https://ipxe.org/3c092083)", "supported"),
    "ipxe-too-late": ("Timer expired (https://ipxe.org/4b3c618f)", "timer 1"),
    "ipxe-out-of-range": ("Range error (https://ipxe.org/40072095)", "range 10"),
    "ipxe-exit": (
        "Could not boot image: Error 0x00000001 (https://ipxe.org/00000001)",
        "(http://ipxe.org)",
    ),
    "ipxe-error": ("Error 0x5f07 (http://ipxe.org/5f072095)", "(http://ipxe.org)"),
    "ipxe-no-boot": ("No more network devices", "net0: 52:54:00:00:01:68 using undionly"),
    "ipxe-no-bootfile": ("Nothing to boot: see the manual", "Filename: http://192.0.2.1/s.ipxe"),
    "ipxe-no-image": ("No image selected", "script.ipxe : 883 bytes [script]"),
    "ipxe-command": ("efiboot: command not found", "Press Ctrl-B for the iPXE command line..."),
    "ipxe-configurator": ('"ipv7": no such configurator', "Configuring [ipv6] (net0)... ok"),
    "ipxe-usage": (
        'Unrecognised option "--timout"',
        "choose [-m|--menu <menu>] [-d|--default <default>]",
    ),
    "ipxe-no-script": ("script.ipxe : 3127 bytes [PXE-NBP]", "script.ipxe : 3134 bytes [script]"),
    "ipxe-loop": ("", "http://192.0.2.1/script.ipxe... ok"),
    "ipxe-script": ("Could not boot showmax. Back to the menu in 10 seconds.", "booting showmax"),
    "ipxe-shell": ("iPXE> ", "iPXE 1.0.0+git-20190125.36a4c85-5.1 -- Open Source"),
    "shim-revoked": (
        "SBAT self-check failed: Security Policy Violation",
        "SBAT Level: sbat,1,2024010900",
    ),
    "shim-refused": (
        "│  Verification failed: (0x1A) Security Violation    │",
        "Verification failed, tty8 for more information.",
    ),
    "shim-no-second-stage": ("Unable to fetch TFTP image: TFTP Error", "Fetching Netboot Image"),
    "shim-no-start": ("Failed to load image: Not Found", "Loading image"),
    "shim-gave-up": (
        "Something has gone seriously wrong: import_mok_state() failed: Not Found",
        "Something",
    ),
    "pxelinux-no-module": ("Failed to load ldlinux.c32", "loading ldlinux.c32"),
    "pxelinux-no-configuration": (
        "No DEFAULT or UI configuration directive found!",
        "DEFAULT linux",
    ),
    "pxelinux-no-file": ("Could not find kernel image: vmlinuz", "Loading vmlinuz... ok"),
    "pxelinux-bad-kernel": ("Invalid or corrupt kernel image.", "a kernel image"),
    "grub-not-signed": ("error: bad shim signature.", "a signature"),
    "grub-no-card": ("error: couldn't autoconfigure efinet0.", "efinet0"),
    "grub-no-origin": ("error: unable to find boot device.", "the boot device"),
    "grub-dns": ("error: no DNS servers configured.", "DNS servers"),
    "grub-no-neighbour": ("error: timeout: could not resolve hardware address.", "hardware"),
    "grub-timed-out": ("error: connection timeout.", "timeout"),
    "grub-refused": ("error: net/tcp.c:tcp_open:12:connection refused.", "refused"),
    "grub-no-server": ("error: no server is specified.", "a server is specified"),
    "grub-http": ("error: couldn't configure http protocol, reason: 2.", "http protocol"),
    "grub-bad-kernel": ("error: invalid magic number.", "a magic number"),
    "grub-memory": ("error: out of memory.", "memory"),
    "grub-command": ("error: can't find command `linux64'.", "a command"),
    "grub-memory-broken": ("alloc magic is broken at 0x7e25c0: 0", "the magic"),
    "grub-no-file": ("error: file `/showmax/vmlinuz' not found.", "no error: not found."),
    "grub-forbidden": (
        "error: unsupported uefi http status code 0x14.",
        "http status code 0x14",
    ),
    "grub-short": ("error: premature end of file /showmax/vmlinuz.", "the end of the file"),
    "grub-no-kernel": ("error: you need to load the kernel first.", "you need a kernel"),
    "grub-no-device": ("error: destination unreachable.", "the destination"),
    "grub-error": ("error: unknown error.", "no error: all is well."),
    "grub-prompt": ("grub> ", "GNU GRUB  version 2.12-9+deb13u4"),
    "efi-no-initrd": (
        "EFI stub: ERROR: Failed to open file: initrd.img",
        "EFI stub: Loaded initrd from command line option",
    ),
    "kernel-no-root": (
        "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
        "VFS: Mounted root (ext4 filesystem) readonly",
    ),
    "stub-cut-short": (
        "Payload: the kernel is cut short or damaged",
        "Payload: no initrd was handed over",
    ),
    "kernel-no-init": ("Kernel panic: No working init found.", "Run /init as init process"),
    "kernel-panic": (
        "Kernel panic - not syncing: Attempted to kill init!",
        "Command line: panic=1 quiet",
    ),
    "kernel-initrd": ("Initramfs unpacking failed: junk", "Unpacking initramfs..."),
    "kernel-memory": ("Out of memory: Killed process 71 (init)", "Memory: 200000K/262144K"),
    "no-root": ("HARNESS: the initramfs gave up", "Begin: Mounting root file system ..."),
    "nfs-refused": (
        "mount call failed - server replied: Permission denied.",
        "mount call",
    ),
    "nfs-options": ("nfsmount: bad NFS version '4'", "nfsmount"),
    "initramfs-no-device": (
        "ALERT!  /dev/sda1 does not exist.  Dropping to a shell!",
        "Begin: Waiting for root file system ...",
    ),
    "initramfs-no-word": (
        "No root device specified. Boot arguments must include a root= parameter.",
        "root=/dev/nfs",
    ),
    "initramfs-mount": (
        "Failed to mount /dev/sda1 as root file system.",
        "Begin: Mounting root file system ...",
    ),
    "initramfs-no-init": (
        "No init found. Try passing init= bootarg.",
        "Begin: Running /scripts/init-bottom ...",
    ),
    "live-no-medium": (
        "Unable to find a live file system on the network",
        "Begin: Looking for a live file system",
    ),
    "live-no-image": (
        "No supported filesystem images found at //live.",
        "live/filesystem.squashfs",
    ),
    "live-no-card": (
        "No supported network device found, maybe a non-mainline driver is required.",
        "a network device",
    ),
    "dracut-gave-up": (
        "[  187.1] dracut-initqueue[323]: Warning: dracut-initqueue timeout - starting scripts",
        "dracut-initqueue[323]: started",
    ),
    "systemd-emergency": (
        'You are in emergency mode. After logging in, type "journalctl -xb"',
        "emergency.target",
    ),
    "initramfs-prompt": ("(initramfs) ", "Loading (initramfs)"),
    "efi-stub": ("EFI stub: ERROR: exit_boot() failed!", "EFI stub: Using DTB"),
    "nfs-by-name": (
        "Begin: Trying nfsmount -o nolock -o ro  local-server:/srv/tftp/gparted"
        " /run/live/medium ... nfsmount: can't parse IP address 'local-server'",
        "Begin: Trying nfsmount -o nolock -o ro  192.0.2.1:/srv/tftp/gparted /run/live/medium ...",
    ),
}


EXAMPLES |= {
    row.name: (f"x... Error 0x{code}072095 (https://ipxe.org/{code}072095)", "x... ok")
    for code in (f"{number:02x}" for number in range(0x50))
    if (row := TABLE.find(f"(https://ipxe.org/{code}072095)")) and row.name not in EXAMPLES
}
"""Of each of iPXE's error classes that has a row, its number alone tells it."""


def findings_of(name: str) -> list[Finding]:
    """Give what a recording's lines tell, nothing tolerated."""
    watch = FailureWatch(TABLE)
    pieces = Decoder().feed((DATA / f"{name}.raw").read_bytes())
    watch.feed(PlainText().feed(pieces), at_s=1.0)
    found = []
    while finding := watch.first(TABLE.normal):
        found.append(finding)
    return found


def test_every_failure_has_an_example() -> None:
    assert {*EXAMPLES, CHANT.name} == TABLE.names
    assert len(TABLE.names) == len(TABLE.rows) + len(TABLE.repeated) + 1


@pytest.mark.parametrize("number", range(0x01, 0x50))
def test_each_posix_class_of_ipxes_errors_has_its_own_words(number: int) -> None:
    """Those that boots are known to show, and the rare ones; its line has its page's address."""
    found = TABLE.find(f"x... Error 0x{number:02x}072095 (https://ipxe.org/{number:02x}072095)")
    assert found is not None
    assert found.name != "ipxe-error"


def test_without_loaders_their_failures_are_unknown() -> None:
    names = FailureTable().names
    assert names < TABLE.names
    assert not any(name.startswith(("ipxe-", "grub-")) for name in names)


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "ipxe-loop"])
def test_a_failure_is_caught_by_its_name(name: str) -> None:
    found = TABLE.find(EXAMPLES[name][0])
    assert found is not None
    assert found.name == name
    assert found.meaning


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_looks_alike_is_no_failure(name: str) -> None:
    assert TABLE.find(EXAMPLES[name][1]) is None


def test_a_refused_question_for_a_size_is_no_failure() -> None:
    """Firmware asks by HEAD first, and by GET where a server does not take that."""
    assert TABLE.find("  Client Error: 405 Method Not Allowed") is None


@pytest.mark.parametrize("name", ["bios-ipxe-rom", "bios-vendor-rom", "x64-tftp"])
def test_a_good_way_to_the_menu_has_no_failure_but_what_is_normal(name: str) -> None:
    normal = (re.compile(r"/script\.ipxe-"), "ipxe-shell")
    lines = [finding.line for finding in findings_of(name) if not finding.tolerated_by(normal)]
    assert lines[0].startswith("http://192.0.2.1/nothere... No such file")


def test_a_missing_loader_is_named_in_the_firmwares_order() -> None:
    names = [finding.failure.name for finding in findings_of("x64-http-missing")]
    assert names[:3] == ["http-boot-file", "http-boot", "bds-load"]
    assert names[-1] == "uefi-shell"


@pytest.mark.parametrize(
    ("recording", "names"),
    [
        ("x64-2022-http-stalled", ["http-boot-silent"]),
        ("x64-2022-pxe-size", ["pxe-e05", "bds-load"]),
        ("x64-2025-http-redirected", ["http-boot-file", "http-boot", "bds-load", "uefi-gave-up"]),
        ("x64-2026-http-redirected", ["http-boot-file", "http-boot", "bds-load"]),
        ("x64-2025-pxe-no-offer", ["pxe-e16", "bds-load", "uefi-gave-up"]),
        ("x64-2025-no-entropy", ["uefi-gave-up"]),
        ("x64-2026-pxe-no-tsize", ["pxe-e53"]),
        ("x64-2025-http-missing", ["http-boot-file", "http-boot", "bds-load"]),
        ("x64-2026-pxe-no-file", ["pxe-e23", "bds-load"]),
        ("x64-2026-wrong-architecture", ["bds-unsupported"]),
        ("x64-grub-2.14-http", ["grub-no-origin"]),
        ("x64-ipxe-2.0-timed-out", ["ipxe-timed-out", "ipxe-no-boot"]),
    ],
)
def test_what_each_generation_says_is_named(recording: str, names: list[str]) -> None:
    found = (finding.failure.name for finding in findings_of(recording))
    assert list(dict.fromkeys(found)) == names


def test_a_line_is_judged_once_also_when_it_was_a_prompt_first() -> None:
    watch = FailureWatch(TABLE)
    watch.feed("iPXE> ", 1.0)
    watch.judge_line(1.0)
    watch.judge_line(1.2)
    watch.feed("exit\n", 2.0)
    assert watch.first(()) is not None
    assert watch.first(()) is None


def test_a_failure_is_a_product_error_and_leads_with_the_guests_words() -> None:
    (first, *_) = findings_of("x64-http-missing")
    error = BootFailedError(first, "the menu", last_lines=("a",), log_path=Path("console.txt"))
    assert isinstance(error, BootError)
    assert str(error).splitlines()[0].startswith('the guest said "Error: Could not retrieve')


def test_a_script_that_fetches_itself_is_a_loop() -> None:
    watch = FailureWatch(TABLE)
    line = "http://192.0.2.1/script.ipxe-52%3A54%3A00%3A12%3A34%3A56... ok\n"
    said = f"{line}script.ipxe : 60 bytes [script]\n"
    watch.feed(2 * said, 1.0)
    assert watch.first(()) is None
    watch.feed(line, 2.0)
    found = watch.first(())
    assert found is not None
    assert found.failure.name == "ipxe-loop"
    watch.feed(20 * line, 3.0)
    assert watch.first(()) is None


@pytest.mark.parametrize(
    "files",
    [
        ["http://192.0.2.1/a... ok", "http://192.0.2.1/b... ok"],
        ["tftp://192.0.2.1/undionly.kpxe...  ok"],
        ["http://192.0.2.1/a... 12% 80% ok", "boot.php?mac=52:54:00... ok", "menu.ipxe... o"],
        ["http://192.0.2.1/a...... [connecting]. ok"],
    ],
)
def test_files_that_come_in_a_circle_are_told_after_the_second_round(files: list[str]) -> None:
    watch = FailureWatch(TABLE)
    twice = "".join(f"{line}\nsaid meanwhile\n" for line in 2 * files)
    watch.feed(twice, 1.0)
    assert watch.first(()) is None
    watch.feed(f"{files[0]}\n", 2.0)
    found = watch.first(())
    assert found is not None
    assert found.failure.name == "ipxe-loop"


def test_a_file_that_is_fetched_twice_between_others_is_no_circle() -> None:
    watch = FailureWatch(TABLE)
    for name in "aabacabadd":
        watch.feed(f"http://192.0.2.1/{name}... ok\n", 1.0)
    assert watch.first(()) is None


@pytest.mark.parametrize("lines", [["waits"], ["tries net0", "no answer", "", "waits"]])
def test_lines_that_come_again_and_again_are_told_once(lines: list[str]) -> None:
    watch = FailureWatch(TABLE)
    text = "".join(f"{line}\n" for line in lines)
    watch.feed(25 * text, 1.0)
    assert watch.first(()) is None
    watch.feed(text, 2.0)
    found = watch.first(())
    assert found is not None
    assert (found.failure.name, found.line) == ("console-loop", lines[0])
    watch.feed(100 * text, 3.0)
    assert watch.first(()) is None


def test_lines_that_count_are_no_circle() -> None:
    watch = FailureWatch(TABLE)
    watch.feed("".join(f"{number} of 200 done\n" for number in range(200)), 1.0)
    assert watch.first(()) is None


def test_a_scripts_own_fault_comes_before_what_others_know() -> None:
    watch = FailureWatch(TABLE)
    watch.feed("imgfre: command not found\n", 1.0)
    finding = watch.first(())
    assert finding is not None
    error = BootFailedError(finding, "the menu", last_lines=(), log_path=Path("console.txt"))
    assert error.causes == ("the script has an unknown command: imgfre: command not found",)
    assert error.says_why


def test_a_sites_own_words_are_a_failure_and_its_cause() -> None:
    """They are words, no pattern, and another site does not know them."""
    said = "reinstall: FAILED (disk): vda has 64 MiB"
    assert TABLE.find(said) is None
    table = FailureTable(LOADERS, ["FAILED (disk)"])
    assert table.find("reinstall: FAILED disk") is None
    found = table.find(said)
    assert found is not None
    assert (found.name, found.is_cause) == ("site", True)


def test_the_sides_of_a_menus_box_are_no_circle() -> None:
    watch = FailureWatch(TABLE)
    watch.feed(40 * "\u2502                         \u2502\r\n", 1.0)
    assert watch.first(()) is None
