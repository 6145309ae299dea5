"""Whether what firmware was handed to start is what the site says, and one that it can start.

Judged by the first bytes that were on the wire and by what it then asked for, not by the
file's name.
"""

from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.judge.http_boot import taken_for_disk
from harness.judge.told_otherwise import told_otherwise
from harness.judge.where import bracketed, where_told
from harness.loaders import LOADERS
from harness.machines import Machine, NetworkStack, machine_of_client
from harness.machines.program import beginning_words, cannot_be_told, is_text, program_of
from harness.model import Role
from harness.step import Fetch, StepRole
from harness.witness.taken_path import boot_fetches, file_of, place_of
from harness.witness.wire import DhcpMessage, HttpExchange, Transfer, WireEvent

_LOOKED_AT = 16
"""Bytes by which text is told from machine code."""


def loader_faults(boot: Boot) -> Iterator[str]:
    """Say what is wrong with each first program that firmware was handed."""
    if boot.path.loader is None:
        return
    said: set[str] = set()
    for machine, arch, fetch in _handed(boot):
        fault = _fault(machine, machine.client_words(arch), fetch)
        if not fault and isinstance(fetch, HttpExchange):
            fault = taken_for_disk(fetch, boot)
        if fault and file_of(fetch) not in said:
            said.add(file_of(fetch))
            where = told_by(boot, fetch) if " was handed to " in fault else ""
            yield f"{fault} (client arch 0x{arch:04x}, frame {fetch.frame}){where}"


def told_by(boot: Boot, fetch: Transfer) -> str:
    """Say by which setting DHCP had told the machine of a file, and why it was not another."""
    otherwise = (each for each in told_otherwise(boot) if " has file " in each)
    if cause := next(otherwise, ""):
        return f": {cause}"
    file = file_of(fetch).lstrip("/")
    if any(isinstance(way, Fetch) and way.file == file for way in boot.ways()):
        return _given_as(boot, fetch)  # its name is right: what is given out as it is not
    told = [
        each
        for each in boot.of(DhcpMessage)
        if each.frame < fetch.frame and each.family is fetch.family and each.bootfile
    ]
    named = [each for each in told if each.bootfile.endswith(file)]
    if not named:
        return ""
    role, file, server = Role.dhcp(fetch.family), named[-1].bootfile, named[-1].server
    return bracketed(where_told(boot, role, "file", (file,), server=server))


def _given_as(boot: Boot, fetch: Transfer) -> str:
    """Say which file its server gives out under a name, and by which line if it has another."""
    place, rule = place_of(boot.site, fetch), ""
    if isinstance(fetch, HttpExchange) and not f"/{place}".endswith(f"/{file_of(fetch)}"):
        served = boot.server(Role.HTTP, fetch.server).served(
            f"/{file_of(fetch)}", host=fetch.host_name or fetch.server, port=fetch.port
        )
        rule = "" if served is None else served.rule("alias", "rewrite", "try_files", "root")
    return bracketed(f"{place}, by {rule}" if rule else place)


def _handed(boot: Boot) -> Iterator[tuple[Machine, int, Transfer]]:
    """Go through what firmware fetched whole, and who it said it was, up to its loader's start."""
    fetches = {id(fetch) for fetch in boot_fetches(boot.wire, boot.mac)}
    arch: int | None = None
    for event in boot.of(WireEvent):
        if isinstance(event, DhcpMessage) and event.is_boot_request:
            if event.is_ipxe:
                return
            arch = event.client_arch
            continue
        if not isinstance(event, Transfer):
            continue
        if _is_loaders(file_of(event)):
            return
        if (
            id(event) in fetches
            and arch is not None
            and (machine := machine_of_client(arch)) is not None
            and ((event.head and event.outcome.arrived) or is_empty(event))
            and (machine.is_uefi or _is_named(boot, file_of(event)))
        ):
            yield machine, arch, event


def _is_named(boot: Boot, file: str) -> bool:
    """Whether DHCP names a file: a BIOS fetches no other, what it has started may be anything."""
    return any(each.bootfile.endswith(file) for each in boot.of(DhcpMessage))


def _is_loaders(file: str) -> bool:
    """Whether a loader asks for it, and no firmware."""
    return any(each.asks_for(file) for each in LOADERS)


def is_empty(fetch: Transfer) -> bool:
    """Whether a whole file has come, and has nothing in it."""
    if isinstance(fetch, HttpExchange):
        return fetch.method == "GET" and fetch.outcome.arrived and not fetch.bytes
    # Firmware asks for the size alone first, and not for nothing.
    return not fetch.bytes and (fetch.told_size == 0 or fetch.outcome.arrived)


def _fault(machine: Machine, client: str, fetch: Transfer) -> str:
    file, program = file_of(fetch), program_of(fetch.head)
    if program is None:
        if cannot_be_told(fetch.head, fetch.bytes):
            return ""
        why = beginning_words(fetch.head)
        if machine.is_uefi:
            return f"the file {file} is not an EFI program: {why}"
        # Any machine code will do for a BIOS, so only what is none is told.
        is_code = any(fetch.head) and not is_text(fetch.head[:_LOOKED_AT])
        return "" if is_code else f"the file {file} is not a BIOS loader: {why}"
    if program.machine is not machine:
        return f"the {program.kind} {file} was handed to {client}"
    if program.size > fetch.bytes:
        return (
            f"the file {file} is cut short: its header promises {program.size} bytes, "
            f"and it has {fetch.bytes}"
        )
    return ""


def replaced_loader(boot: Boot) -> Iterator[str]:
    """Say that the loader is another than the site's, as what it asked for tells."""
    if boot.path.stack is not NetworkStack.FIRMWARE:
        return
    for step in boot.taken:
        shown = next((each for each in LOADERS if each.is_shown_by(step.what)), None)
        if shown is None:
            continue
        if shown.kind != boot.loader.kind:
            yield (
                f"{boot.nbp_file} is {shown.called} by what it asked for ({step.what}, "
                f"frame {step.first.frame}), the site's is {boot.loader.called}"
            )
        return


def foreign_nbp(boot: Boot) -> Iterator[str]:
    """Say that the first program on the wire is not the file that lies on the server."""
    step = boot.found(StepRole.NBP)
    event = step.last if step is not None and step.arrived else None
    if boot.nbp is None or not isinstance(event, Transfer):
        return
    if difference := boot.nbp.difference(event):
        yield (
            f"the NBP {file_of(event)} on the wire is not the server's file of that name: "
            f"{difference} (frame {event.frame}){_given_as(boot, event)}"
        )
