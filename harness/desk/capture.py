"""What crosses a running lab's bridge, as pcap: from the lab's start on, and as it comes."""

import os
import select

from harness.errors import UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.lab.running import RunningLab

_TICK_S = 0.1
_BITE = 1 << 16


def stream(lab: RunningLab, out: int) -> None:
    """Write a lab's capture to a descriptor until the lab ends.

    Raises:
        UsageError: it captures nothing.
        BrokenPipeError: whoever reads it has seen enough.
    """
    path = EvidenceDirectory(lab.evidence_dir).wire_path
    try:
        capture, init = path.open("rb"), os.pidfd_open(lab.pid)
    except OSError as error:
        raise UsageError(f"lab {lab.pid} has no capture: {error}") from error
    poller = select.poll()
    poller.register(init, select.POLLIN)
    try:
        with capture:
            has_ended = False
            while not has_ended:
                has_ended = bool(poller.poll(_TICK_S * 1000))
                while data := capture.read(_BITE):
                    while data:
                        data = data[os.write(out, data) :]
    finally:
        os.close(init)
