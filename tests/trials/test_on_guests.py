"""A bug of iPXE that is known is found on real guests, by its releases."""

from pathlib import Path

import pytest

from harness import cli
from harness.assets import catalogue
from harness.assets.cache import Cache
from harness.assets.catalogue import Part

ROOT = Path(__file__).parents[2]
PAIR = "scenarios/bugs/test_percent_encoding.py"
GOOD, BAD = "ipxe@1.21.1", "ipxe@1.0.0"


@pytest.fixture
def releases() -> None:
    """Need both without a network: a test fetches nothing."""
    cache = Cache()
    here = [e for e in catalogue.RELEASES if (e.part, e.name) == (Part.LOADER, "ipxe")]
    versions = {catalogue.label(each, cache) for each in here if each.is_here(cache)}
    if not {GOOD, BAD} <= versions:
        pytest.skip(f"{GOOD} or {BAD} is not here: harness firmware fetch 'ipxe@*'")


@pytest.mark.usefixtures("releases")
def test_a_known_bug_is_found_by_its_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    words = ("--good", GOOD, "--bad", BAD, "--evidence", str(tmp_path))
    assert cli.main(["bisect", PAIR, *words]) == 0
    said = capsys.readouterr().out
    assert f"first bad: {BAD}\nlast good: {GOOD}\n" in said
    assert "assert '/enc/a%2Fb%7Ec%20d.txt' in" in said
    for side in ("green: ", "red: "):
        (line,) = [line for line in said.splitlines() if line.startswith(f"{side}{tmp_path}")]
        assert Path(line.partition(": ")[2], "wire.pcap").is_file()
