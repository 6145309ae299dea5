"""A process that has one lab at a time and is told each step, as a worker of `-n` would be.

Each line on standard input is a step: a directory for the evidence of the next
lab, `up`, `down`. Each is answered by a line when it is done. The end of standard
input, in whatever state, ends lab and process.
"""

import sys
from pathlib import Path
from typing import cast

from harness.host.accelerator import Accelerator, AcceleratorName
from harness.lab import Lab
from harness.services.registry import load_site
from tools.bench.setting import Setting

READY, SET, UP, DOWN = "ready", "set", "up", "down"
"""What is answered: to the start, and to each of the three steps."""


def main(site_dir: str, accelerator: str) -> None:
    """Serve until standard input ends."""
    site = load_site(Path(site_dir))
    chosen = Accelerator(name=cast("AcceleratorName", accelerator), reason="asked for")
    setting = Setting(site=site, accelerator=chosen)
    _answer(READY)
    while directory := sys.stdin.readline():
        options = setting.lab_options(Path(directory.rstrip("\n")))
        _answer(SET)
        if not sys.stdin.readline():
            return
        with Lab(site, options) as lab:
            _answer(UP, str(lab.namespace.pid))
            sys.stdin.readline()
        _answer(DOWN)


def _answer(*words: str) -> None:
    """Say that a step is done."""
    sys.stdout.write(f"{' '.join(words)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
