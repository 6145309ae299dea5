"""Keep the texts of the recordings as they are told now: `python -m tests.describe.keep_texts`.

What is then different in each is to be read before it is committed.
"""

from pathlib import Path

from harness.describe.boot import describe
from tests.judge.recorded import recorded

TEXTS = Path(__file__).parent / "data"
"""Not called `.boot`, which pytest would collect and boot."""
KEPT = (
    "after-failed",
    "bios-ipxe-rom",
    "bios-vendor-rom",
    "ia32-http-ipv6",
    "ia32-tftp-ipv4",
    "machine-script-ipv6",
    "x64-http-ipv4",
    "x64-http-ipv6",
    "x64-tftp-ipv4",
    "x64-tftp-ipv6",
)
"""Recordings, without their `green-`."""

if __name__ == "__main__":
    for name in KEPT:
        (TEXTS / f"{name}.txt").write_text(str(describe(recorded(f"green-{name}"))))
