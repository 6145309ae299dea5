"""A boot that did not go on as approved: the line of the loader's script is named."""

import re
from dataclasses import replace

import pytest

from harness.judge.judgement import judge
from harness.witness.wire import HttpExchange
from tests.judge.approved import APPROVED, SCRIPT, causes, held
from tests.judge.recorded import MAC, showmax


def test_where_another_entry_fetches_a_file_of_that_name_is_not_told() -> None:
    gone = "iPXE      fetches showmax/initrd.img over HTTP, IPv4, from 192.0.2.1\n"
    script = showmax().read(SCRIPT).replace("initrd showmax/initrd.img || goto failed\n", "")
    found = causes(gone, "", site=showmax().with_file(SCRIPT, script))
    assert "it did not go on as approved: iPXE fetches showmax/initrd.img" in found[0]
    assert found[0].endswith(f" (behind {SCRIPT}:53-56)")


def test_a_file_whose_line_is_commented_out_leads_to_that() -> None:
    gone = "iPXE      fetches showmax/initrd.img over HTTP, IPv4, from 192.0.2.1\n"
    site = showmax().replaced(SCRIPT, "initrd showmax/initrd.img", "#initrd showmax/initrd.img")
    assert causes(gone, "", site=site)[0].endswith(f" ({SCRIPT}:57 has it in a comment)")


def test_of_a_menu_that_waits_for_ever_no_other_menus_time_out_is_named() -> None:
    script = showmax().read(SCRIPT).replace(" --timeout 5000", "", 1)
    found = causes("counts down 5 s", "", site=showmax().with_file(SCRIPT, script))
    line = script[: script.index("choose")].count("\n") + 1
    assert f"it counts down 5 s (choose, {SCRIPT}:{line})" in found[0]


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("exit", "given back to the firmware without an error: it shows its own menu"),
        ("reboot", "reset"),
        ("poweroff", "switched off"),
    ],
)
def test_how_it_was_left_to_the_firmware_goes_before_the_disk(line: str, ends: str) -> None:
    site = showmax().with_file(SCRIPT, f"#!ipxe\nset a b\n{line}\n")
    head = APPROVED.partition("keys  ")[0]
    disk = "says  Could not boot image: Error\nboots  local disk\n"
    approved = f"{head}keys  nobody\n{disk}ends  switched off by the system on its disk\n"
    told = f"{head}keys  nobody\nends  {ends}\n"
    assert (
        judge(held(told, approved=approved, site=site))
        .causes[0]
        .startswith(f"ends {ends} ({SCRIPT}:3); approved: switched off by the system on its disk")
    )


def test_an_error_that_leads_to_the_disk_is_told_by_how_it_ends() -> None:
    site = showmax().with_file(SCRIPT, "#!ipxe\nset a b\nexit 1\n")
    head = f"{APPROVED.partition('keys  ')[0]}keys  nobody\n"
    firmware = "given back to the firmware without an error: it shows its own menu"
    disk = "says  Could not boot image: Error\nboots  local disk\n"
    told = f"{head}{disk}ends  switched off by the system on its disk\n"
    boot = held(told, approved=f"{head}ends  {firmware}\n", site=site)
    assert (
        judge(boot)
        .causes[0]
        .startswith(
            f"ends switched off by the system on its disk ({SCRIPT}:3); approved: {firmware}"
        )
    )


def test_a_menu_in_which_a_machine_stays_is_named() -> None:
    head = APPROVED.partition("menu  ")[0]
    menu = "menu      (no title)\n          > node7\nkeys      nobody presses a key\n"
    told = f'{head}{menu}ends  waits for a key in the menu with "node7"\n'
    approved = f"{head}{APPROVED[APPROVED.index('iPXE      fetches showmax/vmlinuz') :]}"
    assert (
        judge(held(told, approved=approved))
        .causes[0]
        .startswith("not approved: a menu with 'node7' is shown, and waits for a key")
    )


