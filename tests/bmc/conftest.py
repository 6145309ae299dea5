"""A real BMC process on the network of a lab that has nothing else, and a machine that is none."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import cast

import pytest

from harness.deadline import Pace
from harness.errors import GuestError, UsageError
from harness.guest.life import Life, Stop
from harness.guest.power import BootDevice
from harness.guest.spec import Flash, GuestSpec, Nic
from harness.host import tools
from harness.lab.bmc import Bmc, fit_bmc
from harness.lab.guest import Guest
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.machines import BOOT_PATHS
from harness.services.bmc import BmcDaemon
from harness.services.registry import load_site
from tests.lab.conftest import SHOWMAX, able_host
from tests.lab.test_guest_clock import SPEC

__all__ = ["able_host"]

NUMBERS = itertools.count()
"""Each BMC has an address of its own."""


class Machine(Life):
    """Remembers how it was switched; it is its own domain."""

    def __init__(self) -> None:
        """Begin with one that is off."""
        super().__init__()
        self.told: list[str] = []
        self.next: BootDevice | None = None
        self.uri = ""
        self.fails = False
        self.may_start = Event()
        """Set; who clears it keeps the machine on its way."""
        self.may_start.set()
        self.may_break = Event()
        """The same of a break."""
        self.may_break.set()
        self.domain = self

    @property
    def is_on(self) -> bool:
        return self.running

    def on(self) -> None:
        if self.fails:
            raise GuestError("it does not start")
        self.may_start.wait()
        self.told.append(f"on from {self.next.value}" if self.next else "on")
        if self.uri:
            self.told.append(self.uri)
        self.next, self.uri = None, ""
        self.begin()

    def off(self) -> None:
        self.told.append("off")
        self.end(Stop.OFF)

    def reset(self) -> None:
        if self.next is not None:
            self.off()
            self.on()
            return
        self.told.append("reset")
        self.was_reset()

    def soft(self) -> None:
        self.told.append("soft")

    def boot_next(self, device: BootDevice | None, *, uri: str = "") -> None:
        self.next, self.uri = device, uri

    def send_break(self) -> None:
        self.told.append("break begins")
        self.may_break.wait(60)
        self.told.append("break")


@dataclass
class Console:
    """Remembers keys; says what it is made to."""

    keys: str = ""
    is_attached: bool = True
    say: Callable[[bytes], object] = field(default=len)

    def on_output(self, listener: Callable[[bytes], object]) -> None:
        self.say = listener

    def send(self, keys: str) -> None:
        if not self.is_attached:
            raise UsageError("the console is not attached yet")
        self.keys += keys


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A BMC with its machine."""

    bmc: Bmc
    daemon: BmcDaemon
    machine: Machine
    console: Console
    namespace: Namespace
    gone: list[str]
    """Not empty: there is no machine any more."""

    def says(self, *words: str) -> str:
        """Give what ipmitool says when it was obeyed."""
        return self.bmc.ipmitool(*words).stdout.strip()

    def refuses(self, *words: str, user: str = "", password: str = "") -> str:
        """Give what ipmitool complains of."""
        done = self.bmc.ipmitool(*words, user=user, password=password, check=False)
        assert done.exit_code != 0
        return done.stderr.strip()

    @property
    def flags(self) -> str:
        """The boot flags, in hex."""
        return "".join(self.says("raw", "0", "9", "5", "0", "0").split()[2:])


@pytest.fixture(scope="module")
def network(able_host: None) -> Iterator[tuple[Namespace, Network]]:
    """Give a lab that has a network, and nothing else."""
    with Namespace() as namespace, Network(namespace) as network:
        for name in ("fstab", "read-only"):
            namespace.path(f"/run/harness/{name}").touch()
        namespace.finish()
        network.build(load_site(SHOWMAX).server)
        yield namespace, network


UEFI = GuestSpec(
    name="guest0",
    path=BOOT_PATHS["x64-http-ipv4"],
    nics=(Nic.of(BOOT_PATHS["x64-http-ipv4"]),),
    console_pipe=Path("/run/console"),
    flash=Flash(code_path=Path("/run/code"), nvram_path=Path("/run/vars")),
)


@pytest.fixture
def fitted(network: tuple[Namespace, Network], tmp_path: Path) -> Iterator[Fitted]:
    """Give a BMC."""
    with fit(SPEC, network, tmp_path) as fitted:
        yield fitted


@pytest.fixture
def uefi(network: tuple[Namespace, Network], tmp_path: Path) -> Iterator[Fitted]:
    """Give the BMC of a machine with UEFI firmware."""
    with fit(UEFI, network, tmp_path) as fitted:
        yield fitted


@contextmanager
def fit(spec: GuestSpec, network: tuple[Namespace, Network], log_dir: Path) -> Iterator[Fitted]:
    """Give the BMC of a machine of this kind."""
    tools.require("ipmitool", "curl")
    namespace, bridge = network
    machine, console, gone = Machine(), Console(), list[str]()
    site = load_site(SHOWMAX)
    daemon = fit_bmc(spec, next(NUMBERS), bridge, namespace, site, log_dir, Pace(slowness=4))
    guest = cast("Guest", SimpleNamespace(power=machine, console=console, spec=spec))
    try:
        with Bmc(guest, daemon, namespace, lambda: not gone) as bmc:
            yield Fitted(
                bmc=bmc,
                daemon=daemon,
                machine=machine,
                console=console,
                namespace=namespace,
                gone=gone,
            )
    finally:
        daemon.forget()
