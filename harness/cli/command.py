"""What every command is made with: how it is added, what it prints by, what several take."""

import argparse
from collections.abc import Callable
from pathlib import Path

Command = Callable[[argparse.Namespace], int]
"""Runs a command; gives its exit code."""
Add = Callable[[str, Command, str], argparse.ArgumentParser]
"""Adds a command: its name, what runs it, what it is for."""
OF_PYTEST = (
    "Behind -- stand pytest's and the plugin's options: -n 4, --clock real, --payload linux."
)


def add_evidence_dir(command: argparse.ArgumentParser) -> None:
    """Let a command be told where evidence goes."""
    command.add_argument(
        "--evidence",
        type=Path,
        metavar="DIR",
        default=Path("evidence"),
        help="where logs and capture go (default: evidence/)",
    )


def take_behind(command: argparse.ArgumentParser, words: str, what: str = OF_PYTEST) -> None:
    """Let a command, whose own arguments are all there, be handed `words` behind `--`."""
    own = command.format_usage().removeprefix("usage: ").rstrip()
    command.usage = f"{own} [-- {words} ...]"
    command.description = f"{command.description}\n\n{what}".rstrip()
    command.set_defaults(takes_behind=True)


def sentence(words: str) -> str:
    """Make a sentence of what a command is for."""
    return f"{words[0].upper()}{words[1:]}."


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)
