"""Whether a client can boot what a DHCP server's answer hands it, as far as the site's files tell.

By the protocol that its firmware fetches by, and by what the file is (`harness.machines.program`).
Sources: UEFI 2.10, 24.7 (HTTP Boot) and 24.3.18 (PXE over IPv6, RFC 5970); PXE 2.1.
"""

import re
from collections.abc import Sequence

from harness.describe.file_kind import HEAD_SIZE
from harness.examine.named import BootFile, followed, place
from harness.loaders.named_files import is_script
from harness.machines.program import beginning_words, is_kernel, is_text, program_of
from harness.model import USER_CLASS_IPXE, VENDOR_CLASS_HTTP, Family
from harness.site import Site
from harness.site.url import is_meant_as_url

_PROGRAMS = {
    **{0x00: "BIOS", 0x06: "ia32 UEFI", 0x07: "x64 UEFI", 0x09: "x64 UEFI", 0x0A: "arm UEFI"},
    **{0x0B: "arm64 UEFI", 0x0F: "ia32 UEFI", 0x10: "x64 UEFI", 0x13: "arm64 UEFI"},
}
"""By client architecture: whose programs its firmware starts."""
_BIOS = "BIOS"
_FILE, _SERVER = ("file ", "option 67 "), "next-server "
OF_BIOS = re.compile(r"\.(?:k?kpxe|pxe|0)$", re.IGNORECASE)
OF_UEFI = re.compile(r"\.efi(?:\.signed)?$", re.IGNORECASE)
"""What loaders' names end with, by whose they are."""
_LOOKED_AT = 64
"""Bytes by which text is told from machine code."""


def why_not(
    site: Site,
    family: Family,
    *,
    arch: int | None,
    vendor_class: str,
    user_class: str,
    told: Sequence[str],
) -> str:
    """Say why a client cannot boot what it is told; "" where nothing is known against it.

    `told` are the parts of an answer in the words of a boot: `next-server ADDRESS`, `file x`.
    """
    files = [text.removeprefix(each) for text in told for each in _FILE if text.startswith(each)]
    if not files or arch is None:
        return ""
    file, is_ipxe = files[0], user_class == USER_CLASS_IPXE
    if not is_ipxe and (why := _protocol(site, family, arch, vendor_class, file, told)):
        return why
    server = next((e.removeprefix(_SERVER) for e in told if e.startswith(_SERVER)), "")
    path = place(site, file, server=server)
    if not path or path in (*site.absent, *site.laid):
        return ""
    if why := _not_there(site, file, path, server):
        return why
    if not site.provides(path):
        return ""
    why = unfit(site, path, _PROGRAMS.get(arch, ""), scripts=is_ipxe, kernels=is_ipxe)
    return f"{path}: {why}" if why else ""


def _not_there(site: Site, file: str, path: str, server: str) -> str:
    """Say what is missing where a client is told to ask; "" of hosts that are not the site's."""
    asked = BootFile.of(file)
    if "${" in file or asked.role is None or (not asked.host and server not in site.addresses):
        return ""
    at = asked.host or server
    serving = site.daemon_facts.filling(asked.role)
    if serving and at in site.addresses and not any(at in each.addresses for each in serving):
        return f"no {asked.role.called} is on {at}"
    return f"{path} is not there" if serving and not site.provides(path) else ""


def redirected(site: Site, file: str, *, by: str = "") -> str:
    """Say by what UEFI HTTP Boot is sent elsewhere, which follows nobody; "" where it is not.

    `by` is the line that hands the file out.
    """
    led = followed(site, file, by=by)
    return f"UEFI HTTP Boot follows no redirection: {led.words}" if led.is_told else ""


def _protocol(
    site: Site, family: Family, arch: int, vendor_class: str, file: str, told: Sequence[str]
) -> str:
    """Say what keeps firmware from fetching a file of this name."""
    scheme = file.partition(":")[0].lower() if is_meant_as_url(file) else ""
    if vendor_class == VENDOR_CLASS_HTTP:
        if led := redirected(site, file):
            return led
        if scheme not in ("http", "https"):
            return f"'{file}' is not fetched over HTTP, and UEFI HTTP Boot fetches nothing else"
        if not any(each.startswith(f"vendor class {VENDOR_CLASS_HTTP}") for each in told):
            return f"UEFI HTTP Boot takes no answer without the vendor class {VENDOR_CLASS_HTTP}"
    elif family is Family.IPV4 and scheme:
        return f"'{file}' is a URL, and PXE takes it for a file's name"
    elif family is Family.IPV6 and scheme != "tftp" and _PROGRAMS.get(arch) != _BIOS:
        return f"'{file}' is not fetched by tftp://, and PXE over IPv6 fetches nothing else"
    return ""


def unfit(site: Site, path: str, wanted: str, *, scripts: bool, kernels: bool = False) -> str:
    """Say why a file is no first program for machines of this name; "" when it may be one.

    `scripts`, `kernels`: whether it may be such a thing as well, as it may for iPXE.
    """
    if not site.has(path):  # supplied: its name has to tell
        other = OF_UEFI if wanted == _BIOS else OF_BIOS
        kind = "a UEFI program" if wanted == _BIOS else "a BIOS loader"
        return f"by its name it is {kind}" if other.search(path) else ""
    head = site.beginning(path, HEAD_SIZE)
    program = program_of(head)
    if program is not None:
        return "" if program.whose == wanted else f"it is a loader for {program.whose}"
    # Any machine code will do for a BIOS.
    is_code = wanted == _BIOS and not is_no_code(head)
    is_other = (scripts and is_script(head)) or (kernels and is_kernel(head))
    return "" if is_code or is_other else beginning_words(head)


def is_no_code(head: bytes) -> bool:
    """Whether a file that begins so has nothing in it, or text, where machine code is wanted."""
    return not any(head) or is_text(head[:_LOOKED_AT])
