"""What any site is asked, where `pytest --site DIR` is all that was said.

The package carries these scenarios as `harness.promises`; in a checkout they are
`scenarios/promises`, which people name.
"""

from importlib.util import find_spec

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Add the promises to what pytest would look through when nobody has named a path."""
    nobody_named = config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR
    if config.getoption("site") is None or not nobody_named:
        return
    found = find_spec("harness.promises")
    if found is None:
        raise pytest.UsageError("harness.promises is not installed; in a checkout: make venv")
    config.args.extend(found.submodule_search_locations or ())
