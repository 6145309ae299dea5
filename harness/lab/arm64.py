"""Labs whose machines are arm64: one payload takes the place of every kernel."""

from dataclasses import replace

from harness.assets.cache import Cache
from harness.assets.payload import AARCH64, payload
from harness.assets.stub import stub_arm64
from harness.host import tools
from harness.lab.options import LabOptions
from harness.machines.aarch64 import ARM64

__all__ = ["of_arm64"]


def of_arm64(options: LabOptions) -> LabOptions:
    """Lay kernels for arm64 in all entries, no machine of another kind boots them: stub or Linux.

    Raises:
        PrerequisiteError: what emulates such a machine, or compiles for one, is not installed.
    """
    tools.require(ARM64.board.emulator)
    cache = Cache(dir=options.cache_dir)
    if options.stub is None:
        return replace(options, payload=payload(AARCH64, cache=cache, say=options.tell))
    return replace(options, stub=stub_arm64(cache=cache))
