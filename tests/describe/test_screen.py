"""What the console showed stands between the fetches that it was shown between."""

from dataclasses import replace

import pytest

from harness.describe.boot import describe
from harness.judge.boot import Boot
from harness.plan.boot_words import MenuWords
from harness.witness.shown import Ended, KeysPressed, MenuShown, Prompted, Said, Shown
from harness.witness.taken_path import boot_fetches
from harness.witness.wire import HttpExchange
from tests.judge.recorded import MAC, record

LATE_S = 1e6


def menu(after_fetches: int, *, title: str = "Boot", at_s: float = LATE_S) -> MenuShown:
    return MenuShown(
        at_s=at_s,
        after_fetches=after_fetches,
        title=title,
        rows=("Live", "", f"of {MAC}"),
        selected=2,
        counts_down_s=5,
    )


def subjects(name: str, *shown: Shown) -> list[str]:
    boot = replace(record(name), shown=shown)
    wanted = ("menu", "keys", "prompt", "says", "ends")
    found = []
    for each in describe(boot).statements:
        asked = each.asked_file
        if asked or each.subject in wanted:
            found.append(asked.fetch.file if asked else f"{each.subject}: {each.text}")
    return found


def test_by_the_fetches_that_the_console_had_told_of() -> None:
    """In a fast guest the time that a menu counts down is none: only the order tells."""
    told = subjects("green-x64-http-ipv4", menu(4))
    place = next(number for number, each in enumerate(told) if each.startswith("menu"))
    assert told[:place] == [
        "ipxe.efi",
        "autoexec.ipxe",
        "script.ipxe",
        "script.ipxe-{mac}",
        "script.ipxe-{mac}",
    ]
    assert told[place + 1] == "keys: nobody presses a key"


def test_a_fetch_that_reached_no_wire_moves_nothing() -> None:
    boot = record("green-x64-http-ipv4")
    start_s = 1000.0
    kernel = next(e for e in boot_fetches(boot.wire, MAC) if "vmlinuz" in str(e))
    console = replace(boot.console, power_on_s=start_s)
    shown = (menu(6, at_s=kernel.time_s - start_s - 0.01),)
    told = describe(replace(boot, console=console, shown=shown)).statements
    place = next(number for number, each in enumerate(told) if each.subject == "menu")
    asked = told[place + 2].asked_file
    assert asked is not None
    assert asked.fetch.file == "showmax/vmlinuz"


def test_a_disk_whose_sectors_are_read_is_not_told_of() -> None:
    """`sanboot` shows no file: what it complains of comes behind what its server has said."""
    boot = record("green-x64-http-ipv4")
    events = tuple(
        replace(e, status=416) if isinstance(e, HttpExchange) and "vmlinuz" in e.path else e
        for e in boot.wire.events
    )
    disk = next(e for e in events if isinstance(e, HttpExchange) and "vmlinuz" in e.path)
    said = Said(at_s=disk.time_s + 0.01, after_fetches=4, line="Could not open SAN device")
    console = replace(boot.console, power_on_s=0.0)
    wire = replace(boot.wire, events=events)
    told = describe(replace(boot, wire=wire, console=console, shown=(said,))).statements
    place = next(number for number, each in enumerate(told) if each.subject == "says")
    assert "vmlinuz" in told[place - 1].text


def test_a_loader_that_tells_of_no_fetch_is_put_by_the_time() -> None:
    boot = record("green-ia32-tftp-ipv4")
    kernel = next(e for e in boot_fetches(boot.wire, MAC) if "vmlinuz" in str(e))
    console = replace(boot.console, power_on_s=kernel.time_s - 5)
    told = describe(replace(boot, console=console, shown=(menu(0, at_s=4.9),))).statements
    order = [each.subject for each in told if each.subject in ("GRUB", "menu")]
    assert order == ["GRUB", "menu", "GRUB", "GRUB"]


def test_what_was_shown_keeps_its_order() -> None:
    shown: tuple[Shown, ...] = (
        menu(4),
        KeysPressed(at_s=1, after_fetches=4, chose="Rescue"),
        menu(4, title=""),
        Said(at_s=1, after_fetches=6, line=f"No such file for {MAC}"),
        Prompted(at_s=1, after_fetches=6, what="iPXE shell"),
        Ended(at_s=1, after_fetches=6, how="at the iPXE shell"),
    )
    told = subjects("green-x64-http-ipv4", *shown)
    assert [each.partition("\n")[0] for each in told[5:]] == [
        "menu: Boot",
        'keys: chooses "Rescue"',
        "menu: (no title)",
        "keys: nobody presses a key",
        "showmax/vmlinuz",
        "showmax/initrd.img",
        "says: No such file for {mac}",
        "prompt: iPXE shell",
        "ends: at the iPXE shell",
    ]


@pytest.mark.parametrize("counts_down_s", [5, None])
def test_a_menu_is_told_row_by_row(counts_down_s: int | None) -> None:
    boot: Boot = replace(
        record("green-x64-http-ipv4"), shown=(replace(menu(4), counts_down_s=counts_down_s),)
    )
    told = MenuWords.read(next(describe(boot).of("menu")).text)
    assert told == MenuWords(
        title="Boot",
        rows=("Live", "(empty row)", "of {mac}"),
        selected=2,
        counts_down_s=counts_down_s,
    )


def test_a_menu_that_was_read_late_still_comes_before_what_it_boots() -> None:
    boot = record("green-ia32-tftp-ipv4")
    kernel = next(e for e in boot_fetches(boot.wire, MAC) if "vmlinuz" in str(e))
    console = replace(boot.console, power_on_s=kernel.time_s - 5)
    shown = (
        menu(0, at_s=5.2),
        KeysPressed(at_s=5.2, after_fetches=0, chose="More"),
        menu(0, at_s=5.3),
    )
    told = describe(replace(boot, console=console, shown=shown)).statements
    order = [each.subject for each in told if each.subject in ("GRUB", "menu")]
    assert order == ["GRUB", "menu", "menu", "GRUB", "GRUB"]
