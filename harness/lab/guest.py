"""A guest of a lab, as a scenario sees it: its power, its menus, what it boots.

Joins what the guest shows (console, payload) with what the servers and the wire
saw.

Entries that boot no system of their own (the shell, iPXE's settings, those that fail) are
judged like a boot, with the console's word in place of a payload's, and noted as visits: a
later boot's verdict knows then what they fetched, and allows that and no more.
"""

import re
from collections.abc import Sequence
from functools import cache, partial

from harness.describe.site_files import longest_prompt_s
from harness.errors import BootError, UsageError
from harness.guest.menus.any_menu import stop_next_count_down
from harness.guest.menus.boot_manager import BootManager
from harness.guest.menus.linux_shell import Shell
from harness.guest.menus.settings_browser import SettingsBrowser
from harness.guest.menus.uefi_shell import UefiShell
from harness.guest.menus.vendor_rom import play_vendor_rom
from harness.guest.spec import GAVE_UP
from harness.judge.boot import Boot
from harness.judge.facts import Word
from harness.judge.verdict import Verdict
from harness.lab.boot_menu import FirmwareMenu
from harness.lab.entry_words import complaint_of, message_of, shell_word
from harness.lab.follow import Following, Signs
from harness.lab.watched_guest import (
    MENU_TIMEOUT_S,
    PAYLOAD_TIMEOUT_S,
    POST_TIMEOUT_S,
    WatchedGuest,
)
from harness.machines import NetworkStack
from harness.model import EntryEnding
from harness.plan.boot_names import Names
from harness.plan.boot_text import BootText
from harness.witness.shown import Shown
from harness.witness.wire import NfsUse

# In the guest's own seconds, on an idle machine with KVM.
LIVE_TIMEOUT_S = 120.0
"""From the choice to a live system's report: its root too, systemd, and reading the image."""
LOG_IN_TIMEOUT_S = 90.0
UEFI_SHELL_TIMEOUT_S = 30.0
"""From the choice to the prompt: fetching the shell, and its 5 s for a startup.nsh."""
SETTINGS_TIMEOUT_S = 10.0
FAILURE_TIMEOUT_S = 30.0
"""From the choice to the script's message: fetching what is there of a kernel."""
ROM_STEP_TIMEOUT_S = 20.0
_MORE_THAN_APPROVED_S = 30
"""So much longer than any approved menu one counts down that is not waited for."""
_EARLY_S = 1.0
"""By how much a pause may seem shorter than it is: the message is printed before it begins."""


