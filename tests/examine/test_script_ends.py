"""Where a script ends for some machines, or runs on, is told; what is guarded is not."""

import pytest

from harness.examine import findings
from harness.examine.script_ends import leaves
from harness.site import Site
from tests.examine.conftest import edited

SCRIPT = "srv/tftp/script.ipxe"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "goto chain ||\n",
            "goto chain\n",
            "ends here for a machine that has no such file: no `||",
        ),
        (
            "${netX/mac} || goto menu",
            "${netX/mac}",
            "`imgfetch --name own ${netX.dhcpv6/filename}-",
        ),
        ("--autofree own ||", "--autofree own", "ends here where the machine's own one fails: no"),
        (
            "kernel efishell/",
            "imgfetch efishell/",
            "selects no image, and `boot` takes the selected",
        ),
        ("--autofree own ||", "--autofree owns ||", "'owns' is to be run, and no line fetches an"),
        (
            "initrd.img || goto failed\ngoto boot",
            "initrd.img",
            "':showmax' goes on into ':sysrescd'",
        ),
        # What is behind `||` is gone to by those alone whose file has failed.
        (
            "goto boot\n\n:sysrescd",
            "\n:sysrescd",
            "':showmax' goes on into ':sysrescd'",
        ),
        (
            "initrd showmax/",
            "imgfree\ninitrd showmax/",
            "`imgfree` frees showmax/vmlinuz (srv/tftp/script.ipxe:53), and `boot` (srv/tftp/script"
            ".ipxe:100) has nothing to start",
        ),
        (
            "imgstat\nboot",
            "imgstat\nimgfree\nboot",
            "`imgfree` frees showmax/vmlinuz (srv/tftp/scr",
        ),
        (
            "initrd grml/initrd.grml.img || goto failed",
            "initrd grml/initrd.grml.img && imgfree vmlinuz.grml || goto failed",
            "`imgfree vmlinuz.grml` frees grml/vmlinuz.grml (srv/tftp/script.ipxe:71), and `boot`",
        ),
        (
            "initrd sysrescd/initram.igz || goto failed",
            "initrd sysrescd/initram.igz || goto failed\nimgfree initram.igz",
            "frees sysrescd/initram.igz (srv/tftp/script.ipxe:64), and `boot` (srv/tftp/script.ipxe"
            ":100) has no such initrd",
        ),
    ],
)
def test_where_a_script_ends_or_runs_on(old: str, new: str, said: str, showmax: Site) -> None:
    site, line = edited(showmax, SCRIPT, old, new)
    (found,) = findings(site)
    assert said in found.what
    place, _, number = found.place.rpartition(":")
    assert (place, 0 <= int(number) - line <= 2) == (SCRIPT, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("imgexec --autofree own", "chain --autofree hosts/${uuid}.ipxe"),
        ("--name own http", "--timeout 3000 --name own http"),
        ("goto boot\n\n:ipxeconfig", "imgselect efishell.efi\ngoto boot\n\n:ipxeconfig"),
        # Of a kernel's words, none is a file.
        ("|| goto failed\ninitrd showmax", "name=${netX/mac}\ninitrd showmax"),
        # The last line of a script may fail: nothing is behind it.
        ("sleep 10\ngoto menu", "chain hosts/${mac:hexhyp}.ipxe"),
        # An item that only sets something may share what is behind the next.
        ("\n:grml\n", "\n:grml\nset x 1\n"),
        ("initrd.img || goto failed\ngoto boot", "initrd.img || goto failed ; goto boot"),
        # What an earlier try has left is freed before a kernel, or of two tries between them.
        ("\n:grml\n", "\n:grml\nimgfree\n"),
        ("kernel grml/", "kernel grml/old.lkrn && goto boot ||\nimgfree\nkernel grml/"),
        ("kernel grml/", "kernel grml/old.lkrn || goto failed\nimgfree\nkernel grml/"),
        ("sleep 10\ngoto menu", "sleep 10\nimgfree\ngoto menu"),
        ("imgstat\nboot", "isset ${x} && imgfree own ||\nimgstat\nboot"),
    ],
)
def test_what_goes_on_as_it_is_meant(old: str, new: str, showmax: Site) -> None:
    site, _ = edited(showmax, SCRIPT, old, new)
    assert findings(site) == ()


@pytest.mark.parametrize(
    ("line", "is_left"),
    [
        ("goto boot", True),
        ("boot", True),
        ("boot || goto failed", True),
        ("initrd x || goto failed", False),
        ("initrd x && boot", True),
        ("initrd x && boot ||", False),
        ("kernel x && initrd y && boot || goto failed", True),
        ("iseq a b && goto c || goto d", True),
        ("iseq a b && goto c ||", False),
        ("chain x && goto y ||", False),
        ("chain x && echo It came back", False),
        ("chain x || exit 1", True),
        ("echo Gone ; exit", True),
        ("choose x && goto ${x} || exit", True),
    ],
)
def test_what_no_machine_comes_behind(line: str, *, is_left: bool) -> None:
    assert leaves(line) is is_left
