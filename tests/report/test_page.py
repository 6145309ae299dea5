"""The page of a run: made of its bundles alone, whole in one file, and without passwords."""

import gzip
import json
import re
from base64 import b64decode
from html import unescape
from pathlib import Path

import pytest

from harness.cli import main
from harness.errors import UsageError
from harness.report.page import report_line, write_report
from harness.secret import keep_secret
from tests.report.runs import GREEN, NAMES, RED, TOLD, bundle, change, run

_DATA = re.compile(r'id="data-(\d+)">([^<]*)</script>')


def page_of(run_dir: Path, beside: Path | None = None) -> tuple[str, list[str]]:
    """Make a run's page; give it without its boots, and each boot as a browser unpacks it."""
    text = write_report(run_dir, beside=beside).read_text()
    found = [gzip.decompress(b64decode(data)).decode() for _, data in _DATA.findall(text)]
    return _DATA.sub("", text), found


def words(html: str) -> str:
    """Give what a person reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_every_recorded_boot_is_on_it(tmp_path: Path) -> None:
    page, boots = page_of(run(tmp_path, *NAMES))
    assert len(boots) == len(NAMES)
    assert "could not be read" not in page
    red = sum(name.startswith("red-") for name in NAMES)
    assert f"{red} of {len(NAMES)} boots red" in words(page)
    assert page.count('class="cell failed"') - 1 == red  # one stands in the legend


def test_it_needs_nothing_beside_it(tmp_path: Path) -> None:
    page, boots = page_of(run(tmp_path, GREEN, TOLD))
    for html in (page, *boots):
        assert not re.search(r'(?:src|href|action)="(?!#|data:)', html)
        assert "@import" not in html
        assert "url(" not in html


def test_a_red_boot_says_why_with_the_line_of_its_file(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    cause = "the script names no such file (srv/tftp/script.ipxe:3)"
    bundle(run_dir, RED, causes=[cause, "nginx answered 404 (frame 29)"])
    page, (boot,) = page_of(run_dir)
    assert cause in words(page)
    assert "<b>srv/tftp/script.ipxe:3</b>" in boot
    assert '<a href="#" data-find="wire 29">frame 29</a>' in boot
    assert re.search(r'class="is-it"><b>3</b>', boot)


def test_what_was_promised_stands_beside_what_was_seen(tmp_path: Path) -> None:
    _, (boot,) = page_of(run(tmp_path, RED))
    sides = boot.partition('class="sides"')[2].partition("</table>")[0]
    differing = [words(row) for row in re.findall(r'<tr class="differs">(.*?)</tr>', sides)]
    assert any("script script.ipxe" in each and "HTTP 404" in each for each in differing)
    assert "DHCPv4 as iPXE" not in " ".join(differing)


def test_the_waterfall_has_the_packets_and_log_lines_that_prove_it(tmp_path: Path) -> None:
    _, (boot,) = page_of(run(tmp_path, TOLD))
    rows = re.findall(r'<details class="row (.*?)</details>', boot, re.DOTALL)
    nbp = next(row for row in rows if "ipxe.efi over HTTP GET, IPv4: NBP" in words(row))
    assert re.search(r"997 kB in [\d.]+ s, [\d.]+ [kM]B/s", words(nbp))
    assert re.search(r"wire \d+ HTTP GET /ipxe.efi", words(nbp))
    assert "nginx" in words(nbp).partition("HTTP GET /ipxe.efi")[2]
    lease = next(row for row in rows if "DHCPv4 as HTTPClient" in words(row))
    for message in ("discover", "offer", "request", "ack"):
        assert f'title="{message} at ' in lease
    assert "DHCPACK" in lease
    assert any("menu Network boot (UEFI) counts down 5 s" in words(row) for row in rows)


def test_a_last_run_says_what_is_new(tmp_path: Path) -> None:
    first = run(tmp_path, GREEN, RED, stamp="20261128T100000Z")
    second = run(tmp_path, GREEN, RED)
    assert "none of them new" in words(page_of(second)[0])
    change(first / RED / "summary.json", {"outcome": "passed", "verdict": "green"})
    change(first / GREEN / "summary.json", {"outcome": "failed", "verdict": "red"})
    page = words(page_of(second)[0])
    assert "1 of them new , 1 mended" in page
    assert "beside the run before, 20261128T100000Z" in page


def test_two_runs_side_by_side(tmp_path: Path) -> None:
    slow = run(tmp_path / "a", TOLD)
    phases = json.loads((slow / TOLD / "phases.json").read_text())
    change(slow / TOLD / "phases.json", {name: 3 * at_s for name, at_s in phases.items()})
    older = {"firmware ovmf-x64": {"version": "2020.11-2", "sha256": "a0" * 32, "path": "/O"}}
    change(slow / TOLD / "versions.json", older)
    change(slow / TOLD / "summary.json", {"seen_path": ["ipxe.efi over TFTP, IPv4"]})
    page, (boot,) = page_of(run(tmp_path / "b", TOLD), slow)
    assert "faster" in page
    assert "firmware ovmf-x64: 2020.11-2 → 2022.11-6" in words(page)
    assert "Another path" in boot
    assert "ipxe.efi over TFTP, IPv4" in boot


def test_no_password_is_on_it(tmp_path: Path) -> None:
    run_dir = run(tmp_path, TOLD)
    raw = run_dir / TOLD / "console.raw"
    raw.write_bytes(
        raw.read_bytes() + b"\x1b[2J\x1b[1;70Hpass correct horse \r\nrootpass=unheard\r\n"
    )
    (run_dir / TOLD / "log" / "nginx.log").write_text("GET /?password=seen correct horse\n")
    keep_secret(["correct horse"])
    page, (boot,) = page_of(run_dir)
    assert "GET /?password=***" in boot
    for word in ("correct", "horse", "unheard", "=seen"):
        assert word not in words(page + boot)
        assert word not in boot.partition('class="pictures">')[2].partition("</script>")[0]


def test_a_site_whose_passwords_are_not_known_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = run(tmp_path, GREEN)
    path = run_dir / GREEN / "boot.json"
    content = json.loads(path.read_text())
    content["boot"]["site"]["has_secrets"] = True
    path.write_text(json.dumps(content))
    assert main(["report", str(run_dir)]) == 2
    assert "cure: name the site with --site DIR" in capsys.readouterr().err
    keep_secret(["s3cret"])
    assert main(["report", str(run_dir)]) == 0


def test_what_machines_say_is_no_html(tmp_path: Path) -> None:
    run_dir = run(tmp_path, TOLD)
    said = "<script>alert(1)</script>"
    raw = run_dir / TOLD / "console.raw"
    raw.write_bytes(raw.read_bytes() + said.encode())
    change(run_dir / TOLD / "summary.json", {"outcome": "failed", "what": said, "causes": [said]})
    page, (boot,) = page_of(run_dir)
    assert said not in page + boot
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;script&gt;alert(1)" in boot


def test_a_broken_bundle_is_told_and_the_others_shown(tmp_path: Path) -> None:
    run_dir = run(tmp_path, GREEN, RED)
    (run_dir / RED / "boot.json").write_text("{")
    page, boots = page_of(run_dir)
    assert len(boots) == 2
    assert any("this is not the bundle of a boot" in words(each) for each in boots)
    assert "1 of 2 boots red" in words(page)


def test_a_boot_that_was_confirmed_counts_once_as_it_was_then(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    bundle(run_dir, RED, as_="it", test="scenarios/test_it.py::test_it")
    bundle(run_dir, GREEN, as_="it-real-clock", test="scenarios/test_it.py::test_it")
    page, boots = page_of(run_dir)
    assert "The boot is green" in words(page)
    assert "Of the same scenario: it" in words(boots[1])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_dir = run(tmp_path, GREEN)
    assert main(["report", str(run_dir)]) == 0
    assert capsys.readouterr().out == f"{run_dir / 'report.html'}\n"
    (tmp_path / "latest").symlink_to(run_dir.name)
    assert main(["report", str(tmp_path / "latest")]) == 0
    assert f"<title>green · {run_dir.name}</title>" in (run_dir / "report.html").read_text()
    capsys.readouterr()
    assert main(["report", str(tmp_path / "nothing")]) == 2
    assert "no bundle of a boot (boot.json)" in capsys.readouterr().err
    assert main(["report", str(run_dir), "--beside", str(tmp_path / "nothing")]) == 2


def test_a_run_goes_on_without_its_page(tmp_path: Path) -> None:
    assert report_line(tmp_path).startswith("no report: no bundle of a boot")
    with pytest.raises(UsageError):
        write_report(tmp_path)


def test_a_hundred_and_twenty_boots_would_be_no_more_than_five_megabytes(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    for number in range(6):
        bundle(run_dir, TOLD, as_=f"it-{number}", test=f"scenarios/test_it.py::test_{number}")
    assert write_report(run_dir).stat().st_size < 5e6 / 20


def test_many_boots_are_drawn_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # By processes of their own, which know the passwords too.
    keep_secret(["vmlinuz"])
    run_dir = run(tmp_path, *NAMES[:9])
    _, boots = page_of(run_dir)
    assert not any("vmlinuz" in each for each in boots)
    monkeypatch.setattr("harness.report.page._FEW", 100)
    assert page_of(run_dir)[1] == boots


def test_a_machine_that_has_said_nothing_has_a_page(tmp_path: Path) -> None:
    directory = bundle(tmp_path / "run", GREEN)
    for name in ("console.raw", "console.times"):
        (directory / name).write_bytes(b"")
    _, (boot,) = page_of(tmp_path / "run")
    assert "could not be read" not in boot


def test_a_page_that_fails_costs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("no such thing")

    run_dir = run(tmp_path, GREEN)
    monkeypatch.setattr("harness.report.page.view", fail)
    assert report_line(run_dir) == ("no report: a fault of the harness: ValueError: no such thing")
