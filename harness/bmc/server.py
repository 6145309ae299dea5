"""The BMC itself: takes datagrams, keeps sessions, and carries out what their users may ask for."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TypeAlias

from harness.bmc import PORT, Ask, Setup, Word
from harness.bmc.chassis import Chassis, Code, Machine, RefusedError
from harness.bmc.packet import DroppedError, Packet, PayloadType, Request
from harness.bmc.session import Privilege, Proposal, Send, Session, Status
from harness.bmc.sol import MOST, Sol
from harness.bmc.suite import SUITES

_MOST_SESSIONS = 16
_IDLE_S = 60.0
"""A session that has said nothing for so long is over (6.12.15)."""
_CHASSIS, _APP = 0x00, 0x06
_CLOSE = 0x3C
_CHANNEL = 1
_DEVICE = bytes.fromhex("20 01 01 00 02 80 000000 0000")
"""Revision 1 of a chassis device of IPMI 2.0, by nobody."""
_SOL_IS_ACTIVE, _SOL_IS_NOT = 0x80, 0x80
_TOO_MUCH_PRIVILEGE, _NO_SUCH_SESSION = 0x81, 0x87
Handler: TypeAlias = Callable[[Session, bytes], Awaitable[bytes]]
Command: TypeAlias = tuple[Privilege, Handler]


class Bmc:
    """A BMC; whoever receives datagrams hands them over, in the loop's thread."""

    def __init__(self, setup: Setup, machine: Machine, log: Callable[[str], None]) -> None:
        """Keep what it is made with."""
        self._setup = setup
        self._machine = machine
        self._log = log
        self.chassis = Chassis(machine)
        self._sessions: dict[int, Session] = {}
        self._ids = itertools.count(0x0100_0001)
        self._sol: Sol | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._commands = self._all_commands()

    def _all_commands(self) -> dict[tuple[int, int], Command]:
        """Say what it can do, by network function and command, and who may ask for it."""

        def of(what: Callable[[bytes], Awaitable[bytes]]) -> Handler:
            return lambda _session, data: what(data)

        return {
            (_CHASSIS, 0x01): (Privilege.USER, of(self.chassis.status)),
            (_CHASSIS, 0x02): (Privilege.OPERATOR, of(self.chassis.control)),
            (_CHASSIS, 0x08): (Privilege.OPERATOR, of(self.chassis.set_option)),
            (_CHASSIS, 0x09): (Privilege.OPERATOR, of(self.chassis.option)),
            (_APP, 0x01): (Privilege.USER, of(self._device_id)),
            (_APP, 0x37): (Privilege.USER, of(self._guid)),
            (_APP, 0x38): (Privilege.USER, of(self._capabilities)),
            (_APP, 0x3B): (Privilege.USER, self._set_privilege),
            (_APP, _CLOSE): (Privilege.USER, self._close_session),
            (_APP, 0x48): (Privilege.USER, self._activate),
            (_APP, 0x49): (Privilege.USER, self._deactivate),
            (_APP, 0x54): (Privilege.USER, of(self._cipher_suites)),
        }

    def received(self, data: bytes, send: Send) -> None:
        """Take a datagram; whatever it is, the BMC lives on."""
        self.do(self._take(data, send))

    def do(self, work: Coroutine[object, object, None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def show(self, data: bytes) -> None:
        """Show what the machine's console has shown, if somebody watches."""
        if self._sol is not None:
            self._sol.show(data)

    async def _take(self, data: bytes, send: Send) -> None:
        try:
            packet = Packet.read(data)
            if packet.session_id:
                await self._take_of_session(packet, send)
            elif packet.type == PayloadType.IPMI:
                await self._answer_outside(packet, send)
            else:
                self._open(packet, send)
        except DroppedError as why:
            self._log(f"dropped: {why}")

    async def _answer_outside(self, packet: Packet, send: Send) -> None:
        """Answer what may be asked without a session."""
        request = Request.read(packet.payload)
        answers = {0x38: self._capabilities, 0x54: self._cipher_suites, 0x37: self._guid}
        if request.function != _APP or request.command not in answers:
            raise DroppedError(f"command {request.command:#04x} outside of a session")
        code, answer = await _answer(answers[request.command](request.data))
        said = request.response(code, answer)
        send(Packet(payload=said, is_old=packet.is_old).written())

    def _open(self, packet: Packet, send: Send) -> None:
        """Go a step towards a session."""
        payload = packet.payload
        if packet.type == PayloadType.OPEN_REQUEST:
            answer = self._propose(Proposal(payload), send)
        elif packet.type == PayloadType.RAKP1:
            session = self._session(int.from_bytes(payload[4:8], "little"))
            answer = session.prove(payload, self._setup.passwords, self._setup.guid.bytes)
            if answer[1]:
                self._log(f"refused: {session.user!r}: {Status(answer[1]).name}")
                self._forget(session)
        elif packet.type == PayloadType.RAKP3:
            session = self._session(int.from_bytes(payload[4:8], "little"))
            status, answer = session.conclude(payload)
            self._log(f"session of {session.user}: {status.name}")
            if status:
                self._forget(session)
        else:
            raise DroppedError(f"payload type {packet.type:#04x}")
        send(Packet(type=packet.type + 1, payload=answer).written())

    def _propose(self, proposal: Proposal, send: Send) -> bytes:
        if proposal.suite is None:
            self._log("refused: a cipher suite other than 3 and 17")
            return proposal.answer(Status.NO_SUCH_SUITE)
        if len(self._sessions) >= _MOST_SESSIONS:
            # Whoever has not proved who he is must not shut others out.
            idle = next((each for each in self._sessions.values() if not each.is_active), None)
            if idle is None:
                self._log(f"refused: {_MOST_SESSIONS} sessions are open")
                return proposal.answer(Status.TOO_MANY)
            self._forget(idle)
        session = Session(
            own_id=next(self._ids), console_id=proposal.console_id, suite=proposal.suite, send=send
        )
        self._sessions[session.id] = session
        self._keep(session)
        return proposal.answer(Status.FINE, session.id)

    def _session(self, number: int) -> Session:
        if number not in self._sessions:
            raise DroppedError(f"no session {number:#010x}")
        return self._sessions[number]

    def _keep(self, session: Session) -> None:
        """Let it live for another while."""
        if session.idle is not None:
            session.idle.cancel()
        loop = asyncio.get_running_loop()
        session.idle = loop.call_later(_IDLE_S, self._forget, session)

    def _forget(self, session: Session) -> None:
        """End a session; harmless when it has ended."""
        if session.idle is not None:
            session.idle.cancel()
        self._sessions.pop(session.id, None)
        if self._sol is not None and self._sol.session is session:
            self._end_sol(self._sol, told=False)

    async def _take_of_session(self, packet: Packet, send: Send) -> None:
        session = self._session(packet.session_id)
        payload = session.opened(packet)
        session.send = send
        self._keep(session)
        if packet.type == PayloadType.SOL:
            if session.on_sol is None:
                raise DroppedError("a SOL packet of a session that has not activated it")
            await session.on_sol(payload)
        elif packet.type == PayloadType.IPMI:
            await self._answer_inside(Request.read(payload), payload, session)
        else:
            raise DroppedError(f"payload type {packet.type:#04x} in a session")

    async def _answer_inside(self, request: Request, payload: bytes, session: Session) -> None:
        """Answer a request; one that comes again is not carried out again."""
        latest, response = session.answered
        if latest == payload:
            if response is not None:
                session.say(response)
            return
        session.answered = payload, None
        code, answer = await _answer(self._do(request, session))
        if code not in (Code.FINE, Code.UNKNOWN_COMMAND):
            self._log(
                f"refused: {request.function:#04x} {request.command:#04x} {request.data.hex()}"
                f" of {session.user}: completion code {code:#04x}"
            )
        response = request.response(code, answer)
        session.answered = payload, response
        session.say(response)
        if (request.function, request.command, code) == (_APP, _CLOSE, Code.FINE):
            self._forget(session)

    async def _do(self, request: Request, session: Session) -> bytes:
        command = self._commands.get((request.function, request.command))
        if command is None:
            raise RefusedError(Code.UNKNOWN_COMMAND)
        needed, handler = command
        if session.privilege < needed:
            raise RefusedError(Code.NO_PRIVILEGE)
        return await handler(session, request.data)

    async def _device_id(self, _data: bytes) -> bytes:
        return _DEVICE

    async def _guid(self, _data: bytes) -> bytes:
        return self._setup.guid.bytes_le

    async def _capabilities(self, _data: bytes) -> bytes:
        """Get Channel Authentication Capabilities: RMCP+ only, with names of users."""
        return bytes((_CHANNEL, 0x80, 0x04, 0x02, 0, 0, 0, 0))

    async def _cipher_suites(self, data: bytes) -> bytes:
        """Get Channel Cipher Suites: all there are, in the first of its lists."""
        if len(data) < 3:
            raise RefusedError(Code.WRONG_LENGTH)
        records = b"".join(
            bytes((0xC0, suite.id, suite.authentication, 0x40 | suite.integrity, 0x81))
            for suite in SUITES
        )
        at = (data[2] & 0x3F) * 16
        return bytes([_CHANNEL]) + records[at : at + 16]

    async def _set_privilege(self, session: Session, data: bytes) -> bytes:
        if len(data) < 1:
            raise RefusedError(Code.WRONG_LENGTH)
        if data[0]:
            if data[0] not in tuple(Privilege):
                raise RefusedError(Code.WRONG_DATA)
            if data[0] > session.most:
                raise RefusedError(_TOO_MUCH_PRIVILEGE)
            session.privilege = Privilege(data[0])
        return bytes([session.privilege])

    async def _close_session(self, session: Session, data: bytes) -> bytes:
        if data[:4] != session.id.to_bytes(4, "little"):
            raise RefusedError(_NO_SUCH_SESSION)
        return b""

    async def _activate(self, session: Session, data: bytes) -> bytes:
        """Activate Payload: the console is one session's at a time."""
        _verify_sol(data)
        if self._sol is not None:
            raise RefusedError(_SOL_IS_ACTIVE)
        press = partial(self._tell_console, Ask.KEYS)
        send_break = partial(self._tell_console, Ask.BREAK)
        self._sol = Sol(session, press=press, send_break=send_break)
        session.on_sol = self._sol.received
        await self._machine.ask(Ask.SOL, True)
        size = (MOST + 4).to_bytes(2, "little")
        return bytes(4) + size * 2 + PORT.to_bytes(2, "little") + b"\xff\xff"

    async def _deactivate(self, session: Session, data: bytes) -> bytes:
        """Deactivate Payload: anybody's, as ipmitool's `sol deactivate` wants it."""
        _verify_sol(data)
        if self._sol is None:
            raise RefusedError(_SOL_IS_NOT)
        self._end_sol(self._sol, told=self._sol.session is not session)
        return b""

    def _end_sol(self, sol: Sol, *, told: bool) -> None:
        sol.close(told=told)
        self._sol = None
        self.do(self._tell_console(Ask.SOL, False))

    async def _tell_console(self, what: Ask, word: Word = None) -> None:
        """Ask something of the console; keys for a machine that is off are lost."""
        try:
            await self._machine.ask(what, word)
        except RefusedError as refused:
            self._log(f"the console: {refused}")


async def _answer(work: Awaitable[bytes]) -> tuple[int, bytes]:
    """Give the completion code, and the data, of what is done."""
    try:
        return Code.FINE, await work
    except RefusedError as refused:
        return refused.code, b""


def _verify_sol(data: bytes) -> None:
    if len(data) < 2:
        raise RefusedError(Code.WRONG_LENGTH)
    if data[:2] != bytes((PayloadType.SOL, 1)):
        raise RefusedError(Code.WRONG_DATA)
