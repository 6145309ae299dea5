"""What a person is told of a lab that stands: what runs, and how to get at it."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from harness.assets.stub import BIOS_ADDRESS
from harness.host import tools
from harness.lab import Guest, Lab
from harness.services.libvirtd import Libvirtd

_GDB_SOCKET = Path("/run/harness/guest0.gdb")
GDB_STUB = ("-gdb", f"unix:{_GDB_SOCKET},server=on,wait=off")
"""QEMU's words for a stub that gdb speaks to; a socket of the lab's own, so that several may be."""


def describe(lab: Lab) -> Iterator[str]:
    """Say what runs, and how to get at it."""
    server, pid = lab.site.server, lab.namespace.pid
    addresses = ", ".join(map(str, server.interfaces))
    services = lab.services.values()
    yield f"lab       {pid}: {lab.site.name}, from {lab.site.dir}"
    yield f"server    {server.hostname}, {server.interface}: {addresses}"
    for name, host in lab.site.hosts.items():
        own = ", ".join(map(str, host.server.interfaces))
        way = f"harness enter {pid} --host {name}"
        yield f"host      {name}, {host.server.interface}: {own}; {way}"
    daemons = (f"{each.label} ({each.what})" if each.what else each.label for each in services)
    yield f"daemons   {', '.join(daemons)}"
    for each in services:
        yield from (f"warning   {each.label}: {line}" for line in each.warnings())
    yield f"evidence  {lab.evidence.dir}"
    yield from describe_ways(lab)


def describe_ways(lab: Lab) -> Iterator[str]:
    """Say how to get into it, and how to end it."""
    libvirtd, pid = lab.service(Libvirtd.name), lab.namespace.pid
    yield f"enter     harness enter {pid}"
    yield f"capture   harness capture {pid} | wireshark -k -i -"
    if isinstance(libvirtd, Libvirtd):
        yield f"virsh     virsh -c '{libvirtd.uri}'"
    yield f"end       harness down {pid}"


def describe_guest(lab: Lab, guest: Guest) -> Iterator[str]:
    """Say what was switched on, and where to watch it."""
    state = "" if guest.power.is_on else " (off)"
    yield f"guest     {guest.spec.name}: {guest.path}, {guest.mac}{state}"
    of = "" if guest is lab.guests[0] else f" --guest {guest.spec.name}"
    yield f"console   harness console {lab.namespace.pid}{of}"


def describe_bmc(lab: Lab, guest: Guest) -> Iterator[str]:
    """Say how to drive a guest by its BMC, from inside the lab, by IPMI and by Redfish.

    Where its other address is wanted, `ip address` tells it.
    """
    bmc = lab.bmc(guest)
    commands = {
        "bmc": bmc.command("power", "status"),
        "redfish": bmc.curl_command(bmc.system),
    }
    for name, command in commands.items():
        yield f"{name:9} harness enter {lab.namespace.pid} -- {shlex.join(command)}"


def describe_gdb(lab: Lab, guest: Guest) -> str:
    """Say how gdb gets at the first guest's processor, from outside the lab.

    Of the stub payload, where it is booted on a BIOS, it is told where its functions are.
    """
    words = ["-ex", f"target remote {lab.namespace.path(_GDB_SOCKET)}"]
    stub = lab.options.stub
    if stub is not None and not guest.path.is_uefi and stub.bios_symbols.exists():
        words += ["-ex", f"add-symbol-file {stub.bios_symbols} -o {BIOS_ADDRESS:#x}"]
    return f"gdb       {shlex.join(['gdb', *words])}"


def describe_held(lab: Lab) -> Iterator[str]:
    """Say of a lab whose scenario is over how to look into it, its machines on or off."""
    yield f"evidence  {lab.evidence.dir}"
    for guest in lab.guests:
        yield from describe_guest(lab, guest)
        if tools.find("ipmitool") is not None:
            yield from describe_bmc(lab, guest)
    yield from describe_ways(lab)
