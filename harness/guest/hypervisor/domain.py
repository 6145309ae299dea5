"""One guest as libvirt runs it: defined, switched, asked for its clock."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import libvirt
import libvirt_qemu

from harness.deadline import within
from harness.errors import GuestError
from harness.guest.hypervisor.stillness import Stillness
from harness.guest.life import Life, Start, Stop

START_FLAGS: int = libvirt.VIR_DOMAIN_START_AUTODESTROY
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
_RESET_TIMEOUT_S = 20.0
_PANIC_TOLD_S = 2.0
"""A machine that panicked stands still first; libvirt tells why, and ends it, in a moment."""
_ANSWER_TIMEOUT_S = 5.0
"""QEMU's monitor answers in milliseconds, unless QEMU hangs."""
_MOST_IN_VAIN = 6
"""Questions, one after the other, without an answer: on no host is a monitor that busy."""
_IN_WORDS: int = libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP
_BEHIND = re.compile(r"Host - Guest clock +(-?\d+) ms")
"""How many ms the guest's clock is behind the host's (QEMU, icount_dump_drift_info)."""
_GONE = (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_OPERATION_INVALID)
"""Codes of "it is not there" and "it is not running": what switching off wants to reach."""
_VERSIONS = re.compile(r"libvirt version: ([^,]+).*?qemu version: ([^,]+)")
_PREAMBLE = re.compile(r"^.*: starting up .*\n(?:.* \\\n)*.*\n?", re.MULTILINE)
"""What libvirt writes before each run: versions, then the command line, over many lines."""