def test_a_default_that_is_a_variable_leads_to_the_line_that_sets_it() -> None:
    script = showmax().read(SCRIPT).replace("#!ipxe\n", "#!ipxe\nset first grml\n")
    script = script.replace("--default showmax", "--default ${first}", 1)
    site = showmax().with_file(SCRIPT, script.replace("--default showmax", "", 1))
    head, rows = APPROVED.split(
        "          > Showmax Boot                                       counts"
    )
    told = f"{head}            Showmax Boot\n{rows.partition(chr(10))[2]}"
    count = "          > GRML                                               counts down 5 s\n"
    told = told.replace("            GRML\n", count)
    assert judge(held(told, site=site)).causes[0] == (
        "the menu has selected 'GRML', approved 'Showmax Boot' "
        f"(choose --default, {SCRIPT}:40; {SCRIPT}:2 sets first)"
    )


def test_of_defaults_alike_the_one_that_says_the_selected_rows_key_is_named() -> None:
    """Seen where GRUB's file of one machine and that of all others had one each."""
    other = "#!ipxe\nmenu\nitem off Switch off\nchoose --default off what\n"
    rows = "#!ipxe\nmenu\nitem showmax Showmax Boot\nitem grml GRML\n"
    site = showmax().with_file(SCRIPT, f"{other}{rows}choose --default grml\n")
    head, approved = APPROVED.partition("menu  ")[0], []
    for row in ("Showmax Boot", "GRML"):
        both = [f"{'>' if each == row else ' '} {each}" for each in ("Showmax Boot", "GRML")]
        menu = "".join(f"          {each}\n" for each in both)
        approved.append(f"{head}menu  (no title)\n{menu}keys  nobody\nends  switched off\n")
    assert judge(held(approved[1], approved=approved[0], site=site)).causes[0] == (
        f"the menu has selected 'GRML', approved 'Showmax Boot' (choose --default, {SCRIPT}:9)"
    )


def test_of_commands_alike_the_one_behind_the_chosen_row_is_named() -> None:
    rows = "item again Once more\nitem off Switch off\nchoose what && goto ${what}\n"
    blocks = ":again\nreboot\n:off\nreboot\n:failed\nsleep 5\n"
    site = showmax().with_file(SCRIPT, f"#!ipxe\nmenu Here\n{rows}{blocks}")
    head = APPROVED.partition("menu  ")[0]
    keys = 'menu      Here\n          > Switch off\nkeys      chooses "Switch off"\n'
    approved = f"{head}{keys}ends      switched off\n"
    boot = held(f"{head}{keys}ends      reset\n", approved=approved, site=site)
    cause = f"ends reset ({SCRIPT}:9); approved: switched off"
    assert judge(replace(boot, payload=None)).causes[0] == cause


@pytest.mark.parametrize(("how", "line"), [("--replace ", 2), ("", 3)])
def test_a_script_that_runs_out_names_its_last_line(how: str, line: int) -> None:
    """One that another has chained returns to that, unless it took its place."""
    chains = f"#!ipxe\nchain {how}script.ipxe-${{mac}} ||\nisset ${{nothing}} && shell ||\n"
    site = showmax().with_file(SCRIPT, chains)
    site = site.with_file(f"{SCRIPT}-{MAC}", "#!ipxe\nset a b\n")
    head = APPROVED.partition("menu  ")[0]
    boot = held(f"{head}says      No more network devices\n", site=site)
    asked = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.path == "/script.ipxe")
    kept = [e for e in boot.wire.events if e.frame <= asked.frame]
    own = replace(asked, path=f"/script.ipxe-{MAC}", frame=asked.frame + 1, head=b"#!ipxe\n")
    boot = replace(boot, wire=replace(boot.wire, events=(*kept, own)), payload=None)
    path = f"{SCRIPT}-{MAC}" if how else SCRIPT
    assert (
        judge(boot)
        .causes[0]
        .startswith(f"{path}:{line}: the script ends here, and nothing was booted: ")
    )


