"""`harness compare` says in a line that all is the same, and else what differs, by both lines."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from harness import cli
from harness.learn.boots import load_with_boots
from harness.services.registry import load_site
from tests.cli.conftest import PROJECT, SHOWMAX

KEA = PROJECT / "fixtures" / "showmax-kea"
FOUR = "etc/kea/kea-dhcp4.conf"
HTTP = "x64-http-ipv4.boot"


@pytest.fixture
def kea_dir(tmp_path: Path) -> Path:
    """Give a copy of the Kea site that tells iPXE by text."""
    copy = tmp_path / "kea"
    shutil.copytree(KEA, copy)
    text = (copy / FOUR).read_text()
    (copy / FOUR).write_text(text.replace("option[77].hex", "option[77].text"))
    return copy


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_the_same_is_said_in_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", str(SHOWMAX), str(KEA), "--no-boots"]) == 0
    lines = said(capsys)
    assert lines[0] == f"- {SHOWMAX}: dhcpd -4, dhcpd -6"
    assert lines[1] == f"+ {KEA}: kea-dhcp4, kea-dhcp6"
    assert lines[-1].startswith("the same for every machine; questions to DHCP servers: 64")
    assert next(line for line in lines if line.startswith("=")) == (
        "= cannot boot that: x64 UEFI, by EBC's number (0x0009), arm32 UEFI (0x000a), arm64 UEFI"
        " (0x000b):"
    )
    assert len(lines) < 12


def test_what_differs_is_said_with_both_lines(
    kea_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["compare", str(SHOWMAX), str(kea_dir), "--no-boots"]) == 1
    lines = said(capsys)
    at = lines.index("IPv4, boot file, for iPXE on x64 UEFI (0x0007)")
    assert lines[at + 1 : at + 4] == [
        "  - file http://192.0.2.1/script.ipxe  (filename, etc/dhcp/dhcpd.conf:23)",
        f"  + file ipxe.efi  (boot-file-name, {FOUR}:43)",
        f'    {FOUR}:25 has that, inside `"name": "ipxe"` ({FOUR}:21) by '
        f'`"test": "option[77].text == \'iPXE\'"` ({FOUR}:24)',
    ]
    assert f"{FOUR}:24: warning: option[77].text is never 'iPXE'" in "\n".join(lines)
    assert lines[-2:] == [
        "answered differently: iPXE on every kind of machine",
        "questions to DHCP servers: 64, answered differently: 12",
    ]


def test_nothing_to_compare_with_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", str(SHOWMAX)]) == 2
    assert "--servers NAME,NAME" in capsys.readouterr().err


def test_servers_that_nobody_knows_are_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", str(SHOWMAX), "--servers", "kea5"]) == 2
    assert "there is no daemon kea5" in capsys.readouterr().err


def test_one_site_under_other_servers(kea_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(SHOWMAX / "etc/dhcp", kea_dir / "etc/dhcp")
    command = ["compare", str(kea_dir), "--servers", "dhcpd4,dhcpd6", "--no-boots"]
    assert cli.main(command) == 1
    assert said(capsys)[:2] == [
        f"- {kea_dir}: kea-dhcp4, kea-dhcp6",
        f"+ {kea_dir}: dhcpd -4, dhcpd -6",
    ]


class _Held:
    """Stands for pytest, which would boot guests: what it was to run, and how that ends."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.boots: dict[str, str] = {}
        self.words: tuple[str, ...] = ()

    def __call__(
        self,
        boots: Iterable[Path],
        site_dir: Path,
        *,
        servers: Sequence[str],
        options: Sequence[str],
    ) -> int:
        self.boots = {path.name: path.read_text() for path in boots}
        self.words = (str(site_dir), *servers, *options)
        return self.code


def test_only_whom_it_was_asked_for_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("compare", str(SHOWMAX), str(KEA), "--machine", "stranger", "--no-boots")
    assert cli.main(words) == 0
    assert said(capsys)[-1].startswith("the same for stranger; ")


