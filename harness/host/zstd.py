"""zstd, which Python's library does not know: the one owner of that program."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from threading import Thread
from typing import IO

from harness import process
from harness.host import tools

MAGIC = b"\x28\xb5\x2f\xfd"
_PACK_TIMEOUT_S = 600.0
_END_TIMEOUT_S = 20.0
_FED_S = 1.0
_BITE = 1 << 20


@contextmanager
def unpacked(stream: BufferedReader) -> Iterator[IO[bytes]]:
    """Let zstd unpack a stream.

    Raises:
        EOFError: all was read of it, and it is cut short or damaged: what a reader made of
            zstd's last words is none.
    """
    tools.require("zstd")
    unpacker = process.start(["zstd", "-q", "-d", "-c"], pipe_stdin=True)
    into = os.fdopen(os.dup(unpacker.stdin_fd), "wb")
    unpacker.close_stdin()
    feeder = Thread(target=_feed, args=(stream, into), daemon=True)
    feeder.start()
    try:
        with os.fdopen(os.dup(unpacker.stdout_fd), "rb") as plain:
            yield plain
            while plain.read(_BITE):  # behind the end of a tar there is some more
                pass
        if unpacker.wait(_END_TIMEOUT_S) != 0:
            raise EOFError("it is cut short or damaged")
    finally:
        unpacker.close()
        feeder.join(_FED_S)  # who has given the stream may close it now


def _feed(stream: BufferedReader, into: IO[bytes]) -> None:
    with suppress(BrokenPipeError), into:  # it ends before its input where that is not zstd's
        shutil.copyfileobj(stream, into)


def pack(plain: Path, packed: Path) -> None:
    """Pack a file; what lies there already is replaced."""
    tools.require("zstd")
    argv = ["zstd", "-q", "-f", "-T0", "-o", str(packed), str(plain)]
    process.run(argv, timeout_s=_PACK_TIMEOUT_S)
