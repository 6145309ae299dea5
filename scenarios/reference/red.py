"""How a fault is asserted: the boot is red, by this cause, and in time."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.errors import BootError
from harness.lab import BootTimeoutError, Clock, Guest

GRACE_S = 10.0
"""Of the guest's time: how long after the firmware's own time-outs a fault may stay unnamed."""


@contextmanager
def red(guest: Guest, cause: str, *, own_timeouts_s: float = 0.0) -> Iterator[None]:
    """Expect a wait to fail with this in its message (a regular expression), in time.

    `own_timeouts_s` are those of firmware and loader, from the beginning of the wait, in
    the guest's time: nobody can know of the fault before they give up.

    The guest's own clock measures it where it is the host's, as far as the host is as fast
    as it is taken to be beside others. The fast clock cannot: an
    idle guest lets minutes pass in the milliseconds in which its words are read. What
    it can tell is whether the guest's words have ended the wait, or our deadline has.
    """
    limit_s = own_timeouts_s + GRACE_S
    began_s = guest.clock_s
    with pytest.raises(BootError, match=cause) as caught:
        yield
    error = caught.value
    if isinstance(error, BootTimeoutError):
        assert error.timeout_s <= limit_s, f"only our own deadline named it: {error.timeout_s} s"
    if guest.spec.clock is Clock.REAL and error.guest_s is not None:
        assert error.guest_s - began_s <= guest.console.pace.for_host(limit_s)
