"""A guest that is watched: what it is, and waiting for what it shows.

Every wait that fails says why: the evidence is asked for causes before the error reaches the
scenario.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.console.wait import Pattern, Seen
from harness.guest.menus.boot_manager import BootManager
from harness.guest.spec import GuestSpec
from harness.judge.verdict import Verdict, When
from harness.lab.boot_menu import BootMenu, MenuOfSite
from harness.lab.power import GuestPower
from harness.lab.record import Record
from harness.loaders import Loader
from harness.machines import BootPath
from harness.model import PayloadReport
from harness.site import Site
from harness.site.places import lines_with
from harness.witness.payload import PAYLOAD_PATTERN, probes

# In the guest's own seconds, on an idle machine with KVM.
POST_TIMEOUT_S = 30.0
"""From power-on to the firmware's first word."""
MENU_TIMEOUT_S = 60.0
"""From power-on to the menu: firmware's and iPXE's DHCP, with retries."""
PAYLOAD_TIMEOUT_S = 45.0
"""From the choice to the payload's report: fetching kernel and initrd, Linux, both DHCPs."""
POWER_OFF_TIMEOUT_S = 15.0


class WatchedGuest:
    """One machine that boots from the lab's server, as far as somebody only looks at it."""

    def __init__(
        self, spec: GuestSpec, *, record: Record, power: GuestPower, tell: Callable[[str], None]
    ) -> None:
        """Keep the parts; the lab makes guests (`Lab.add_guest`)."""
        self.spec = spec
        self.record = record
        self.power = power
        self.tell = tell

    @property
    def console(self) -> Console:
        """Its first serial port."""
        return self.power.console

    @property
    def site(self) -> Site:
        """The site that it boots from."""
        return self.record.boot.site

    @property
    def path(self) -> BootPath:
        """The boot path that it must take."""
        return self.spec.path

    @property
    def mac(self) -> str:
        """The MAC address of its network card."""
        return self.spec.mac

    @property
    def normal(self) -> tuple[Tolerated, ...]:
        """What may be complained about on its console in a good boot."""
        return self.record.boot.normal_lines

    @property
    def firmware(self) -> str:
        """`uefi` or `bios`: which of the menus it shows."""
        return self.path.firmware

    @property
    def clock_s(self) -> float:
        """Its own seconds since its latest power-on (see `power.guest_clock`)."""
        return self.console.guest_s

    @property
    def loader(self) -> Loader:
        """What the site hands it as its first program."""
        return self.record.boot.loader

    @property
    def menu_path(self) -> str:
        """Where its loader's menu is written, in the site."""
        return self.site.data_path(self.loader.menu_file(self.site))

    @property
    def report(self) -> PayloadReport:
        """What its payload has reported since it was last switched on.

        Raises:
            BootError: nothing that can be read.
        """
        report = self.record.reported()
        if report is None:
            raise BootError("what it has booted says nothing that can be read")
        return report

    def wait_for_menu(self, *, timeout_s: float = MENU_TIMEOUT_S) -> BootMenu:
        """Wait until the boot menu is drawn; give it, to look at while nobody touches a key."""
        menu = MenuOfSite(site=self.site, loader=self.loader, firmware=self.firmware)
        with self.waiting_for("the menu"):
            drawn = menu.wait(self.console, timeout_s=timeout_s, tolerate=self.normal)
        if "menu" not in self.record.boot.marks:
            self.record.mark("menu", self.console.at_s)
        return BootMenu(drawn=drawn, of_site=menu, wrong=self.wrong)

    def wait_for(
        self, pattern: Pattern, *, timeout_s: float = MENU_TIMEOUT_S, what: str = ""
    ) -> Seen:
        """Wait until the console shows a text; `what` says what it is, where that is no word."""
        what = what or repr(pattern if isinstance(pattern, str) else pattern.pattern)
        with self.waiting_for(what):
            return self.console.wait_for(
                pattern, timeout_s=timeout_s, what=what, tolerate=self.normal
            )

    def wait_for_report(self) -> PayloadReport:
        """Wait until what it has booted reports, whatever that is; give the report."""
        what = "a report of what it boots"
        with self.waiting_for(what):
            self._wait_for_report(what, timeout_s=MENU_TIMEOUT_S + PAYLOAD_TIMEOUT_S)
        return self.report

    def wait_for_setup(self) -> None:
        """Wait until its firmware shows its own menu, without a key that asks for it."""
        with self.waiting_for("the firmware's front page"):
            BootManager(self.console).wait_for_front_page(timeout_s=POST_TIMEOUT_S)

    def wait_for_power_off(self) -> None:
        """Wait until it has switched itself off.

        Its console ends first; whether that was a power-off, the hypervisor knows.
        """
        with self.waiting_for("its power-off"):
            self.record.mark("off", self.console.wait_for_end(timeout_s=POWER_OFF_TIMEOUT_S))
            self.power.wait_for_stop(POWER_OFF_TIMEOUT_S)
            self.power.domain.verify_alive()

    def wait_for_probes(self) -> Mapping[str, bool]:
        """Wait until its payload has tried what words `probe=` name; say which answered."""
        with self.waiting_for("its payload to try what it was told to"):
            self._wait_for_report("its payload's report", timeout_s=PAYLOAD_TIMEOUT_S)
        self.wait_for_power_off()
        return probes(self.record.store.console_raw_path.read_text(errors="replace"))

    def _wait_for_report(self, what: str, *, timeout_s: float) -> None:
        self.console.wait_for(PAYLOAD_PATTERN, timeout_s=timeout_s, what=what, tolerate=self.normal)

    @contextmanager
    def waiting_for(self, what: str) -> Iterator[None]:
        """Say what is being waited for; when it fails, judge it and give the error the causes."""
        self.tell(f"waiting for {what}")
        try:
            yield
        except BootError as error:
            with self.power.domain.still():
                self.record.explain(error, When.WAITING)
            raise

    def wrong(self, what: str, words: str, *, behind: bool = False) -> BootError:
        """Judge what it shows, which is not what the site says; give the error to raise."""
        where = lines_with(self.site, self.menu_path, words, behind=behind)
        cause = f"look {'behind' if behind else 'at'} `{words}` in {where}"
        error = BootError(what, causes=(cause,), last_lines=self.console.screen.lines)
        with self.power.domain.still():
            self.record.explain(error, When.SHOWN)
        return error

    def held(self, verdict: Verdict) -> Verdict:
        """Tell a verdict; give it.

        Raises:
            BootError: it is red.
        """
        self.tell(verdict.headline)
        verdict.raise_if_red()
        return verdict