class Domain(Life):
    """One guest, on or off, from its definition until its hypervisor is closed."""

    def __init__(self, xml: str, connection: libvirt.virConnect, log_dir: Path | None) -> None:
        """Define it; use `Hypervisor.define`."""
        super().__init__()
        root = ElementTree.fromstring(xml)
        self.name = root.findtext("name", "")
        self.uuid = root.findtext("uuid", "")
        self.xml = xml
        self._connection = connection
        self.log_path = log_dir / f"{self.name}.log" if log_dir is not None else None
        self.gone = threading.Event()
        """Set while it has no emulator."""
        self.gone.set()
        self._log_before = 0
        self._clock_zero_s = 0.0
        self._clock_s = 0.0
        self._asked_in_vain = 0
        self._stillness = Stillness()
        self._holding = threading.Lock()
        try:
            self._handle: libvirt.virDomain | None = connection.defineXML(xml)
        except libvirt.libvirtError as error:
            raise self._error(f"guest {self.name} cannot be defined: {error}") from error

    @property
    def clock_s(self) -> float:
        """Seconds of its own since power-on, with the fast clock; the last value known.

        Raises:
            GuestError: QEMU does not say: the guest has not the fast clock, or QEMU hangs.
        """
        if self._handle is not None and self.running:
            try:
                self._clock_s = max(self._clock_s, self._read_clock(self._handle))
                self._asked_in_vain = 0
            except TimeoutError as error:
                self._asked_in_vain += 1
                if self._asked_in_vain >= _MOST_IN_VAIN:
                    silent_s = self._asked_in_vain * _ANSWER_TIMEOUT_S
                    what = f"its monitor has not answered for {silent_s:.0f} s"
                    raise self._error(f"the emulator of guest {self.name} hangs: {what}") from error
            except libvirt.libvirtError:  # it has just gone off: its end is told elsewhere
                pass
        return self._clock_s

    @property
    def versions(self) -> Mapping[str, str]:
        """The packaged versions of libvirt and QEMU that run it, as libvirt logs them."""
        found = _VERSIONS.search(self._log())
        return {} if found is None else {"libvirt": found[1], "qemu": found[2]}

    def verify_alive(self) -> None:
        """Raise a GuestError with QEMU's last words if it stopped without anybody meaning it."""
        if self._stands_still:
            self.gone.wait(_PANIC_TOLD_S)
        if self.stop_reason is not None and not self.stop_reason.is_wanted:
            raise self._error(f"guest {self.name} {self.stop_reason.value}")

    def power_on(
        self,
        *,
        image_path: Path | None = None,
        xml_once: str = "",
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Start it: cold, or where `save` has stopped it.

        `image_path` is what `save` wrote, as libvirtd sees it. `xml_once` stands in for its own
        definition until it goes off. `meanwhile` is done while QEMU starts.

        Raises:
            GuestError: it runs already, or QEMU does not start; with QEMU's last words.
        """
        handle = self._handle
        if handle is None or self.running or self._stands_still:
            raise self._error(f"guest {self.name} is on already")
        if not self.gone.wait(_STOP_TIMEOUT_S):
            raise self._error(f"guest {self.name} has stopped, but its emulator does not end")
        self._log_before = len(self._log())
        self._clock_zero_s = self._clock_s = 0.0
        self._asked_in_vain = 0
        self._stillness = Stillness()
        self.gone.clear()
        self.begin()
        start: Callable[[], object]
        if image_path is not None:
            start = partial(self._connection.restoreFlags, str(image_path), self.xml, 0)
        elif xml_once:
            start = partial(self._connection.createXML, xml_once, START_FLAGS)
        else:
            start = partial(handle.createWithFlags, START_FLAGS)
        try:
            within(_START_TIMEOUT_S, start, meanwhile=meanwhile)
        except (libvirt.libvirtError, TimeoutError) as error:
            self.end(Stop.FAILED)
            self.gone.set()
            raise self._error(f"guest {self.name} did not start: {error}") from error

    def save(self, image_path: Path) -> None:
        """Stop it where it is, and write all that it is to a file that libvirtd can write.

        Raises:
            GuestError: it is off, or cannot be saved.
        """
        self._order(lambda it: it.save(str(image_path)))

    def power_off(self) -> None:
        """Switch it off at once, as by holding its button down; harmless when it is off."""
        if self._handle is None or self.gone.is_set():
            return
        try:
            with suppress(TimeoutError):  # whether it is gone is what counts
                within(_STOP_TIMEOUT_S, self._handle.destroy)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in _GONE and self.running:
                raise self._error(f"guest {self.name} does not go off: {error}") from error
        if not self.gone.wait(_STOP_TIMEOUT_S):
            raise self._error(
                f"guest {self.name} is not off {_STOP_TIMEOUT_S:.0f} s after it was told"
            )

    def shutdown(self) -> None:
        """Press its power button: ask whatever runs in it to shut down (ACPI)."""
        self._order(lambda it: it.shutdown())

    def reset(self) -> None:
        """Press its reset button; return when QEMU has told that it was reset."""
        before = len(self.history)
        self._order(lambda it: it.reset(0))
        if not self.wait_for_event(Start.RESET, _RESET_TIMEOUT_S, after=before):
            raise self._error(
                f"guest {self.name} is not reset {_RESET_TIMEOUT_S:.0f} s after it was told"
            )

    def place_in_boot_order(self, device: str, place: int | None) -> None:
        """Give a device, by QEMU's id, this place in the boot order, or none: at the next reset."""
        command = {
            "execute": "qom-set",
            "arguments": {
                "path": f"/machine/peripheral/{device}",
                "property": "bootindex",
                "value": -1 if place is None else place,
            },
        }
        self._order(lambda it: libvirt_qemu.qemuMonitorCommand(it, json.dumps(command), 0))

    def send_break(self) -> None:
        """Let its serial port meet a break: a pipe, at the harness's end, has none."""
        command = {"execute": "chardev-send-break", "arguments": {"id": "charserial0"}}
        self._order(lambda it: libvirt_qemu.qemuMonitorCommand(it, json.dumps(command), 0))

    def hold(self, by: object) -> None:
        """Let its time stand still until all who hold it `release` it; harmless when it is off."""
        with self._holding:
            if self._handle is None or not self.running or not self._stillness.begin(by):
                return
            try:
                within(_ANSWER_TIMEOUT_S, self._handle.suspend)
            except libvirt.libvirtError:  # it has just gone off: its end is told elsewhere
                self._stillness.never_began()
            except TimeoutError:  # it may stand still yet, and is released in its time
                pass

    def release(self, by: object) -> None:
        """Let it go on, unless others hold it; harmless when it was not held, or is off."""
        with self._holding:
            if self._handle is None or not self._stillness.let_go(by):
                return
            with suppress(libvirt.libvirtError, TimeoutError):  # it was switched off while held
                within(_ANSWER_TIMEOUT_S, self._handle.resume)
            self._stillness.end()

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let its time stand still meanwhile; harmless when it is off."""
        by = object()
        self.hold(by)
        try:
            yield
        finally:
            self.release(by)

    def suspended(self) -> None:
        """Take note that it stands still: that is a stop, unless it is because of `hold`."""
        if not self._stillness.explains_event():
            self.end(Stop.PAUSED)

    def last_words(self) -> tuple[str, ...]:
        """Give what QEMU's log says of the latest run, without its command line."""
        said = self._log()[self._log_before :]
        lines = _PREAMBLE.sub("", said).splitlines()
        return tuple(line for line in lines if " is tainted: " not in line)

    def forget(self) -> None:
        """Let go of libvirt's object, which would keep the connection open."""
        self._handle = None

    @property
    def _stands_still(self) -> bool:
        """Whether its emulator is there, and executes nothing any more."""
        return self.stop_reason is Stop.PAUSED and not self.gone.is_set()

    def _read_clock(self, handle: libvirt.virDomain) -> float:
        """Ask QEMU how far the guest's clock is ahead of the host's, and add the host's.

        What it calls the host's stands still as well while the guest does.
        """
        said = within(
            _ANSWER_TIMEOUT_S,
            lambda: libvirt_qemu.qemuMonitorCommand(handle, "info jit", _IN_WORDS),
        )
        behind = _BEHIND.search(str(said))
        if behind is None:
            raise self._error(f"QEMU does not tell the clock of guest {self.name}")
        now_s = self._stillness.moving_s() - int(behind[1]) / 1000
        self._clock_zero_s = self._clock_zero_s or now_s
        return now_s - self._clock_zero_s

    def _order(self, order: Callable[[libvirt.virDomain], object]) -> None:
        if self._handle is None or not self.running:
            raise self._error(f"guest {self.name} is off")
        try:
            order(self._handle)
        except libvirt.libvirtError as error:
            raise self._error(f"guest {self.name} does not obey: {error}") from error

    def _log(self) -> str:
        if self.log_path is None or not self.log_path.exists():
            return ""
        return self.log_path.read_text(errors="replace")

    def _error(self, what: str) -> GuestError:
        return GuestError(what, last_lines=self.last_words(), log_path=self.log_path)
