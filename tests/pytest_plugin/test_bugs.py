"""A pair holds releases to what is known of a bug, both ways."""

import pytest

from tests.pytest_plugin.conftest import Run

SOURCE = """
from harness.errors import BootError
from harness.pytest_plugin.matrix import pair

@pair(
    "x64-http-ipv4",
    report="somebody/something#1",
    symptom="no way",
    shown_by=["ovmf-x64@sid"],
    not_by=["ovmf-x64"],
)
def test_it(boot_path, machine_parts, bug):
    assert machine_parts.firmware == {"x64": bug.release}
    with bug.held():
        if bug.release in FAILS:
            raise BootError(FAILS[bug.release])
"""


@pytest.mark.parametrize(
    ("fails", "passed", "said"),
    [
        ({"ovmf-x64@sid": "no way out"}, 2, ""),
        ({}, 1, "*ovmf-x64@sid does not show somebody/something#1 any more*"),
        ({"ovmf-x64@sid": "other"}, 1, "*ovmf-x64@sid fails, but not by somebody/something#1*"),
        (
            {"ovmf-x64@sid": "no way", "ovmf-x64": "no way"},
            1,
            "*ovmf-x64 is said not to have somebody/something#1*",
        ),
    ],
)
def test_each_side_is_held(run: Run, fails: dict[str, str], passed: int, said: str) -> None:
    result = run(f"FAILS = {fails!r}\n{SOURCE}", "-v", "--firmware=ovmf-x64@trixie")
    result.assert_outcomes(passed=passed, failed=2 - passed)
    result.stdout.fnmatch_lines(["*test_it[[]x64-http-ipv4-ovmf-x64@sid[]]*"])
    if said:
        result.stdout.fnmatch_lines([said])
