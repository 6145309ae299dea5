"""A guest's life as libvirt tells it; libvirt's own driver for tests plays the hypervisor."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import libvirt_qemu
import pytest

from harness.errors import GuestError
from harness.guest import hypervisor
from harness.guest.hypervisor import Domain, Hypervisor
from harness.guest.life import PowerEvent, Start, Stop

URI = "test:///default"
SERVERS = "the servers"
PAUSED, RUNNING = 3, 1
"""Of libvirt's virDomainState."""
XML = (
    "<domain type='test'><name>guest-1</name>"
    "<uuid>7ba14a6d-729b-5db6-8b44-db0f860c5748</uuid>"
    "<memory>8192</memory><os><type>hvm</type></os></domain>"
)
EARLIER = "qemu-system-x86_64: what went wrong last time\n"
LOG = (
    "2026-11-22 11:31:02.191+0000: starting up libvirt version: 9.0.0, package: 9.0.0-4, "
    "qemu version: 7.2.22Debian 1:7.2+dfsg-7, kernel: 6.1.0, hostname: lab\n"
    "LC_ALL=C \\\n/usr/bin/qemu-system-x86_64 \\\n-msg timestamp=on\n"
    "2026-11-22 11:31:02.192+0000: Domain id=1 is tainted: high-privileges\n"
)
LAST_WORDS = "qemu-system-x86_64: could not open the network device"


def speak(guest: Domain) -> None:
    """Write what libvirt and QEMU write at a start that fails."""
    assert guest.log_path is not None
    with guest.log_path.open("a") as log:
        log.write(f"{LOG}{LAST_WORDS}\n")


@pytest.fixture
def libvirt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hypervisor]:
    """Connect to the driver for tests, which knows no autodestroy."""
    monkeypatch.setattr(hypervisor.domain, "START_FLAGS", 0)
    (tmp_path / "guest-1.log").write_text(EARLIER)
    with Hypervisor(URI, log_dir=tmp_path) as connected:
        yield connected


@pytest.fixture
def guest(libvirt: Hypervisor) -> Iterator[Domain]:
    """Start a guest; the driver for tests would keep it for the next test."""
    defined = libvirt.define(XML)
    defined.power_on()
    yield defined
    defined.power_off()


def test_what_is_defined_is_off(libvirt: Hypervisor) -> None:
    """It has not stopped either: nothing has happened to it."""
    guest = libvirt.define(XML)
    assert not guest.running
    assert guest.stop_reason is None
    assert guest.history == ()
    guest.power_off()
    guest.verify_alive()


def test_guest_that_was_switched_on_runs(guest: Domain) -> None:
    """It has not stopped, so there is no reason."""
    assert guest.running
    assert guest.stop_reason is None
    guest.verify_alive()


def test_another_definition_counts_until_it_goes_off(guest: Domain) -> None:
    """A boot order for one start only."""
    guest.power_off()
    guest.power_on(xml_once=XML.replace("8192", "4096"))
    assert guest._handle is not None
    assert guest._handle.maxMemory() == 4096
    guest.power_off()
    guest.power_on()
    assert guest._handle.maxMemory() == 8192


def test_wait_ends_at_its_deadline_while_it_runs(guest: Domain) -> None:
    """None means: still running."""
    assert guest.wait_for_stop(0.01) is None


def test_switching_off_is_told(guest: Domain) -> None:
    """An event of libvirt says how it ended."""
    guest.power_off()
    assert guest.stop_reason is Stop.OFF
    assert not guest.running
    guest.verify_alive()


def test_switching_off_twice_is_harmless(guest: Domain) -> None:
    """Whoever cleans up need not know what has happened."""
    guest.power_off()
    guest.power_off()
    assert guest.stop_reason is Stop.OFF


def test_power_button_shuts_it_down(guest: Domain) -> None:
    """The guest's own end is told apart from being switched off."""
    guest.shutdown()
    assert guest.wait_for_stop(5) is Stop.SHUTDOWN


def test_waiting_is_told_and_does_not_ask(guest: Domain) -> None:
    """The stop happens in another thread while this one waits."""
    started_s = time.monotonic()
    stopper = threading.Thread(target=guest.power_off)
    stopper.start()
    assert guest.wait_for_stop(20) is Stop.OFF
    stopper.join()
    assert time.monotonic() - started_s < 5


def test_callbacks_get_the_reason(guest: Domain) -> None:
    """Others can be told without waiting."""
    told: list[PowerEvent] = []
    guest.on_event(told.append)
    guest.power_off()
    guest.power_on()
    assert told == [Stop.OFF, Start.ON]
    assert [mark.event for mark in guest.history] == [Start.ON, Stop.OFF, Start.ON]


def test_it_can_be_switched_on_again(guest: Domain) -> None:
    """A cold start begins a new run, with no ending yet."""
    guest.power_off()
    guest.power_on()
    assert guest.running
    assert guest.stop_reason is None


