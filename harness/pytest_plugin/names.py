"""What scenarios are called: in lines for people, and as directories of their evidence."""

import re
from pathlib import Path

from harness.plan.boot_text import BOOT_SUFFIX
from harness.pytest_plugin.again import HELD
from harness.site.model import SITE_FILE


def short_name(nodeid: str) -> str:
    """Name a scenario as people would: `default_entry: boots_untouched[x64-http-ipv6]`.

    A boot that is held or learned goes by the name of its file.
    """
    module, _, test = nodeid.partition("::")
    place = Path(module)
    if place.suffix == BOOT_SUFFIX:
        return f"{place.stem}{test.removeprefix(HELD)}"
    if place.name == SITE_FILE:
        return test
    return f"{place.stem.removeprefix('test_')}: {test.replace('test_', '', 1)}"


def directory_name(nodeid: str) -> str:
    """Name its directory: words and hyphens only."""
    return re.sub(r"[^\w.-]+", "-", short_name(nodeid)).strip("-")
