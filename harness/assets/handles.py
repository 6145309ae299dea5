"""The library that lets nfs-ganesha serve from a lab: compiled once, kept by content.

Ganesha opens files by kernel handles. For those the kernel wants root of the whole
machine and a file system that can be exported; an ordinary user's lab has neither,
and an overlay is none. `harness/data/nfs/handles.c` makes handles out of paths instead.
"""

from pathlib import Path

from harness.assets.cache import Cache, key_of
from harness.data import DATA_DIR
from harness.host import tools
from harness.process import run

SOURCE_PATH = DATA_DIR / "nfs" / "handles.c"
_FLAGS = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu11")
_KIND = "handles"
_NAME = "handles.so"


def handles_library(*, cache: Cache | None = None) -> Path:
    """Give the compiled library."""
    compiler = tools.path_of("gcc")
    key = key_of(SOURCE_PATH.read_bytes(), *_FLAGS, str(compiler.stat().st_mtime_ns))

    def compile_it(into: Path) -> None:
        run([str(compiler), *_FLAGS, "-o", str(into / _NAME), str(SOURCE_PATH)])

    return (cache or Cache()).build(_KIND, key, compile_it) / _NAME
