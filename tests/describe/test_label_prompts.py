"""PXELINUX's prompt is told with its labels where the console showed it, typed at or left alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.describe.boot import describe
from harness.describe.key_prompts import labels_unasked
from harness.judge.boot import Boot
from harness.model import Role
from harness.plan.boot_text import BootText
from harness.plan.boot_words import MenuWords
from harness.witness.console import ConsoleLine
from harness.witness.shown import Ended, KeysPressed, MenuShown, Prompted, Shown
from harness.witness.wire import HttpExchange, WireEvent
from tests.judge.recorded import record

DEFAULT = "DEFAULT disk\nPROMPT 1\nTIMEOUT 75\nLABEL disk\nLOCALBOOT 0\nLABEL rescue\nLINUX x\n"
FILE = "/pxelinux.cfg/default"
TYPED = 'types "rescue"'
WORDS = MenuWords(
    title="PXELINUX prompt", rows=("disk", "rescue"), selected=0, counts_down_s=8, is_typed=True
)


def prompting(*shown: Shown, configuration: str = DEFAULT, said: str = "boot:") -> Boot:
    """Give a recorded boot in which PXELINUX came with its configuration."""
    boot = record("green-x64-http-ipv4")
    site = boot.site.with_file(boot.site.place_of(Role.HTTP, FILE), configuration)
    times = (1.0, 99.0, 100.0)
    texts = ("PXELINUX 6.04", said, "Loading x... ok")
    lines = tuple(ConsoleLine(at_s=s, text=text) for s, text in zip(times, texts, strict=True))
    wire = replace(boot.wire, events=tuple(map(_by_another_name, boot.wire.events)))
    console = replace(boot.console, lines=lines)
    return replace(boot, site=site, wire=wire, console=console, shown=shown)


def _by_another_name(event: WireEvent) -> WireEvent:
    if isinstance(event, HttpExchange) and event.path == "/script.ipxe":
        return replace(event, path=FILE, head=b"LABEL disk")
    return event


@pytest.mark.parametrize("said", ["boot:", "boot: rescue"])
@pytest.mark.parametrize("is_typed", [False, True])
def test_a_prompt_is_told_with_its_labels(said: str, *, is_typed: bool) -> None:
    keys = KeysPressed(at_s=99.5, after_fetches=0, chose=TYPED)
    told = describe(prompting(*[keys][:is_typed], said=said))
    [number] = [n for n, each in enumerate(told.statements) if each.subject == "prompt"]
    assert told.statements[number].text == str(WORDS)
    assert told.statements[number + 1].text == (TYPED if is_typed else "nobody presses a key")
    assert told.menus == (WORDS,)
    assert told.choices == ((TYPED,) if is_typed else ())
    assert told.menus_left == (() if is_typed else ((0, WORDS),))
    assert BootText.parse(str(told), path=Path("a.boot")).statements == told.statements


def test_a_prompt_that_waits_for_ever_is_told_once() -> None:
    shown = (
        Prompted(at_s=99.9, after_fetches=0, what="PXELINUX prompt"),
        Ended(at_s=101, after_fetches=0, how="waits for an operator at the PXELINUX prompt"),
    )
    told = describe(prompting(*shown, configuration=DEFAULT.replace("TIMEOUT 75\n", "")))
    [prompt] = told.of("prompt")
    assert prompt.text == str(replace(WORDS, counts_down_s=None))


@pytest.mark.parametrize("said", ["boot:", "rebooting: now"])
def test_without_a_label_or_the_word_there_is_none(said: str) -> None:
    configuration = DEFAULT if said != "boot:" else "PROMPT 1\nDEFAULT linux\n"
    assert list(describe(prompting(said=said, configuration=configuration)).of("prompt")) == []


@pytest.mark.parametrize(
    ("old", "new", "tells"),
    [
        ("PROMPT 1", "PROMPT 0", True),
        ("PROMPT 1", "NOESCAPE 1", False),
        ("PROMPT 1", "UI menu.c32", False),
        ("LABEL rescue", "LABEL disk", False),
    ],
)
def test_labels_without_a_prompt_are_told_to_who_learns(old: str, new: str, *, tells: bool) -> None:
    boot = prompting(said="Loading", configuration=DEFAULT.replace(old, new))
    said = ("whoever holds Shift down has a prompt, nobody did: not typed are rescue",)
    assert labels_unasked(boot) == (said if tells else ())
    menu = MenuShown(at_s=9, after_fetches=0, title="", rows=("a",), selected=0, counts_down_s=None)
    assert labels_unasked(replace(boot, shown=(menu,))) == ()
