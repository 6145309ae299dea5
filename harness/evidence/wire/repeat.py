"""TCP segments that were sent again because something was lost (RFC 9293 3.8.1, RFC 5681 3.2).

A client only repeats what it has waited for in vain. A server repeats itself
to a slow client as well, so there it counts only where the client has asked for
it, by acknowledging the same byte again and again.
"""

from dataclasses import dataclass

from harness.evidence.wire.event import Repeat
from harness.evidence.wire.frame import TCP_SYN, Frame

_HALF, _WHOLE = 1 << 31, 1 << 32
_KEEP_ALIVE = 1
"""Bytes of a probe that a connection still lives, which repeats on purpose."""
_TWICE = 2
_Key = tuple[str, int, str, int]


@dataclass(slots=True)
class _Flow:
    """One direction of a connection."""

    reached: int
    """The sequence number after the last byte that was sent."""
    first: Frame | None = None
    times: int = 0
    wanted: int = -1
    """Where the other side last said that the next byte is missing, and how often it did."""
    asked: int = 0


class RepeatTable:
    """Counts, for each direction of each connection, the segments that came again."""

    def __init__(self) -> None:
        """Begin without any."""
        self._flows: dict[_Key, _Flow] = {}
        self._done: list[_Flow] = []

    def add(self, frame: Frame) -> None:
        """Take in a TCP frame."""
        opens = bool(frame.flags & TCP_SYN)
        key = (frame.source, frame.source_port, frame.target, frame.target_port)
        if frame.length <= _KEEP_ALIVE and not opens:
            self._acknowledge((*key[2:], *key[:2]), frame)
            return
        end = (frame.sequence + frame.length + opens) % _WHOLE
        flow = self._flows.get(key)
        if flow is None or (opens and end != flow.reached):
            self._done.extend([flow] if flow else [])
            self._flows[key] = _Flow(end)
        elif 0 < (end - flow.reached) % _WHOLE < _HALF:
            flow.reached = end
        elif _is_client(frame) or (frame.sequence == flow.wanted and flow.asked >= _TWICE):
            flow.first = flow.first or frame
            flow.times += 1

    def _acknowledge(self, key: _Key, frame: Frame) -> None:
        """Note that one side says once more which byte it is waiting for."""
        flow = self._flows.get(key)
        if flow is None or frame.length:
            return
        flow.asked = flow.asked + 1 if frame.acknowledged == flow.wanted else 0
        flow.wanted = frame.acknowledged

    def events(self) -> list[Repeat]:
        """Give an event for each direction in which something came again."""
        flows = (*self._done, *self._flows.values())
        return [_event(flow.first, flow.times) for flow in flows if flow.first is not None]


def _is_client(frame: Frame) -> bool:
    """Whether a frame comes from the side with the higher port, which is a boot's client."""
    return frame.target_port < frame.source_port


def _event(frame: Frame, times: int) -> Repeat:
    """Make the event of the segments that one side sent again."""
    by_client = _is_client(frame)
    client = (frame.source, frame.source_mac) if by_client else (frame.target, frame.target_mac)
    server = (frame.target, frame.target_mac) if by_client else (frame.source, frame.source_mac)
    return Repeat(
        time_s=frame.time_s,
        frame=frame.number,
        family=frame.family,
        client=client[0],
        client_mac=client[1],
        server=server[0],
        server_mac=server[1],
        by_client=by_client,
        times=times,
    )
