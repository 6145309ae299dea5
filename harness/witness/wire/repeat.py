"""TCP segments that were sent again because something was lost (RFC 9293 3.8.1, RFC 5681 3.2).

Not all that comes again was lost: either side may only have been too slow for the
other, whose clock may run faster. A client's repeat counts unless the server had
acknowledged the first, or says that it has both (RFC 2883); a server's counts where
the client has asked for it, by acknowledging the same byte again and again.
"""

import struct
from dataclasses import dataclass, field

from harness.witness.wire.event import Repeat
from harness.witness.wire.frame import TCP_SYN, WHOLE, Frame, answered, asked, behind

_KEEP_ALIVE = 1
"""Bytes of a probe that a connection still lives, which repeats on purpose."""
_TWICE = 2
_SOONEST_S = 0.2
"""No TCP repeats itself sooner, but for a guest whose clock runs ahead."""
_END, _NOP, _SACK = 0, 1, 5
_SACK_BLOCK = struct.Struct("!2xII")
"""Kind and length, then the block's edges."""
_Key = tuple[str, int, str, int]


@dataclass(slots=True)
class _Flow:
    reached: int
    """The sequence number after the last byte that was sent."""
    at_s: float
    """When that byte was sent."""
    first: Frame | None = None
    times: int = 0
    wanted: int = -1
    """Which byte the other side last said that it is waiting for, and how often again."""
    asked: int = 0


@dataclass
class RepeatTable:
    """Counts, for each direction of each connection, the segments that came again."""

    _flows: dict[_Key, _Flow] = field(default_factory=dict)
    _done: list[_Flow] = field(default_factory=list)

    def add(self, frame: Frame) -> None:
        """Take in a TCP frame."""
        opens = bool(frame.flags & TCP_SYN)
        key = (frame.source, frame.source_port, frame.target, frame.target_port)
        self._acknowledge((*key[2:], *key[:2]), frame)
        if frame.length <= _KEEP_ALIVE and not opens:
            return
        end = (frame.sequence + frame.length + opens) % WHOLE
        flow = self._flows.get(key)
        if flow is None or (opens and end != flow.reached):
            self._done.extend([flow] if flow else [])
            self._flows[key] = _Flow(end, frame.time_s)
        elif end != flow.reached and behind(end, flow.reached):
            flow.reached, flow.at_s = end, frame.time_s
        elif _is_loss(flow, frame):
            flow.first = flow.first or frame
            flow.times += 1

    def _acknowledge(self, key: _Key, frame: Frame) -> None:
        """Note that one side says once more which byte it is waiting for."""
        flow = self._flows.get(key)
        if flow is None:
            return
        again = frame.acknowledged == flow.wanted and not frame.length
        flow.asked = flow.asked + 1 if again else 0
        flow.wanted = frame.acknowledged
        if flow.times and _has_both(frame):
            flow.times -= 1

    def events(self) -> list[Repeat]:
        """Give an event for each direction in which something came again."""
        flows = (*self._done, *self._flows.values())
        return [_event(flow.first, flow.times) for flow in flows if flow.first and flow.times]


def _is_loss(flow: _Flow, frame: Frame) -> bool:
    """Whether a segment comes again because the first is lost, as far as one can tell by then."""
    if not _is_client(frame):
        return frame.sequence == flow.wanted and flow.asked >= _TWICE
    # Firmware without TCP options cannot be told that the server has both.
    too_soon = not frame.options and frame.time_s - flow.at_s < _SOONEST_S
    return flow.wanted != flow.reached and not too_soon


def _has_both(frame: Frame) -> bool:
    """Whether a side reports a segment that it had already: its first SACK block is behind."""
    options = frame.options
    while len(options) >= _SACK_BLOCK.size and options[0] != _END:
        if options[0] == _SACK:
            right: int = _SACK_BLOCK.unpack_from(options)[1]
            return behind(frame.acknowledged, right)
        options = options[1 if options[0] == _NOP else max(options[1], 2) :]
    return False


def _is_client(frame: Frame) -> bool:
    """Whether a frame comes from the side with the higher port, which is a boot's client."""
    return frame.target_port < frame.source_port


def _event(frame: Frame, times: int) -> Repeat:
    if _is_client(frame):
        return Repeat(**asked(frame), server_mac=frame.target_mac, by_client=True, times=times)
    return Repeat(**answered(frame), by_client=False, times=times)
