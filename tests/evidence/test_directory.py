"""The evidence directory of a scenario."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.summary import Summary
from harness.judge.judgement import judge
from harness.model import Family, MountReport, RootReport
from harness.witness.console import ConsoleLog
from harness.witness.wire import Wire
from tests.judge.recorded import record


@pytest.fixture
def store(tmp_path: Path) -> EvidenceDirectory:
    return EvidenceDirectory(tmp_path / "scenario")


def test_an_empty_directory_reads_as_nothing(store: EvidenceDirectory) -> None:
    assert store.read_wire() == Wire()
    assert store.read_logs().events == ()
    assert store.read_console() == ConsoleLog()
    assert store.read_summary() == Summary()
    assert store.read_json(store.versions_path) == {}


def test_a_verdict_is_kept_whole(store: EvidenceDirectory) -> None:
    verdict = judge(record("red-wrong-default"))
    told = Summary(boot_path="bios-ipxe-rom", entry="showmax").with_verdict(verdict)
    store.write_json(store.summary_path, told)
    assert store.read_summary() == told
    assert told.causes == verdict.causes
    assert (told.verdict, told.script_family, told.entry) == ("red", Family.IPV4, "showmax")


def test_what_a_live_system_reports_of_its_root_is_kept(store: EvidenceDirectory) -> None:
    mount = MountReport(source="a:/b", place="/c", type="nfs4", options=("ro", "vers=4.2"))
    root = RootReport(image="/x", image_sha256="a" * 64, medium=mount, root=mount)
    told = replace(Summary(), root=root)
    store.write_json(store.summary_path, told)
    assert store.read_summary() == told


def test_a_green_verdict(store: EvidenceDirectory) -> None:
    store.write_json(
        store.summary_path, Summary().with_verdict(judge(record("green-bios-ipxe-rom")))
    )
    assert (store.read_summary().verdict, store.read_summary().causes) == ("green", ())


def test_versions(store: EvidenceDirectory) -> None:
    versions = {"qemu": Version(version="7.2"), "ovmf": Version(version="2", sha256="a")}
    store.write_json(store.versions_path, versions)
    written = store.read_json(store.versions_path)
    assert list(written) == ["qemu", "ovmf"]
    assert written["qemu"] == {"version": "7.2", "sha256": "", "path": ""}


def test_a_half_written_file_reads_as_nothing(store: EvidenceDirectory) -> None:
    store.write_json(store.versions_path, {"qemu": Version(version="7.2")})
    whole = store.versions_path.read_text()
    store.versions_path.write_text(whole[: len(whole) // 2])
    assert store.read_json(store.versions_path) == {}


@pytest.mark.parametrize("text", ['{"causes": "none"}', '{"script_family": "ipv5"}', '{"root": 1}'])
def test_a_summary_that_is_something_else_reads_as_nothing(
    store: EvidenceDirectory, text: str
) -> None:
    store.dir.mkdir()
    store.summary_path.write_text(text)
    assert store.read_summary() == Summary()


def test_writing_leaves_nothing_else_behind(store: EvidenceDirectory) -> None:
    store.write_json(store.versions_path, {})
    assert [path.name for path in store.dir.iterdir()] == ["versions.json"]


def test_no_password_is_in_a_summary(store: EvidenceDirectory) -> None:
    verdict = judge(record("red-wrong-default"))
    told = replace(verdict, causes=("the command line lacks 'rootpass=rescue'",))
    store.write_json(store.summary_path, Summary().with_verdict(told))
    assert store.read_summary().causes == ("the command line lacks 'rootpass=***'",)
    assert "rescue" not in store.summary_path.read_text()
