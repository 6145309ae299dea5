"""What is pasted into a tracker: both sides, and nothing of the machine that it was seen on."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness import cli, secret
from harness.assets.cache import CACHE_VARIABLE
from harness.cli.bug import show_bug
from harness.errors import UsageError
from harness.pytest_plugin.bugs import Pair
from harness.pytest_plugin.known_bugs import KnownBug, known_bug
from harness.site.model import SITE_FILE
from harness.trials.trial import Side, Subject, Trial
from harness.trials.upstream import Shown, report
from tests.report.runs import GREEN, RED, bundle, change

ROOT = Path(__file__).parents[2]
BAD, SOUND = "ipxe@1.0", "ipxe@2.0"
BUG = KnownBug(
    scenario="scenarios/bugs/test_it.py::test_it",
    title="iPXE does not.",
    words="It never did.",
    sound="It does.",
    boot_path="x64-http-ipv4",
    pair=Pair(report="ipxe/ipxe#1", axis="loader", shown_by=(BAD,), not_by=(SOUND,), symptom=""),
)
HOST, NETWORK, PERSON = "builder7", "lan.example.org", "ann"
QEMU = """2026-11-29: starting up libvirt version: 9.0.0, hostname: local-server
LC_ALL=C \\
HOME=/var/lib/libvirt/qemu/domain-1-guest0 \\
/usr/bin/qemu-system-x86_64 \\
-blockdev '{"driver":"file","filename":"%s/package/1f/OVMF_CODE_4M.fd"}' \\
-msg timestamp=on
2026-11-29: shutting down
"""


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Shown, Shown]:
    """Give a run that is red and one that is green, of a machine whose cache has a telling name."""
    cache = tmp_path / "cache-of-somebody"
    monkeypatch.setattr("socket.gethostname", lambda: f"{HOST}.{NETWORK}")
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.setenv("HOME", f"/home/{PERSON}")
    made = []
    for name, side in ((RED, Side.BAD), (GREEN, Side.GOOD)):
        directory = bundle(tmp_path / side.name, name)
        qemu = directory / "log" / "libvirt" / "qemu"
        qemu.mkdir(parents=True)
        (qemu / "guest0.log").write_text(QEMU % cache)
        host = f"login {HOST} password=s3cret {cache}/ref/ipxe.efi"
        home = f"in /home/{PERSON}, /home/{PERSON}/: {HOST.upper()}, {HOST}.{NETWORK} /home/annex"
        (directory / "console.txt").write_text(f"iPXE\n\n{host}\n{home}\n")
        packets = "    1.250  wire 11       HTTP GET /enc/a/b~c of 192.0.2.64: 404\n"
        (directory / "timeline.txt").write_text(f"red\n{packets}    1.3  nginx  GET /x\n")
        why = "it asked for /enc/a/b~c" * (side is Side.BAD)
        made.append(Trial(side=side, why=why, bundle=directory))
    loader = {"loader srv/tftp/ipxe.efi": {"version": "2.0", "sha256": "cd" * 32, "path": "/x"}}
    change((made[1].bundle or tmp_path) / "versions.json", loader)
    return Shown(release=BAD, trial=made[0]), Shown(release=SOUND, trial=made[1])


def test_both_sides_are_told(sides: tuple[Shown, Shown]) -> None:
    text = report(BUG, *sides)
    assert text.startswith("# iPXE does not.\n\nIt never did.\n\nReported as: ipxe/ipxe#1\n")
    assert "## What was expected\n\nIt does.\n" in text
    assert f"- with {BAD}: it asked for /enc/a/b~c\n- with {SOUND}: as expected\n" in text
    assert f"| firmware ovmf-x64 | 2022.11-6 sha256:{'b1' * 32} | the same |" in text
    assert f"| loader srv/tftp/ipxe.efi | - | 2.0 sha256:{'cd' * 32} |" in text
    assert text.count("HTTP GET /enc/a/b~c of 192.0.2.64: 404") == 2
    assert "nginx  GET /x" not in text


def test_one_part_of_two_releases_is_one_line(sides: tuple[Shown, Shown], tmp_path: Path) -> None:
    for number, each in enumerate(sides, start=1):
        own = {f"firmware own@{number}": {"version": f"{number}.0", "sha256": f"{number}" * 64}}
        change((each.trial.bundle or tmp_path) / "versions.json", own)
    text = report(BUG, *sides)
    assert f"| firmware own | 1.0 sha256:{'1' * 64} | 2.0 sha256:{'2' * 64} |" in text


def test_nothing_of_the_machine_is_in_it(sides: tuple[Shown, Shown], tmp_path: Path) -> None:
    text = report(BUG, *sides)
    assert '"filename":"OVMF_CODE_4M.fd"' in text
    assert "    qemu-system-x86_64 \\\n" in text
    assert "login HOST password=*** ipxe.efi" in text
    assert "in DIRECTORY, DIRECTORY: HOST, HOST /home/annex" in text
    for word in ("somebody", str(tmp_path), HOST, "s3cret", "shutting down", f"/{PERSON}\n"):
        assert word not in text


def test_a_secret_that_the_site_names_is_not_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What a guest prints stands as it is in its console, and only the site calls it a secret."""
    site = tmp_path / "site"
    shutil.copytree(ROOT / "fixtures/showmax", site, symlinks=True)
    table = (site / SITE_FILE).read_text()
    (site / SITE_FILE).write_text(f'secrets = ["open-sesame"]\n{table}')
    console = "the machine says open-sesame"

    def run(_self: Subject, release: str) -> Trial:
        directory = bundle(tmp_path / release, RED if release == "ovmf-x64@2026.08" else GREEN)
        (directory / "console.txt").write_text(console)
        (directory / "timeline.txt").touch()
        side = Side.BAD if release == "ovmf-x64@2026.08" else Side.GOOD
        return Trial(side=side, why="", bundle=directory)

    monkeypatch.setattr(Subject, "run", run)
    monkeypatch.setattr(secret, "_named", set())
    monkeypatch.chdir(ROOT)
    said: list[str] = []
    options = ("--site", str(site))
    show_bug("no_entropy", evidence_dir=tmp_path, options=options, say=said.append, progress=print)
    assert "    the machine says ***\n" in said[0]


