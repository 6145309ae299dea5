"""The keys that iPXE's scripts wait for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.loaders.ipxe.script import ipxe_scripts
from harness.loaders.script import Script


@dataclass(frozen=True, kw_only=True)
class KeyPrompt:
    """A line by which iPXE waits for a key."""

    text: str
    key: str
    """`s`, `Ctrl-B`; "" for any."""
    waits_ms: int
    """How long; 0: for ever."""


def key_prompts(scripts: Iterable[Script]) -> Iterator[KeyPrompt]:
    """Go through the commands of iPXE's scripts that wait for a key (ipxe.org/cmd/prompt)."""
    for _, command in (each for script in ipxe_scripts(scripts) for each in script.commands()):
        name, *words = command.split() or [""]
        if name == "prompt":
            yield from _key_prompt(words)


def _key_prompt(words: list[str]) -> Iterator[KeyPrompt]:
    told = {"-k": "", "--key": "", "-t": "0", "--timeout": "0"}
    while words and words[0].startswith("-"):
        option, _, value = words.pop(0).partition("=")
        if option in told:
            told[option] = value or (words.pop(0) if words else "")
    key, waits = told["--key"] or told["-k"], max(told["--timeout"], told["-t"], key=len)
    if words:
        waits_ms = int(waits) if waits.isdecimal() else 0
        yield KeyPrompt(text=" ".join(words), key=_key(key), waits_ms=waits_ms)


def _key(text: str) -> str:
    """Give a key as people call it: iPXE takes a letter, or its number."""
    number = int(text, 16) if re.fullmatch(r"0x[0-9a-fA-F]{1,4}", text) else 0
    if 0 < number < ord(" "):
        return f"Ctrl-{chr(number + 0x40)}"
    return chr(number) if ord(" ") < number < 0x7F else text
