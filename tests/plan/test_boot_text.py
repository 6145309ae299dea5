"""The text of a boot is written in one way, and read back as it was meant."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import SiteError
from harness.model import Family, Protocol
from harness.plan.boot_text import BootText, Statement
from harness.plan.boot_words import AskedFile, MenuWords, ask_words, disk_words, read_ask
from harness.step import Ask, Fetch

PATH = Path("boots/x64.boot")
LEARNED = """\
# An ordinary boot; nobody touches a key.
#
# Learned with ovmf-x64 2022.11.

machine   x64-tftp-ipv4

firmware  asks DHCPv4 as PXEClient, client arch 0x0007
answer    10.9.1.1 gives {address} from 10.9.1.100-10.9.1.199 for 3600 s; mask 255.255.255.0;
          router 10.9.1.1; DNS 10.9.1.1; next-server 10.9.1.1; file ipxe.efi    # dhcpd.conf:14
firmware  fetches ipxe.efi over TFTP, IPv4, from 10.9.1.1                       # sha256 3f9c

iPXE      asks DHCPv4 as iPXE, client arch 0x0007
iPXE      asks for hosts/{mac:hexhyp}.ipxe over HTTP, IPv4, from 10.9.1.1: not found

menu      Boot menu
            ---------------- Systems ----------------
          > Live system                                        counts down 5 s
            Rescue \\# system
keys      chooses "Rescue \\# system"

iPXE      fetches live/vmlinuz over HTTP, IPv4, from 10.9.1.1
iPXE      fetches live/initrd.img over HTTP, IPv4, from 10.9.1.1

boots     live/vmlinuz with live/initrd.img
words     initrd=initrd.img boot=live
ends      switched off by the payload

may   iPXE      fetches live/vmlinuz over HTTP, IPv6                            # while moving

must  iPXE      fetches live/initrd.img over HTTP, IPv4, from 10.9.1.1
"""


def parsed(text: str) -> BootText:
    return BootText.parse(text, path=PATH)


def test_what_is_learned_is_written_as_it_was_read() -> None:
    assert str(parsed(LEARNED)) == LEARNED


def test_its_parts_are_told_apart() -> None:
    text = parsed(LEARNED)
    assert (text.machine, text.path) == ("", "x64-tftp-ipv4")
    assert text.choices == ("Rescue # system",)
    (kernel,) = text.kernels
    (initrd,) = text.initrds
    assert (kernel.file, initrd.file) == ("live/vmlinuz", "live/initrd.img")
    assert kernel.by is not None
    assert kernel.by.fetch.protocol is Protocol.HTTP
    assert next(text.of("answer")).note == "dhcpd.conf:14"


def test_a_menu_is_read_row_by_row() -> None:
    menu = MenuWords.read(next(parsed(LEARNED).of("menu")).text)
    assert menu.rows == (f"{'-' * 16} Systems {'-' * 16}", "Live system", "Rescue # system")
    assert (menu.selected, menu.counts_down_s) == (1, 5)


def test_what_a_hand_writes_loosely_is_written_in_the_one_way() -> None:
    loose = "machine x64-tftp-ipv4\r\nends reset\n\tby the script   # at last\nmay firmware asks\n"
    text = parsed(loose)
    assert [each.text for each in text.statements] == ["x64-tftp-ipv4", "reset by the script"]
    assert text.may == (Statement(subject="firmware", text="asks"),)
    assert parsed(str(text)) == text


def test_a_promise_may_be_about_one_release() -> None:
    promise = "iPXE      asks for autoexec.ipxe over TFTP, IPv4, from 10.9.1.1: not found"
    text = parsed(f"machine   x\n\nmay   iPXE      asks\nmay@ipxe@2.0  {promise}\n")
    assert str(text).endswith(f"\nmay@ipxe@2.0  {promise}\n")
    assert [each.only for each in text.may] == ["", "ipxe@2.0"]
    assert text.held_to(lambda release: release != "ipxe@2.0").may == text.may[:1]
    assert text.held_to(lambda _: True) == text


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("may@  iPXE  asks\n", 1, "is not a statement"),
        ("machine  x\nends\n", 2, "'ends' is not a statement"),
        ("\n  ends  reset\n", 2, "begins with a blank"),
        ("machine  x\n# why\nends  reset\n", 2, "a comment between statements"),
        ("must\n", 1, "'must' is not a statement"),
        ("machine  x\nmay  must  x y\n", 2, "is not a statement"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(text: str, line: int, what: str) -> None:
    with pytest.raises(SiteError, match=what) as error:
        parsed(text)
    assert str(error.value).startswith(f"boots/x64.boot:{line}: ")


_TEXTS = st.text(st.characters() | st.sampled_from(" #>\\\n"), min_size=1)
_SUBJECTS = st.sampled_from(["firmware", "UEFI Shell", "menu", "a very long subject of a line"])


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    try:
        return Statement(subject=draw(_SUBJECTS), text=draw(_TEXTS), note=draw(st.text()))
    except ValueError:
        return Statement(subject="ends", text="> # reset")


_PROMISES = st.lists(
    st.builds(replace, statements(), only=st.sampled_from(["", "ipxe@2.0", "ovmf-x64@sid"])),
    max_size=2,
)


@given(
    head=st.lists(st.text(), max_size=3),
    learned=st.lists(statements(), max_size=4),
    may=_PROMISES,
    must=_PROMISES,
)
def test_every_text_is_read_back_as_it_was(
    head: list[str], learned: list[Statement], may: list[Statement], must: list[Statement]
) -> None:
    text = BootText(head=tuple(head), statements=tuple(learned), may=tuple(may), must=tuple(must))
    assert parsed(str(text)) == text
    assert str(parsed(str(text))) == str(text)


@given(words=st.lists(st.text(st.sampled_from("ab#>\\"), min_size=1), min_size=1, max_size=60))
def test_long_texts_are_wrapped_and_read_back(words: list[str]) -> None:
    text = BootText(statements=(Statement(subject="words", text=" ".join(words)),))
    assert parsed(str(text)) == text


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parsed(text)
    except SiteError:
        return
    assert parsed(str(read)) == read


@pytest.mark.parametrize("server", ["10.9.1.1", "10.9.1.1:8080", "2001:db8::1", "[2001:db8::1]:81"])
@pytest.mark.parametrize("ending", ["", "not found", "HTTP 403: go away"])
def test_a_fetch_is_read_as_it_was_written(server: str, ending: str) -> None:
    fetch = Fetch(protocol=Protocol.HTTP, family=Family.IPV6, file="a b/over me.img")
    asked = AskedFile(fetch=fetch, server=server, ending=ending)
    assert AskedFile.read(str(asked)) == asked


@pytest.mark.parametrize("ipxe", [True, False])
@pytest.mark.parametrize("vendor_class", ["PXEClient", "HTTPClient"])
def test_a_question_is_read_as_it_was_written(ipxe: bool, vendor_class: str) -> None:
    ask = Ask(family=Family.IPV6, client_arch=16, vendor_class=vendor_class, ipxe=ipxe)
    assert read_ask(ask_words(ask)) == ask


def test_an_image_that_is_booted_from_is_no_kernel() -> None:
    told = [("machine", "bios-ipxe-rom"), ("boots", disk_words("images/a.img"))]
    text = BootText(statements=tuple(Statement(subject=who, text=text) for who, text in told))
    assert (text.kernels, [each.file for each in text.disks]) == ((), ["images/a.img"])
