"""What a machine is made of is told by the names of its releases."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.evidence.directory import Version
from harness.lab import versions
from harness.lab.options import LabOptions
from harness.lab.versions import is_made_of
from harness.machines import BOOT_PATHS
from harness.services.registry import load_site

SITE = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")


@pytest.mark.parametrize(
    ("release", "is_it"),
    [
        ("ovmf-x64@2026.08", True),
        ("ovmf-x64@2026", True),
        ("ovmf-x64@2025.02", False),
        ("ovmf-secboot-x64@2026.08", False),
        ("ipxe@2.0", True),
        ("ipxe@1.21", False),
        ("shim@2.0", False),
        ("ipxe", False),
    ],
)
def test_by_firmware_and_supplied_loaders(
    options: Callable[[str], LabOptions],
    monkeypatch: pytest.MonkeyPatch,
    release: str,
    *,
    is_it: bool,
) -> None:
    """That GRUB stands in somewhere has a version of its own."""
    firmware = SimpleNamespace(id="ovmf-x64@2026.08", version="2026.08+ds-2")
    monkeypatch.setattr("harness.lab.options.find_firmware", lambda *_, **__: firmware)
    of = {"ipxe": "2.0.0+dfsg-5", "grub": "2.12-9", "shell": "2025.02-8"}
    monkeypatch.setattr(
        versions, "_loader", lambda asset: Version(version=of[asset.partition("/")[0]])
    )
    assert is_made_of(BOOT_PATHS["x64-http-ipv4"], SITE, options("lab"), release) is is_it
