"""Whether what a site has machines start is a program, and one for the machines that get it."""

import re
from collections.abc import Iterator, Mapping

from harness.describe.file_kind import HEAD_SIZE
from harness.examine.clients import HTTP_ARCHITECTURES, architectures
from harness.examine.finding import Finding, error, warning
from harness.examine.handed import OF_BIOS, OF_UEFI, is_no_code, redirected, unfit
from harness.examine.hosts import said_of
from harness.examine.named import lies_at, place
from harness.loaders.ipxe.image import FETCHED_FIRST, STARTED, image_commands
from harness.loaders.ipxe.script import IpxeScript, is_ipxe
from harness.loaders.named_files import is_script, named_files
from harness.loaders.script import ANY, NamedFile, Script, Use
from harness.machines import machine_of_client
from harness.machines.program import (
    PACKED,
    beginning_words,
    is_arm64_kernel,
    is_kernel,
    program_of,
)
from harness.model import VENDOR_CLASS_HTTP, VENDOR_CLASS_PXE
from harness.services.configuration import dhcpd
from harness.services.configuration.blocks import Statement
from harness.services.dhcpd import Dhcpd4, Dhcpd6
from harness.site import Site
from harness.site.places import shown_path
from harness.site.said import Topic
from harness.site.url import is_meant_as_url

_TOLD_APART = re.compile(
    r"\$\{(?:platform|buildarch|arch|net\w/arch|smbios|manufacturer|product)\b"
)
"""By which a script tells kinds of machines apart."""
_USED = re.compile(r"(?:^|&&|\|\|)\s*(?:kernel|linux|initrd)(?:efi|16)?\s")


def of_daemons(host: Site, site: Site) -> Iterator[Finding]:
    """Go through what dhcpd of one of the site's hosts hands out."""
    for kind in (Dhcpd4, Dhcpd6):
        if kind.name in host.daemons and host.has(kind.configuration(host)):
            for each in dhcpd.statements(host, kind.configuration(host)):
                yield from _handed_out(site, each, shown_path(each.place, host.within))


def findings(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Go through what these scripts (by path) have started."""
    yield from _started(site, texts)
    yield from _for_all(site, texts)


def _handed_out(site: Site, statement: Statement, by: str) -> Iterator[Finding]:
    """Say that a first program is none, or none for the architecture that is asked for."""
    is_file = statement.name == "filename" or "bootfile" in "".join(statement.words[1:2])
    text = statement.words[-1] if is_file and len(statement.words) > 1 else ""
    if not text or "code" in statement.words:
        return
    yield from _by_another_way(site, statement, text, by)
    path = place(site, text, by=by)
    if not path or not site.provides(path):
        return
    machines = dict.fromkeys(machine_of_client(each) for each in architectures(statement))
    for machine in machines:
        why = "" if machine is None else unfit(site, path, machine.name, scripts=True)
        if machine is not None and why:
            yield error(statement.place, f"{path} is handed to {machine.name} machines here: {why}")
    if not machines and site.has(path) and not site.beginning(path, 1):
        yield error(statement.place, f"{path}, which is handed out here, is empty")


def _by_another_way(site: Site, statement: Statement, text: str, by: str) -> Iterator[Finding]:
    """Say that firmware which fetches by one protocol is handed a name of the other's."""
    condition = statement.inside[-1] if statement.inside else ()
    if any("ipxe" in word.lower() or "user-class" in word for e in statement.inside for word in e):
        return
    asked = architectures(statement)
    is_http = asked <= HTTP_ARCHITECTURES if asked else VENDOR_CLASS_HTTP in condition
    is_pxe = not asked & HTTP_ARCHITECTURES if asked else VENDOR_CLASS_PXE in condition
    other = VENDOR_CLASS_PXE if is_http else VENDOR_CLASS_HTTP
    if asked and other in condition:
        return  # nobody meets that, which is told of the condition
    scheme = text.partition(":")[0].lower() if is_meant_as_url(text) else ""
    if is_http and not is_pxe and not scheme.startswith("http"):
        what = f"'{text}' is not fetched over HTTP, and UEFI HTTP Boot fetches nothing else"
        yield error(statement.place, what)
    elif is_http and not is_pxe and (why := redirected(site, text, by=by)):
        yield error(statement.place, f"'{text}': {why}")
    elif is_pxe and not is_http and statement.name == "filename" and scheme:
        what = f"'{text}' is handed to firmware that boots by PXE, which takes it for a file's name"
        yield error(statement.place, what)


def _started(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Say which kernel or program of a script is none, and which file is taken for two things."""
    paths = {text.name: path for path, text in texts.items()}
    uses: dict[tuple[str, Use], str] = {}
    for file in named_files(list(texts.values())):
        where, text = f"{paths[file.script]}:{file.line}", texts[paths[file.script]]
        for lies in _places(site, file):
            if file.use in (Use.KERNEL, Use.UNCLEAR) and site.has(lies):
                yield from _no_program(site, lies, where, unpacks=not is_ipxe(text.text))
            if _USED.search(text.lines.get(file.line, "")):
                uses.setdefault((lies, file.use), where)
    for (lies, use), where in uses.items():
        if use is Use.INITRD and (kernel := uses.get((lies, Use.KERNEL))):
            yield warning(where, f"{lies} is taken for an initrd, and in {kernel} for a kernel")


def _for_all(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Say that a script has both UEFI and BIOS start a program that by its name is for one."""
    given = [each.text for each in said_of(site) if each.topic is Topic.BOOT_FILE]
    if not all(any(map(kind.search, given)) for kind in (OF_UEFI, OF_BIOS)):
        return
    for path, text in texts.items():
        for command in image_commands(IpxeScript(path, text.text)) if is_ipxe(text.text) else ():
            if command.name not in (*STARTED, *FETCHED_FIRST):
                continue
            above = [line for number, line in text.lines.items() if number <= command.line]
            is_told_apart = any(map(_TOLD_APART.search, above)) or "&&" in above[-1]
            kinds = {OF_UEFI: "a UEFI program", OF_BIOS: "a BIOS loader"}
            kind = next((said for each, said in kinds.items() if each.search(command.path)), "")
            if kind and not is_told_apart:
                what = f"{command.image} is {kind} by its name, and both UEFI and BIOS come here"
                yield warning(f"{path}:{command.line}", what)


def _places(site: Site, file: NamedFile) -> Iterator[str]:
    for name in file.names:
        lies = "" if ANY in name else lies_at(site, file, name)
        if lies:
            yield lies


def _no_program(site: Site, path: str, where: str, *, unpacks: bool) -> Iterator[Finding]:
    head = site.beginning(path, HEAD_SIZE)
    program = program_of(head)
    is_packed = head.startswith(tuple(PACKED))
    if is_arm64_kernel(head) or (program is not None and program.machine is None):
        kind = program.whose if program is not None else "arm64"
        yield warning(where, f"{path} is a program for {kind}, as which no machine of a lab boots")
    elif program is not None or is_kernel(head) or is_script(head):
        return
    elif is_no_code(head) or (is_packed and not unpacks):
        yield error(where, f"{path} is started here, and is not a program: {beginning_words(head)}")
