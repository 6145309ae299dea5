"""A lab's private /dev: the few devices that daemons and guests need, bound from the host's."""

from collections.abc import Iterable
from pathlib import Path

DEVICE_DIR = "/run/harness/dev"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun", "kvm")


def make_devices(device_dir: Path) -> None:
    """Make the places that devices are bound to, and the usual names of one's own streams."""
    for device in _DEVICES:
        (device_dir / device).parent.mkdir(exist_ok=True)
        (device_dir / device).touch()
    for name, number in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (device_dir / name).symlink_to(f"/proc/self/fd{number}")


def devices() -> Iterable[str]:
    """Give the lines of the fstab that make it."""
    for device in _DEVICES:
        if Path("/dev", device).exists():
            yield f"/dev/{device} {DEVICE_DIR}/{device} none bind"
    yield f"{DEVICE_DIR} /dev none rbind"
