"""What a machine does, told as it happens: a line for each thing, and a bar for what is fetched.

Read of the same witnesses that judge: the capture, as it grows, and the screen. Nothing is
judged here; a line says what was seen.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from harness import logwatch
from harness.errors import HarnessError
from harness.evidence.timeline import phases
from harness.guest.console.screen import Screen
from harness.guest.menus.any_menu import read_menu, read_prompt
from harness.lab import Guest, Lab
from harness.secret import masked
from harness.witness.wire import Outcome, Repeat, RouterAdvertisement, Transfer, Unheard, WireEvent

if TYPE_CHECKING:
    from harness.loaders.base import DrawnMenu

_PHASES = {
    "first_byte": "the firmware says its first word",
    "first_dhcp": "the firmware asks for an address",
    "lease": "the firmware has an address",
    "nbp_requested": "the first program is fetched",
    "loader_dhcp": "the loader asks for an address",
    "loader_lease": "the loader has an address",
    "script": "the loader's script is fetched",
    "kernel": "the kernel is fetched",
    "initrd": "the initrd is fetched",
    "payload": "what was booted reports",
}
"""What begins with each phase that can be told while it lasts."""
_PHASE = "phase"
_LATE_ACK_S = 1.0
"""So long after its last byte a transfer that nobody acknowledged is told as it is."""
_BAR = 20


class Out(Protocol):
    """Where it is shown."""

    def say(self, line: str) -> None:
        """Show a line that stays."""

    def show(self, line: str) -> None:
        """Show what goes on at this moment, in the place of the last; "" for nothing."""


class Live:
    """Tells what one guest of a lab does; `tick` looks again."""

    def __init__(self, lab: Lab, guest: Guest, out: Out) -> None:
        """Begin with what has been seen so far."""
        from harness.witness.wire.pcap import GrowingCapture

        self._lab, self._guest, self._out = lab, guest, out
        self._capture = GrowingCapture()
        self._read = self._said = 0
        """Bytes of the capture and of the console that were looked at."""
        self._told: set[object] = set()
        self._menu: DrawnMenu | None = None
        """The one that was told last."""
        self._drawn: DrawnMenu | None = None
        """The one that stood there at the last look."""
        self._glanced: DrawnMenu | None = None
        """The latest that has stood there since."""
        self._passed: tuple[DrawnMenu, float] | None = None
        """One that was gone at the last look, and when: it may just have been drawn anew."""

    def tick(self) -> None:
        """Look at the witnesses, and tell what is new."""
        try:
            self._look_at_wire()
            self._look_at_screen()
        except HarnessError as error:
            self._once(str(error), "harness", str(error))

    def _look_at_wire(self) -> None:
        with self._lab.evidence.wire_path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        said = logwatch.size(self._guest.record.store.console_raw_path)
        if not data and said == self._said:
            return
        self._read, self._said = self._read + len(data), said
        self._capture.take(data)
        boot = replace(
            self._guest.record.boot,
            wire=self._capture.wire,
            console=self._guest.record.store.read_console(),
        )
        going_on, last_s = "", max((event.time_s for event in boot.wire.events), default=0.0)
        new: list[tuple[float, object, str, str]] = []
        for event in filter(self._is_of_guest, boot.wire.events):
            if isinstance(event, Transfer) and not _has_ended(event, last_s):
                going_on = _bar(event)
            elif _is_told(event):
                at_s = event.time_s - boot.power_on_s
                new.append((at_s, _key(event), f"wire {event.frame}", str(event)))
        for name, at_s in phases(boot).items():
            if name in _PHASES:
                new.append((at_s, name, _PHASE, _PHASES[name]))
        for at_s, key, who, what in sorted(new, key=lambda each: (each[0], each[2] != _PHASE)):
            self._once(key, who, what, at_s)
        self._out.show(going_on)

    def _is_of_guest(self, event: WireEvent) -> bool:
        macs = ("", *(nic.mac for nic in self._guest.spec.nics))
        return event.client_mac in macs

    def _look_at_screen(self) -> None:
        if not self._guest.power.is_on:
            self._tell_passed(None)
            return
        console = self._guest.console
        screen = console.catch_up(self._glance)
        for found in console.findings:
            if not found.tolerated_by(self._guest.normal):
                self._once((found.at_s, found.line), "console", found.line.strip(), found.at_s)
        if (prompt := read_prompt(screen)) is not None:
            self._once(("prompt", prompt), "console", f"waits at the {prompt}", console.at_s)
        self._look_at_menu(read_menu(screen), console.at_s)

    def _glance(self, screen: Screen) -> None:
        """Keep a menu that may be gone at the next look."""
        if (drawn := read_menu(screen)) is not None:
            self._glanced = drawn

    def _look_at_menu(self, drawn: "DrawnMenu | None", at_s: float) -> None:
        """Tell a menu once it stands there, or has stood; then which row is chosen, and its end."""
        glanced, self._glanced = self._glanced, None
        self._tell_passed(drawn or glanced)
        before, self._drawn = self._drawn, drawn
        if drawn is None:
            if (last := glanced or before or self._menu) is not None:
                self._passed = last, at_s
        elif _rows(drawn) == _rows(before):
            self._tell_menu(drawn, at_s)

    def _tell_passed(self, now: "DrawnMenu | None") -> None:
        """Tell that a menu is left, unless what stands there now is the same, drawn to its end."""
        passed, self._passed = self._passed, None
        if passed is None or (now is not None and _begins(passed[0], now)):
            return
        menu, at_s = passed
        self._tell_menu(menu, at_s)
        self._tell("menu", "is left", at_s)
        self._menu = None

    def _tell_menu(self, drawn: "DrawnMenu", at_s: float) -> None:
        if _rows(drawn) != _rows(self._menu):
            for line in _lines(drawn):
                self._tell("menu", line, at_s)
        elif self._menu is not None and drawn.at != self._menu.at:
            self._tell("menu", f"> {drawn.selected}", at_s)
        self._menu = drawn

    def _once(self, key: object, who: str, what: str, at_s: float | None = None) -> None:
        if key not in self._told:
            self._told.add(key)
            self._tell(who, what, at_s)

    def _tell(self, who: str, what: str, at_s: float | None) -> None:
        time = " " * 9 if at_s is None else f"{at_s:9.3f}"
        for line in what.splitlines():
            self._out.say(masked(f"{time}  {who:<10}  {line}".rstrip()))


def _has_ended(transfer: Transfer, last_s: float) -> bool:
    if transfer.outcome is Outcome.SENT:
        return last_s - transfer.end_time_s > _LATE_ACK_S
    return not transfer.outcome.open


def _is_told(event: WireEvent) -> bool:
    """Leave out what is counted up while it goes on."""
    return not isinstance(event, Repeat | Unheard)


def _key(event: WireEvent) -> object:
    """An advertisement that says nothing new is no news."""
    if isinstance(event, RouterAdvertisement):
        return str(event)
    return (event.frame, type(event).__name__)


def _rows(drawn: "DrawnMenu | None") -> object:
    return None if drawn is None else (drawn.title, drawn.items)


def _begins(half: "DrawnMenu", whole: "DrawnMenu") -> bool:
    return half.title == whole.title and half.items == whole.items[: len(half.items)]


def _lines(drawn: "DrawnMenu") -> Iterator[str]:
    counts = "" if drawn.counts_down_s is None else f" (counts down {drawn.counts_down_s} s)"
    yield f"{drawn.title or 'without a title'}{counts}"
    for number, item in enumerate(drawn.items):
        yield f"{'>' if number == drawn.at else ' '} {item}"


def _bar(transfer: Transfer) -> str:
    """Draw how far a transfer has come; without a known size only its bytes."""
    size = getattr(transfer, "told_size", None) or getattr(transfer, "content_length", None)
    name = getattr(transfer, "file", "") or getattr(transfer, "path", "")
    if not size:
        return f"{name}  {transfer.bytes / 1e6:.2f} MB"
    part = min(1.0, transfer.bytes / size)
    full = round(part * _BAR)
    bar = f"[{'#' * full}{'-' * (_BAR - full)}]"
    return f"{name}  {bar} {part:4.0%}  {transfer.bytes / 1e6:.2f} of {size / 1e6:.2f} MB"
