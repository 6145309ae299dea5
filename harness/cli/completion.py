"""Completion of `harness` in bash, zsh and fish: the one owner of argcomplete.

A shell runs the command itself to ask what could come next, so what is completed is what there is:
boot paths, the names in the catalogue of firmware, the labs that run.
"""

import argparse
from collections.abc import Callable, Iterable

import argcomplete
from argcomplete.shell_integration import shellcode


def code(shell: str) -> str:
    """Give what a shell is to run once, so that it asks."""
    return shellcode(["harness"], shell=shell)


def answer(parser: argparse.ArgumentParser) -> None:
    """Tell a shell that asks what could come next, and end."""
    for action in _actions(parser):
        if (words := _WORDS.get(f"{action.metavar}")) is not None:
            action.completer = _completer(words)  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser)


def _actions(parser: argparse.ArgumentParser) -> Iterable[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in dict.fromkeys(action.choices.values()):
                yield from _actions(each)


def _completer(words: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    def complete(prefix: str, **_: object) -> list[str]:
        return [word for word in words() if word.startswith(prefix)]

    return complete


def _paths() -> Iterable[str]:
    from harness.machines import BOOT_PATHS

    return BOOT_PATHS


def _releases() -> Iterable[str]:
    from harness.assets.catalogue import AT, RELEASES

    names = dict.fromkeys(each.name for each in RELEASES)
    return [*names, *(f"{each.name}{AT}{each.suite}" for each in RELEASES)]


def _named() -> Iterable[str]:
    return [*_paths(), *_releases()]


def _labs() -> Iterable[str]:
    from harness.lab.running import running_labs

    return [str(each.pid) for each in running_labs()]


_WORDS: dict[str, Callable[[], Iterable[str]]] = {
    "PATH": _paths,
    "NAME|PLACE": _releases,
    "NAME|DIR": _releases,
    "NAME": _named,
    "LAB": _labs,
}
"""By what stands for an argument in the help; files are completed where nothing is said here."""
