"""A script's prompt for a key is told where the console showed it, pressed or left alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.describe.boot import describe
from harness.judge.boot import Boot
from harness.loaders.ipxe.prompt import key_prompts
from harness.loaders.script import Script
from harness.model import Role
from harness.plan.boot_text import BootText
from harness.plan.boot_words import PromptWords, read_press
from harness.witness.console import ConsoleLine
from harness.witness.shown import KeysPressed, MenuShown, Said, Shown
from harness.witness.wire import HttpExchange, WireEvent
from tests.judge.recorded import record

TEXT = "Press s, or wait ..."
PRESSED = f'presses s at "{TEXT}"'


@pytest.mark.parametrize(
    ("line", "text", "key", "waits_ms"),
    [
        ("prompt --key s --timeout 3000 Press  s ... && shell ||", "Press s ...", "s", 3000),
        (
            "prompt -k 0x02 -t 2000 Press Ctrl-B for ${name}",
            "Press Ctrl-B for ${name}",
            "Ctrl-B",
            2000,
        ),
        ("prompt --key=0x73 Press s", "Press s", "s", 0),
        ("isset ${x} || prompt Any key?", "Any key?", "", 0),
    ],
)
def test_a_prompt_s_line_says_for_which_key_it_waits(
    line: str, text: str, key: str, waits_ms: int
) -> None:
    [found] = key_prompts([Script("/a.ipxe", f"#!ipxe\n{line}\n")])
    assert (found.text, found.key, found.waits_ms) == (text, key, waits_ms)


def test_other_lines_are_no_prompts() -> None:
    lines = "#!ipxe\nprompt --key s\necho prompt x\n:prompt\ngoto prompt\n"
    assert list(key_prompts([Script("/a.ipxe", lines)])) == []
    assert list(key_prompts([Script("/grub.cfg", "prompt x")])) == []


@pytest.mark.parametrize(
    "words",
    [
        PromptWords(text=TEXT, key="s", waits_ms=3000),
        PromptWords(text='Say "yes"', key="Ctrl-B", waits_ms=500),
        PromptWords(text="Go on?"),
    ],
)
def test_the_words_are_read_again(words: PromptWords) -> None:
    assert PromptWords.read(str(words)) == words
    assert read_press(words.press) == (words.key, words.text)


def prompting(*shown: Shown) -> Boot:
    """Give a recorded boot whose script waits for a key before its first file."""
    boot = record("green-x64-http-ipv4")
    script = boot.site.place_of(Role.HTTP, "script.ipxe")
    text = boot.site.read(script)
    site = boot.site.with_file(script, f"#!ipxe\nprompt --key s --timeout 3000 {TEXT} ||\n{text}")
    said = (
        "Features: DNS HTTP",
        f"{TEXT}   as iPXE does when it starts",
        "autoexec.ipxe... Not found (https://ipxe.org/2d12618e)",
        "http://192.0.2.1/script.ipxe... ok",
        f"{TEXT}   net0: open",
    )
    lines = tuple(ConsoleLine(at_s=at_s, text=text) for at_s, text in enumerate(said))
    wire = replace(boot.wire, events=tuple(map(_with_head, boot.wire.events)))
    console = replace(boot.console, lines=lines)
    return replace(boot, site=site, wire=wire, console=console, shown=shown)


def _with_head(event: WireEvent) -> WireEvent:
    if isinstance(event, HttpExchange) and event.path == "/script.ipxe":
        return replace(event, head=b"#!ipxe")
    return event


@pytest.mark.parametrize("is_pressed", [False, True])
def test_what_the_console_showed_of_it_is_told_with_what_somebody_did(*, is_pressed: bool) -> None:
    pressed = KeysPressed(at_s=4, after_fetches=2, chose=PRESSED)
    told = describe(prompting(*[pressed][:is_pressed]))
    [number] = [n for n, each in enumerate(told.statements) if each.subject == "prompt"]
    assert told.statements[number].text == f'"{TEXT}" waits 3 s for the key s'
    assert told.statements[number + 1].text == (PRESSED if is_pressed else "nobody presses a key")
    before = told.statements[number - 1].asked_file
    assert before is not None
    assert before.fetch.file == "script.ipxe"
    assert told.choices == ((PRESSED,) if is_pressed else ())
    assert told.prompts_left == (() if is_pressed else ((0, PRESSED),))
    assert BootText.parse(str(told), path=Path("a.boot")).statements == told.statements


def test_a_complaint_that_came_with_a_prompt_stands_where_its_line_stood() -> None:
    """Where the host is slow both are read at once."""
    boot = prompting(Said(at_s=4, after_fetches=2, line="Could not open SAN device: Input/output"))
    *before, prompt = boot.console.lines
    above = ConsoleLine(
        at_s=4, text="Could not open SAN device: Input/output (https://ipxe.org/1d)"
    )
    for lines in ((above, prompt), (prompt, above)):
        console = replace(boot.console, lines=(*before, *lines))
        told = describe(replace(boot, console=console))
        subjects = [s.subject for s in told.statements if s.subject in ("says", "prompt")]
        assert subjects == (["says", "prompt"] if lines[0] is above else ["prompt", "says"])


def test_a_count_down_of_grub_s_without_its_menu_is_told() -> None:
    boot = prompting()
    said = ("2", "1", "Welcome to GRUB!", "10", "9", "8", "error: no such device.", "3")
    lines = tuple(ConsoleLine(at_s=at_s, text=text) for at_s, text in enumerate(said))
    told = describe(replace(boot, console=replace(boot.console, lines=lines)))
    prompts = [each.text for each in told.statements if each.subject == "prompt"]
    assert prompts == ["GRUB counts down 10 s, its menu is hidden"]
    assert told.prompts_left == ()


def test_a_menu_that_came_with_the_prompt_s_last_byte_came_behind_it() -> None:
    """In a fast guest both are read at once, and the console's times are rounded."""
    menu = MenuShown(
        at_s=3.99996, after_fetches=2, title="Boot", rows=("Live",), selected=0, counts_down_s=5
    )
    subjects = [each.subject for each in describe(prompting(menu)).statements]
    assert subjects.index("prompt") < subjects.index("menu")