def test_switching_on_what_is_on_is_an_error(guest: Domain) -> None:
    """Somebody has lost count."""
    with pytest.raises(GuestError, match="guest-1 is on already"):
        guest.power_on()


def test_guest_that_is_off_takes_no_orders(guest: Domain) -> None:
    """A reset that resets nothing must not look like one."""
    guest.power_off()
    with pytest.raises(GuestError, match="guest-1 is off"):
        guest.reset()


def test_reset_that_is_never_told_is_an_error(
    guest: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order alone resets nothing: QEMU's event says that it was carried out."""
    monkeypatch.setattr(guest, "_handle", Mock(wraps=guest._handle, reset=lambda _flags: 0))
    monkeypatch.setattr(hypervisor.domain, "_RESET_TIMEOUT_S", 0.05)
    with pytest.raises(GuestError, match="guest-1 is not reset"):
        guest.reset()


def test_reset_is_over_when_it_is_told(
    libvirt: Hypervisor, guest: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libvirt passes QEMU's event on, in a thread of its own."""
    handle = guest._handle
    assert handle is not None

    def reset(_flags: int) -> int:
        threading.Timer(0.05, libvirt._on_reboot, (None, handle, None)).start()
        return 0

    monkeypatch.setattr(guest, "_handle", Mock(wraps=handle, reset=reset))
    guest.reset()
    assert guest.history[-1].event is Start.RESET
    assert guest.running


def test_panic_is_told_before_what_follows_from_it(libvirt: Hypervisor, guest: Domain) -> None:
    """Libvirt tells the panic, then that it has destroyed what panicked."""
    assert guest._handle is not None
    libvirt._on_event(None, guest._handle, 8, 0, None)
    guest._handle.destroy()
    assert guest.gone.wait(5)
    assert guest.stop_reason is Stop.PANICKED
    with pytest.raises(GuestError, match="guest-1 panicked"):
        guest.verify_alive()
    guest.power_on()
    assert guest.running


def test_two_guests_end_apart(libvirt: Hypervisor, guest: Domain) -> None:
    """Events find the guest that they are about."""
    other = libvirt.define(XML.replace("guest-1", "guest-2").replace("7ba1", "7ba2"))
    other.power_on()
    other.power_off()
    assert guest.running
    assert other.stop_reason is Stop.OFF


def test_start_that_fails_shows_qemus_last_words(
    guest: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of this start: neither the command line nor the words of an earlier one."""
    guest.power_off()
    handle = guest._handle
    assert handle is not None

    def start(_flags: int) -> int:
        speak(guest)
        return handle.createWithFlags(1 << 20)

    monkeypatch.setattr(guest, "_handle", Mock(wraps=handle, createWithFlags=start))
    with pytest.raises(GuestError, match=r"guest-1 did not start: .*unsupported flags") as caught:
        guest.power_on()
    assert caught.value.last_lines == (LAST_WORDS,)
    assert caught.value.log_path == guest.log_path
    assert caught.value.__cause__ is not None
    assert guest.stop_reason is Stop.FAILED


def test_nothing_is_printed_behind_our_backs(
    libvirt: Hypervisor, capfd: pytest.CaptureFixture[str]
) -> None:
    """Unasked, libvirt would print each error to standard error as well."""
    with pytest.raises(GuestError):
        libvirt.define("<domain type='test'/>")
    assert capfd.readouterr().err == ""


def test_libvirtd_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """The message says where it should have been."""
    uri = f"qemu+unix:///system?socket={tmp_path}/libvirt-sock"
    with pytest.raises(GuestError, match="libvirtd does not answer at qemu"), Hypervisor(uri):
        pass


def test_closed_connection_starts_nothing(libvirt: Hypervisor) -> None:
    """After the end there is no beginning."""
    libvirt.__exit__(None, None, None)
    with pytest.raises(GuestError, match="no connection"):
        libvirt.define(XML)


def test_versions_are_those_that_ran(guest: Domain) -> None:
    """It is libvirt that logs QEMU's packaged version at each start."""
    speak(guest)
    assert guest.versions == {"libvirt": "9.0.0", "qemu": "7.2.22Debian 1:7.2+dfsg-7"}


@pytest.mark.parametrize("stop", [it for it in Stop if not it.is_wanted])
def test_end_that_nobody_meant_raises_with_last_words(stop: Stop, guest: Domain) -> None:
    """A wait on the console asks `verify_alive` and ends with the true cause."""
    speak(guest)
    guest.end(stop)
    with pytest.raises(GuestError, match=f"guest-1 {stop.value}") as caught:
        guest.verify_alive()
    assert caught.value.last_lines == (LAST_WORDS,)


def test_start_that_hangs_is_an_error(guest: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU blocks where nobody takes its console, and libvirt waits for QEMU for ever."""
    guest.power_off()
    released = threading.Event()
    hanging = Mock(wraps=guest._handle, createWithFlags=lambda _flags: released.wait(10))
    monkeypatch.setattr(guest, "_handle", hanging)
    monkeypatch.setattr(hypervisor.domain, "_START_TIMEOUT_S", 0.05)
    with pytest.raises(GuestError, match="did not start: no answer"):
        guest.power_on()
    released.set()


def test_its_own_clock_counts_from_power_on(guest: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU says how far it is behind the host: less than nothing, when it runs ahead."""
    behind_ms = [500, -9500, -19500]
    monkeypatch.setattr(
        libvirt_qemu,
        "qemuMonitorCommand",
        lambda *_: f"TB count 7\nHost - Guest clock  {behind_ms.pop(0)} ms\n",
    )
    assert [round(guest.clock_s) for _ in range(3)] == [0, 10, 20]
    guest.power_off()
    assert round(guest.clock_s) == 20


def test_a_qemu_without_the_fast_clock_says_so(
    guest: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deadline that counts nothing would never end."""
    monkeypatch.setattr(libvirt_qemu, "qemuMonitorCommand", lambda *_: "TB count 7\n")
    with pytest.raises(GuestError, match="does not tell the clock of guest guest-1"):
        _ = guest.clock_s


def test_a_qemu_that_hangs_is_told_and_not_waited_for(
    guest: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One answer that is late is none yet: its host may be busy."""
    released = threading.Event()
    answer = "TB count 7\nHost - Guest clock  0 ms\n"
    monkeypatch.setattr(hypervisor.domain, "_ANSWER_TIMEOUT_S", 0.02)
    late = lambda *_: released.wait(10) and answer  # noqa: E731
    monkeypatch.setattr(libvirt_qemu, "qemuMonitorCommand", late)
    assert [guest.clock_s for _ in range(5)] == [0.0] * 5
    monkeypatch.setattr(libvirt_qemu, "qemuMonitorCommand", lambda *_: answer)
    assert guest.clock_s >= 0.0
    monkeypatch.setattr(libvirt_qemu, "qemuMonitorCommand", late)
    assert [guest.clock_s for _ in range(5)] == [guest._clock_s] * 5
    with pytest.raises(GuestError, match="guest-1 hangs: its monitor has not answered"):
        _ = guest.clock_s
    released.set()


def test_a_qemu_that_cannot_be_asked_has_no_clock(guest: Domain) -> None:
    """The driver for tests has no QEMU."""
    assert guest.clock_s == 0.0


def test_a_guest_goes_on_when_nobody_holds_it_any_more(guest: Domain) -> None:
    """While its boot is judged, a server's answer must not let it go on."""
    with guest.still():
        guest.hold(SERVERS)
        guest.release(SERVERS)
        guest.release(SERVERS)
        assert _state(guest) == PAUSED
        guest.hold(SERVERS)
    assert _state(guest) == PAUSED
    guest.release(SERVERS)
    assert _state(guest) == RUNNING


def _state(guest: Domain) -> int:
    assert guest._handle is not None
    return int(guest._handle.state()[0])


def test_a_held_guest_has_not_ended(guest: Domain) -> None:
    """It stands still because somebody meant it, once for each time that it was told."""
    for _ in range(3):
        guest.hold(SERVERS)
        guest.hold(SERVERS)
        guest.release(SERVERS)
        guest.release(SERVERS)
    assert guest.wait_for_stop(0.1) is None
    guest.verify_alive()


def test_one_that_stands_still_by_itself_has(libvirt: Hypervisor) -> None:
    """The accelerator met something that it cannot execute."""
    # Another guest than that of the other tests: news of its end may come late.
    guest = libvirt.define(XML.replace("guest-1", "guest-3").replace("7ba1", "7ba3"))
    guest.power_on()
    guest.hold(SERVERS)
    guest.release(SERVERS)
    assert guest.wait_for_stop(0.1) is None
    assert guest._handle is not None
    guest._handle.suspend()
    assert guest.wait_for_stop(5) is Stop.PAUSED
    guest.power_off()


def test_a_held_guest_can_be_switched_off(guest: Domain) -> None:
    """Whoever holds it may come too late to release it."""
    guest.hold(SERVERS)
    guest.power_off()
    guest.release(SERVERS)
    assert guest.stop_reason is Stop.OFF
    guest.hold(SERVERS)
    guest.release(SERVERS)


def test_standing_still_takes_no_time(guest: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU's two clocks stand still together, so their difference says nothing of it."""
    monkeypatch.setattr(libvirt_qemu, "qemuMonitorCommand", lambda *_: "Host - Guest clock  0 ms\n")
    assert guest.clock_s == 0.0
    guest.hold(SERVERS)
    time.sleep(0.3)
    while_held_s = guest.clock_s
    guest.release(SERVERS)
    assert while_held_s < 0.25
    assert guest.clock_s < 0.25
