"""A script that was the last that came is asked what is wrong with it."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.plan.boot_text import BootText, Statement
from harness.site import Site
from harness.witness.console import ConsoleLine
from harness.witness.wire import DhcpMessage, HttpExchange, Outcome
from tests.judge.recorded import MAC, explained, record, showmax, with_events


def stuck(site: Site, *, times: int = 1, own: bool = False) -> Boot:
    """Give a real boot that ends after the script was fetched, `times` over."""
    boot = record("green-machine-script-ipv4" if own else "green-bios-ipxe-rom", site=site)
    name = "/script.ipxe-" if own else "/script.ipxe"
    fetches = [e for e in boot.wire.of(HttpExchange) if e.path.startswith(name)]
    last = next(e for e in fetches if e.status == 200)
    kept = [e for e in boot.wire.events if e.frame <= last.frame or isinstance(e, DhcpMessage)]
    kept = [e for e in kept if not isinstance(e, HttpExchange) or e.status == 200]
    again = [replace(last, frame=last.frame + more) for more in range(1, times)]
    return with_events(replace(boot, payload=None), *kept, *again)


def fault(boot: Boot) -> str:
    """Give what is said of the script, which must be said first."""
    causes = explained(boot)
    assert causes[0] in judge(boot).causes
    return causes[0]


def changed(old: str, new: str, count: int = 1) -> Site:
    site = showmax()
    return site.replaced(site.script_path, old, new, count=count)


def test_a_label_that_is_not_there() -> None:
    assert fault(stuck(changed("\n:showmax\n", "\n:show-max\n"))) == (
        "srv/tftp/script.ipxe:39 goes to the label 'showmax', which does not exist: the script "
        "ends without booting; srv/tftp/script.ipxe:43 has that item; nothing goes to ':show-max' "
        "(srv/tftp/script.ipxe:52)"
    )


def test_the_published_scripts_fault_is_named() -> None:
    assert fault(stuck(changed("\n:chain_ipv6\n", "\n:chain_ipv6:\n"))) == (
        "srv/tftp/script.ipxe:16 goes to the label 'chain_ipv6', which does not exist: the script "
        "ends without booting; nothing goes to ':chain_ipv6:' (srv/tftp/script.ipxe:19)"
    )


def test_the_default_comes_first_of_labels_that_are_not_there() -> None:
    site = changed("\n:grml\n", "\n:grm\n")
    site = site.replaced(site.script_path, "\n:showmax\n", "\n:show\n")
    causes = explained(stuck(site))
    assert "'showmax', which does not exist" in causes[0]
    assert "'grml', which does not exist" in causes[1]


def test_a_script_that_is_right_is_not_blamed() -> None:
    assert fault(stuck(showmax())).startswith("the last that went well was script.ipxe")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "srv/tftp/script.ipxe is empty: 0 bytes"),
        (
            "#!ipxe\n# nothing\n\n",
            "srv/tftp/script.ipxe:1-3 has no command: it ends without booting",
        ),
        (
            "menu\nitem a A\n",
            "srv/tftp/script.ipxe:1 does not begin with #!ipxe but with 'menu': iPXE takes it for "
            "another kind of image",
        ),
        (
            "#!ipxe\n:again\nsleep 1\ngoto again\n",
            "srv/tftp/script.ipxe:4 goes back to ':again' (line 2), and nothing in between leads "
            "out: it loops",
        ),
    ],
)
def test_the_form_of_a_script(text: str, said: str) -> None:
    site = showmax()
    assert fault(stuck(site.with_file(site.script_path, text))) == said


@pytest.mark.parametrize(
    "text",
    [
        "#!ipxe\n:again\nsleep 1\nchain http://192.0.2.1/x || goto again\n",
        "#!ipxe\n:again\ndhcp && goto on ||\ngoto again\n:on\n",
        "#!ipxe\n:${platform}\ngoto pcbios\n",
        "#!ipxe\ngoto ${platform} ||\n",
        "#!ipxe\ngoto \\\n  on\n:on\n",
    ],
)
def test_what_only_ipxe_knows_is_left_alone(text: str) -> None:
    site = showmax()
    boot = stuck(site.with_file(site.script_path, text))
    assert fault(boot).startswith("the last that went well was script.ipxe")


def test_a_script_that_is_fetched_again_and_again() -> None:
    site = showmax()
    own = site.with_file(site.machine_script_path(MAC), "#!ipxe\nchain x\n")
    boot = stuck(own, own=True, times=7)
    assert fault(boot).startswith(f"script.ipxe-{MAC} was fetched 7 times: it loops (frame ")


def test_a_loop_that_the_web_server_makes_is_named_by_its_line() -> None:
    nginx, plain = "etc/nginx/nginx.conf", "      default_type text/plain;\n"
    site = showmax().replaced(nginx, plain, "      rewrite ^ /script.ipxe;\n")
    said = fault(stuck(site, own=True, times=3))
    assert said.startswith(f"script.ipxe-{MAC} was fetched 3 times: it loops (frame ")
    assert f"`rewrite ^ /script.ipxe` ({nginx}:34)" in said


def test_a_loop_is_named_while_its_next_round_is_under_way() -> None:
    boot = stuck(showmax(), times=6, own=True)
    *_, last = boot.wire.of(HttpExchange)
    asked = replace(last, frame=last.frame + 1, outcome=Outcome.UNANSWERED, status=None)
    assert "was fetched 6 times: it loops" in fault(with_events(boot, *boot.wire.events, asked))


def test_a_script_that_the_site_does_not_hold_is_not_read() -> None:
    site = showmax().without("srv/tftp/script.ipxe")
    assert fault(stuck(site)).startswith("the last that went well was script.ipxe")


def test_a_default_that_is_no_item_is_red_though_the_right_entry_boots() -> None:
    boot = record("green-bios-ipxe-rom", site=changed("--default showmax", "--default x", count=2))
    assert judge(boot).causes[0] == (
        "srv/tftp/script.ipxe:39 and srv/tftp/script.ipxe:48: the default 'x' is not an item of "
        "the menu: iPXE takes the first, 'showmax'"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--default showmax", "--default ${menu-default}"),
        ("--default showmax", "-d grml"),
        ("--default showmax ", ""),
    ],
)
def test_a_default_that_may_be_right_is_not_blamed(old: str, new: str) -> None:
    assert judge(record("green-bios-ipxe-rom", site=changed(old, new, count=2))).green


@pytest.mark.parametrize(
    ("command", "last"),
    [
        ("prompt Press a key to boot", "Press a key to boot"),
        ("prompt --key 0x02 --timeout=0 Press Ctrl-B || exit", "Press Ctrl-B"),
    ],
)
def test_a_script_that_waits_for_a_key(command: str, last: str) -> None:
    site = showmax()
    boot = stuck(site.replaced(site.script_path, "imgfree\n", f"imgfree\n{command}\n"))
    lines = (ConsoleLine(at_s=1.0, text="script.ipxe... ok"), ConsoleLine(at_s=2.0, text=last))
    shown = replace(boot, console=replace(boot.console, lines=lines))
    assert fault(shown) == (
        f"srv/tftp/script.ipxe:29 waits for a key that nobody presses: {command}"
    )
    passed = replace(shown, console=replace(boot.console, lines=lines[:1]))
    assert fault(passed).startswith("the last that went well was script.ipxe")


@pytest.mark.parametrize(
    ("what", "is_told"),
    [
        (
            'the guest said "BdsDxe: …" while the menu was waited for (uefi-gave-up, 6 s',
            True,
        ),
        ("the menu did not come within 240 s of the guest's time", False),
    ],
)
def test_an_exit_is_told_of_a_boot_that_is_planned(what: str, *, is_told: bool) -> None:
    site = changed("goto menu_uefi || goto menu_legacy", "goto menu_uefi || exit")
    boot = replace(stuck(site), complaint=Complaint(what=what))
    said = (
        "srv/tftp/script.ipxe:29: the script reached its `exit`: "
        "iseq ${platform} efi && goto menu_uefi || exit"
    )
    assert (said in judge(boot, When.WAITING).causes) is is_told


@pytest.mark.parametrize(
    ("command", "how"),
    [
        ("reboot", "reset"),
        ("poweroff", "switched off"),
        ("shell", "waits for an operator at the iPXE shell"),
    ],
)
def test_a_command_that_ends_a_machine_is_told_with_its_line(command: str, how: str) -> None:
    site = showmax()
    boot = stuck(site.replaced(site.script_path, "imgfree\n", f"imgfree\n{command}\n"))
    ends = BootText(statements=(Statement(subject="ends", text=how),))
    other = BootText(statements=(Statement(subject="ends", text="switched off by the payload"),))
    held = replace(boot, entry="", learned=other, told=ends)
    assert judge(held).causes[0] == f"srv/tftp/script.ipxe:29: the script came to its `{command}`"
    assert not any("came to" in each for each in judge(replace(held, learned=ends)).causes)
