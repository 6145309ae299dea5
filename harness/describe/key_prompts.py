"""The prompts at which a script of iPXE's waits for a key, found in what the console showed.

iPXE takes a prompt back when it goes on, so no screen has it long enough to be read for sure: of
the scripts that came, each `prompt` line is looked for among the console's lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.describe.lacking_files import scripts_of
from harness.judge.boot import Boot
from harness.loaders.grub.menu import hidden_count_downs
from harness.loaders.ipxe.console import asks_itself, is_fetch
from harness.loaders.ipxe.prompt import KeyPrompt, key_prompts
from harness.plan.boot_words import PromptWords

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