def test_a_configuration_of_pxelinux_has_no_last_line_at_which_it_ends() -> None:
    name, text = "pxelinux.cfg/default", "DEFAULT a\nLABEL a\n  LOCALBOOT 0\n"
    site = showmax().with_file(f"srv/tftp/{name}", text)
    head = APPROVED.partition("menu  ")[0]
    boot = held(f"{head}says      No more network devices\n", site=site)
    asked = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.path == "/script.ipxe")
    kept = [e for e in boot.wire.events if e.frame < asked.frame]
    own = replace(asked, path=f"/{name}", head=text.encode())
    boot = replace(boot, wire=replace(boot.wire, events=(*kept, own)), payload=None)
    assert name in boot.scripts
    assert not [each for each in judge(boot).causes if "the script ends here" in each]


def test_a_prompt_that_waits_otherwise_is_told_with_its_line() -> None:
    lines = "prompt --timeout 9000 Press a key ||\nprompt --timeout 5000 Another ||\n"
    site = showmax().replaced(SCRIPT, "#!ipxe\n", f"#!ipxe\n{lines}")
    said = 'prompt    "Press a key" waits 5 s for any key\nkeys      nobody presses a key\n'
    approved = APPROVED.replace("\nmenu  ", f"{said}\nmenu  ", 1)
    boot = held(approved.replace("waits 5 s", "waits 9 s"), approved=approved, site=site)
    assert f'"Press a key" waits 9 s for any key ({SCRIPT}:2); appr' in judge(boot).causes[0]


def test_a_script_that_ends_at_a_command_that_need_not_be_there() -> None:
    site = showmax().with_file(SCRIPT, "#!ipxe\nconsole --x 9 ||\ncolour --basic 4\nmenu\n")
    says = "says      console: command not found\nsays      colour: command not found\n"
    approved = APPROVED.replace("\nmenu  ", f"{says}\nmenu  ")
    told = approved.partition("\nmenu  ")[0] + "says  Could not boot image: Exec format error\n"
    boot = replace(held(told, approved=approved, site=site), payload=None)
    assert (
        judge(boot)
        .causes[0]
        .startswith(
            f"{SCRIPT}:3: the script ends when colour fails, for no || is behind it; that there "
            "is no such command has been approved"
        )
    )


def test_a_menu_that_is_there_and_was_not_gone_to_is_named() -> None:
    legacy = APPROVED.replace("(UEFI)", "(legacy)").replace("            EFI shell\n", "")
    assert judge(held(legacy)).causes[0] == (
        f"another menu is shown, 'Network boot (legacy)' ({SCRIPT}:42); the approved one, "
        f"'Network boot (UEFI)', is still there ({SCRIPT}:32): look at {SCRIPT}:29"
    )


def test_a_word_that_was_mistyped_is_found_on_its_own_line() -> None:
    site = showmax().replaced(
        SCRIPT, "  boot=live noprompt noeject live", "  boot=lve noprompt noeject live"
    )
    assert causes("boot=live noprompt", "boot=lve noprompt", site=site)[0].startswith(
        f"the kernel's command line lacks boot=live, and has boot=lve ({SCRIPT}:55)"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sanboot --drive 0x81", "Boot from SAN device 0x81 failed: Input/output error"),
        ("prossess x", "prossess: command not found"),
        ("exit 1", "Could not boot image: Error"),
        ("prossess x", "error: can't find command `prossess'."),
    ],
)
def test_a_complaint_is_told_with_the_line_that_it_quotes(line: str, said: str) -> None:
    site = showmax().replaced(SCRIPT, "#!ipxe\n", f"#!ipxe\n{line} ||\n")
    keys = "keys      nobody presses a key\n"
    prompt = f'says      {said}\nprompt    "Press a key" waits 5 s for any key\n{keys}'
    assert causes(keys, f"{keys}{prompt}", site=site)[0].startswith(
        f"not approved: says {said} ({'exit 1, ' * line.startswith('exit')}{SCRIPT}:2)"
    )


def test_an_error_that_an_exit_no_longer_gives_is_told_with_its_line() -> None:
    site = showmax().with_file(SCRIPT, "#!ipxe\nchoose --timeout 5000 entry\nexit\n")
    keys = "keys      nobody presses a key\n"
    approved = APPROVED.replace(keys, f"{keys}says      Could not boot image: Error\n")
    assert approved != APPROVED
    assert judge(held(APPROVED, approved=approved, site=site)).causes[0] == (
        f"it did not go on as approved: says Could not boot image: Error (exit, {SCRIPT}:3)"
    )


