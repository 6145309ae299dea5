"""The pytest side of the harness: options, fixtures, progress, reporting.

Loaded by the project's `conftest.py`. Each module holds the hooks of its one
matter; this one registers them.
"""

from harness.pytest_plugin import (
    admission,
    confirm,
    durations,
    fixtures,
    options,
    progress,
    repeat,
    reporting,
    results,
    run,
)

pytest_plugins = tuple(
    module.__name__
    for module in (
        *(options, run, admission, durations, fixtures, progress, reporting),
        *(repeat, results, confirm),
    )
)
