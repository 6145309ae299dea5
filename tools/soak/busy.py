"""The load itself: `python -m tools.soak.busy core`, or `disk DIR`.

A process that keeps one core busy, or writes to a disk and waits until it is there.
It ends when its standard input does, so it outlives nobody: not even a harness that
was killed. The file it writes has no name any more, so nothing is left of that either.
"""

import os
import select
import sys
import tempfile

CORE, DISK = "core", "disk"
READY = b"ready\n"
_TURNS = 200_000
"""Between two looks at standard input: some milliseconds."""
_BLOCK = bytes(1 << 20)
_BLOCKS = 64
"""How much is written before the same place is written again."""


def main(what: str, directory: str = "") -> None:
    """Be busy until standard input ends."""
    poller = select.poll()
    poller.register(sys.stdin.fileno(), select.POLLIN)
    os.write(sys.stdout.fileno(), READY)
    if what == CORE:
        _count(poller)
    else:
        _write(poller, directory)


def _count(poller: select.poll) -> None:
    """Keep one core busy."""
    while not poller.poll(0):
        for _ in range(_TURNS):
            pass


def _write(poller: select.poll, directory: str) -> None:
    """Write block after block, each one down to the disk."""
    with tempfile.TemporaryFile(dir=directory) as file:
        blocks = 0
        while not poller.poll(0):
            if blocks % _BLOCKS == 0:
                file.seek(0)
            file.write(_BLOCK)
            file.flush()
            os.fsync(file.fileno())
            blocks += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
