"""A scenario asks for as many guests as it says it has."""

import pytest

from harness.errors import UsageError
from harness.pytest_plugin.fixtures import guests_of


@pytest.mark.parametrize(("marks", "guests"), [("", 1), ("@pytest.mark.guests(3)", 3)])
def test_what_is_marked(pytester: pytest.Pytester, marks: str, guests: int) -> None:
    item = pytester.getitem(f"import pytest\n{marks}\ndef test_func(): pass")
    assert guests_of(item) == guests


@pytest.mark.parametrize("arguments", ["", "(0)", "('2')", "(True)", "(1, 2)", "(n=2)"])
def test_what_cannot_be_meant(pytester: pytest.Pytester, arguments: str) -> None:
    item = pytester.getitem(
        f"import pytest\n@pytest.mark.guests{arguments or '()'}\ndef test_func(): pass"
    )
    with pytest.raises(UsageError, match="but not with how many"):
        guests_of(item)
