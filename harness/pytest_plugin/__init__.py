"""The pytest side of the harness: options, fixtures, progress, reporting.

pytest loads it wherever the package is installed. Each module holds the hooks of its one
matter; this one registers them.
"""

import pytest

from harness import garbage

garbage.look_seldom()  # before all that comes next

from harness.pytest_plugin import (  # noqa: E402
    admission,
    again,
    axes,
    boots,
    bugs,
    confirm,
    durations,
    ending,
    fixtures,
    hold,
    options,
    page,
    progress,
    repeat,
    reporting,
    results,
    run,
    selection,
    tier,
)

MODULES = (
    *(options, again, axes, run, admission, durations, fixtures, progress, reporting),
    *(repeat, results, confirm, hold, selection, tier, boots, bugs, ending, page),
)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Register the modules, whose own options are then asked for, too.

    Named in `pytest_plugins`, they would be loaded twice over: pytest warns that it can no
    longer rewrite the assertions of what this module has imported.
    """
    for module in MODULES:
        pluginmanager.register(module, module.__name__)
