"""Following a boot to its end, on what real guests have sent."""

from contextlib import nullcontext
from itertools import count
from pathlib import Path
from threading import Timer
from typing import cast

import pytest

from harness.errors import GuestError
from harness.guest.console.console import Console
from harness.guest.life import Stop
from harness.lab.follow import Following, Signs
from harness.lab.power import GuestPower
from harness.model import LOCAL_DISK, PayloadReport
from harness.witness.shown import Ended, MenuShown, Prompted, Said
from tests.guest.fake_guest import FakeGuest
from tests.lab.followed import REPORT, FakePower, console_at, following, menus, recorded, shown_of

SYSTEMS = "---------------- Systems ----------------"
OTHER = "---------------- Other ------------------"


@pytest.mark.parametrize("name", ["x64-untouched", "bios-untouched"])
def test_an_untouched_menu_is_told_as_it_came_up(tmp_path: Path, name: str) -> None:
    menu, ended = shown_of(tmp_path, recorded(name), report=REPORT)
    assert isinstance(menu, MenuShown)
    assert isinstance(ended, Ended)
    assert (menu.title, menu.selected, menu.counts_down_s) == ("Boot menu", 1, 5)
    assert menu.rows == (SYSTEMS, "Live system", "Rescue system", OTHER, "iPXE settings")
    assert ended.how == "switched off by the payload"
    assert ended.after_fetches == menu.after_fetches + 2


def test_a_machine_that_goes_off_without_a_report_was_not_switched_off_by_it(
    tmp_path: Path,
) -> None:
    (*_, ended) = shown_of(tmp_path, recorded("bios-untouched"))
    assert isinstance(ended, Ended)
    assert ended.how == "switched off"


def test_a_disk_is_told_from_a_payload(tmp_path: Path) -> None:
    report = PayloadReport(token="t", entry=LOCAL_DISK, firmware="bios", mac="", cmdline="")
    (ended,) = shown_of(tmp_path, "@@HARNESS-PAYLOAD\r\n", report=report)
    assert isinstance(ended, Ended)
    assert ended.how == "switched off by the system on its disk"


def test_a_title_and_rows_that_are_not_ascii_are_told_as_a_console_of_uefi_writes_them(
    tmp_path: Path,
) -> None:
    (menu,) = menus(shown_of(tmp_path, recorded("x64-not-ascii")))
    assert menu.title == "Netzstart f?r die Pr?fst?nde ? Auswahl"
    assert menu.rows[1:3] == ("Ger?tetest (Gr??e, L?fter, Netz)", "L?schen und ?bergabe")
    assert (menu.rows[-1], menu.selected, menu.counts_down_s) == ("Zur?ck zum BIOS", 1, 7)


def test_a_title_and_rows_that_are_not_ascii_are_told_as_a_bios_writes_them(
    tmp_path: Path,
) -> None:
    shown = shown_of(tmp_path, recorded("bios-not-ascii"))
    (menu,) = menus(shown)
    assert menu.title.encode("cp437").decode() == "Netzstart für die Prüfstände – Auswahl"  # noqa: RUF001
    assert menu.rows[5].encode("cp437").decode() == "恢复系统"
    assert isinstance(shown[-1], Ended)
    assert shown[-1].how == f'back in the menu "{menu.title}"'


def test_a_boot_ends_in_the_menu_that_comes_back_before_what_follows(tmp_path: Path) -> None:
    shown = shown_of(tmp_path, recorded("bios-not-ascii"), recorded("bios-untouched"))
    assert len(menus(shown)) == 1
    assert [each.after_fetches for each in shown] == [1, 2]


def test_a_menu_without_title_and_count_down_waits_for_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.lab.follow.WAITING_S", 0.1)
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say(recorded("bios-untitled"))
        menu, ended = following(console).run()
    assert isinstance(menu, MenuShown)
    assert isinstance(ended, Ended)
    assert (menu.title, menu.selected, menu.counts_down_s) == ("", 0, None)
    assert menu.rows == ("Carry on with the local disk", "Install a workstation", "Memory test")
    assert ended.how == 'waits for a key in the menu with "Carry on with the local disk"'


