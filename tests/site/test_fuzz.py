"""Whatever stands in `site.toml`, loading and checking end with a site or a SiteError."""

import string
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import SiteError
from harness.services import defaults
from harness.services.registry import check_site, load_site
from tests.fuzz import examples

TEXT = (Path(__file__).parents[2] / "fixtures" / "showmax" / "site.toml").read_text()
LINES = TEXT.splitlines()
WORDS = sorted({word for line in LINES for word in line.replace("=", " ").split()})
VALUES = ["1", "-1", "1e400", "9" * 5000, "true", "nan", "[]", "{}", '""', "''", "07:32:00"]
VALUES += ["1979-05-27", '"\\u0000"', '"\\U0010FFFF"', "[[]]", "{a = 1}", '"""\n', "[" * 2000]

pieces = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(WORDS),
    st.sampled_from(VALUES),
    st.sampled_from(["=", ".", "[", "]", "[[", "]]", "\n", "\r\n", "\r", ",", "#", "\x85"]),
    st.text(alphabet=string.printable, max_size=8),
)


def load(text: str) -> None:
    """Load and check a directory with nothing but this file."""
    with TemporaryDirectory() as directory:
        (Path(directory) / "site.toml").write_bytes(text.encode(errors="surrogateescape"))
        check_site(load_site(Path(directory)))


@given(st.lists(pieces, max_size=40).map(" ".join))
@examples(80)
def test_arbitrary_text(text: str) -> None:
    with pytest.raises(SiteError):
        load(text)


@given(at=st.integers(0, len(LINES) - 1), piece=pieces, keep=st.booleans())
@examples(80)
def test_one_line_of_the_reference_replaced(at: int, piece: str, keep: bool) -> None:
    with pytest.raises(SiteError):
        load("\n".join([*LINES[:at], piece, *LINES[at + (not keep) :]]))


@given(at=st.integers(0, len(LINES) - 1), value=st.sampled_from(VALUES))
@examples(80)
def test_one_value_of_the_reference_replaced(at: int, value: str) -> None:
    key = LINES[at].partition("=")[0]
    with pytest.raises(SiteError):
        load("\n".join([*LINES[:at], f"{key}= {value}", *LINES[at + 1 :]]))


@given(st.text(max_size=200))
def test_default_files(text: str) -> None:
    with suppress(SiteError):
        settings_read = defaults.parse(text, Path("f"))
        assert all(name.isidentifier() for name in settings_read)
