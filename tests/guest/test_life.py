"""A run begins once and stops once, whatever is told of it afterwards."""

from harness.guest.life import Life, PowerEvent, Start, Stop


def test_first_reason_counts() -> None:
    """News of a crash may come before news of the stop that follows from it."""
    life = Life()
    told: list[PowerEvent] = []
    life.on_event(told.append)
    life.begin()
    life.end(Stop.CRASHED)
    life.end(Stop.OFF)
    assert life.stop_reason is Stop.CRASHED
    assert told == [Start.ON, Stop.CRASHED]


def test_a_panic_says_why_the_machine_stood_still() -> None:
    """QEMU stops the machine first, and what comes of the panic is told after it."""
    life = Life()
    life.begin()
    for stop in (Stop.PAUSED, Stop.PANICKED, Stop.CRASHED):
        life.end(stop)
    assert life.stop_reason is Stop.PANICKED
    assert [mark.event for mark in life.history] == [Start.ON, Stop.PAUSED, Stop.PANICKED]


def test_what_was_only_halted_goes_on() -> None:
    """A debugger halts a machine and lets it go on; nothing else that has stopped does."""
    life = Life()
    life.begin()
    life.end(Stop.PAUSED)
    life.go_on()
    assert (life.running, life.stop_reason) == (True, None)
    life.go_on()
    life.end(Stop.SHUTDOWN)
    life.go_on()
    assert (life.running, life.stop_reason) == (False, Stop.SHUTDOWN)
    events = [mark.event for mark in life.history]
    assert events == [Start.ON, Stop.PAUSED, Start.AGAIN, Stop.SHUTDOWN]


def test_what_never_began_does_not_stop() -> None:
    """Events of a machine that is off change nothing."""
    life = Life()
    life.end(Stop.LOST)
    assert life.stop_reason is None


def test_what_is_off_is_not_reset() -> None:
    """News of a reset may come after that of the stop."""
    life = Life()
    life.begin()
    life.was_reset()
    life.end(Stop.SHUTDOWN)
    life.was_reset()
    assert [mark.event for mark in life.history] == [Start.ON, Start.RESET, Stop.SHUTDOWN]
    assert life.wait_for_event(Start.RESET, 0, after=1)
    assert not life.wait_for_event(Start.RESET, 0, after=2)