class Guest(WatchedGuest):
    """One machine that boots from the lab's server."""

    def start(self) -> None:
        """Switch it on; where its ROM plays a vendor's, start that role."""
        self.power.on()
        self.play_role()

    def play_role(self) -> None:
        """Where its ROM plays a vendor's, start that role: it was just switched on."""
        if self.path.stack is NetworkStack.VENDOR_ROM:
            with self.waiting_for("its ROM to ask as a vendor's would"):
                play_vendor_rom(self.console, timeout_s=ROM_STEP_TIMEOUT_S, nic=self.spec.boots_by)

    def open_boot_manager(self) -> FirmwareMenu:
        """Press its firmware's menu key in time, and go to the boot manager."""
        if not self.spec.by_hand:
            raise UsageError(
                f"guest {self.spec.name} boots by itself", cure="power it on with by_hand=True"
            )
        drawn = BootManager(self.console)
        with self.waiting_for("the firmware's boot manager"):
            drawn.open(timeout_s=POST_TIMEOUT_S)
        return FirmwareMenu(drawn=drawn, mac=self.mac, waiting_for=self.waiting_for)

    def choose(self, entry: str) -> None:
        """Wait for the menu, move to an entry with the arrow keys, and press Enter."""
        stop_next_count_down(self.console)
        menu = self.wait_for_menu()
        row = menu.of_site.text_of(entry)
        with self.waiting_for(f"the menu to move to {entry} and choose it"):
            menu.drawn.choose(row)
        self.record.mark("choice", self.console.at_s)

    @property
    def _signs(self) -> Signs:
        """Give what others than the console tell of it."""
        network, record = self.record.witnesses.network, self.record
        return Signs(
            traffic=network.traffic,
            reported=record.reported,
            fetched=record.fetched,
            prompt_s=cache(partial(longest_prompt_s, self.site)),
        )

    def follow(
        self,
        choices: Sequence[str] = (),
        *,
        goes_through: bool = False,
        tolerate_all: bool = True,
        longest_s: int | None = None,
    ) -> tuple[Shown, ...]:
        """Follow its boot to the end, whatever site it is of; switch it off there.

        Where it shows menus, these rows are chosen by keys in the first, second, …; then
        nobody touches a key. With `goes_through` the bar stands on every row of the last of
        these menus first. What was shown is noted in the record. A menu that counts down
        longer than `longest_s` is its end.

        Raises:
            BootError: a menu has no such row; with `tolerate_all` unset, anything failed.
        """
        names = Names.of(self.site.machine_of(self.mac))
        following = Following(
            self.console,
            self.power,
            signs=self._signs,
            choices=[names.filled(row) for row in choices],
            goes_through=goes_through,
            tolerate=None if tolerate_all else self.normal,
            longest_s=longest_s,
        )
        # What a machine does after a reset is another boot.
        with self.waiting_for("its boot to end"), self.power.still_after_reset():
            try:
                shown = following.run()
            except BootError:
                self.record.show(following.shown)
                raise
        self.power.off()
        self.record.show(shown)
        return shown

    def assert_boots(self, entry: str) -> Verdict:
        """Wait for the payload's report and let all witnesses agree that it is `entry`'s.

        Raises:
            BootError: it never came, or a witness says something else.
        """
        self.record.expect(entry)
        live = self.record.boot.root is not None
        timeout_s = LIVE_TIMEOUT_S if live else PAYLOAD_TIMEOUT_S
        what = f"the {'live system' if live else 'payload'} of {entry}"
        with self.waiting_for(what):
            self._wait_for_report(what, timeout_s=timeout_s)
        if not live:  # the payload switches itself off; a live system stays to be used
            self.wait_for_power_off()
        return self.held(self.record.judge())

    def learn(self, choices: Sequence[str] = (), *, goes_through: bool = False) -> Boot:
        """Let it boot, choosing these rows in its menus, and tell what it did, whatever that is."""
        self.follow(choices, goes_through=goes_through, tolerate_all=True)
        return self.record.tell()

    def assert_held(self, approved: BootText) -> Verdict:
        """Let it boot, and hold it to what a person has approved.

        Raises:
            BootError: it did something else, or a witness says so.
        """
        self.record.hold_to(approved)
        counts = (menu.counts_down_s or 0 for menu in approved.menus)
        longest_s = max(counts, default=0) + _MORE_THAN_APPROVED_S
        self.follow(approved.choices, tolerate_all=False, longest_s=longest_s)
        return self.held(self.record.judge())

    def assert_shell(self, entry: str) -> UefiShell:
        """Wait for the UEFI Shell, and let console, wire and logs agree that it is `entry`'s.

        Raises:
            BootError: it does not come or answer, or a witness says something else.
        """
        self.record.expect(entry)
        shell = UefiShell(self.console)
        with self.waiting_for(f"the prompt of {entry}"):
            shell.wait_until_ready(timeout_s=UEFI_SHELL_TIMEOUT_S)
        question = self.loader.shell_question
        with self.waiting_for(f"the answers of {entry} to ver and {question}"):
            version, devices = shell.ask("ver"), shell.ask(question)
        self._judge_visit(entry, shell_word(version, devices, self.mac, question))
        return shell

    def assert_settings(self, entry: str) -> SettingsBrowser:
        """Wait for iPXE's settings browser, and see that it shows this machine's settings.

        Raises:
            BootError: it does not come, or a witness says something else.
        """
        self.record.expect(entry)
        browser = SettingsBrowser(self.console)
        with self.waiting_for(f"the screen of {entry}"):
            browser.wait_until_drawn(timeout_s=SETTINGS_TIMEOUT_S, tolerate=self.normal)
        shown = browser.settings.get("mac", "")
        fault = f"it shows the MAC address {shown!r}, not {self.mac}"
        faults = () if shown == self.mac else (fault,)
        self._judge_visit(entry, Word(text=f"iPXE's settings of {shown}", faults=faults))
        return browser

    def _judge_visit(self, entry: str, word: Word) -> None:
        with self.power.domain.still():
            verdict = self.record.judge(word=word)
        self.record.came_back(entry, EntryEnding.RETURNED)
        self.held(verdict)

    def assert_fails(self, entry: str, ending: EntryEnding) -> None:
        """See an entry fail: the loader's complaint, its message, its pause, and the menu again.

        Raises:
            BootError: one of these does not come, or something else goes wrong as well.
            UsageError: nobody has told what the script says, or its clock tells no pauses.
        """
        text, pause_s = message_of(self.site, self.spec.clock, self.loader)
        complaint = complaint_of(self.loader, ending)
        before = len(self.console.tolerated)
        self.record.expect(entry)
        self.record.came_back(entry, ending)
        tolerate = (*self.normal, complaint, *self.loader.aftermath)
        with self.waiting_for(f"{entry} to fail ({complaint})"):
            seen = self.console.wait_for(text, timeout_s=FAILURE_TIMEOUT_S, tolerate=tolerate)
            names = {finding.failure.name for finding in self.console.tolerated[before:]}
            if complaint not in names:
                raise BootError(
                    f"{entry} failed, but {self.loader.called} has not said why ({complaint})",
                    last_lines=self.console.screen.lines,
                )
        self.wait_for_menu()
        passed_s = self.console.at_s - seen.at_s
        if passed_s < pause_s - _EARLY_S:
            raise self.wrong(
                f"the menu came back {passed_s:.1f} s after the message, the site says {pause_s} s",
                text,
                behind=True,
            )

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
        with self.power.domain.still():
            verdict = self.record.judge_no_boot(words)
        return self.held(verdict)

    def log_in(self) -> Shell:
        """Wait for the shell that a booted system gives root on its serial console; give it."""
        shell = Shell(self.console, timeout_s=LOG_IN_TIMEOUT_S)
        with self.waiting_for("root's shell on the serial console"):
            shell.wait_until_there()
        return shell

    def nfs_uses(self) -> tuple[NfsUse, ...]:
        """Give what it has asked of NFS servers so far, as the wire saw it."""
        return tuple(self.record.witnesses.read(self.record.boot).of(NfsUse))
