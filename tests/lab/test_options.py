"""What a lab's machines are made with."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.certificate import Certified
from harness.lab.options import LabOptions
from harness.lab.secure_boot import with_microsofts_keys, with_own_key
from harness.machines import BOOT_PATHS


def test_firmware_is_a_machines_or_one_of_its_boot_paths(
    options: Callable[[str], LabOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that two machines of a kind can differ."""
    monkeypatch.setattr("harness.lab.options.find_firmware", lambda chosen, **_: chosen)
    chosen = replace(options("lab"), firmware={"x64": "built", "x64-tftp-ipv6": "older"})
    found = {path: str(chosen.firmware_for(BOOT_PATHS[path])) for path in BOOT_PATHS}
    assert found["x64-http-ipv4"] == found["x64-tftp-ipv4"] == "built"
    assert found["x64-tftp-ipv6"] == "older"
    assert found["bios-ipxe-rom"] == "seabios"


def test_machines_with_secure_boot_have_to_have_it_on(
    options: Callable[[str], LabOptions],
) -> None:
    """Whatever firmware they are given: a build of somebody's own may lack it."""
    assert options("lab").secured == frozenset()
    own = with_own_key(options("lab"), Certified.by_itself("Boot programs"))
    assert own.secured == with_microsofts_keys(options("lab")).secured == frozenset({"x64"})
