"""A faulty cable: forwards frames between two interfaces, and not always faithfully.

Runs as a process of the lab on the host's plain Python, so it uses the standard
library alone. What it does to a frame is told by counting, never by chance: the same
boot meets the same faults. Each fault is a line on its standard output.

    forward.py GUEST_SIDE SERVER_SIDE RULES_FILE

Rules are read at the start and at each SIGHUP; `harness.lab.link_fault` writes them.
"""

import heapq
import itertools
import json
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

GUEST, SERVER = "guest", "server"
"""Whom a frame goes to."""
_HOLD_S = 0.1
"""How long a frame is held back for another to overtake it."""
_ALL_PROTOCOLS = 0x0003
_SOL_PACKET, _PACKET_VNET_HDR = 263, 15
_VNET_HEAD = 10
"""A frame may be a bundle that the NIC is to split, and lack its checksum: this head says so."""
_OUTGOING = 4
_BUFFER = 8 << 20
_DHCP = {67, 68, 546, 547}
_TFTP, _HTTP = 69, 80
_TFTP_OPCODES = {b"\0\3", b"\0\4", b"\0\5", b"\0\6"}


def kinds_of(frame: bytes) -> set[str]:
    """Say what a frame is, in the words that rules use."""
    kinds = {"any"}
    kind = frame[12:14]
    if kind == b"\x08\x06":
        return kinds | {"arp"}
    if kind == b"\x08\x00":
        kinds.add("ipv4")
        protocol, at = frame[23], 14 + (frame[14] & 0x0F) * 4
    elif kind == b"\x86\xdd":
        kinds.add("ipv6")
        protocol, at = frame[20], 54
    else:
        return kinds
    ports = {
        int.from_bytes(frame[at : at + 2], "big"),
        int.from_bytes(frame[at + 2 : at + 4], "big"),
    }
    if protocol == socket.IPPROTO_UDP:
        return kinds | _udp_kinds(ports, frame[at + 8 : at + 10])
    return kinds | {"http"} if protocol == socket.IPPROTO_TCP and _HTTP in ports else kinds


def _udp_kinds(ports: set[int], opcode: bytes) -> set[str]:
    """Say what a datagram is; a TFTP transfer goes on between two ports of no name."""
    if ports & _DHCP:
        return {"dhcp"}
    if _TFTP in ports:
        return {"tftp", "tftp-request"}
    if min(ports) >= 1024 and opcode in _TFTP_OPCODES:
        return {"tftp", "tftp-data"} if opcode == b"\0\3" else {"tftp"}
    return set()


@dataclass(kw_only=True)
class Rule:
    """One fault: what is done, to which frames, and how often."""

    do: str
    of: str = "any"
    toward: str = ""
    """`guest`, `server`, or "" for both."""
    every: int = 1
    """To every how many-th of these frames."""
    times: int = 0
    """How often at the most; 0: without an end."""
    seconds: float = 0.0
    asks: int = 0
    """Of a cut: how many frames of the guest are lost before it is plugged in; 0: all."""
    met: int = 0
    struck: int = 0
    is_cut: bool = False

    def strikes(self, kinds: set[str], toward: str) -> bool:
        """Count a frame; say whether it is the one that is struck."""
        if self.of not in kinds or self.toward not in ("", toward):
            return False
        if self.times and self.struck >= self.times:
            return False
        self.met += 1
        if self.met % self.every:
            return False
        self.struck += 1
        return True


@dataclass
class Cable:
    """The frames that are on their way."""

    rules: list[Rule] = field(default_factory=list)
    _way: list[tuple[float, int, str, bytes]] = field(default_factory=list)
    _held: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def take(self, frame: bytes, toward: str, now_s: float, *, head: int = 0) -> list[str]:
        """Take a frame in; give what was done to it, one line a fault."""
        kinds = kinds_of(frame[head:])
        told: list[str] = []
        copies, late_s, holds = 1, 0.0, False
        for rule in self.rules:
            if rule.do == "cut":
                copies = 0 if self._cut(rule, kinds, toward, told) else copies
            elif rule.strikes(kinds, toward):
                copies *= {"lose": 0, "duplicate": 2}.get(rule.do, 1)
                late_s += rule.seconds
                holds = holds or rule.do == "reorder"
                if rule.do != "delay" or rule.struck == 1:
                    told.append(f"{rule.do} {rule.of} {rule.met} to the {toward}")
        before = self._held.pop(toward, None) if copies else None
        if holds and copies:
            self._held[toward] = (now_s + _HOLD_S, frame)
        else:
            for _ in range(copies):
                self._send(now_s + late_s, toward, frame)
        if before is not None:
            self._send(now_s + late_s, toward, before[1])
        return told

    def _cut(self, rule: Rule, kinds: set[str], toward: str, told: list[str]) -> bool:
        """Say whether the cable is out for this frame; plug it in for the next if it is time."""
        if not rule.is_cut:
            if not rule.strikes(kinds, toward):
                return False
            rule.is_cut, rule.times = True, rule.struck
            told.append(f"cut at {rule.of} {rule.met} to the {toward}")
        if toward == SERVER and rule.asks:
            rule.asks -= 1
            if rule.asks == 0:
                rule.is_cut = False
                told.append("plugged in for what comes after this")
        return True

    def _send(self, due_s: float, toward: str, frame: bytes) -> None:
        heapq.heappush(self._way, (due_s, next(self._order), toward, frame))

    def due(self, now_s: float) -> list[tuple[str, bytes]]:
        """Give the frames that arrive now, in their order, and to whom."""
        for toward, (until_s, frame) in list(self._held.items()):
            if until_s <= now_s:
                del self._held[toward]
                self._send(until_s, toward, frame)
        arrived = []
        while self._way and self._way[0][0] <= now_s:
            _, _, toward, frame = heapq.heappop(self._way)
            arrived.append((toward, frame))
        return arrived

    def wait_s(self, now_s: float) -> float | None:
        """Give how long nothing is due; None: until a frame comes."""
        times = [until_s for until_s, _ in self._held.values()] + [due[0] for due in self._way[:1]]
        return max(0.0, min(times) - now_s) if times else None


def read_rules(path: Path) -> list[Rule]:
    """Read the rules."""
    return [Rule(**rule) for rule in json.loads(path.read_text())]


def _open(interface: str) -> socket.socket:
    """Listen to all frames of an interface, with the heads of bundles."""
    found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
    found.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    found.bind((interface, 0))
    return found


def main(guest_side: str, server_side: str, rules_file: str) -> None:
    """Forward until killed."""
    cable = Cable()

    def say(line: str) -> None:
        print(f"{time.time():.3f} {line}", flush=True)  # noqa: T201

    def load(*_: object) -> None:
        cable.rules = read_rules(Path(rules_file))
        say(f"rules in force: {Path(rules_file).read_text()}")

    ends = {_open(guest_side): SERVER, _open(server_side): GUEST}
    back = {toward: end for end, toward in zip(ends, (GUEST, SERVER), strict=True)}
    signal.signal(signal.SIGHUP, load)
    say(f"forwarding between {guest_side} and {server_side} by a process of the lab")
    load()
    while True:
        ready, _, _ = select.select(list(ends), [], [], cable.wait_s(time.monotonic()))
        for end in ready:
            data, address = end.recvfrom(1 << 17)
            if address[2] != _OUTGOING:
                for line in cable.take(data, ends[end], time.monotonic(), head=_VNET_HEAD):
                    say(line)
        for toward, frame in cable.due(time.monotonic()):
            try:
                back[toward].send(frame)
            except OSError as error:
                say(f"a frame to the {toward} of {len(frame)} bytes was not taken: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
