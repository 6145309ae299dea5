"""HTTP/1.1 on a connection to a BMC; what is asked, somebody else answers. The one owner of h11.

Nobody who says nothing, or too much, or what is not HTTP keeps a connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TypeAlias

import h11

from harness.bmc.redfish.message import RefusedRequestError, Reply, Request

_IDLE_S = 30.0
"""A connection without a whole request for so long ends."""
_LINGER_S = 2.0
"""So long is read what nobody wants: a client that still sends reads no answer before its end."""
_MOST_HEAD, _MOST_BODY = 16 << 10, 64 << 10
_MOST_CONNECTIONS = 64
_READ_SIZE = 16 << 10
_ALWAYS = {"OData-Version": "4.0", "Cache-Control": "no-store", "Content-Type": "application/json"}
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)

Answer: TypeAlias = Callable[[Request], Awaitable[Reply]]


class Front:
    """Takes connections; where there are too many, the one that has been idle longest goes."""

    def __init__(self, answer: Answer) -> None:
        """Keep who answers requests."""
        self._answer = answer
        self._idle: dict[asyncio.StreamWriter, None] = {}

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a connection's requests, one after the other, until its end."""
        talk = _Talk(reader, writer)
        try:
            # A connection that breaks, or says nothing, is over; there is nobody to tell.
            with suppress(OSError, TimeoutError):
                while await self._answer_next(talk, writer):
                    pass
        finally:
            writer.close()

    async def _answer_next(self, talk: "_Talk", writer: asyncio.StreamWriter) -> bool:
        """Answer a connection's next request; whether another may come."""
        if len(self._idle) >= _MOST_CONNECTIONS:
            next(iter(self._idle)).transport.abort()
        self._idle[writer] = None
        try:
            request = await talk.request()
        except RefusedRequestError as refused:
            await talk.refuse(refused.reply)
            return False
        finally:
            self._idle.pop(writer, None)
        if request is None:
            return False
        return await talk.reply(await self._answer(request))


class _Talk:
    """What is said on one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_HEAD)
        self._is_head = False

    async def request(self) -> Request | None:
        """Read the next request; None: there is none.

        Raises:
            RefusedRequestError: it is not HTTP, or too large; what follows can't be understood.
        """
        try:
            async with asyncio.timeout(_IDLE_S):
                return await self._read_request()
        except h11.RemoteProtocolError as error:
            raise RefusedRequestError(
                HTTPStatus(error.error_status_hint), "GeneralError", f"not an HTTP request: {error}"
            ) from error

    async def _read_request(self) -> Request | None:
        head, body = None, b""
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.ConnectionClosed):
                return None
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                break
            elif event is h11.NEED_DATA:
                await self._read_on()
            if head is not None:
                _verify_size(head, body)
        self._is_head = head.method == b"HEAD"
        return Request(
            method=head.method.decode(),
            target=head.target.decode(),
            headers={name.decode(): value.decode("latin-1") for name, value in head.headers},
            body=body,
        )

    async def _read_on(self) -> None:
        if self._h11.they_are_waiting_for_100_continue:
            self._say(h11.InformationalResponse(status_code=HTTPStatus.CONTINUE, headers=[]))
        self._h11.receive_data(await self._reader.read(_READ_SIZE))

    async def reply(self, reply: Reply) -> bool:
        """Send the response to the request; whether another request may come."""
        headers = _ALWAYS | dict(reply.headers)
        content = reply.content
        if not content:
            headers.pop("Content-Type")
        if reply.status not in _BODILESS:
            headers["Content-Length"] = str(len(content))
        status, phrase = reply.status, reply.status.phrase
        self._say(h11.Response(status_code=status, headers=list(headers.items()), reason=phrase))
        if content and not self._is_head:
            self._say(h11.Data(data=content))
        self._say(h11.EndOfMessage())
        async with asyncio.timeout(_IDLE_S):
            await self._writer.drain()
        if (self._h11.our_state, self._h11.their_state) != (h11.DONE, h11.DONE):
            return False
        self._h11.start_next_cycle()
        return True

    async def refuse(self, reply: Reply) -> None:
        """Send the response to what can't be read to its end."""
        if self._h11.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        self._is_head = False
        closing = {**reply.headers, "Connection": "close"}
        await self.reply(Reply(status=reply.status, body=reply.body, headers=closing))
        async with asyncio.timeout(_LINGER_S):
            while await self._reader.read(_READ_SIZE):
                pass

    def _say(self, event: h11.Event) -> None:
        self._writer.write(self._h11.send(event) or b"")


def _verify_size(head: h11.Request, body: bytes) -> None:
    told = dict(head.headers).get(b"content-length", b"0")
    if max(len(body), int(told)) > _MOST_BODY:
        raise RefusedRequestError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "PayloadTooLarge",
            f"the body is longer than {_MOST_BODY} bytes",
            cure="Send what is to be changed only.",
        )