def test_a_side_that_tells_nothing_is_no_wrong_pair(sides: tuple[Shown, Shown]) -> None:
    """As where a release cannot be fetched, which speaks against neither the pair nor anything."""
    bad, _ = sides
    why = "Skipped: ipxe@1.0 is not here, and cannot be fetched"
    unknown = replace(bad, trial=Trial(side=Side.UNKNOWN, why=why, bundle=None))
    with pytest.raises(UsageError, match=f"^the run with {BAD} says nothing of ipxe/ipxe#1: {why}"):
        report(BUG, unknown, None)


def test_a_side_that_is_not_as_is_said_is_no_report(sides: tuple[Shown, Shown]) -> None:
    bad, good = sides
    with pytest.raises(UsageError, match=r"ipxe@2.0 is green of ipxe/ipxe#1, and is said"):
        report(BUG, good, bad)


def test_the_other_side_is_not_run_where_the_first_is_not_as_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[str] = []

    def run(_self: Subject, release: str) -> Trial:
        ran.append(release)
        return Trial(side=Side.UNKNOWN, why="there is no network", bundle=None)

    monkeypatch.setattr(Subject, "run", run)
    monkeypatch.chdir(ROOT)
    with pytest.raises(UsageError, match=r"says nothing of .*: there is no network"):
        show_bug("no_entropy", evidence_dir=tmp_path, options=(), say=print, progress=print)
    assert ran == ["ovmf-x64@2026.08"]


def test_the_pairs_of_this_project_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    bug = known_bug("no-entropy")
    assert bug.title == "Without random numbers OVMF since edk2-stable202405 boots from no network."
    assert bug.sound == "The machine boots, or does not so much as ask."
    assert (bug.boot_path, bug.pair.report) == ("x64-tftp-ipv4", "tianocore/edk2#9530")
    assert known_bug("prefix_length").scenario.endswith("::TestOf112Bits::test_prefix_length")
    with pytest.raises(UsageError, match="no bug is called rng") as raised:
        known_bug("rng")
    assert {"no_entropy", "percent_encoding"} <= set(raised.value.cure.split(": ")[1].split(", "))


def test_a_guard_is_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(UsageError, match=r"test_dhcpv6_server_lives\.py holds no pair") as raised:
        known_bug("dhcpv6_server_lives")
    assert raised.value.cure == "`harness bug` lists those there are"


def test_without_a_name_they_are_listed_with_their_releases(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(["bug"]) == 0
    listed = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert re.search(r"ipxe@1\.0 +ipxe@1\.21, 2\.0 +iPXE before 1\.21", listed["percent_encoding"])
    files = (ROOT / "scenarios" / "bugs").glob("test_*.py")
    guards = {"dhcpv6_server_lives", "redirection_by_ipxe"}
    assert listed.keys() - {"NAME"} == {each.stem[5:] for each in files} - guards


def test_where_no_project_has_pairs_the_list_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["bug"]) == 2
    assert "there are no pairs of bugs here\n  cure: " in capsys.readouterr().err
