"""The library by which dhcpd does not wait a second of the host's for its ping (`ping.c`)."""

from pathlib import Path

from harness.assets.cache import Cache, key_of
from harness.data import DATA_DIR
from harness.host import tools
from harness.process import run

_SOURCE = DATA_DIR / "ping" / "ping.c"
_FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")


def short_ping(*, cache: Cache | None = None) -> Path:
    """Give it, from the cache or compiled now.

    Raises:
        PrerequisiteError: no compiler is installed.
        CommandError: it cannot be compiled; carries the compiler's words.
    """
    gcc = tools.path_of("gcc")
    key = key_of(_SOURCE.read_bytes(), *_FLAGS, str(gcc.stat().st_mtime_ns))
    return (cache or Cache()).build("short-ping", key, _make) / "ping.so"


def _make(into: Path) -> None:
    run([str(tools.path_of("gcc")), *_FLAGS, "-o", str(into / "ping.so"), str(_SOURCE)])
