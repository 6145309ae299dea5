"""Every kind of machine. To add one, write its module and add it to the list."""

from harness.errors import UsageError
from harness.machines.aarch64 import ARM64
from harness.machines.base import Machine
from harness.machines.bios import BIOS
from harness.machines.ia32 import IA32
from harness.machines.x86_64 import X64

MACHINES: dict[str, Machine] = {machine.id: machine for machine in (X64, IA32, ARM64, BIOS)}
"""By id, in the order in which people list them."""

LOADER_KEYS = tuple(
    dict.fromkeys(
        machine.loader_key(protocol)
        for machine in MACHINES.values()
        for protocol in machine.clients
    )
)
"""What may stand in a site's `[loaders]`."""


def require_machine(id: str) -> Machine:
    """Look a kind of machine up.

    Raises:
        UsageError: there is none of that id.
    """
    if id not in MACHINES:
        known = ", ".join(MACHINES)
        raise UsageError(f"no kind of machine is called {id}", cure=f"one of: {known}")
    return MACHINES[id]


def machine_of_client(arch: int | None) -> Machine | None:
    """Give the machine that calls itself by this client architecture."""
    found = (each for each in MACHINES.values() if arch in each.client_archs)
    return next(found, None)


def machine_of_program(pe_machine: int) -> Machine | None:
    """Give the machine whose firmware starts PE programs with this Machine field."""
    return next((each for each in MACHINES.values() if each.pe_machine == pe_machine), None)
