"""Beside a statement stands where it comes from; nothing of it is compared."""

from dataclasses import replace

from harness.describe.boot import describe
from harness.plan.boot_difference import difference
from harness.witness.shown import MenuShown
from tests.judge.recorded import record, showmax

NAME = "green-x64-http-ipv4"


def notes(name: str = NAME) -> dict[str, str]:
    menu = MenuShown(
        at_s=1e6,
        after_fetches=4,
        title="Network boot (UEFI)",
        rows=("Showmax Boot",),
        selected=0,
        counts_down_s=5,
    )
    told = describe(replace(record(name), shown=(menu,)))
    return {
        each.text.partition(" over ")[0].partition("\n")[0]: each.note for each in told.statements
    }


def line_of(path: str, text: str) -> int:
    lines = showmax().read(path).splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_where_a_boot_file_and_a_menu_are_configured() -> None:
    found = notes()
    answers = [
        note for text, note in found.items() if text.endswith("file http://192.0.2.1/ipxe.efi")
    ]
    line = line_of("etc/dhcp/dhcpd.conf", "http://192.0.2.1/ipxe.efi")
    assert answers == [f"etc/dhcp/dhcpd.conf:{line}"]
    line = line_of("srv/tftp/script.ipxe", "menu Network boot (UEFI)")
    assert found["Network boot (UEFI)"] == f"srv/tftp/script.ipxe:{line}"


def test_a_file_of_the_sites_has_its_hash_and_what_a_lab_lays_has_none() -> None:
    found = notes()
    assert found["fetches script.ipxe"].startswith("sha256 ")
    assert not found["fetches showmax/vmlinuz"]


def test_another_note_is_no_difference() -> None:
    boot = record(NAME)
    other = boot.site.with_file("srv/tftp/script.ipxe", "#!ipxe\n")
    told, now = describe(boot), describe(replace(boot, site=other))
    assert told != now
    assert difference(told, now) == ()
