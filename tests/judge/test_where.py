"""Where a cause sends a person: the one line that has it, of lines that are alike the right one."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.facts import Complaint
from harness.judge.where import (
    lines_done,
    where_beside,
    where_done,
    where_row,
    where_said,
    where_told,
    where_word,
)
from harness.judge.where_filled import name_set_by
from harness.loaders.grub import Grub
from harness.model import Role
from harness.site.places import Place
from tests.judge.recorded import MAC, explained, record, showmax

SCRIPT, DHCPD = "srv/tftp/script.ipxe", "etc/dhcp/dhcpd.conf"
TOO_BIG = (
    "there is no room for it: showmax/initrd.img... No space left on device (https://ipxe.org/34)"
)


@pytest.fixture
def boot() -> Boot:
    """One whose script came."""
    return record("green-bios-ipxe-rom")


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (TOO_BIG, f" ({SCRIPT}:57)"),
        ("http://192.0.2.1/script.ipxe... Not found (https://ipxe.org/2d)", f" ({DHCPD}:23)"),
        ("nobody/asked.img... Not found (https://ipxe.org/2d)", ""),
        ("the menu did not come", ""),
        ("Waiting for link-up on net0... ok", ""),
    ],
)
def test_a_loaders_own_words_lead_to_the_line_that_names_the_file(
    boot: Boot, said: str, where: str
) -> None:
    assert where_said(boot, said) == where


def test_it_is_said_with_the_cause(boot: Boot) -> None:
    complaint = Complaint(what="it failed", causes=(TOO_BIG,), leads=True)
    assert explained(replace(boot, complaint=complaint))[0] == f"{TOO_BIG} ({SCRIPT}:57)"


@pytest.mark.parametrize(
    ("title", "row", "where"),
    [
        ("Network boot (UEFI)", "GRML", f"item, {SCRIPT}:35"),
        ("Network boot (legacy)", "GRML", f"item, {SCRIPT}:45"),
        # It is in the other menu alone, where it is right.
        ("Network boot (legacy)", "EFI shell", ""),
        ("a menu of nobody's", "EFI shell", f"item, {SCRIPT}:37"),
    ],
)
def test_a_row_is_looked_for_in_its_own_menu(boot: Boot, title: str, row: str, where: str) -> None:
    assert where_row(boot, title, row) == where


@pytest.mark.parametrize(
    ("words", "kernel", "line"),
    [
        (("boot=live",), "showmax/vmlinuz", 55),
        (("boot=live",), "gparted/vmlinuz", 81),
        (("none", "noeject"), "showmax/vmlinuz", 55),
        (("none",), "showmax/vmlinuz", 53),
    ],
)
def test_a_word_is_looked_for_in_its_own_kernels_lines(
    boot: Boot, words: tuple[str, ...], kernel: str, line: int
) -> None:
    assert where_word(boot, words, (kernel,)).endswith(f"{SCRIPT}:{line}")


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("sysrescd/rescue64", f"chain, {SCRIPT}:61; {SCRIPT}:12 sets bits"),
        (f"script.ipxe-{MAC}", f"chain, {SCRIPT}:17"),
        ("elsewhere/rescue64", f"chain, {SCRIPT}"),
    ],
)
def test_a_file_is_looked_for_with_the_scripts_variables_filled_in(
    boot: Boot, file: str, where: str
) -> None:
    found = where_done(boot, "file", (file,))
    assert found.partition(", ")[2] == where.partition(", ")[2]


@pytest.mark.parametrize(
    ("word", "where"),
    [
        ("setkmap=uk", f"{SCRIPT}:62; {SCRIPT}:8 sets kbmap"),
        ("{rootpass:824e}", f"{SCRIPT}:62; {SCRIPT}:9 sets rootpass"),
        (f"BOOTIF=01-{MAC}", f"{SCRIPT}:63"),
    ],
)
def test_a_word_that_is_made_of_a_variable_leads_to_what_sets_it(
    boot: Boot, word: str, where: str
) -> None:
    entry = "showmax/vmlinuz" if "BOOTIF" in word else "sysrescd/rescue64"
    found = where_word(boot, (word,), (entry,))
    assert found == where.replace(":63", ":56")


def test_a_word_of_a_variable_that_nothing_sets_leads_to_what_sets_one_of_nearly_its_name(
    boot: Boot,
) -> None:
    site = showmax().replaced(SCRIPT, "set rootpass rescue", "set rootpas rescue")
    found = where_word(replace(boot, site=site), ("rootpass=",), ("sysrescd/rescue64",))
    assert found == f"{SCRIPT}:62; {SCRIPT}:9 sets rootpas"


@pytest.mark.parametrize(
    ("seconds", "sets"),
    [("5000", f"; {SCRIPT}:8 sets wait"), ("0", f"; {SCRIPT}:9 sets wait"), ("7000", "")],
)
def test_a_count_down_that_is_a_variable_leads_to_the_line_that_sets_it_so(
    boot: Boot, seconds: str, sets: str
) -> None:
    """A script may set it to nothing later, for a menu that comes back."""
    text = showmax().read(SCRIPT)
    text = text.replace("isset ${kbmap}", "set wait 5000\nset wait 0\nisset ${kbmap}", 1)
    text = text.replace("--timeout 5000", "--timeout ${wait}", 1).replace("--timeout 5000", "", 1)
    changed = replace(boot, site=showmax().with_file(SCRIPT, text))
    where = where_done(changed, "count-down", (seconds,))
    assert where == f"choose --timeout, {SCRIPT}:41{sets}"


IPXE_OPTIONS = """
option space ipxe;
option ipxe.keep-san code 8 = unsigned integer 8;
option ipxe.no-pxedhcp code 176 = unsigned integer 8;
option ipxe.no-pxedhcp 0;
option ipxe.keep-san 1;
if exists user-class and option user-class = "iPXE" { }
"""


def test_an_option_of_ipxes_leads_to_where_it_is_set_not_to_where_it_is_declared(
    boot: Boot,
) -> None:
    told = replace(boot, site=boot.site.with_file(DHCPD, IPXE_OPTIONS))
    where = where_told(told, Role.DHCPV4, "iPXE options", ["no-pxedhcp", "options", "off"])
    assert where == f"option ipxe, {DHCPD}:5"


def test_another_menu_has_the_line_that_leads_to_the_approved_one(boot: Boot) -> None:
    place = Place(path=SCRIPT, line=32, text="")
    assert [*boot.loader.leads_to(boot.site, place)] == [29]
    assert [*Grub().leads_to(boot.site, place)] == []


def test_a_script_that_the_site_does_not_hold_is_not_read(boot: Boot) -> None:
    """A program may make it."""
    lost = replace(boot, site=replace(showmax(), unreadable=frozenset()).without(SCRIPT))
    assert lost.named_files == ()
    assert where_done(lost, "file", ("sysrescd/rescue64",)) == f"kernel, {SCRIPT}"


HOSTS = f"""
host other {{
  hardware ethernet 52:54:00:00:00:77;
  filename "own.efi";
}}
host mine {{
  hardware ethernet {MAC};
  filename "own.efi";
}}
"""


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (HOSTS, 8),
        (HOSTS.replace(MAC, "52:54:00:00:00:78"), 0),
        (HOSTS.replace(MAC, "52:54:00:00:00:78") + 'filename "own.efi";', 10),
    ],
)
def test_of_lines_alike_the_machine_s_own_counts_then_that_of_nobody(
    boot: Boot, lines: str, line: int
) -> None:
    told = replace(boot, site=boot.site.with_file(DHCPD, lines), mac=MAC)
    where = where_told(told, Role.DHCPV4, "file", ["own.efi"])
    assert where == (f"filename, {DHCPD}:{line}" if line else f"filename, {DHCPD}:4 and {DHCPD}:8")


def test_a_setting_beside_another_is_that_of_its_block(boot: Boot) -> None:
    """Two classes of HTTP clients give the same vendor class."""
    asked = (Role.DHCPV4, "vendor class", ["HTTPClient"])
    assert where_beside(boot, *asked, f"{DHCPD}:26") == (
        f"option vendor-class-identifier, {DHCPD}:27"
    )
    assert where_beside(boot, *asked, f"{DHCPD}:30") == (
        f"option vendor-class-identifier, {DHCPD}:31"
    )
    assert not where_beside(boot, *asked, f"{DHCPD}:34")
    assert not where_beside(boot, *asked, "")


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("an unknown command: imgfre: command not found", f"{SCRIPT}:28"),
        ('an option it does not have: Unrecognised option "--timout"', f"{SCRIPT}:39"),
        ('it does not know: "dhcpv6": no such configurator', f"{SCRIPT}:102"),
        ("Could not boot image: Error 0x00000007 (https://ipxe.org/00000007)", f"{SCRIPT}:102"),
        ("Could not boot image: Error 0x00000008 (https://ipxe.org/00000008)", ""),
        ('Unrecognised option "--twice"', f"{SCRIPT}:32 and {SCRIPT}:42"),
        ("it is none: script.ipxe : 3264 bytes [PXE-NBP", f"{SCRIPT}:1"),
        ("nfsmount -o nolock server:/live /run ... nfsmount: can't parse", f"{SCRIPT}:82"),
        ("error: destination unreachable.", f"{SCRIPT}:53"),
        ("error: no such device.", ""),
    ],
)
def test_a_loaders_own_word_leads_to_its_lines(boot: Boot, said: str, lines: str) -> None:
    text = showmax().read(SCRIPT)
    for old, new, count in (
        ("#!ipxe", "# ipxe", 1),
        ("imgfree\niseq", "imgfre\niseq", 1),
        ("--timeout 5000 entry", "--timout 5000 entry", 1),
        ("menu Network", "menu --twice Network", 2),
        ("nfsroot=192.0.2.1:/srv/tftp/gparted", "nfsroot=server:/live", 1),
        ("kernel showmax/", "kernel (tftp,192.0.2.9)showmax/", 1),
        ("\n:failed\n", "\n:failed\nifconf -c dhcpv6 || exit 7\n", 1),
    ):
        assert old in text
        text = text.replace(old, new, count)
    changed = replace(boot, site=showmax().with_file(SCRIPT, text))
    assert where_said(changed, said) == (f" ({lines})" if lines else "")


def test_a_script_that_its_server_packs_has_its_first_line(boot: Boot) -> None:
    assert not where_said(boot, "it is none: script.ipxe : 3264 bytes [PXE-NBP")


def test_lines_that_do_the_same_are_named_while_they_are_few(boot: Boot) -> None:
    assert lines_done(boot, "default", ("showmax",)) == f"{SCRIPT}:39 and {SCRIPT}:48"
    assert not lines_done(boot, "file", ("nobody/asks.it",))
    assert not lines_done(boot, "nothing of iPXE's", ("showmax",))
    more = "choose --default showmax x\n" * 2
    many = showmax().replaced(SCRIPT, "\n:failed\n", f"\n:failed\n{more}")
    assert not lines_done(replace(boot, site=many), "default", ("showmax",))


def test_what_was_fetched_and_is_not_started_is_shown_where_it_is_fetched(boot: Boot) -> None:
    assert boot.taken[-1].file == "showmax/initrd.img"
    assert where_said(boot, "No image selected") == f" ({SCRIPT}:57)"
    named = "initrd showmax/init${none}rd.img"
    site = showmax().replaced(SCRIPT, "initrd showmax/initrd.img", named)
    assert where_said(replace(boot, site=site), "No image selected") == f" ({SCRIPT}:57)"


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("kernel sysrescd/rescue${bits} setkmap=${kbmap}", f"; {SCRIPT}:12 sets bits"),
        ("kernel efishell/efishell${efibits}.efi", f"; {SCRIPT}:89 sets efibits"),
        ("kernel showmax/vmlinuz keyboard=${kbmap}", ""),
        ("chain http://192.0.2.1/a?mac=${net0/mac}", ""),
    ],
)
def test_what_a_file_s_name_has_from_a_variable_leads_to_the_line_that_sets_it(
    boot: Boot, line: str, where: str
) -> None:
    assert name_set_by(boot, line) == where
