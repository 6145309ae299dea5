"""A tool's part of a page stands between its marks, and nothing else is touched."""

from pathlib import Path

import pytest

from harness.errors import HarnessError
from tools import marked

BEGIN, END = "<!-- made by `make x` -->\n", "<!-- end -->\n"


def test_it_is_put_between_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text(f"# Title\n\n{BEGIN}old\n{END}\nMore.\n")
    marked.put("| new |\n", path, maker="make x")
    marked.put("| new |\n", path, maker="make x")
    assert path.read_text() == f"# Title\n\n{BEGIN}\n| new |\n\n{END}\nMore.\n"
    assert marked.made(path, maker="make x") == "| new |"


@pytest.mark.parametrize("text", ["", END + BEGIN, BEGIN + BEGIN + END])
def test_a_page_without_them_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text(text)
    with pytest.raises(HarnessError, match=r"x\.md has not the lines"):
        marked.put("", path, maker="make x")