def test_a_script_that_ends_at_a_file_that_need_not_be_there() -> None:
    old = "imgfetch --name own http://${next-server}/script.ipxe-${netX/mac} && goto chain ||"
    site = showmax().replaced(SCRIPT, old, old.removesuffix(" && goto chain ||"))
    boot = held(APPROVED.partition("menu  ")[0] + "says      Could not boot\n", site=site)
    assert (
        judge(replace(boot, payload=None))
        .causes[0]
        .startswith(
            f"{SCRIPT}:17: the script ends when imgfetch fails, for no || is behind it; that "
            "script.ipxe-{mac} is not found has been approved"
        )
    )
    assert not any("for no ||" in cause for cause in judge(held()).causes)


def test_of_several_lines_the_one_that_names_the_file_ends_a_script() -> None:
    old = "imgfetch --name own http://${next-server}/script.ipxe-${netX/mac} && goto chain ||"
    site = showmax().replaced(SCRIPT, old, old.removesuffix(" && goto chain ||"))
    site = site.replaced(SCRIPT, "initrd showmax/initrd.img || goto failed", "initrd ${a}.img")
    boot = held(APPROVED.partition("menu  ")[0] + "says      Could not boot\n", site=site)
    first = judge(replace(boot, payload=None)).causes[0]
    assert first.startswith(f"{SCRIPT}:17: the script ends when imgfetch fails")


@pytest.mark.parametrize("note", ["   # srv/tftp/script.ipxe:33", ""])
def test_the_exit_that_a_script_reached_is_named(note: str) -> None:
    # Two more stand behind its menus, and nobody has left a menu that was never there.
    said = "iPXE      asks for script.ipxe-{mac} over HTTP, IPv4, from 192.0.2.1: not found"
    end = "ends      given back to the firmware, which has nothing else to boot\n"
    title = "menu      Network boot (UEFI)"
    approved = APPROVED.replace(title, f"{title}{note}")
    site = showmax().replaced(SCRIPT, "isset ${kbmap}", "iseq ${x} y || exit\nisset ${kbmap}")
    boot = held(APPROVED.partition(said)[0] + end, site=site, approved=approved)
    (script,) = [e for e in boot.wire.of(HttpExchange, mac=boot.mac) if e.path == "/script.ipxe"]
    events = tuple(e for e in boot.wire.events if e.frame <= script.frame)
    first = judge(replace(boot, wire=replace(boot.wire, events=events), payload=None)).causes[0]
    assert re.match(r"\S+:8: the script reached its `exit`: iseq", first)


def test_a_title_that_is_a_part_of_another_menus_is_named() -> None:
    site = showmax().replaced(SCRIPT, "menu Network boot (UEFI)", "menu Network boot")
    found = causes("menu      Network boot (UEFI)", "menu      Network boot", site=site)
    assert found[0] == (
        f"the menu is called 'Network boot', approved 'Network boot (UEFI)' ({SCRIPT}:32)"
    )


@pytest.mark.parametrize(
    ("goto", "end", "line"),
    [("goto boot", "", 97), ("", "", 57), ("goto boot", "goto menu\n", 99)],
)
def test_what_came_and_is_not_started_is_looked_for_where_the_script_goes_on(
    goto: str, end: str, line: int
) -> None:
    site = showmax().replaced(SCRIPT, "boot && goto menu ||\n", end)
    started = "showmax/initrd.img || goto failed\n"
    site = site.replaced(SCRIPT, f"{started}goto boot", f"{started}{goto}")
    lost = APPROVED[APPROVED.index("boots ") :]
    boot = held(APPROVED.replace(lost, ""), site=site)
    first = judge(replace(boot, payload=None)).causes[0]
    assert first.endswith(f"boots showmax/vmlinuz with showmax/initrd.img (behind {SCRIPT}:{line})")