def test_boots_of_which_none_was_chosen_are_not_held(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("harness.cli.compare.run_boots", _Held(5))
    assert cli.main(["compare", str(SHOWMAX), str(KEA)]) == 1
    assert said(capsys)[-1] == "boots of showmax on showmax-kea: none was chosen, see above"


@pytest.mark.parametrize("code", [0, 1])
def test_the_boots_of_the_first_are_held_on_the_second(
    code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The real run of it is `scenarios/reference/learned/test_compare.py`."""
    held = _Held(code)
    monkeypatch.setattr("harness.cli.compare.run_boots", held)
    assert cli.main(["compare", str(SHOWMAX), str(KEA), "--", "-n", "2"]) == code
    assert held.boots == {each.name: each.read_text() for each in SHOWMAX.glob("boots/*.boot")}
    assert held.words == (str(KEA), "-n", "2")
    assert said(capsys)[-1].startswith("boots of showmax" if code else "the same for every machine")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give the Kea site on another network."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(KEA, copy)
    for path in (copy / "site.toml", *copy.glob("etc/**/*.*"), *copy.glob("srv/*/*")):
        if path.is_file():
            text = path.read_text().replace("192.0.2.", "198.51.100.")
            path.write_text(text.replace("2001:db8:", "2001:db8:77:"))
    return copy


def test_an_address_that_was_left_behind_is_told(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (elsewhere / FOUR).read_text()
    server = '"next-server": "198.51.100.1"'
    (elsewhere / FOUR).write_text(text.replace(server, server.replace("198.51.100", "192.0.2")))
    assert cli.main(["compare", str(SHOWMAX), str(elsewhere), "--no-boots"]) == 1
    lines = said(capsys)
    at = lines.index(f"  + next-server 192.0.2.1  (next-server, {FOUR}:19)")
    assert lines[at - 1] == "  - next-server 192.0.2.1  (next-server, etc/dhcp/dhcpd.conf:17)"
    assert lines[at + 1] == "    as on the first site, which here is next-server 198.51.100.1"
    marks = [line[0] for line in lines if "cannot boot that" in line]
    assert marks == ["=", "=", "="]  # in the words of both, by other addresses
    assert lines[-1] == "questions to DHCP servers: 64, answered differently: 24"


def test_a_file_that_the_second_lacks_is_told_though_answers_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    depot, copy = PROJECT / "fixtures" / "sites" / "depot", tmp_path / "copy"
    shutil.copytree(depot, copy)
    (copy / "srv/tftp/depot.ipxe").rename(copy / "srv/tftp/other.ipxe")
    assert cli.main(["compare", str(depot), str(copy), "--no-boots"]) == 0
    *_, doubt, _, last = said(capsys)
    line = "etc/dhcp/dhcpd.conf:17: error: srv/tftp/depot.ipxe, which is handed out here, is not"
    assert doubt.startswith(line)
    assert last.startswith("the same for every machine")


def test_sites_of_different_families_are_asked_for_both(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sites = [str(PROJECT / "fixtures" / "sites" / name) for name in ("sixonly", "depot")]
    assert cli.main(["compare", *sites, "--no-boots"]) == 1
    lines = said(capsys)
    assert "IPv4, answer, for every kind of client" in lines
    assert lines[-1] == "questions to DHCP servers: 64, answered differently: 64"


def test_boots_are_held_in_the_other_site_s_addresses(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _Held(0)
    monkeypatch.setattr("harness.cli.compare.run_boots", held)
    assert cli.main(["compare", str(SHOWMAX), str(elsewhere)]) == 0
    assert "file http://198.51.100.1/ipxe.efi" in " ".join(held.boots[HTTP].split())
    assert "192.0.2." not in held.boots[HTTP]


def test_a_run_may_have_other_servers(kea_dir: Path) -> None:
    assert load_with_boots(kea_dir, servers=["dhcpd4", "dhcpd6"]).daemons[:2] == (
        *("dhcpd4", "dhcpd6"),
    )


def test_a_site_takes_over_whose_boots_it_is_held_to(tmp_path: Path) -> None:
    """Its payload lies where those say that a system was, and its machines are those of both."""
    other = tmp_path / "other"
    shutil.copytree(KEA, other, ignore=shutil.ignore_patterns("boots"))
    one = PROJECT / "fixtures" / "sites" / "guarded"
    site = load_with_boots(other, boots_of=[one])
    assert site.machines.keys() >= load_site(one).machines.keys()
    assert len(site.laid) > len(load_with_boots(other).laid)
