"""What firmware prints when a boot has failed, in plain words: OVMF of 2022 to 2026, SeaBIOS.

The lines of OVMF's network stack are all that its builds of 2022.11, 2025.02 and 2026.08 hold; only
the last says more of an HTTP session, and why an image was refused.
"""

import re

from harness.guest.spec import DISK_TITLE, GAVE_UP
from harness.loaders.base import failure

_SERVER_SILENT = "the daemon is not running, listens on another address, or a filter drops it"
_NO_FILE = "the name in the DHCP answer or in the script, or the file below the data root"
_NO_LEASE = (
    "the DHCP server is not running, has no free address, or sends no boot file to this client"
)
_NO_LOADER = "the disk has no boot loader"
_NO_LOADER_UEFI = rf'BdsDxe: failed to load Boot\w+ "{DISK_TITLE}"'
_WIPED = "it was wiped, or an installation did not come so far as to give it one"
_OTHER_SIZE = "the file is larger than the server has announced"

_PXE = (
    failure("pxe-e05", r"PXE-E05", _OTHER_SIZE, "what the TFTP server answers to `tsize`"),
    failure("pxe-e07", r"PXE-E07", "the network card reports an error"),
    failure("pxe-e09", r"PXE-E09", "the firmware has no memory left for the NBP", "its size"),
    failure("pxe-e12", r"PXE-E12", "the NIC has no link", "the tap is not on the bridge"),
    failure("pxe-e16", r"PXE-E16", "no DHCP offer that the firmware can boot from", _NO_LEASE),
    failure("pxe-e18", r"PXE-E18", "the boot server did not answer in time", _SERVER_SILENT),
    failure("pxe-e21", r"PXE-E21", "the network boot was cancelled", "a key reached the firmware"),
    failure(
        "pxe-e22",
        r"PXE-E22",
        "the server's host refused the port",
        "the TFTP server is not running",
    ),
    failure("pxe-e23", r"PXE-E23", "the TFTP server sent an error", _NO_FILE),
    failure(
        "pxe-e53",
        r"PXE-E53",
        "the firmware has no boot file that it can fetch",
        "no class of the DHCP server matched, its boot file's parameters are not the size of the"
        " file, or the TFTP server refuses `tsize`",
    ),
    failure(
        "pxe-e99",
        r"PXE-E99",
        "the firmware could not ask the boot server",
        "nobody listens on the TFTP port in this family, or the boot file is not a tftp URL",
    ),
    failure("pxe-e", r"PXE-E\d\d", "the firmware's PXE boot failed"),
)

_HTTP_BOOT = (
    # A status alone (`Client Error: 405`) is no end: whose HEAD is refused goes on by GET.
    failure(
        "http-boot-tls",
        r"Error: TLS (session connection|configuration) failed",
        "the firmware and the web server did not agree on TLS",
        "the firmware has no CA for the server's certificate, or that is for another name or time",
    ),
    failure(
        "http-boot-https-only",
        r"Error: Access forbidden, only HTTPS connection is allowed",
        "this firmware boots by https:// alone",
        "the URL in the DHCP answer",
    ),
    failure(
        "http-boot-file",
        r"Error: Could not retrieve NBP file size",
        "the firmware could not get the NBP by HTTP",
        "the web server is not running, has no such file, or DHCP gave no URL",
    ),
    failure(
        "http-boot-dns",
        r"Error: (Could not retrieve the host address|DNS resolution failed)",
        "no DNS answer",
        "the DNS server in the DHCP answer, and the name in the URL",
    ),
    failure(
        "http-boot-connect",
        r"Error: (Could not establish connection with HTTP server|TCP connection failed)",
        "the firmware got no connection to the web server",
        "the web server is not running, or a filter drops it",
    ),
    failure("http-boot-silent", r"Error: Server response timeout", "no answer", _SERVER_SILENT),
    failure("http-boot-url", r"Error: Invalid URI address", "the boot file is not a URL"),
    failure(
        "http-boot-link",
        r"Error: Could not detect network connection",
        "the NIC has no link",
        "the tap is not on the bridge",
    ),
    failure("http-boot-size", r"Error: Buffer size is smaller than the requested", _OTHER_SIZE),
    failure(
        "http-boot-memory",
        r"Error: Could not (allocate I/O buffers|register RAM disk)",
        "the firmware has no memory left for what it fetches",
        "its size, and the machine's memory",
    ),
    failure(
        "http-boot-cancelled",
        r"Error: Remote boot cancelled",
        "the firmware gave its HTTP boot up",
        "the DHCP answer: a host name without a DNS server, no HTTPClient, another kind of URL",
    ),
    failure(
        "http-boot",
        r"Error: (Could not|Unexpected network|Network device|HTTP session|Unknown HTTP event)",
        "the firmware's HTTP boot failed",
    ),
)

_BOOT_MANAGER = (
    failure(
        "secure-boot",
        r"BdsDxe: failed to .*(Access Denied|Security Violation)",
        "the firmware refused the image's signature",
        "Secure Boot is on and the loader is not signed",
    ),
    failure(
        "uefi-gave-up",
        re.escape(GAVE_UP),
        "the firmware ended its one boot path and was kept from trying another",
        "the loader or its script ended (iPXE's `exit`), or the loader could not be started",
    ),
    failure("bds-disk", _NO_LOADER_UEFI, _NO_LOADER, _WIPED),
    failure(
        "bds-unsupported",
        r"BdsDxe: failed to (?:load|start) .*: Unsupported",
        "what was loaded is not a program for this machine",
        "which loader the DHCP server hands to this client architecture",
    ),
    failure(
        "bds-memory",
        r"BdsDxe: failed to (?:load|start) .*: Out of Resources",
        "what was loaded has no room in this machine's memory",
    ),
    failure("bds-load", r"BdsDxe: failed to load", "a boot option could not be loaded"),
    failure("bds-start", r"BdsDxe: failed to start", "what was loaded ended with an error"),
    failure("bds-nothing", r"BdsDxe: No bootable option", "every boot option has failed"),
    failure(
        "uefi-shell",
        r"UEFI Interactive Shell v",
        "the firmware fell into its shell",
        "every boot option before it failed or returned",
    ),
    failure(
        "uefi-front-page",
        r'BdsDxe: starting Boot\w+ "UiApp"|Boot Maintenance Manager|Boot Manager Menu',
        "the firmware shows its set-up screen instead of booting",
        "every boot option has failed, or a key reached the firmware",
    ),
    failure("uefi-exception", r"!!!! \w+ Exception Type", "the firmware crashed"),
)

_SEABIOS = (
    failure("bios-nothing", r"No bootable device", "SeaBIOS has nothing left to boot from"),
    failure("bios-disk", r"^Boot failed: not a bootable disk", _NO_LOADER, _WIPED),
    failure("bios-failed", r"^Boot failed: ", "SeaBIOS could not boot from a device"),
)

FIRMWARE_FAILURES = (*_PXE, *_HTTP_BOOT, *_BOOT_MANAGER, *_SEABIOS)
