"""A bundle that is judged again, from its files alone, is held what was held of it."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.rejudge import rejudge
from tests.judge.recorded import DATA, unpack

NAMES = sorted(path.name for path in DATA.iterdir())
GREEN, RED = "green-x64-http-ipv4", "red-missing-nbp-http"


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_boot(name: str, tmp_path: Path) -> None:
    found = rejudge(unpack(name, tmp_path / name))
    assert found.differences == ()
    assert found.verdict is not None
    assert found.stored.verdict == ("red" if name.startswith("red-") else "green")
    assert found.verdict.causes == found.stored.causes


def judged(directory: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Give the exit code of `harness judge`, and what it says."""
    code = main(["judge", str(directory)])
    return code, capsys.readouterr().out


def test_a_green_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = judged(unpack(GREEN, tmp_path / GREEN), capsys)
    assert code == 0
    assert "green: DHCPv4 as HTTPClient, client arch 0x0010 → ipxe.efi over HTTP, IPv4" in said
    assert said.rstrip().endswith("as stored")


def test_a_red_one_says_all_its_causes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = unpack(RED, tmp_path / RED)
    code, said = judged(directory, capsys)
    causes = EvidenceDirectory(directory).read_summary().causes
    assert code == 1
    assert len(causes) > 2
    assert [line[9:] for line in said.splitlines() if line.startswith("  cause: ")] == [*causes]
    assert said.rstrip().endswith("as stored")


def test_evidence_that_was_altered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = unpack(GREEN, tmp_path / GREEN)
    log = directory / "log" / "nginx" / "access.log"
    log.write_text(log.read_text().replace("/script.ipxe ", "/other.ipxe "))
    code, said = judged(directory, capsys)
    assert code == 1
    assert "stored otherwise:\n  verdict was 'green', is 'red'\n" in said
    assert "nginx's log has GET /other.ipxe" in said


def test_a_whole_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in NAMES:
        unpack(name, tmp_path / "run" / name)
    code, said = judged(tmp_path / "run", capsys)
    assert code == 1
    assert said.count("as stored") == len(NAMES)
    (tmp_path / "run" / RED / "summary.json").write_text("{")
    code, said = judged(tmp_path / "run", capsys)
    assert code == 2
    assert said.count("as stored") == len(NAMES) - 1
    assert "summary.json has no verdict that can be read" in said


def test_one_that_was_never_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = EvidenceDirectory(unpack(GREEN, tmp_path / GREEN))
    content = json.loads(store.boot_path.read_text())
    store.boot_path.write_text(json.dumps({**content, "judged": ""}))
    store.summary_path.write_text('{"why": "KeyError: 1"}')
    assert judged(store.dir, capsys) == (0, f"{store.dir}:\nnot judged: KeyError: 1\n\n")


def test_no_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(tmp_path)]) == 2
    assert f"no bundle of a boot (boot.json) is in {tmp_path}" in capsys.readouterr().err
