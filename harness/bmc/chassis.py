"""What a BMC does with its machine: power, and the device of the next start (IPMI 2.0, 28).

Redfish switches and overrides by the same means. Boot flags are the BMC's own. What they say the
lab is told at once: whoever starts the machine next, this BMC, a scenario or the machine's own
system, starts it by them.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from harness.bmc import Ask, NextBoot, Refused, Word

_PATIENCE_S = 2.0
"""An order that takes longer is answered before it is carried out: clients ask again, and give up.
"""
_ACTIONS = {0: Ask.OFF, 1: Ask.ON, 2: Ask.CYCLE, 3: Ask.RESET, 5: Ask.SOFT}
"""By the number of a Chassis Control request; no machine here has a diagnostic interrupt."""
_VALID, _PERSISTENT, _EFI = 0x80, 0x40, 0x20
_VERSION = 0x01
_PARAMETERS = {0: 1, 1: 1, 2: 1, 3: 1, 4: 2, 5: 5}
"""The parameters of the boot options that are kept, and their sizes (table 28-14)."""
_ACKNOWLEDGE, _FLAGS = 4, 5
_DEVICES = {0x0: "", 0x1: "network", 0x2: "disk", 0x6: "setup"}
"""What boot flags can say of a machine that has no other drives."""
HTTP = "http"
"""What they cannot: HTTP Boot by UEFI firmware. They say `network` then."""
_CODES = {device: code for code, device in _DEVICES.items()} | {HTTP: 0x1}


class Code(IntEnum):
    """A completion code (table 5-2)."""

    FINE = 0x00
    NO_SUCH_PARAMETER = 0x80
    UNKNOWN_COMMAND = 0xC1
    WRONG_LENGTH = 0xC7
    WRONG_DATA = 0xCC
    MACHINE_GONE = 0xD3
    NO_PRIVILEGE = 0xD4
    NOT_IN_THIS_STATE = 0xD5
    FAILED = 0xFF


class RefusedError(Exception):
    """A request that is answered with this completion code."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(f"completion code {code:#04x}")
        self.code = code


class AskRefusedError(RefusedError):
    """The lab has not done what it was asked for."""

    def __init__(self, refused: Refused, why: str) -> None:
        """Choose the code that says so; keep why."""
        super().__init__(Code.MACHINE_GONE if refused is Refused.GONE else Code.FAILED)
        self.why = f"{refused.value}: {why}"


@dataclass(frozen=True, kw_only=True)
class Override:
    """What the next starts are to boot from, whatever the boot order."""

    device: str = ""
    """By the lab's name; "" for none."""
    is_set: bool = False
    """Whether they are to go by it: else it is remembered only."""
    is_persistent: bool = False
    """Whether all are to, not the next one only."""
    uri: str = ""
    """What HTTP Boot is to fetch; "" for what DHCP says."""

    @property
    def next_boot(self) -> NextBoot:
        """What the next start is to boot from."""
        if not self.is_set:
            return NextBoot(device="")
        return NextBoot(device=self.device, uri=self.uri if self.device == HTTP else "")


class Machine(Protocol):
    """The machine, as far as its lab lets a BMC have it."""

    def ask(self, what: Ask, word: Word = None) -> Coroutine[object, object, bool | None]:
        """Have something done; raises an AskRefusedError when it is not."""


class Chassis:
    """A machine's power and boot options."""

    def __init__(self, machine: Machine) -> None:
        """Begin without any boot option."""
        self._machine = machine
        self._options = {number: bytes(size) for number, size in _PARAMETERS.items()}
        self._uri = ""
        self._is_http = False
        """Whether a network that the flags say is HTTP's."""
        self._restarts = False
        """Whether it is to be switched on when it has switched itself off."""
        self._orders: set[asyncio.Task[object]] = set()

    async def status(self, _data: bytes) -> bytes:
        """Get Chassis Status."""
        return bytes((await self.is_on(), 0, 0))

    async def control(self, data: bytes) -> bytes:
        """Chassis Control: what a machine that is off can't do is refused, as real BMCs do."""
        _verify_size(data, 1)
        action = _ACTIONS.get(data[0] & 0x0F)
        if action is None:
            raise RefusedError(Code.WRONG_DATA)
        await self.order(action)
        return b""

    async def is_on(self) -> bool:
        """Ask whether the machine runs."""
        return bool(await self._machine.ask(Ask.IS_ON))

    async def order(self, action: Ask, *, restarts: bool = False) -> None:
        """Have the machine switched; `restarts`: and on, when it has switched itself off.

        Raises:
            RefusedError: it is off and can't, or the lab has not done it.
        """
        is_on = await self.is_on()
        if action in (Ask.CYCLE, Ask.RESET, Ask.SOFT) and not is_on:
            raise RefusedError(Code.NOT_IN_THIS_STATE)
        self._restarts = restarts
        if action is not (Ask.ON if is_on else Ask.OFF):
            await self._within_patience(self._machine.ask(action))

    async def _within_patience(self, order: Coroutine[object, object, object]) -> None:
        """Wait for an order's end, but no longer than a client does."""
        task = asyncio.create_task(order)
        self._orders.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait((task,), timeout=_PATIENCE_S)
        if done:
            task.result()

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._orders.discard(task)
        task.exception()  # nobody may wait for it any more: the lab has logged why

    async def set_option(self, data: bytes) -> bytes:
        """Set System Boot Options."""
        _verify_size(data, 1)
        number, value = data[0] & 0x7F, data[1:]
        size = _PARAMETERS.get(number)
        if size is None:
            raise RefusedError(Code.NO_SUCH_PARAMETER)
        if not value:
            return b""  # it marks the parameter as invalid, or valid again
        _verify_size(value, size)
        if number == _FLAGS:
            await self._set_flags(value[:size])
        else:
            self._options[number] = value[:size]
        return b""

    async def _set_flags(self, flags: bytes) -> None:
        device = _device(flags)
        if device is None:
            raise RefusedError(Code.WRONG_DATA)
        await self._machine.ask(Ask.BOOT_NEXT, NextBoot(device=device))
        self._options[_FLAGS], self._is_http = flags, False

    @property
    def override(self) -> Override:
        """What the flags say."""
        flags = self._options[_FLAGS]
        device = _DEVICES.get(flags[1] >> 2 & 0x0F, "")
        return Override(
            device=HTTP if self._is_http else device,
            is_set=bool(device and flags[0] & _VALID),
            is_persistent=bool(flags[0] & _PERSISTENT),
            uri=self._uri,
        )

    async def set_override(self, override: Override, *, is_uefi: bool) -> None:
        """Have the flags say this; raises a RefusedError when the lab does not take it."""
        await self._machine.ask(Ask.BOOT_NEXT, override.next_boot)
        bits = (_VALID, override.is_set), (_PERSISTENT, override.is_persistent), (_EFI, is_uefi)
        first = sum(bit for bit, is_set in bits if is_set)
        self._options[_FLAGS] = bytes((first, _CODES[override.device] << 2, 0, 0, 0))
        self._is_http, self._uri = override.device == HTTP, override.uri

    async def option(self, data: bytes) -> bytes:
        """Get System Boot Options."""
        _verify_size(data, 3)
        number = data[0] & 0x7F
        if number not in _PARAMETERS:
            raise RefusedError(Code.NO_SUCH_PARAMETER)
        return bytes((_VERSION, number)) + self._options[number]

    async def began(self, *, by_reset: bool) -> None:
        """Take note that firmware has begun to run: flags for one start have been used.

        A machine that was reset by its own system has not gone by them: it is started anew.
        """
        self._restarts = False
        override, flags = self.override, self._options[_FLAGS]
        if not override.is_set:
            return
        if by_reset:
            await self._machine.ask(Ask.RESET)
        elif override.is_persistent:
            await self._machine.ask(Ask.BOOT_NEXT, override.next_boot)
        else:
            self._options[_FLAGS] = bytes((flags[0] & ~_VALID,)) + flags[1:]

    async def shut_down(self) -> None:
        """Take note that it has switched itself off: that may be the first half of a restart."""
        if self._restarts:
            self._restarts = False
            await self._machine.ask(Ask.ON)


def _device(flags: bytes) -> str | None:
    """Give the device that valid flags name; "" for the usual one, None for one it has not."""
    return _DEVICES.get(flags[1] >> 2 & 0x0F) if flags[0] & _VALID else ""


def _verify_size(data: bytes, least: int) -> None:
    if len(data) < least:
        raise RefusedError(Code.WRONG_LENGTH)
