"""A prompt whose labels, default or time-out are not as approved is told with its line."""

from dataclasses import replace
from functools import cached_property

import pytest

from harness.judge.boot import Boot
from harness.judge.done_otherwise import done_otherwise
from harness.plan.boot_text import BootText, Statement
from harness.plan.boot_words import MenuWords
from harness.services.registry import load_site
from tests.judge.approved import FIXTURES
from tests.judge.recorded import record

DEFAULT = "srv/tftp/pxelinux.cfg/default"
TOOLS = "srv/tftp/pxelinux.cfg/tools.cfg"
STACKS = "var/lib/tftpboot/pxelinux.cfg/default"
NOW = MenuWords(
    title="PXELINUX prompt",
    rows=("disk", "install", "rescue", "memory", "menu"),
    selected=0,
    counts_down_s=8,
    is_typed=True,
)


class Led(Boot):
    """One whose first loader led to PXELINUX."""

    @cached_property
    def scripts(self) -> dict[str, str]:
        return {"pxelinux.cfg/default": DEFAULT, "pxelinux.cfg/tools.cfg": TOOLS}


def told(words: MenuWords) -> BootText:
    """Give a boot that came to this prompt."""
    return BootText(statements=(Statement(subject="prompt", text=str(words)),))


@pytest.mark.parametrize(
    ("was", "cause"),
    [
        (
            replace(NOW, rows=("disk", "install", "recover", "memory", "menu")),
            f"the prompt has 'rescue' in the place of 'recover' (label, {DEFAULT}:19)",
        ),
        (
            replace(NOW, rows=NOW.rows[:-1]),
            f"the prompt has 'menu', which is not approved (label, {TOOLS}:5)",
        ),
        (
            replace(NOW, rows=(*NOW.rows, "burn")),
            f"the prompt lacks 'burn' behind 'menu' (label, {TOOLS}:5)",
        ),
        (
            replace(NOW, selected=1),
            f"the prompt has selected 'disk', approved 'install' (default, {DEFAULT}:2)",
        ),
        (
            replace(NOW, counts_down_s=80),
            f"the prompt counts down 8 s, approved: it counts down 80 s (timeout, {DEFAULT}:4)",
        ),
    ],
)
def test_how_a_prompt_differs_is_told(was: MenuWords, cause: str) -> None:
    own = record("green-bios-ipxe-rom")
    led = Led(**{name: getattr(own, name) for name in own.__dataclass_fields__})
    site = load_site(FIXTURES / "sites/rackroom")
    boot = replace(led, site=site, learned=told(was), told=told(NOW))
    assert list(done_otherwise(boot)) == [cause]


class Counted(Led):
    """One whose only configuration is that of stacks."""

    @cached_property
    def scripts(self) -> dict[str, str]:
        return {"pxelinux.cfg/default": STACKS}


@pytest.mark.parametrize(
    ("old", "new", "file", "where"),
    [
        ("ONTIMEOUT disk", "ONTIMEOUT server", "install/vmlinuz", f" (ontimeout, {STACKS}:4)"),
        # What the row itself starts that is selected is not the count-down's doing.
        ("  LOCALBOOT 0", "  KERNEL disk/vmlinuz", "disk/vmlinuz", ""),
    ],
)
def test_a_count_down_that_ends_in_another_row_is_told_with_its_line(
    old: str, new: str, file: str, where: str
) -> None:
    own = record("green-bios-ipxe-rom")
    led = Counted(**{name: getattr(own, name) for name in own.__dataclass_fields__})
    site = load_site(FIXTURES / "sites/stacks").replaced(STACKS, old, new)
    menu = MenuWords(
        title="Library",
        rows=("Leave it as it is", "Stack server (erases the disk)"),
        selected=0,
        counts_down_s=8,
        is_typed=False,
    )
    shown = (
        Statement(subject="menu", text=str(menu)),
        Statement(subject="keys", text="nobody presses a key"),
    )
    asked = f"fetches {file} over TFTP, IPv4, from 10.80.4.5"
    was = BootText(statements=shown)
    now = BootText(statements=(*shown, Statement(subject="PXELINUX", text=asked)))
    [cause] = done_otherwise(replace(led, site=site, learned=was, told=now))
    assert cause == f"not approved: PXELINUX {asked}{where}"
