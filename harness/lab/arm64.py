"""Labs whose machines are arm64: one payload takes the place of every kernel."""

from dataclasses import replace

from harness.assets.cache import Cache
from harness.assets.stub import stub_arm64
from harness.host import tools
from harness.lab.options import LabOptions
from harness.machines.aarch64 import ARM64

__all__ = ["of_arm64"]


def of_arm64(options: LabOptions) -> LabOptions:
    """Lay the stub for arm64 as the kernels of all entries: no machine of another kind boots them.

    Raises:
        PrerequisiteError: what emulates such a machine, or compiles for one, is not installed.
    """
    tools.require(ARM64.board.emulator)
    return replace(options, stub=stub_arm64(cache=Cache(dir=options.cache_dir)))
