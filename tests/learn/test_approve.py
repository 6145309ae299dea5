"""What was seen is compared with what is approved, and taken by a person."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli.approve import approve
from harness.errors import UsageError
from harness.learn.approve import compare
from harness.learn.seen import read_seen, write_seen
from harness.plan.boot_text import BootText, Statement

ENDS = Statement(subject="ends", text="reset")
APPROVED = BootText(
    statements=(Statement(subject="machine", text="x64-http-ipv4"), ENDS),
    must=(Statement(subject="iPXE", text="fetches script.ipxe over HTTP, IPv6"),),
)
SEEN = replace(
    APPROVED, statements=(*APPROVED.statements[:1], replace(ENDS, text="stands still")), must=()
)


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    (tmp_path / "site/boots").mkdir(parents=True)
    (tmp_path / "site/boots/a.boot").write_text(str(APPROVED))
    return tmp_path / "site"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def run(
    site_dir: Path, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    monkeypatch.delenv("CI", raising=False)
    write_seen(tmp_path / "evidence/a-held", "a", SEEN)

    def run(answer: str = "", *, names: tuple[str, ...] = (), yes: bool = False) -> int:
        return approve(
            *(site_dir, tmp_path / "evidence"),
            names=names,
            yes=yes,
            ask=lambda _question: answer,
            say=said.append,
        )

    return run


def test_what_held_is_no_change(site_dir: Path) -> None:
    held = str(replace(APPROVED, must=(), may=()))
    assert [c.name for c in compare(site_dir, {"a.boot": held})] != []
    fetched = Statement(
        subject="iPXE", text="fetches script.ipxe over HTTP, IPv6, from 2001:db8::1"
    )
    approved = replace(APPROVED, statements=(*APPROVED.statements[:1], fetched, ENDS))
    (site_dir / "boots/a.boot").write_text(str(approved))
    assert compare(site_dir, {"a.boot": str(replace(approved, must=()))}) == []


def test_a_person_who_agrees_takes_it_and_keeps_the_promises(
    run: Callable[..., int], site_dir: Path, said: list[str]
) -> None:
    assert run("y") == 0
    taken = BootText.parse((site_dir / "boots/a.boot").read_text(), path=Path("a.boot"))
    assert taken == replace(SEEN, must=APPROVED.must)
    assert "  - ends      reset" in said


def test_whoever_does_not_agree_leaves_it(run: Callable[..., int], site_dir: Path) -> None:
    assert run("n") == 1
    assert run("") == 1
    assert run("y", names=("b.boot",)) == 0
    assert (site_dir / "boots/a.boot").read_text() == str(APPROVED)


def test_nothing_is_approved_where_nobody_looks_on(
    run: Callable[..., int], site_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(UsageError, match="approved by a person"):
        run(yes=True)
    assert (site_dir / "boots/a.boot").read_text() == str(APPROVED)


def test_a_run_without_boots_is_named(
    site_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert read_seen(tmp_path / "nowhere") == {}
    with pytest.raises(UsageError, match=r"no boot was seen.*\n.*pytest"):
        approve(site_dir, tmp_path / "no", names=(), yes=True, ask=str, say=print)
