"""A circle is told once, wherever it was broken off."""

import pytest

from harness.describe.loops import AGAIN, once
from harness.plan.boot_text import Statement


def statement(file: str) -> Statement:
    return Statement(subject="iPXE", text=f"fetches {file} over HTTP, IPv4, from 192.0.2.1")


def told(files: str) -> str:
    found = once([statement(each) for each in files])
    return "".join("+" if each.text == AGAIN else each.text.split()[1] for each in found)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ("sababab", "sab+"),
        ("sabababa", "sab+"),
        ("sababababababx", "sab+x"),
        ("sababx", "sababx"),
        ("sabcabcabcab", "sabc+"),
        ("", ""),
    ],
)
def test_a_circle_is_told_once(files: str, words: str) -> None:
    assert told(files) == words


def test_what_fetches_nothing_is_no_circle() -> None:
    says = [Statement(subject="says", text="No such file")] * 4
    assert list(once(says)) == says
