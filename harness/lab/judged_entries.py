"""Entries that boot no system of their own: the shell, iPXE's settings, and those that fail.

Each is judged like a boot, with the console's word in place of a payload's, and
is noted as a visit: a later boot's verdict knows then what it fetched, and
allows that and no more.
"""

from collections.abc import Sequence
from typing import Protocol

from harness.errors import BootError, UsageError
from harness.guest.menus.settings_browser import SettingsBrowser
from harness.guest.menus.uefi_shell import UefiShell
from harness.guest.spec import Clock
from harness.judge.boot import Word
from harness.lab.boot_menu import BootMenu
from harness.lab.judged_guest import JudgedGuest
from harness.loaders import Loader
from harness.plan.entry_ending import EntryEnding
from harness.site import Site

SHELL_TIMEOUT_S = 30.0
"""From the choice to the prompt: fetching the shell, and its 5 s for a startup.nsh."""
BROWSER_TIMEOUT_S = 10.0
FAILURE_TIMEOUT_S = 30.0
"""From the choice to the script's message: fetching what is there of a kernel."""

_SHELLS_NAME = "UEFI Interactive Shell v"
_EARLY_S = 1.0
"""By how much a pause may seem shorter than it is: the message is printed before it begins."""


class _MenuGuest(JudgedGuest, Protocol):
    """One whose menu can be waited for."""

    def wait_for_menu(self) -> BootMenu:
        """Wait until the boot menu is drawn; give it."""


def assert_shell(guest: JudgedGuest, entry: str) -> UefiShell:
    """Wait for the shell, and let console, wire and logs agree that it is `entry`'s, here.

    Raises:
        BootError: it does not come or answer, or a witness says something else.
    """
    guest.record.expect(entry)
    shell = UefiShell(guest.console)
    with guest.waiting_for(f"the prompt of {entry}"):
        shell.wait_until_ready(timeout_s=SHELL_TIMEOUT_S)
    question = guest.loader.shell_question
    with guest.waiting_for(f"the answers of {entry} to ver and {question}"):
        version, devices = shell.ask("ver"), shell.ask(question)
    _judge(guest, entry, shell_word(version, devices, guest.mac, question))
    return shell


def shell_word(
    version: Sequence[str], devices: Sequence[str], mac: str, question: str = "map"
) -> Word:
    """Make the shell's word of its answers: what it is, and on which machine it runs."""
    here = f"MAC({mac.replace(':', '').upper()},"
    faults = []
    if not any(line.startswith(_SHELLS_NAME) for line in version):
        faults.append(f"`ver` was answered by {' '.join(version)!r}, not by {_SHELLS_NAME}…")
    if not any(here in line for line in devices):
        said = " ".join(devices)
        faults.append(f"`{question}` was answered without a device on {here}…): {said!r}")
    return Word(text=f"{next(iter(version), 'no shell')}, on {mac}", faults=tuple(faults))


def assert_settings(guest: JudgedGuest, entry: str) -> SettingsBrowser:
    """Wait for iPXE's settings browser, and see that it shows this machine's settings.

    Raises:
        BootError: it does not come, or a witness says something else.
    """
    guest.record.expect(entry)
    browser = SettingsBrowser(guest.console)
    with guest.waiting_for(f"the screen of {entry}"):
        browser.wait_until_drawn(timeout_s=BROWSER_TIMEOUT_S, tolerate=guest.normal)
    shown = browser.settings.get("mac", "")
    faults = () if shown == guest.mac else (f"it shows the MAC address {shown!r}, not {guest.mac}",)
    _judge(guest, entry, Word(text=f"iPXE's settings of {shown}", faults=faults))
    return browser


def _judge(guest: JudgedGuest, entry: str, word: Word) -> None:
    verdict = guest.record.judge(word=word)
    guest.record.came_back(entry, EntryEnding.RETURNED)
    guest.held(verdict)


def assert_fails(guest: _MenuGuest, entry: str, ending: EntryEnding) -> BootMenu:
    """See an entry fail: the loader's complaint, its message, its pause, and the menu again.

    Raises:
        BootError: one of these does not come, or something else goes wrong as well.
        UsageError: nobody has told what the script says, or the guest's clock tells no pauses.
    """
    text, pause_s = message_of(guest.site, guest.spec.clock, guest.loader)
    complaint = complaint_of(guest.loader, ending)
    before = len(guest.console.tolerated)
    guest.record.expect(entry)
    guest.record.came_back(entry, ending)
    tolerate = (*guest.normal, complaint, *guest.loader.aftermath)
    with guest.waiting_for(f"{entry} to fail ({complaint})"):
        seen = guest.console.wait_for(text, timeout_s=FAILURE_TIMEOUT_S, tolerate=tolerate)
        names = {finding.failure.name for finding in guest.console.tolerated[before:]}
        if complaint not in names:
            raise BootError(
                f"{entry} failed, but {guest.loader.called} has not said why ({complaint})",
                last_lines=guest.console.screen.lines,
            )
    menu = guest.wait_for_menu()
    passed_s = guest.console.at_s - seen.at_s
    if passed_s < pause_s - _EARLY_S:
        raise guest.wrong(
            f"the menu came back {passed_s:.1f} s after the message, the site says {pause_s} s",
            causes=(f"look at the pause after {text!r} in {guest.menu_path}",),
        )
    return menu


def complaint_of(loader: Loader, ending: EntryEnding) -> str:
    """Give the failure by which a loader tells that an entry has ended so.

    Raises:
        UsageError: nobody has told.
    """
    if ending not in loader.complaints:
        raise UsageError(
            f"nobody has told what {loader.called} says of an entry that ends so: {ending.value}",
            cure=f"one of: {', '.join(each.value for each in loader.complaints)}",
        )
    return loader.complaints[ending]


def message_of(site: Site, clock: Clock, loader: Loader) -> tuple[str, int]:
    """Give what is said about a failed entry, by the site's script or its loader, for how long.

    Raises:
        UsageError: nobody has told, or a guest with this clock cannot show it.
    """
    if (said := loader.failed_entry(site)) is None:
        raise UsageError(
            f"site {site.name} does not tell what its script says when an entry fails",
            cure="add failure_text to [menu] in its site.toml",
        )
    if clock is not Clock.REAL:
        raise UsageError(
            "on the fast clock a pause takes no time, so nobody can see that it is kept",
            cure='mark the scenario real_clock("why")',
        )
    return said
