"""A guest of a lab, as a scenario sees it: its power, its menu, what it boots.

Joins what the guest shows (console, payload) with what the servers and the wire
saw. Every wait that fails says why: the evidence is asked for causes before the
error reaches the scenario.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.errors import BootError
from harness.evidence.payload_report import PAYLOAD_PATTERN
from harness.evidence.verdict import Verdict
from harness.guest.console import Console
from harness.guest.hypervisor import Domain
from harness.guest.menu import IpxeMenu
from harness.guest.spec import GuestSpec
from harness.guest.vendor_rom import play_vendor_rom
from harness.guest.wait import Seen
from harness.model import BootPath, NetworkStack
from harness.site import Site

MENU_TIMEOUT_S = 45.0
"""From power-on to the menu on an idle machine: firmware's and iPXE's DHCP, with retries."""
PAYLOAD_TIMEOUT_S = 45.0
"""From the choice to the payload's report: fetching kernel and initrd, Linux, both DHCPs."""
POWER_OFF_TIMEOUT_S = 15.0


@dataclass(frozen=True, kw_only=True)
class Witnesses:
    """What a guest asks of its lab: the other side of each verdict."""

    judge: Callable[["Guest", str], Verdict]
    """Compare all witnesses for this guest and the entry that it must have booted."""
    explain: Callable[["Guest"], tuple[str, ...]]
    """Give the causes that the wire and the logs know of, the most telling first."""
    tell: Callable[[str], None]


class Guest:
    """One machine that boots from the lab's server."""

    def __init__(
        self, spec: GuestSpec, *, site: Site, console: Console, domain: Domain, witnesses: Witnesses
    ) -> None:
        """Keep the parts; the lab makes guests (`Lab.power_on`)."""
        self.spec = spec
        self.site = site
        self.console = console
        self.domain = domain
        self._witnesses = witnesses

    @property
    def path(self) -> BootPath:
        """The boot path that it must take."""
        return self.spec.path

    @property
    def mac(self) -> str:
        """The MAC address of its network card."""
        return self.spec.mac

    @property
    def firmware(self) -> str:
        """`uefi` or `bios`: which of the menus it shows."""
        return "uefi" if self.path.is_uefi else "bios"

    def start(self) -> None:
        """Take its console; where its ROM plays a vendor's, start that role."""
        with self._waiting_for("the first words of its firmware"):
            self.console.attach()
        if self.path.stack is NetworkStack.VENDOR_ROM:
            with self._waiting_for("its ROM to fetch the NBP as a vendor's would"):
                play_vendor_rom(self.console)

    def wait_for_menu(self) -> IpxeMenu:
        """Wait until the boot menu is drawn; give it."""
        menu = IpxeMenu(self.console, self.site.menu, firmware=self.firmware)
        with self._waiting_for("the menu"):
            menu.wait_until_drawn(timeout_s=MENU_TIMEOUT_S)
        return menu

    def wait_for(self, pattern: str, *, timeout_s: float = MENU_TIMEOUT_S) -> Seen:
        """Wait until the console shows a text."""
        with self._waiting_for(repr(pattern)):
            return self.console.wait_for(pattern, timeout_s=timeout_s)

    def wait_for_power_off(self) -> None:
        """Wait until it has switched itself off."""
        with self._waiting_for("its power-off"):
            self.console.wait_for_end(timeout_s=POWER_OFF_TIMEOUT_S)

    def assert_boots(self, entry: str) -> Verdict:
        """Wait for the payload's report and let all witnesses agree that it is `entry`'s.

        Raises:
            BootError: it never came, or a witness says something else.
        """
        with self._waiting_for(f"the payload of {entry}"):
            self.console.wait_for(PAYLOAD_PATTERN, timeout_s=PAYLOAD_TIMEOUT_S)
        self.wait_for_power_off()
        verdict = self._witnesses.judge(self, entry)
        self._witnesses.tell(verdict.headline)
        verdict.raise_if_red()
        return verdict

    @contextmanager
    def _waiting_for(self, what: str) -> Iterator[None]:
        """Say what is being waited for; when it fails, add the causes that others know."""
        self._witnesses.tell(f"waiting for {what}")
        try:
            yield
        except BootError as error:
            error.add_causes(self._witnesses.explain(self))
            raise
