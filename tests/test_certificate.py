"""Certificates say whom they are for and who vouches; openssl agrees with what we make."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.certificate import DAY, Certified, described, made_before
from harness.process import run


@pytest.fixture(scope="module")
def authority() -> Certified:
    """One for all: keys take time."""
    return Certified.by_itself("An authority")


def test_what_an_authority_has_issued(authority: Certified) -> None:
    issued = described(authority.issue("boot.example", "192.0.2.1", "2001:db8::1").certificate)
    assert issued is not None
    assert issued.issuer == authority.name == "An authority"
    assert all(issued.is_for(host) for host in ("BOOT.example.", "192.0.2.1", "2001:db8::1"))
    assert not issued.is_for("example")
    assert issued.is_issued_by(authority.certificate)
    assert issued.begins < datetime.now(tz=UTC) < issued.ends


def test_another_authority_of_the_same_name_did_not(authority: Certified) -> None:
    issued = described(Certified.by_itself("An authority").issue("a").certificate)
    assert issued is not None
    assert not issued.is_issued_by(authority.certificate)


def test_one_that_has_expired(authority: Certified) -> None:
    issued = described(authority.issue("a", begins=-2 * DAY, ends=-DAY).certificate)
    assert issued is not None
    assert issued.ends < datetime.now(tz=UTC)


def test_a_name_for_a_whole_domain(authority: Certified) -> None:
    issued = described(authority.issue("*.example").certificate)
    assert issued is not None
    assert issued.is_for("boot.example")
    assert not issued.is_for("a.boot.example")


def test_what_is_no_certificate_and_what_has_no_names(authority: Certified) -> None:
    assert described(b"-----BEGIN NOTHING-----") is None
    own = described(authority.certificate)
    assert own is not None
    assert own.names == ()


def test_openssl_takes_it(authority: Certified, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("not installed: openssl")
    known, shown = tmp_path / "known.pem", tmp_path / "shown.pem"
    known.write_bytes(authority.certificate)
    shown.write_bytes(authority.issue("boot.example").certificate)
    argv = ["openssl", "verify", "-verify_hostname", "boot.example", "-CAfile", str(known)]
    assert run([*argv, str(shown)]).stdout.strip() == f"{shown}: OK"


def test_what_was_made_before_is_made_again_by_its_name_each_once() -> None:
    """Outside the block, and by another name, it is a new one."""
    one, two, other = (Certified.by_itself(name) for name in ("site", "site", "other"))
    with made_before([one, two, other]):
        again = [Certified.by_itself(name) for name in ("site", "nobody", "site", "site")]
    assert (again[0], again[2]) == (one, two)
    assert len({each.certificate for each in (one, two, other, *again)}) == 5
    assert Certified.by_itself("other") != other
    assert all(each.is_made for each in again)
