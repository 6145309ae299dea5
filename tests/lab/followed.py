"""A boot that is followed on what a guest sends, without a lab."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from harness.guest.console.console import Console
from harness.guest.console.failure_table import FailureTable
from harness.guest.life import Life, Stop
from harness.lab.follow import Following, Signs
from harness.lab.power import GuestPower
from harness.loaders import LOADERS
from harness.model import PayloadReport
from harness.witness.shown import MenuShown, Shown
from tests.guest.fake_guest import DATA, FakeGuest

REPORT = PayloadReport(token="t", entry="live", firmware="bios", mac="", cmdline="")


class FakePower(Life):
    """A machine that has stopped by itself when it is asked."""

    domain = SimpleNamespace(verify_alive=lambda: None, stop_reason=None)

    def wait_for_stop(self, timeout_s: float) -> Stop | None:
        """Say that it shut down."""
        return Stop.SHUTDOWN


def following(
    console: Console,
    *,
    choices: Sequence[str] = (),
    goes_through: bool = False,
    report: PayloadReport | None = None,
    prompt_s: float = 0.0,
) -> Following:
    """Give what follows the guest on this console."""
    return Following(
        console,
        cast("GuestPower", FakePower()),
        signs=Signs(traffic=lambda: (0, 0), reported=lambda: report, prompt_s=lambda: prompt_s),
        choices=choices,
        goes_through=goes_through,
    )


@contextmanager
def console_at(directory: Path) -> Iterator[Console]:
    """Give a console that knows all failures."""
    failures = FailureTable(LOADERS)
    with Console(directory / "s", directory / "console.raw", failures=failures) as console:
        yield console


def shown_of(
    directory: Path, *sent: str | bytes, report: PayloadReport | None = None
) -> tuple[Shown, ...]:
    """Follow a guest that sends this and goes off."""
    with console_at(directory) as console, FakeGuest(directory / "s") as guest:
        console.attach()
        guest.say(*sent)
        guest.end()
        return following(console, report=report).run()


def recorded(name: str) -> bytes:
    """Give what a real guest has sent."""
    return (DATA / f"{name}.raw").read_bytes()


def menus(shown: Sequence[Shown]) -> list[MenuShown]:
    """Give the menus."""
    return [each for each in shown if isinstance(each, MenuShown)]
