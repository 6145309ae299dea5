"""A guest's BMC, as the lab and its scenarios have it: what it asks is done here.

Nobody's guest has one unless it is asked for (`Lab.bmc`).
"""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_interface
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from harness.bmc import (
    Answer,
    Ask,
    Began,
    NextBoot,
    Output,
    Question,
    Refused,
    Setup,
    ShutDown,
    Told,
    Word,
)
from harness.deadline import Pace
from harness.errors import HarnessError
from harness.guest.life import PowerEvent, Start, Stop
from harness.guest.power import BootDevice
from harness.guest.spec import GuestSpec
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.lab.sol import SolClient
from harness.process import Completed
from harness.services.bmc import BmcDaemon
from harness.site import Site

if TYPE_CHECKING:
    from harness.lab.guest import Guest

USER = "admin"
SYSTEMS = "/redfish/v1/Systems"
"""Where the machine is, by its name."""
_CLIENT_TIMEOUT_S = 60.0
"""ipmitool gives up by itself, much earlier."""
_CERTIFICATE_DIR = "/run/harness"
_FIRST = IPv4Address("198.18.0.1"), IPv6Address("2001:2:0:1::1")
"""The first BMC's, of the networks for benchmarks (RFC 2544, RFC 5180), which no site has.

They are no part of a subnet: what the server sends goes by its own interface as before.
"""
_FIRST_MAC = 0x525400006201


def fit_bmc(
    spec: GuestSpec,
    number: int,
    network: Network,
    namespace: Namespace,
    site: Site,
    log_dir: Path,
    pace: Pace,
) -> BmcDaemon:
    """Plug in the BMC of the guest with this number, in the families that the server has."""
    families = {each.version for each in site.server.interfaces}
    addresses = tuple(each + number for each in _FIRST if each.version in families)
    hosts = (ip_interface(f"{each}/{each.max_prefixlen}") for each in addresses)
    network.add_host(f"bmc{number}", *hosts, mac=(_FIRST_MAC + number).to_bytes(6).hex(":"))
    setup = Setup(
        name=spec.name,
        guid=spec.uuid,
        is_uefi=spec.path.is_uefi,
        addresses=addresses,
        passwords={USER: token_hex(8)},
        certificate_path=log_dir.absolute() / f"bmc-{spec.name}.pem",
    )
    return BmcDaemon(namespace, site, log_dir, pace, machine=spec.name, setup=setup)


class Caller(TypedDict, total=False):
    """Who calls a BMC, and where: its own user over its first address unless it is said."""

    user: str
    password: str
    over: IPv4Address | IPv6Address


