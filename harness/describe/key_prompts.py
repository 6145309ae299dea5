"""The prompts at which a script of iPXE's waits for a key, or PXELINUX for a label.

No screen has one long enough to be read for sure: iPXE takes a prompt back when it goes on,
PXELINUX's time may be out. They are looked for among the console's lines: of iPXE's scripts that
came, each `prompt` line; which labels PXELINUX knows, and for how long it waits, its configuration
says that came before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf

from harness.describe.fetches import name_of
from harness.describe.lacking_files import scripts_of
from harness.judge.boot import Boot
from harness.loaders.grub.menu import hidden_count_downs
from harness.loaders.ipxe.console import asks_itself, is_fetch
from harness.loaders.ipxe.prompt import KeyPrompt, key_prompts
from harness.loaders.pxelinux.menu import AT_PROMPT, PROMPT
from harness.loaders.pxelinux.named_files import is_pxelinux
from harness.loaders.pxelinux.prompt import in_force
from harness.loaders.script import Script
from harness.plan.boot_words import MenuWords, PromptWords
from harness.witness.shown import MenuShown
from harness.witness.taken_path import boot_fetches

_VARIABLE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, kw_only=True)
class KeyAsked:
    """A script waited for a key."""

    at_s: float
    after_fetches: int
    """As what is shown besides has both (`witness.shown`)."""
    words: PromptWords
    line: int
    """Which of the console's lines it is."""


def prompts_shown(boot: Boot) -> Iterator[KeyAsked]:
    """Give every prompt that the console showed, in its order."""
    known = [(_pattern(each), each) for each in key_prompts(scripts_of(boot))]
    fetches, above = 0, ""
    for number, line in enumerate(boot.console.lines):
        fetches += is_fetch(line.text)
        is_own, above = asks_itself([above]), line.text
        for pattern, each in () if is_own else known:
            if (shown := pattern.match(line.text)) is not None:
                words = PromptWords(text=shown[0], key=each.key, waits_ms=each.waits_ms)
                yield KeyAsked(at_s=line.at_s, after_fetches=fetches, words=words, line=number)
                break


@dataclass(frozen=True, kw_only=True)
class LabelAsked:
    """PXELINUX waited for a label."""

    at_s: float
    after_fetches: int = 0
    words: MenuWords
    """Its labels, and which of them it starts by itself."""
    line: int
    """As of a prompt for a key."""


def labels_unasked(boot: Boot) -> tuple[str, ...]:
    """Say which labels PXELINUX knows, and shows no prompt to type them at."""
    known = in_force([script for _, script in _scripts_in_time(boot)])
    has_menu = any(isinstance(each, MenuShown) for each in boot.shown)
    if known is None or known.has_prompt or known.is_shut or has_menu or any(labels_asked(boot)):
        return ()
    others = ", ".join(each for each in known.labels if each != known.default)
    why = "whoever holds Shift down has a prompt, nobody did"
    return (f"{why}: not typed are {others}",) if others else ()


def labels_asked(boot: Boot) -> Iterator[LabelAsked]:
    """Give every time that the console showed PXELINUX's prompt, if it knows a label then."""
    scripts = list(_scripts_in_time(boot)) if boot.console.lines else []
    for number, line in enumerate(boot.console.lines):
        if AT_PROMPT.match(line.text) is None:
            continue
        at_s = (boot.console.power_on_s or inf) + line.at_s
        known = in_force([script for time_s, script in scripts if time_s <= at_s])
        if known is not None and known.labels:
            rows = tuple(known.labels)
            words = MenuWords(
                title=PROMPT,
                rows=rows,
                selected=rows.index(known.default) if known.default else -1,
                counts_down_s=ceil(known.waits_s) or None,
                is_typed=True,
            )
            yield LabelAsked(at_s=line.at_s, words=words, line=number)


def _scripts_in_time(boot: Boot) -> Iterator[tuple[float, Script]]:
    """Give the scripts that came, each with the time by which it had been asked for."""
    by_name = {each.name: each for each in scripts_of(boot)}
    for event in boot_fetches(boot.wire, boot.mac):
        script = by_name.get(f"/{name_of(event)}")
        if script is not None and is_pxelinux(script.text):
            yield event.time_s, script


@dataclass(frozen=True, kw_only=True)
class CountedDown:
    """GRUB counted down and showed no menu."""

    at_s: float
    after_fetches: int = 0
    seconds: int
    line: int
    """As of a prompt."""

    def __str__(self) -> str:
        """Say it as a boot's text does."""
        return f"GRUB counts down {self.seconds} s, its menu is hidden"


def counted_down(boot: Boot) -> Iterator[CountedDown]:
    """Give GRUB's count-downs without a menu."""
    lines = boot.console.lines
    for number, seconds in hidden_count_downs([each.text for each in lines]):
        yield CountedDown(at_s=lines[number].at_s, seconds=seconds, line=number)


def _pattern(prompt: KeyPrompt) -> re.Pattern[str]:
    """Match its text, whatever its variables hold."""
    literal = map(re.escape, _VARIABLE.split(prompt.text))
    return re.compile(r"\S*".join(literal))
