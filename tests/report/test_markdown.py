"""A run in Markdown: the same as its page says, and no more than a reader of text wants."""

from pathlib import Path

from harness.report.facts import run_facts
from harness.report.markdown import markdown
from harness.report.run import read_run
from tests.report.runs import GREEN, RED, bundle, change, run


def text_of(run_dir: Path) -> str:
    """Give a run's Markdown."""
    return markdown(read_run(run_dir, run_facts(run_dir), beside=None))


def test_red_boots_are_told_with_their_first_cause(tmp_path: Path) -> None:
    before = run(tmp_path, RED, stamp="20261128T100000Z")
    change(before / RED / "summary.json", {"outcome": "passed", "verdict": "green"})
    text = text_of(run(tmp_path, GREEN, RED))
    assert text.startswith("## 1 of 2 boots red\n")
    assert "1 of them new, beside `20261128T100000Z`" in text
    (row,) = [line for line in text.splitlines() if "**new**" in line]
    assert row.startswith("| bios-ipxe-rom it: red-missing-script **new** | the payload of showmax")
    assert "nginx answered 404 to GET /script.ipxe" in row
    assert "| x64-http-ipv4 | 1 |  |" in text


def test_all_green(tmp_path: Path) -> None:
    text = text_of(run(tmp_path, GREEN))
    assert text.startswith("## The boot is green\n")
    assert "| red |" not in text.partition("| machine |")[0]


def test_nothing_in_it_is_taken_for_markdown_or_shows_a_password(tmp_path: Path) -> None:
    bundle(tmp_path / "run", RED, what="<img> | `x` [a](b)", causes=["password=s3cret\nmore"])
    text = text_of(tmp_path / "run")
    assert "\\<img\\> \\| \\`x\\` \\[a\\](b)" in text
    assert "password=\\*\\*\\*" in text
    assert "s3cret" not in text