class Bmc:
    """The BMC of one guest, between `__enter__` and `__exit__`."""

    def __init__(
        self,
        guest: "Guest",
        daemon: BmcDaemon,
        namespace: Namespace,
        is_there: Callable[[], bool],
    ) -> None:
        """Keep the parts; the lab makes BMCs (`Lab.bmc`). `is_there`: whether a machine can be."""
        self.user = USER
        self.password = daemon.setup.passwords[USER]
        self.addresses = daemon.addresses
        self.system = f"{SYSTEMS}/{guest.spec.name}"
        """The path of the machine's resource in Redfish."""
        self._guest = guest
        self._power = guest.power
        self._daemon = daemon
        self._namespace = namespace
        self._is_there = is_there
        self._speaking = threading.Lock()
        self._is_watched = False
        self._orders = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bmc")
        self._listener = threading.Thread(target=self._listen, name="bmc", daemon=True)

    def __enter__(self) -> Self:
        """Bring the BMC up, and do from now on what it asks."""
        self._daemon.bring_up()
        certificate = self._daemon.setup.certificate_path
        self._namespace.path(self._certificate).write_bytes(certificate.read_bytes())
        self._power.on_event(self._tell)
        self._guest.console.on_output(self._show)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing more; the process goes with the lab."""
        self._daemon.hang_up()
        self._listener.join()
        self._orders.shutdown(cancel_futures=True)

    def command(self, *words: str, **caller: Unpack[Caller]) -> list[str]:
        """Give the command line of ipmitool that says this to it."""
        user, password, address = self._called(**caller)
        who = ("-H", str(address), "-U", user, "-P", password)
        return ["ipmitool", "-I", "lanplus", *who, *words]

    def ipmitool(self, *words: str, check: bool = True, **caller: Unpack[Caller]) -> Completed:
        """Run ipmitool in the lab; return when what it has ordered is done, or has failed.

        Raises:
            CommandError: it has failed (with `check`); ends with what ipmitool said.
        """
        command = self.command(*words, **caller)
        done = self._namespace.run(command, timeout_s=_CLIENT_TIMEOUT_S, check=check)
        return self._after_orders(done)

    def curl_command(self, path: str, *words: str, **caller: Unpack[Caller]) -> list[str]:
        """Give the command line of curl that asks this of it by Redfish."""
        user, password, address = self._called(**caller)
        secured = ("--cacert", self._certificate, "-u", f"{user}:{password}")
        return ["curl", "-sS", "--fail-with-body", *secured, *words, _url(address) + path]

    def curl(
        self, path: str, *words: str, check: bool = True, **caller: Unpack[Caller]
    ) -> Completed:
        """Run curl in the lab; return when what it has ordered is done, or has failed.

        Raises:
            CommandError: it has failed (with `check`); ends with what the BMC said.
        """
        command = self.curl_command(path, *words, **caller)
        done = self._namespace.run(command, timeout_s=_CLIENT_TIMEOUT_S, check=check)
        return self._after_orders(done)

    def run_client(
        self, program: Path, *words: str, check: bool = True, **caller: Unpack[Caller]
    ) -> Completed:
        """Run a Redfish client, a program of Python; return when what it has ordered is done.

        It is run on the harness's own Python in the lab's network. Its arguments: the URL, the file
        of the BMC's certificate, user, password, and `words`.

        Raises:
            CommandError: it has failed (with `check`); ends with what it said.
        """
        user, password, address = self._called(**caller)
        certificate = str(self._daemon.setup.certificate_path)
        who = _url(address), certificate, user, password
        command = [sys.executable, str(program.absolute()), *who, *words]
        done = self._namespace.run_beside(command, timeout_s=_CLIENT_TIMEOUT_S, check=check)
        return self._after_orders(done)

    def _called(
        self,
        *,
        user: str = "",
        password: str = "",
        over: IPv4Address | IPv6Address | None = None,
    ) -> tuple[str, str, IPv4Address | IPv6Address]:
        """Say as whom it is called, and where."""
        return user or self.user, password or self.password, over or self.addresses[0]

    @property
    def _certificate(self) -> str:
        """Where the lab has the certificate that it shows."""
        return f"{_CERTIFICATE_DIR}/{self._daemon.setup.certificate_path.name}"

    def _after_orders(self, done: Completed) -> Completed:
        """Wait until all that a client has ordered is done."""
        self._orders.submit(int).result()
        return done

    def sol(self, **caller: Unpack[Caller]) -> SolClient:
        """Give ipmitool's `sol activate`, a new one each time, for a `with` block."""
        return SolClient(
            self._namespace,
            self.command("sol", "activate", **caller),
            log_path=self._daemon.log_path.with_name(f"sol-{self._guest.spec.name}.txt"),
            pace=self._daemon.pace,
        )

    def _listen(self) -> None:
        while (question := self._daemon.hear()) is not None:
            if question.what in (Ask.SOL, Ask.KEYS):
                self._answer(question)
            else:
                # Whether it is on, too: between off and on of a cycle nobody is to see it off.
                self._orders.submit(self._answer, question)

    def _answer(self, question: Question) -> None:
        number, value = question.number, None
        if question.what is not Ask.SOL and not self._is_there():
            self._say(Answer(number=number, refused=Refused.GONE, why="libvirtd has ended"))
            return
        try:
            value = self._do(question.what, question.word)
        except HarnessError as error:
            self._say(Answer(number=number, refused=Refused.FAILED, why=str(error)))
        else:
            self._say(Answer(number=number, value=value))

    def _do(self, what: Ask, word: Word) -> bool | None:
        if what is Ask.IS_ON:
            return self._power.is_on
        if what is Ask.SOL:
            self._is_watched = bool(word)
        elif isinstance(word, bytes):
            self._guest.console.send(word.decode(errors="replace"))
        elif what is Ask.BREAK:
            self._power.domain.send_break()
        elif isinstance(word, NextBoot):
            device = BootDevice(word.device) if word.device else None
            self._power.boot_next(device, uri=word.uri)
        else:
            self._switch(what)
        return None

    def _switch(self, what: Ask) -> None:
        if what in (Ask.OFF, Ask.CYCLE):
            self._power.off()
        if what in (Ask.ON, Ask.CYCLE):
            self._power.on()
        if what is Ask.RESET:
            self._power.reset()
        if what is Ask.SOFT:
            self._power.soft()

    def _tell(self, event: PowerEvent) -> None:
        if event in (Start.ON, Start.RESET):
            self._say(Began(by_reset=event is Start.RESET))
        elif event is Stop.SHUTDOWN:
            self._say(ShutDown())

    def _show(self, data: bytes) -> None:
        if self._is_watched:
            self._say(Output(data=data))

    def _say(self, told: Told) -> None:
        """Tell the BMC; one that has died the lab notices as it does with every daemon."""
        with self._speaking, suppress(OSError):
            self._daemon.say(told)


def _url(address: IPv4Address | IPv6Address) -> str:
    """Give the URL of the Redfish there."""
    return f"https://[{address}]" if address.version == 6 else f"https://{address}"
