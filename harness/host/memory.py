"""Whether this host's memory holds the guests that are asked for."""

from pathlib import Path

from harness.errors import PrerequisiteError

MEMINFO_PATH = Path("/proc/meminfo")

WORKER_OVERHEAD_MIB = 320
"""What a scenario takes beside its guest's memory.

QEMU itself, up to 150 MiB of code that TCG translated, the worker, libvirtd and
the daemons.
"""

RESERVE_MIB = 256
"""Left to the rest of the host."""


def available_mib(meminfo_path: Path = MEMINFO_PATH) -> int:
    """Give the memory that can be had without swapping (MemAvailable), in MiB."""
    for line in meminfo_path.read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) // 1024
    raise PrerequisiteError(f"{meminfo_path} has no MemAvailable", cure="use Linux 3.14 or newer")


def workers_that_fit(guest_mib: int, *, available: int) -> int:
    """Give the largest number of scenarios at a time, 0 when not even one fits."""
    return max(0, (available - RESERVE_MIB) // (guest_mib + WORKER_OVERHEAD_MIB))


def require(workers: int, guest_mib: int, *, meminfo_path: Path = MEMINFO_PATH) -> None:
    """Raise a PrerequisiteError unless `workers` scenarios at a time fit; it says how many do."""
    available = available_mib(meminfo_path)
    fit = workers_that_fit(guest_mib, available=available)
    if fit >= workers:
        return
    needed = workers * (guest_mib + WORKER_OVERHEAD_MIB) + RESERVE_MIB
    raise PrerequisiteError(
        f"too little memory for -n {workers}: {workers} x ({guest_mib} MiB guest"
        f" + {WORKER_OVERHEAD_MIB} MiB around it) + {RESERVE_MIB} MiB = {needed} MiB needed,"
        f" {available} MiB available",
        cure=f"use -n {fit}" if fit else "end other programs, or give this host more memory",
    )
