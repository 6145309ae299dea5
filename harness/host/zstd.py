"""zstd, which Python's library does not know: the one owner of that program."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from threading import Thread
from typing import IO

from harness import process
from harness.host import tools

MAGIC = b"\x28\xb5\x2f\xfd"
_PACK_TIMEOUT_S = 600.0


@contextmanager
def unpacked(stream: BufferedReader) -> Iterator[IO[bytes]]:
    """Let zstd unpack a stream."""
    tools.require("zstd")
    unpacker = process.start(["zstd", "-q", "-d", "-c"], pipe_stdin=True)

    def feed() -> None:
        with os.fdopen(os.dup(unpacker.stdin_fd), "wb") as into:
            unpacker.close_stdin()
            shutil.copyfileobj(stream, into)

    feeder = Thread(target=feed, daemon=True)
    feeder.start()
    try:
        with os.fdopen(os.dup(unpacker.stdout_fd), "rb") as plain:
            yield plain
    finally:
        unpacker.close()


def pack(plain: Path, packed: Path) -> None:
    """Pack a file; what lies there already is replaced."""
    tools.require("zstd")
    argv = ["zstd", "-q", "-f", "-T0", "-o", str(packed), str(plain)]
    process.run(argv, timeout_s=_PACK_TIMEOUT_S)
