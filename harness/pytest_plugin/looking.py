"""A run of pytest in which nothing is run: what a project has, as pytest finds it."""

from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

_UNWARNED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""It wants to rewrite what the command line has imported already."""


def look(words: Sequence[str], plugin: object) -> str:
    """Let a plugin look at what pytest finds here; give what pytest had to say."""
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        pytest.main([*words, "-q", *_UNWARNED], plugins=[plugin])
    return out.getvalue().strip()
