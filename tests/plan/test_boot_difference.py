"""A boot that differs from its approved text is told in the words of the file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.plan.boot_difference import difference
from harness.plan.boot_text import BootText

APPROVED = """\
machine   x64-tftp-ipv4

firmware  asks DHCPv4 as PXEClient, client arch 0x0007
answer    10.9.1.1 gives {address} from 10.9.1.100-10.9.1.199 for 600 s; router 10.9.1.1;
          DNS 10.9.1.1; domain example.net; next-server 10.9.1.1; file ipxe.efi
firmware  fetches ipxe.efi over TFTP, IPv4, from 10.9.1.1
iPXE      fetches menu.ipxe over HTTP, IPv4, from 10.9.1.1

menu      Boot menu
          > Live system                                        counts down 5 s
            Rescue system
            Memory test
keys      nobody presses a key

iPXE      fetches live/vmlinuz over HTTP, IPv4, from 10.9.1.1
boots     live/vmlinuz
words     boot=live quiet splash noeject
ends      switched off by the payload
"""


def text(content: str) -> BootText:
    return BootText.parse(content, path=Path("x.boot"))


def compared(old: str, new: str, *, promises: str = "") -> str:
    assert old in APPROVED
    approved, seen = text(APPROVED + promises), text(APPROVED.replace(old, new))
    return "\n".join(difference(approved, seen))


def test_the_same_is_no_difference_whatever_the_notes_say() -> None:
    assert not compared("from 10.9.1.1\n", "from 10.9.1.1   # sha256 3f9c\n")


def test_of_a_long_answer_only_what_differs_is_shown() -> None:
    assert compared("DNS 10.9.1.1", "DNS 10.9.1.9") == (
        "  machine   x64-tftp-ipv4\n"
        "  firmware  asks DHCPv4 as PXEClient, client arch 0x0007\n"
        "- answer    10.9.1.1 gives {address} from 10.9.1.100-10.9.1.199 for 600 s; "
        "router 10.9.1.1; DNS\n"
        "-           10.9.1.1; …\n"
        "+ answer    10.9.1.1 gives {address} from 10.9.1.100-10.9.1.199 for 600 s; "
        "router 10.9.1.1; DNS\n"
        "+           10.9.1.9; …\n"
        "  firmware  fetches ipxe.efi over TFTP, IPv4, from 10.9.1.1"
    )


def test_of_a_menu_only_the_rows_that_differ_are_shown() -> None:
    told = compared("            Rescue system\n            Memory test\n", "")
    assert "-             Rescue system\n-             Memory test\n+ menu      Boot menu\n" in told
    told = compared("counts down 5 s", "counts down 50 s")
    assert (
        "-           > Live system                                        counts down 5 s" in told
    )
    assert (
        "+           > Live system                                        counts down 50 s" in told
    )
    assert "Rescue" not in told


def test_what_is_missing_and_what_comes_in_addition_is_told_at_its_place() -> None:
    told = compared("iPXE      fetches menu.ipxe over HTTP, IPv4, from 10.9.1.1\n", "")
    assert told.splitlines()[2] == "- iPXE      fetches menu.ipxe over HTTP, IPv4, from 10.9.1.1"
    told = compared(
        "boots     ", "GRUB      fetches grub.cfg over TFTP, IPv4, from 10.9.1.1\nboots  "
    )
    assert "+ GRUB      fetches grub.cfg" in told


OTHER = "iPXE      fetches menu.ipxe over HTTP, IPv6, from 2001:db8::1\n"
MENU = "iPXE      fetches menu.ipxe over HTTP, IPv4, from 10.9.1.1\n"


def test_what_may_be_is_right_in_place_in_addition_and_in_any_order() -> None:
    may = "may   iPXE   fetches menu.ipxe over HTTP, IPv6\n"
    assert compared(MENU, OTHER)
    assert not compared(MENU, OTHER, promises=may)
    assert not compared(MENU, OTHER + MENU, promises=may)
    assert compared(MENU, "", promises=may), "nothing has come in its place"
    assert compared(MENU, OTHER.replace("menu", "other"), promises=may)


def test_what_is_approved_and_may_be_need_not_be() -> None:
    assert not compared(MENU, "", promises="may   iPXE   fetches menu.ipxe over HTTP, IPv4\n")


def test_what_must_be_is_held_to_whatever_may_be() -> None:
    promises = (
        "may iPXE fetches menu.ipxe over HTTP, IPv6\nmust iPXE fetches menu.ipxe over HTTP, IPv4\n"
    )
    told = compared(MENU, MENU + OTHER, promises=promises)
    assert told == f"- must  iPXE      fetches menu.ipxe over HTTP, IPv4\n+ {OTHER}".rstrip()
    assert not compared(MENU, MENU, promises=promises)
    told = compared(MENU, "", promises=promises)
    assert told.startswith("- must  iPXE"), "a file that is fetched no more breaks the promise"


@pytest.mark.parametrize("promise", ["may", "must"])
def test_a_promise_ends_at_a_word(promise: str) -> None:
    told = compared(MENU, MENU, promises=f"{promise} iPXE fetches menu.ipxe over HTTP, IPv\n")
    assert bool(told) is (promise == "must")


_LINES = st.lists(st.sampled_from([*APPROVED.split("\n\n")[1].splitlines(), OTHER.strip()]))


@given(old=_LINES, new=_LINES)
def test_whatever_differs_is_told(old: list[str], new: list[str]) -> None:
    head = "machine x64\n"
    texts = [text(head + "\n".join(lines)) for lines in (old, new)]
    told = difference(*texts)
    assert bool(told) is (texts[0].statements != texts[1].statements)
