"""The libraries that a daemon is started beside (LD_PRELOAD): compiled once, kept by content.

`harness/data/nfs/handles.c` lets nfs-ganesha serve from a lab. It opens files by kernel handles,
for which the kernel wants root of the whole machine and a file system that can be exported; an
ordinary user's lab has neither, and an overlay is none. The library makes handles out of paths.
`harness/data/ping/ping.c` shortens the second for which dhcpd waits for the answer to its ping.
"""

from pathlib import Path

from harness.assets.cache import Cache, key_of
from harness.data import DATA_DIR
from harness.host import tools
from harness.process import run

_FLAGS = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu11")


def handles_library(*, cache: Cache | None = None) -> Path:
    """Give the one by which files have handles."""
    return _compiled(DATA_DIR / "nfs" / "handles.c", cache or Cache())


def short_ping(*, cache: Cache | None = None) -> Path:
    """Give the one by which a ping is waited for only briefly."""
    return _compiled(DATA_DIR / "ping" / "ping.c", cache or Cache())


def _compiled(source: Path, cache: Cache) -> Path:
    compiler = tools.path_of("gcc")
    key = key_of(source.read_bytes(), *_FLAGS, str(compiler.stat().st_mtime_ns))
    name = f"{source.stem}.so"

    def compile_it(into: Path) -> None:
        run([str(compiler), *_FLAGS, "-o", str(into / name), str(source)])

    return cache.build(source.stem, key, compile_it) / name
