"""`harness pack` and `rerun`: what cannot be run again says why; what is run is what was."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness import cli, process
from harness.certificate import Certified
from harness.cli import rerun
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.made_keys import MadeKeys
from harness.plan.boot_text import BootText
from harness.site import Site
from tests.judge.recorded import unpack
from tests.rerun.conftest import NAME, Make
from tests.rerun.conftest import make as make
from tests.rerun.conftest import site as site


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Give what a command that fails says."""
    assert cli.main([*arguments]) == 2
    return capsys.readouterr().err


def test_a_python_scenario_that_is_not_here(
    make: Make, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make(site, test="scenarios/elsewhere/test_it.py::test_it[x64]")
    told = said(capsys, "rerun", str(bundle.dir))
    assert "is of a scenario in Python, scenarios/elsewhere/test_it.py, which is not here" in told
    assert "cure: run it where its project lies" in told


def test_a_lab_of_nobodys(make: Make, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "rerun", str(make(site, test="").dir))
    assert "is not of a scenario: nothing tells how it was run" in told


def test_a_boot_that_was_learned(
    make: Make, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "rerun", str(make(site, test="mysite/site.toml::bios-ipxe-rom").dir))
    assert "is of a boot that was learned\n  cure: `harness learn` boots it again" in told


@pytest.mark.parametrize("command", ["pack", "rerun"])
def test_what_is_no_bundle(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "not the bundle of a boot" in said(capsys, command, str(tmp_path))


def test_where_no_evidence_is_it_says_where_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "pack", str(tmp_path / "nowhere"))
    assert "nowhere\n  cure: name a scenario's, as a red one prints it" in told


class Started(Exception):  # noqa: N818 - not an error: what happened instead of a run
    """A run that would have begun."""

    def __init__(self, test: str, site_dir: Path, words: list[str], rerun_of: list[str]) -> None:
        """Keep it, and what its site has."""
        super().__init__(test)
        self.test, self.words, self.rerun_of = test, words, rerun_of
        self.text = Path(test.partition("::")[0]).read_text()
        self.conf = (site_dir / "etc/dhcp/dhcpd.conf").read_text()


@pytest.fixture
def _not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(
        test: str,
        site_dir: Path,
        *,
        rerun_of: Sequence[str],
        settings: Path | None,
        options: tuple[str, ...],
    ) -> tuple[int, Path | None]:
        assert Path(rerun_of[0]).exists()
        assert settings is None or settings.read_text()
        raise Started(test, site_dir, list(options), list(rerun_of))

    monkeypatch.setattr(rerun, "run_again", start)


@pytest.mark.usefixtures("_not_run")
def test_an_approved_boot_needs_nothing_but_the_packed_bundle(
    make: Make,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle = make(site, test="boots/bios-ipxe-rom.boot::held")
    packed = tmp_path / "x.tar.zst"
    assert cli.main(["pack", str(bundle.dir), "-o", str(packed)]) == 0
    assert "passwords: masked in the site's texts, not in the capture" in capsys.readouterr().out
    site.dir.parent.rename(tmp_path / "away")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Started) as caught:
        cli.main(["rerun", str(packed), "--hold", "--", "-v"])
    assert caught.value.test.endswith("/mysite/boots/bios-ipxe-rom.boot")
    assert "nobody presses a key" in caught.value.text
    assert "next-server" in caught.value.conf
    assert caught.value.words[-2:] == ["--hold", "-v"]
    assert "--accel=auto" in caught.value.words


def test_nothing_of_a_strangers_site_is_run_on_this_machine(
    make: Make, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings and Python are taken from wherever a test lies, and from above it."""
    for place in (site.dir / "conftest.py", site.dir / "boots" / "conftest.py"):
        place.write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')\n")
    (site.dir / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    bundle = make(site, test="boots/bios-ipxe-rom.boot::held")
    monkeypatch.chdir(tmp_path)
    program = "import sys; from harness.cli import main; sys.exit(main())"
    words = [sys.executable, "-c", program, "rerun", str(bundle.dir), "--", "--collect-only"]
    done = process.run(words, check=False)
    assert "<BootFile bios-ipxe-rom.boot>" in done.stdout
    assert not (tmp_path / "was-run").exists()


@pytest.mark.usefixtures("_not_run")
def test_a_site_can_be_named_in_its_place(make: Make, site: Site) -> None:
    bundle = make(site, test="boots/bios-ipxe-rom.boot::held")
    with pytest.raises(Started) as caught:
        cli.main(["rerun", str(bundle.dir), "--site", str(site.dir)])
    assert caught.value.test == str(site.dir / "boots/bios-ipxe-rom.boot")
    assert caught.value.rerun_of == [str(bundle.dir), "--site", str(site.dir)]


@pytest.mark.usefixtures("_not_run")
def test_latest_is_another_run_by_the_time_it_is_run_again(
    make: Make, site: Site, tmp_path: Path
) -> None:
    bundle = make(site, test="boots/bios-ipxe-rom.boot::held")
    (tmp_path / "latest").symlink_to(bundle.dir.parent)
    with pytest.raises(Started) as caught:
        cli.main(["rerun", str(tmp_path / "latest" / bundle.dir.name), "--hold", "--", "-v"])
    assert caught.value.rerun_of == [str(bundle.dir), "--", "-v"]


@pytest.mark.usefixtures("_not_run")
def test_a_boot_of_another_site_is_written_as_it_was_held(make: Make, site: Site) -> None:
    path = site.dir / "boots/bios-ipxe-rom.boot"
    text = BootText.parse(path.read_text(), path=path)
    path.unlink()
    bundle = make(site, test="other/boots/bios-ipxe-rom.boot::held", learned=text)
    with pytest.raises(Started) as caught:
        cli.main(["rerun", str(bundle.dir)])
    assert caught.value.text == str(text)
    assert cli.main(["rerun", str(bundle.dir), "--site", str(site.dir)]) == 2
    assert not path.exists()


@pytest.mark.usefixtures("_not_run")
def test_the_daemons_it_was_held_on_are_named(make: Make, site: Site) -> None:
    path = site.dir / "boots/bios-ipxe-rom.boot"
    text = BootText.parse(path.read_text(), path=path)
    other = replace(site, daemons=("kea4", *(d for d in site.daemons if d != "dhcpd4")))
    bundle = make(other, test="boots/bios-ipxe-rom.boot::held", learned=text)
    with pytest.raises(Started) as caught:
        cli.main(["rerun", str(bundle.dir)])
    words = caught.value.words
    assert words[words.index("--servers") + 1] == "kea4"


def test_a_recorded_boot_tells_nothing_of_how_it_was_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "rerun", str(unpack(NAME, tmp_path / NAME))).startswith("error: ")


@pytest.mark.usefixtures("_not_run")
@pytest.mark.parametrize(
    ("name", "column", "asked"),
    [
        ("test_it[x64-http-ipv4-ovmf-x64@sid]", "ovmf-x64@sid", "test_it[x64-http-ipv4]"),
        ("test_it[ovmf-x64@sid-ipxe]", "ovmf-x64@sid-ipxe", "test_it"),
        ("test_it[ovmf-x64-x64-ovmf]", "ovmf-x64", "test_it[x64-ovmf]"),
        ("test_it[x64-http-ipv4-ovmf-x64@2022.11]", "", "test_it[x64-http-ipv4-ovmf-x64@2022.11]"),
        ("TestIt::test_it", "", "TestIt::test_it"),
    ],
)
def test_a_scenario_of_a_matrix_is_run_by_its_name_outside(
    name: str, column: str, asked: str, make: Make, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "test_it.py").touch()
    bundle = make(site, test=f"{tmp_path}/test_it.py::{name}")
    replace(bundle.file, column=column).write(EvidenceDirectory(bundle.dir))
    with pytest.raises(Started) as caught:
        cli.main(["rerun", str(bundle.dir)])
    assert caught.value.test == f"{tmp_path}/test_it.py::{asked}"


@pytest.mark.parametrize("is_packed", [False, True])
def test_its_machines_know_the_keys_that_were_made_for_it(
    make: Make, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_packed: bool
) -> None:
    """Else their variable stores would be others; no run after it has them."""
    made = Certified.by_itself("Boot programs of the site")
    (tmp_path / "test_it.py").write_text("")
    bundle = make(site, test=f"{tmp_path}/test_it.py::test_it")
    MadeKeys(keys=(made,)).write(EvidenceDirectory(bundle.dir))
    place = bundle.dir
    if is_packed:
        place = tmp_path / "x.tar.zst"
        assert cli.main(["pack", str(bundle.dir), "-o", str(place)]) == 0
    known: list[Certified] = []

    def run(*_: object, **__: object) -> tuple[int, Path | None]:
        known.append(Certified.by_itself(made.name))
        return 2, None

    monkeypatch.setattr(rerun, "run_again", run)
    assert cli.main(["rerun", str(place)]) == 2
    assert known == [made]
    assert Certified.by_itself(made.name) != made
