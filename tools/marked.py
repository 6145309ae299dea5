"""Pages of docs/ of which a tool makes a part: what stands between two marks."""

from pathlib import Path

from harness.errors import HarnessError

DOCS_DIR = Path(__file__).parents[1] / "docs"
_END = "<!-- end -->\n"


def put(text: str, page: Path, *, maker: str) -> None:
    """Put a text between the marks of a page: the first says by which command it is made.

    Raises:
        HarnessError: it has no marks, or others.
    """
    before, _, after = _parts(page, maker)
    page.write_text(f"{before}\n{text}\n{after}", encoding="utf-8")


def made(page: Path, *, maker: str) -> str:
    """Give what stands between the marks of a page.

    Raises:
        HarnessError: it has no marks, or others.
    """
    return _parts(page, maker)[1].strip("\n")


def _parts(page: Path, maker: str) -> tuple[str, str, str]:
    """Take a page apart, the marks with what is before and behind them."""
    begin, old = f"<!-- made by `{maker}` -->\n", page.read_text(encoding="utf-8")
    if old.count(begin) != 1 or old.count(_END) != 1 or old.index(begin) > old.index(_END):
        raise HarnessError(f"{page.name} has not the lines {begin.strip()} and {_END.strip()} once")
    start, end = old.index(begin) + len(begin), old.index(_END)
    return old[:start], old[start:end], old[end:]
