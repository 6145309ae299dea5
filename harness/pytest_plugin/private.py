"""What pytest keeps to itself and the plugin needs: nothing else here imports `_pytest`.

* A test can be run again only by the function that runs it: pytest has no hook for
  that, and the plugins that repeat what failed call the same one.
* Where its cache lies it decides before it knows `--site`: told of the site behind a blank, it
  takes the site for the root of everything, and would write into it.
* Whether a line is begun, only the terminal writer knows: xdist's dots pass the reporter by.
"""

from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol


def run_again(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a test's three phases, without telling anybody."""
    return runtestprotocol(item, nextitem=nextitem, log=False)


def has_begun_a_line(reporter: pytest.TerminalReporter) -> bool:
    """Whether something stands on the line that would be printed on."""
    return bool(reporter._tw.width_of_current_line)


def keep_cache_in(config: pytest.Config, directory: Path) -> None:
    """Let pytest keep its cache there, unless its settings have named a place or it has none."""
    # Without its plugin (`-p no:cacheprovider`) there is no such setting either.
    if getattr(config, "cache", None) and config.getini("cache_dir") == ".pytest_cache":
        config.cache._cachedir = directory / ".pytest_cache"