BEFORE_A_KEY = 33_634
"""So much had been sent when a key was pressed that went on."""
LAB = ("Boot from local disk", "", "Install Debian", "Not now", "Rescue", "Tools")


def test_a_menu_of_pxelinux_is_told_though_it_stays_on_the_screen(tmp_path: Path) -> None:
    menu, ended = shown_of(tmp_path, recorded("bios-pxelinux"), report=REPORT)
    assert isinstance(menu, MenuShown)
    assert isinstance(ended, Ended)
    assert (menu.title, menu.rows, menu.selected) == ("Netboot of the lab", LAB, 0)
    assert (menu.counts_down_s, ended.how) == (10, "switched off by the payload")


def test_a_count_down_that_a_key_has_ended_and_nobody_wiped_counts_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Syslinux for UEFI, whose console cannot erase: the menu waits for a key all the same."""
    monkeypatch.setattr("harness.lab.follow.WAITING_S", 0.1)
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say(recorded("x64-syslinux")[:BEFORE_A_KEY])
        menu, ended = following(console).run()
    assert isinstance(menu, MenuShown)
    assert isinstance(ended, Ended)
    assert (menu.title, menu.rows, menu.counts_down_s) == ("Netboot of the lab", LAB, None)
    assert ended.how == 'waits for a key in the menu "Netboot of the lab"'


@pytest.mark.parametrize(
    ("sent", "what"),
    [
        ("\x1b[2J\r\nboot: ", "PXELINUX prompt"),
        ("a.ipxe : 9 bytes [script]\r\niPXE> ", "iPXE shell"),
        ("UEFI Interactive Shell v2.2\r\n\x1b[10;1HShell> ", "UEFI Shell v2.2"),
        ("\x1b[2J\r\ngrub> ", "GRUB prompt"),
        ("\x1b[2J\r\ngrub rescue> ", "GRUB rescue prompt"),
    ],
)
def test_a_boot_ends_at_a_prompt(tmp_path: Path, sent: str, what: str) -> None:
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say("http://10.0.0.1/a.ipxe... ok\r\n", sent)
        prompted, ended = following(console).run()
    assert isinstance(prompted, Prompted)
    assert isinstance(ended, Ended)
    assert (prompted.what, ended.how) == (what, f"waits for an operator at the {what}")
    assert prompted.after_fetches == ended.after_fetches == 1


@pytest.mark.parametrize("prompt_s", [0.0, 60.0])
def test_a_prompt_is_waited_for_as_long_as_the_site_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompt_s: float
) -> None:
    monkeypatch.setattr("harness.lab.follow.WAITING_S", 0.1)
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say("PXELINUX 6.04\r\nboot: ")
        later = Timer(2.0, guest.end)
        later.start()
        *shown, ended = following(console, prompt_s=prompt_s).run()
        later.join()
    assert isinstance(ended, Ended)
    assert (ended.how == "switched off") is (prompt_s > 0)
    assert [type(each) for each in shown] == ([] if prompt_s else [Prompted])


GUARD = 'BdsDxe: loading Boot0001 "HARNESS: the firmware gave up the wanted boot path"'
NOTHING_ELSE = "given back to the firmware, which has nothing else to boot"


@pytest.mark.parametrize(
    ("line", "how"),
    [
        (GUARD, "given back to the firmware without an error: it shows its own menu"),
        (f'BdsDxe: failed to start Boot0000 "x": Time out\r\n{GUARD}', NOTHING_ELSE),
        ("No bootable device.  Retrying in 5 seconds.", NOTHING_ELSE),
        ("!!!! X64 Exception Type - 0D(#GP - General Protection)", "the firmware crashed"),
    ],
)
def test_a_boot_ends_with_the_firmwares_last_word(tmp_path: Path, line: str, how: str) -> None:
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say(f"{line}\r\n")
        *_, ended = following(console).run()
    assert isinstance(ended, Ended)
    assert ended.how == how


def test_complaints_are_told_once_without_what_differs_from_build_to_build(
    tmp_path: Path,
) -> None:
    shown = shown_of(
        tmp_path,
        "autoexec.ipxe... Not found (https://ipxe.org/2d12618e)\r\n",
        "hosts/a.ipxe... 42%\b\b\b   \b\b\bNot found (https://ipxe.org/2d0c618e)\r\n",
        "Could not boot image: Exec format error (https://ipxe.org/2e008081)\r\n" * 2,
        "tftp://10.0.0.1/a... Connection timed out (http://ipxe.org/4c126035)\r\n",
        "http://a/b.... [connecting]. [connecting]Timed out (https://ipxe.org/4c0a6092)\r\n",
        'BdsDxe: failed to load Boot0000 "UEFI PXEv4" from PciRoot(0x0)/MAC(0): Not Found\r\n',
    )
    said = [(each.line, each.after_fetches) for each in shown if isinstance(each, Said)]
    assert said == [
        ("Could not boot image: Exec format error", 2),
        ("tftp://10.0.0.1/a... Connection timed out", 3),
        ("http://a/b... Timed out", 4),
        ('BdsDxe: failed to load Boot0000 "UEFI PXEv4": Not Found', 4),
    ]


def test_a_silent_guest_stands_still_at_its_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.lab.follow.STANDSTILL_S", 0.1)
    monkeypatch.setattr("harness.lab.follow._STANDSTILL_LEAST_S", 0.1)
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say("That did not work.\r\nPress any key")
        (ended,) = following(console).run()
    assert isinstance(ended, Ended)
    assert ended.how == 'stands still at "Press any key"'


@pytest.mark.parametrize(
    "log", [["grub.cfg", "menu.cfg"], ["HEAD /grub.cfg", "GET /grub.cfg", "GET /a"]]
)
def test_files_that_are_asked_for_in_a_circle_are_an_end_though_no_line_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: list[str]
) -> None:
    monkeypatch.setattr("harness.lab.follow._LOOKED_S", 0.0)
    frames = count()
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s"):
        console.attach()
        follower = Following(
            console,
            cast("GuestPower", FakePower()),
            signs=Signs(
                traffic=lambda: (next(frames), 0),
                reported=lambda: None,
                fetched=lambda: ([], ["loader", *4 * log, log[0]]),
            ),
        )
        (ended,) = follower.run()
    assert isinstance(ended, Ended)
    assert ended.how == "the loader fetches the same files again and again"


def test_a_program_that_prints_for_ever_has_an_end(tmp_path: Path) -> None:
    with console_at(tmp_path) as console, FakeGuest(tmp_path / "s") as guest:
        console.attach()
        guest.say(30 * "waiting for the administrator\r\n")
        (ended,) = following(console).run()
    assert isinstance(ended, Ended)
    assert ended.how == "prints the same lines again and again"


class Dead:
    """What a console asks whether its guest is alive."""

    def verify_alive(self) -> None:
        """Say that it is not."""
        raise GuestError("guest guest0 is no more")


@pytest.mark.parametrize("reason", [Stop.PANICKED, Stop.CRASHED])
def test_a_panic_is_an_end_and_a_crash_of_the_emulator_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: Stop
) -> None:
    monkeypatch.setattr(FakePower.domain, "stop_reason", reason)
    expected = nullcontext() if reason is Stop.PANICKED else pytest.raises(GuestError)
    console = Console(tmp_path / "s", tmp_path / "console.raw", lifelines=[Dead()])
    with console, FakeGuest(tmp_path / "s"), expected:
        console.attach()
        (ended,) = following(console).run()
        assert isinstance(ended, Ended)
        assert ended.how == "panicked"
