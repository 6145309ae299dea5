"""A guest of a lab, as a scenario sees it: its power, its menu, what it boots.

Joins what the guest shows (console, payload) with what the servers and the wire
saw. Every wait that fails says why: the evidence is asked for causes before the
error reaches the scenario.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from harness.errors import BootError
from harness.guest.console.console import Console
from harness.guest.console.failure import Tolerated
from harness.guest.console.wait import Pattern, Seen, spoken
from harness.guest.menus.console_menu import ConsoleMenu
from harness.guest.menus.linux_shell import Shell
from harness.guest.menus.settings_browser import SettingsBrowser
from harness.guest.menus.uefi_shell import UefiShell
from harness.guest.menus.vendor_rom import play_vendor_rom
from harness.guest.spec import GAVE_UP, GuestSpec
from harness.judge.rules import When
from harness.judge.verdict import Verdict
from harness.lab import firmware_menu, judged_entries
from harness.lab.boot_menu import BootMenu
from harness.lab.power import GuestPower
from harness.lab.record import Record
from harness.loaders import Loader
from harness.machines import BootPath, NetworkStack
from harness.plan.entry_ending import EntryEnding
from harness.site import Site
from harness.witness.payload import PAYLOAD_PATTERN, probes
from harness.witness.wire import NfsUse

# In the guest's own seconds, on an idle machine with KVM.
MENU_TIMEOUT_S = 60.0
"""From power-on to the menu: firmware's and iPXE's DHCP, with retries."""
PAYLOAD_TIMEOUT_S = 45.0
"""From the choice to the payload's report: fetching kernel and initrd, Linux, both DHCPs."""
LIVE_TIMEOUT_S = 120.0
"""From the choice to a live system's report: its root too, systemd, and reading the image."""
SHELL_TIMEOUT_S = 90.0
POWER_OFF_TIMEOUT_S = 15.0
ROM_STEP_TIMEOUT_S = 20.0


class Guest:
    """One machine that boots from the lab's server."""

    def __init__(
        self,
        spec: GuestSpec,
        *,
        record: Record,
        power: GuestPower,
        tell: Callable[[str], None],
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
        """What its loader may complain about in a good boot."""
        return self.loader.normal(self.site, self.mac)

    @property
    def firmware(self) -> str:
        """`uefi` or `bios`: which of the menus it shows."""
        return self.path.firmware

    @property
    def clock_s(self) -> float:
        """Its own seconds since its latest power-on (see `guest_clock`)."""
        return self.console.guest_s

    @property
    def loader(self) -> Loader:
        """What the site hands it as its first program."""
        return self.record.boot.loader

    @property
    def menu_path(self) -> str:
        """Where its loader's menu is written, in the site."""
        return self.site.data_path(self.loader.menu_file(self.site))

    def start(self) -> None:
        """Switch it on; where its ROM plays a vendor's, start that role."""
        self.power.on()
        if self.path.stack is NetworkStack.VENDOR_ROM:
            with self.waiting_for("its ROM to ask as a vendor's would"):
                play_vendor_rom(self.console, timeout_s=ROM_STEP_TIMEOUT_S, nic=self.spec.boots_by)

    def open_boot_manager(self) -> firmware_menu.FirmwareMenu:
        """Press its firmware's menu key in time, and go to the boot manager."""
        return firmware_menu.open_boot_manager(self)

    def wait_for_menu(self, *, timeout_s: float = MENU_TIMEOUT_S) -> BootMenu:
        """Wait until the boot menu is drawn; give it."""
        site_menu, loader = self.site.menu, self.loader
        drawn = ConsoleMenu(
            self.console,
            [entry.text for entry in loader.entries(site_menu, self.firmware)],
            read=loader.read_menu,
            title=site_menu.title(self.firmware),
        )
        with self.waiting_for("the menu"):
            first = drawn.wait_until_drawn(timeout_s=timeout_s, tolerate=self.normal)
        if "menu" not in self.record.boot.marks:
            self.record.mark("menu", self.console.at_s)
        return BootMenu(self, drawn, first=first)

    def wait_for(self, pattern: Pattern, *, timeout_s: float = MENU_TIMEOUT_S) -> Seen:
        """Wait until the console shows a text."""
        with self.waiting_for(spoken([pattern])):
            return self.console.wait_for(pattern, timeout_s=timeout_s, tolerate=self.normal)

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
            self.console.wait_for(
                PAYLOAD_PATTERN, timeout_s=PAYLOAD_TIMEOUT_S, tolerate=self.normal
            )
        self.wait_for_power_off()
        return probes(self.record.store.console_raw_path.read_text(errors="replace"))

    def assert_boots(self, entry: str) -> Verdict:
        """Wait for the payload's report and let all witnesses agree that it is `entry`'s.

        Raises:
            BootError: it never came, or a witness says something else.
        """
        self.record.expect(entry)
        live = self.record.boot.root is not None
        timeout_s = LIVE_TIMEOUT_S if live else PAYLOAD_TIMEOUT_S
        with self.waiting_for(f"the {'live system' if live else 'payload'} of {entry}"):
            self.console.wait_for(PAYLOAD_PATTERN, timeout_s=timeout_s, tolerate=self.normal)
        if not live:  # the payload switches itself off; a live system stays to be used
            self.wait_for_power_off()
        return self.held(self.record.judge())

    def assert_shell(self, entry: str) -> UefiShell:
        """Wait for the UEFI Shell, and let all witnesses agree that it is `entry`'s."""
        return judged_entries.assert_shell(self, entry)

    def assert_settings(self, entry: str) -> SettingsBrowser:
        """Wait for iPXE's settings browser, and let all witnesses agree that it is `entry`'s."""
        return judged_entries.assert_settings(self, entry)

    def assert_fails(self, entry: str, ending: EntryEnding) -> BootMenu:
        """See `entry` fail in this way, its message stay as long as it should, and the menu."""
        return judged_entries.assert_fails(self, entry, ending)

    def assert_cannot_boot(self, words: str) -> Verdict:
        """Wait for exactly these words of its firmware; nothing of it may be on the wire.

        UEFI firmware must come to its guard then, instead of finding another way.

        Raises:
            BootError: the firmware says something else, or the machine did boot from the network.
        """
        with self.waiting_for("its firmware to find nothing to boot"):
            self.console.wait_for(words, timeout_s=MENU_TIMEOUT_S)
            if self.path.is_uefi:
                said = re.compile(re.escape(words))
                self.console.wait_for(GAVE_UP, timeout_s=ROM_STEP_TIMEOUT_S, tolerate=[said])
        return self.held(self.record.judge_no_boot(words))

    def log_in(self) -> Shell:
        """Wait for the shell that a booted system gives root on its serial console; give it."""
        shell = Shell(self.console, timeout_s=SHELL_TIMEOUT_S)
        with self.waiting_for("root's shell on the serial console"):
            shell.wait_until_there()
        return shell

    def nfs_uses(self) -> tuple[NfsUse, ...]:
        """Give what it has asked of NFS servers so far, as the wire saw it."""
        return tuple(self.record.witnesses.read(self.record.boot).of(NfsUse))

    @contextmanager
    def waiting_for(self, what: str) -> Iterator[None]:
        """Say what is being waited for; when it fails, judge it and give the error the causes."""
        self.tell(f"waiting for {what}")
        try:
            yield
        except BootError as error:
            self.record.explain(error, When.WAITING)
            raise

    def wrong(self, what: str, *, causes: Sequence[str] = ()) -> BootError:
        """Judge what it shows, which is not what the site says; give the error to raise."""
        error = BootError(what, causes=causes, last_lines=self.console.screen.lines)
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
