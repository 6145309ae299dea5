"""What docs/boots.md shows of a boot's text can be read."""

import re
from pathlib import Path

import pytest

from harness.plan.boot_text import BootText

PAGE = Path(__file__).parents[2] / "docs" / "boots.md"
EXAMPLES = re.findall(r"^```\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_read_and_has_what_it_shows(example: str) -> None:
    text = BootText.parse(example, path=PAGE)
    assert len(text.statements) + len(text.may) + len(text.must) >= 2
    assert BootText.parse(str(text), path=PAGE) == text
