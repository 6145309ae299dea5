"""Serial over LAN: one session's window to the machine's console (IPMI 2.0, 15)."""

import asyncio
from collections.abc import Callable, Coroutine

from harness.bmc.packet import DroppedError, PayloadType
from harness.bmc.session import Session

MOST = 200
"""Bytes of a packet's text."""
_RETRY_S = 1.0
_KEPT = 1 << 16
"""So much output waits for a session that does not acknowledge; what is older is lost."""
_BREAK, _NACK = 0x10, 0x40
_DEACTIVATED = 0x10
_HEAD = 4


class Sol:
    """The console of a machine in a session that has activated it, until `close`."""

    def __init__(
        self,
        session: Session,
        *,
        press: Callable[[bytes], Coroutine[object, object, None]],
        send_break: Callable[[], Coroutine[object, object, None]],
    ) -> None:
        """Keep whom to show the console, and what to do with keys."""
        self.session = session
        self._press, self._send_break = press, send_break
        self._typing = asyncio.Lock()
        """Held while something is typed: what came later is typed later (asyncio's are fair)."""
        self._waiting = b""
        self._sent = b""
        self._number = 0
        self._taken = 0
        self._retry: asyncio.TimerHandle | None = None

    def show(self, data: bytes) -> None:
        """Send what the console has shown, after what waits to be acknowledged."""
        self._waiting = (self._waiting + data)[-_KEPT:]
        if not self._sent:
            self._send_next()

    async def received(self, payload: bytes) -> None:
        """Take keys, a break, or an acknowledgement.

        Raises:
            DroppedError: it is cut short.
        """
        if len(payload) < _HEAD:
            raise DroppedError("a SOL packet that is cut short")
        number, acknowledged, count, operation = payload[:_HEAD]
        if self._sent and acknowledged == self._number:
            rest = self._sent[count:] if operation & _NACK else b""
            self._sent, self._waiting = b"", rest + self._waiting
            self._send_next()
        if number == 0:
            return
        keys = payload[_HEAD:]
        self.session.say(bytes((0, number, len(keys), 0)), PayloadType.SOL)
        if number == self._taken:
            return  # our acknowledgement was lost
        self._taken = number
        async with self._typing:
            if operation & _BREAK:
                await self._send_break()
            if keys:
                await self._press(keys)

    def close(self, *, told: bool = True) -> None:
        """Send no more; where it is `told`, the other side learns that this is the end."""
        self._stop_retrying()
        self.session.on_sol = None
        if told:
            self._number = self._number % 15 + 1
            self.session.say(bytes((self._number, 0, 0, _DEACTIVATED)), PayloadType.SOL)

    def _send_next(self) -> None:
        self._stop_retrying()
        if self._waiting:
            self._sent, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            self._number = self._number % 15 + 1
            self._send()

    def _send(self) -> None:
        self.session.say(bytes((self._number, 0, 0, 0)) + self._sent, PayloadType.SOL)
        self._retry = asyncio.get_running_loop().call_later(_RETRY_S, self._send)

    def _stop_retrying(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        self._retry = None
