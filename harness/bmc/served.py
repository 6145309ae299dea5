"""A BMC's process: sockets on its addresses, and its lab at standard input."""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from multiprocessing.connection import Connection
from typing import cast

from harness.bmc import (
    PORT,
    READY,
    Answer,
    Ask,
    Began,
    Output,
    Question,
    Setup,
    ShutDown,
    Word,
    redfish,
)
from harness.bmc.chassis import AskRefusedError
from harness.bmc.redfish.certificate import server_context
from harness.bmc.redfish.http import Front
from harness.bmc.redfish.service import Service
from harness.bmc.server import Bmc

_HANDSHAKE_S, _GOODBYE_S = 10.0, 1.0
"""So long TLS may take to begin, and to end."""


class Lab:
    """The lab's end of the line, in the BMC's loop."""

    def __init__(self, line: Connection) -> None:
        """Keep the line."""
        self._line = line
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self.ended = asyncio.Event()
        """Set when the lab is gone."""

    async def ask(self, what: Ask, word: Word = None) -> bool | None:
        """Have something done; raises an AskRefusedError when it is not."""
        number = max(self._asked, default=0) + 1
        answered = asyncio.get_running_loop().create_future()
        self._asked[number] = answered
        self._line.send(Question(number=number, what=what, word=word))
        answer: Answer = await answered
        if answer.refused is not None:
            log(f"{what.value}: {answer.refused.value}: {answer.why}")
            raise AskRefusedError(answer.refused, answer.why)
        return answer.value

    def hear(self, bmc: Bmc) -> None:
        """Take one message: what waits for an answer goes on before the next is taken."""
        try:
            told = self._line.recv()
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            self.ended.set()
            return
        if isinstance(told, Answer):
            self._asked.pop(told.number).set_result(told)
        elif isinstance(told, Began):
            bmc.do(_noted(bmc.chassis.began(by_reset=told.by_reset)))
        elif isinstance(told, ShutDown):
            bmc.do(_noted(bmc.chassis.shut_down()))
        elif isinstance(told, Output):
            bmc.show(told.data)


async def _noted(work: Awaitable[None]) -> None:
    """Take note of what the machine does; what the lab refuses then it has told in `ask`."""
    with suppress(AskRefusedError):
        await work


class _Socket(asyncio.DatagramProtocol):
    """One address of the BMC."""

    def __init__(self, bmc: Bmc) -> None:
        self._bmc = bmc
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python 3.11's own are not of this class, though they are what it says.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        if self._transport is not None:
            self._bmc.received(data, partial(self._transport.sendto, addr=sender))


def log(line: str) -> None:
    """Write a line to the BMC's log."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def _bound(address: IPv4Address | IPv6Address, kind: socket.SocketKind, port: int) -> socket.socket:
    """Give a socket on exactly this address: one on all would answer from another."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    opened = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    opened.bind((str(address), port))
    return opened


async def serve(line: Connection) -> None:
    """Be the BMC that the lab describes first, until the lab is gone."""
    setup = line.recv()
    if not isinstance(setup, Setup):
        raise TypeError(setup)
    lab = Lab(line)
    bmc = Bmc(setup, lab, log)
    loop = asyncio.get_running_loop()
    for address in setup.addresses:
        bound = _bound(address, socket.SOCK_DGRAM, PORT)
        await loop.create_datagram_endpoint(partial(_Socket, bmc), sock=bound)
    await _serve_redfish(setup, bmc)
    loop.add_reader(line.fileno(), lab.hear, bmc)
    ports = f"ports {PORT} and {redfish.PORT}"
    log(f"{READY} {', '.join(str(each) for each in setup.addresses)}, {ports}")
    await lab.ended.wait()


async def _serve_redfish(setup: Setup, bmc: Bmc) -> None:
    front = Front(Service(setup, bmc.chassis, log).answer)
    context = server_context(setup.name, setup.addresses, setup.certificate_path)
    for address in setup.addresses:
        await asyncio.start_server(
            front.take,
            sock=_bound(address, socket.SOCK_STREAM, redfish.PORT),
            ssl=context,
            ssl_handshake_timeout=_HANDSHAKE_S,
            ssl_shutdown_timeout=_GOODBYE_S,
        )


if __name__ == "__main__":
    asyncio.run(serve(Connection(os.dup(sys.stdin.fileno()))))
