"""What iPXE refuses of a command, or takes for something else than was meant."""

from pathlib import Path

import pytest

from harness.loaders.ipxe.faults import script_faults
from harness.loaders.ipxe.script import IpxeScript
from harness.loaders.ipxe.usage import misused
from harness.services.registry import load_site

FIXTURES = Path(__file__).parents[2] / "fixtures"


def said(line: str) -> list[str]:
    return [what for _, what in misused(IpxeScript("x", f"#!ipxe\nmenu x\n{line}\n"))]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("initrd a | goto failed", "`|` is a word of `initrd`"),
        ("choose entry & goto ${entry}", "`&` is a word of `choose`"),
        ("initrd a ||goto failed", "`||` parts commands only between blanks"),
        ("initrd a|| goto failed", "`||` parts commands only between blanks"),
        ("sleep 10s", "'10s' is not a number of seconds"),
        ("choose --timeout 5s entry", "'5s' is not a number of milliseconds"),
        ("choose --timeout=5s entry", "'5s' is not a number of milliseconds"),
        ("kernel a b=${netX/mac:hexhyph}", "'hexhyph' is not a type"),
        ("kernel a b=$(netX/mac:hexhyp)", "'$(netX/mac:hexhyp)' is taken as it stands"),
        ("choose --defualt a entry", "`choose` has no option --defualt, but --default"),
        ("choose -default a entry", "'-default' wants two hyphens: --default"),
        ("choose \u2013default a entry", "begins with a dash"),
        ("choose --default a", "`choose` takes one word, and none stands there"),
        ("iseq ${platform} && goto a", "`iseq` takes two words, and one stands there"),
        ("iseq ${platform} == efi && goto a", "`iseq` takes two words, and 3 stand there"),
        ("iseq ${platform} uefi && goto a", "${platform} is never 'uefi'"),
        ('iseq ${platform} "efi" && goto a', "${platform} is never '\"efi\"'"),
        ("isset next-server || goto a", "`isset next-server` is always so"),
        ("set kbmap=us", "nothing sets kbmap"),
        ("set kbmap = us", "`set` takes no `=`"),
    ],
)
def test_a_slip_is_told(line: str, what: str) -> None:
    (found,) = said(line)
    assert what in found


@pytest.mark.parametrize(
    "line",
    [
        "chain -ar ${url} || goto x",
        "choose --timeout ${t} --default ${d} --keep entry && goto ${entry} || exit",
        "choose -t 5000 -d a entry",
        "choose --menu m --timeout=3000 entry",
        "cpuid --ext 29 && set bits 64 || set bits 32",
        "echo a | b & c # d || goto x",
        "echo \u2014 Start \u2014",
        "item --gap \u2014\u2014 Start \u2014\u2014",
        "prompt \u2013 press a key \u2013",
        "item --gap -- ------ Start ------",
        "item --key 0x08 back Back, or not (a|b)...",
        "item",
        "prompt --key s --timeout 3000 Press s ... && shell ||",
        "set space:hex 20:20",
        "set cmd console=ttyS0 ip=dhcp",
        "set ${name}=x y",
        "kernel --name linux ${base}/vmlinuz initrd=a|b quiet --- x=y",
        "kernel -n linux vmlinuz -nomap --foo",
        "iseq ${a} ${b} || goto x",
        "iseq ${buildarch} arm64 && goto x || goto y",
        "isset ${net0/dhcp/filename} || goto x",
        "reboot --warm",
        "exit 1",
        "exit ${rc}",
        "goto ${menu} ||",
        "show net0/mac ||",
        "params --name x",
        "imgfree",
        "imgstat x",
        "console --x 1024 --y 768 --picture a ||",
        "sanboot --no-describe --drive 0x80 || goto failed",
        "ifconf -c ipv6 || goto start",
        "sleep 0x10",
        "sleep 10 # seconds",
        'set cls:hex 1b:5b:4a  # what clears a screen, "^[[J"',
        "isset ${a} && goto x || # else by the menu",
        "sleep 1 ; goto x",
    ],
)
def test_what_is_meant_so_is_not_told(line: str) -> None:
    assert not said(line)


def test_an_item_without_a_menu_above_it_is_told_once() -> None:
    items = "#!ipxe\nitem a A\nitem b B\nmenu M\nitem c C\n"
    assert [number for number, _ in misused(IpxeScript("x", f"{items}choose x\n"))] == [2]


def test_a_script_may_add_items_to_the_menu_of_who_chains_it() -> None:
    assert not list(misused(IpxeScript("x", "#!ipxe\nitem a A\nitem b B\n")))


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.ipxe")), ids=lambda path: path.name)
def test_the_scripts_of_sites_that_boot_are_in_order(path: Path) -> None:
    assert not list(misused(IpxeScript(path.name, path.read_text(encoding="utf-8"))))


def test_a_script_that_ended_is_asked_for_them() -> None:
    """Boots showed it: `Usage: choose …` on the screen, and the script's last line was named."""
    site = load_site(FIXTURES / "showmax")
    path = "srv/tftp/script.ipxe"
    (line, slip) = "\nitem ipxeconfig iPXE config tool\nchoose --default", "-default"
    uefi = f"item efishell EFI shell{line}"
    changed = site.replaced(path, uefi, uefi.replace("--default", slip))
    (said,) = script_faults(changed, path)
    assert said == f"{path}:39: '-default' wants two hyphens: --default"
    assert not list(script_faults(site, path))
