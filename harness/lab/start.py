"""How a lab's daemons come up: side by side, while what makes a machine is imported."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.lab.brought_up import bring_up
from harness.lab.network import FIRST_TAP, Network
from harness.machines import MACHINES
from harness.services.base import Service
from harness.services.libvirtd import Libvirtd

if TYPE_CHECKING:
    from harness.guest.hypervisor import Hypervisor

_TURN_S = 0.0005


@contextlib.contextmanager
def short_turns() -> Iterator[None]:
    """Let threads wait for the interpreter for half a millisecond each time, instead of five.

    Those that start daemons need it for moments, again and again, while something is imported.
    """
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual_s)


def start_services(
    services: Mapping[str, Service],
    network: Network,
    opened: ExitStack,
    log_dir: Path,
    *,
    warm: bool,
) -> "Hypervisor":
    """Take every daemon through its first three steps, side by side; give who makes machines.

    The hypervisor's logs lie below `log_dir`, and `opened` closes it. `warm`: no firmware starts
    cold, so that nothing that writes its variables is needed.
    """
    libvirtd = next(each for each in services.values() if isinstance(each, Libvirtd))
    others = [each for each in services.values() if each is not libvirtd]
    with ThreadPoolExecutor(max_workers=len(services)) as pool:
        # No other takes as long, and it needs none of them.
        connected = pool.submit(_connect, libvirtd, opened, log_dir)
        # Where it cannot be made, that is for the machine to say that needs it.
        pool.submit(network.have_tap, FIRST_TAP)
        early = [pool.submit(bring_up, each) for each in others if each.early]
        _raise_first(*(each.exception() for each in early))
        started = [pool.submit(bring_up, each) for each in others if not each.early]
        _import_rest(warm=warm)
        _raise_first(*(each.exception() for each in started), connected.exception())
        return connected.result()


def _connect(libvirtd: Libvirtd, opened: ExitStack, log_dir: Path) -> "Hypervisor":
    """Bring libvirtd up, and let it answer: its first answer takes as long as its start."""
    libvirtd.check()
    libvirtd.start()
    from harness.guest.hypervisor import Hypervisor

    libvirtd.wait_until_ready()
    hypervisor = opened.enter_context(
        Hypervisor(libvirtd.uri, log_dir=log_dir / "libvirt" / "qemu")
    )
    for board in {machine.board for machine in MACHINES.values()}:
        if Path(board.emulator_path).exists():  # few hosts have that of each architecture
            hypervisor.look_at(board.emulator_path, board.arch)
    return hypervisor


def _import_rest(*, warm: bool) -> None:
    """Import what makes a machine: it takes as long as daemons take to serve."""
    import_module("harness.lab.machine_maker")
    if not warm:
        import_module("harness.guest.nvram")


def _raise_first(*met: BaseException | None) -> None:
    """Raise what daemons have met, if anything: one with a cure rather than another.

    One that waits for another in vain has none.
    """
    errors = [error for error in met if error is not None]
    ours = [each for each in errors if isinstance(each, HarnessError)]
    if errors:
        raise next((each for each in ours if each.cure), next(iter(ours), errors[0]))
