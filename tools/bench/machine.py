"""What the figures were measured on."""

import os
import re
from pathlib import Path

from harness import process
from harness.host import memory, tools
from harness.host.accelerator import Accelerator


def describe(accelerator: Accelerator) -> dict[str, object]:
    """Give what the machine is, and how loaded it is now."""
    return {
        "cores": os.cpu_count() or 1,
        "processor": _processor(Path("/proc/cpuinfo").read_text()),
        "memory_available_mib": memory.available_mib(),
        "kernel": os.uname().release,
        "accelerator": accelerator.name,
        "accelerator_reason": accelerator.reason,
        "qemu": _version("qemu-system-x86_64"),
        "libvirt": _version("libvirtd"),
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def line(facts: dict[str, object]) -> str:
    """Write it on a line."""
    load = facts["load"]
    loads = " ".join(map(str, load)) if isinstance(load, list) else load
    return (
        f"{facts['cores']} cores ({facts['processor']}), {facts['accelerator']},"
        f" QEMU {facts['qemu']}, libvirt {facts['libvirt']}, load {loads}"
    )


def _processor(cpuinfo: str) -> str:
    """Give the processor's name; empty where /proc/cpuinfo has none."""
    found = re.search(r"^model name\s*:\s*(.*)$", cpuinfo, re.MULTILINE)
    return found[1] if found else ""


def _version(tool: str) -> str:
    """Give the first number that a program calls its version."""
    said = process.run([str(tools.path_of(tool)), "--version"]).stdout
    found = re.search(r"\d+(?:\.\d+)+", said)
    return found[0] if found else "?"
