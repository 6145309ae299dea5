"""What the menus and entries of a guest ask of it: no more of `Guest` than this."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.spec import GuestSpec
from harness.judge.verdict import Verdict
from harness.lab.record import Record
from harness.loaders import Loader
from harness.site import Site


class JudgedGuest(Protocol):
    """A machine whose console is looked at, and whose failures are judged at one place."""

    spec: GuestSpec
    record: Record

    @property
    def console(self) -> Console:
        """Its first serial port."""

    @property
    def site(self) -> Site:
        """The site that it boots from."""

    @property
    def mac(self) -> str:
        """The MAC address of its network card."""

    @property
    def firmware(self) -> str:
        """`uefi` or `bios`: which of the menus it shows."""

    @property
    def loader(self) -> Loader:
        """What the site hands it as its first program."""

    @property
    def menu_path(self) -> str:
        """Where its loader's menu is written, in the site."""

    @property
    def normal(self) -> tuple[Tolerated, ...]:
        """What its loader may complain about in a good boot."""

    def waiting_for(self, what: str) -> AbstractContextManager[None]:
        """Say what is being waited for; when it fails, judge it and give the error the causes."""

    def wrong(self, what: str, *, causes: Sequence[str] = ()) -> BootError:
        """Judge what it shows, which is not what the site says; give the error to raise."""

    def held(self, verdict: Verdict) -> Verdict:
        """Tell a verdict; raise when it is red."""
