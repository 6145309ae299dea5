"""No payload, or one that reports something else, leaves no verdict green."""

from dataclasses import replace
from typing import Any

import pytest

from harness.model import BOOT_PATHS
from tests.evidence.recorded import MAC, Recording, record

each_path = pytest.mark.parametrize("path", BOOT_PATHS)
OTHER_MAC = "52:54:00:00:00:99"


def assert_red(boot: Recording, named: str) -> None:
    """The verdict is red, and some cause names what is wrong."""
    causes = boot.judge().causes
    assert any(named in cause for cause in causes), causes


@each_path
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"token": "f00"}, "token f00 of another run"),
        ({"entry": "grml"}, "entry grml was booted instead of showmax"),
        ({"mac": OTHER_MAC}, f"MAC address {OTHER_MAC}"),
        ({"firmware": "none"}, "booted by none firmware"),
        ({"cmdline": "quiet"}, "command line lacks fetch=http://local-server/"),
    ],
    ids=["token", "entry", "mac", "firmware", "cmdline"],
)
def test_a_payload_that_reports_something_else(
    path: str, change: dict[str, Any], named: str
) -> None:
    boot = record(f"green-{path}")
    assert boot.payload is not None
    other = replace(boot, payload=replace(boot.payload, **change))
    assert_red(other, named)


@each_path
def test_each_word_of_the_command_line_counts(path: str) -> None:
    boot = record(f"green-{path}")
    assert boot.payload is not None
    for word in boot.site.menu.entries["showmax"].expected_words(MAC):
        words = [other for other in boot.payload.cmdline.split() if other != word]
        cut = replace(boot, payload=replace(boot.payload, cmdline=" ".join(words)))
        assert_red(cut, f"command line lacks {word}")


@each_path
def test_no_payload(path: str) -> None:
    boot = replace(record(f"green-{path}"), payload=None)
    assert_red(boot, "no payload reported")
