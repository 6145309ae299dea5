"""Passwords are masked where people read, and nothing else is."""

import pytest

from harness import secret
from harness.errors import BootError, HarnessError
from harness.secret import digested, has_mask, keep_secret, masked, masked_values


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no other test be masked by what is named here."""
    monkeypatch.setattr(secret, "_named", set())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a rootpass=s3cret setkmap=us", "a rootpass=*** setkmap=us"),
        ("lacks 'rootpass=s3cret', has", "lacks 'rootpass=***', has"),
        ('{"cmdline": "PASSWORD=s3cret"}', '{"cmdline": "PASSWORD=***"}'),
        ("http://boot/x?passphrase=s3cret", "http://boot/x?passphrase=***"),
        ("file http://pxe:s3cret@192.0.2.1/x", "file http://pxe:***@192.0.2.1/x"),
        ("chap.password=s3cret; next", "chap.password=***; next"),
        ("isset ${rootpass} || set rootpass s3cret", "isset ${rootpass} || set rootpass ***"),
        ("set net0/password s3cret\nnext", "set net0/password ***\nnext"),
    ],
)
def test_what_a_password_is_known_by(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "3 passed in 5 s",
        "root=/dev/nfs rw",
        "pass",
        "passwd file",
        "set passed",
        "fetch=http://x/pass",
    ],
)
def test_all_else_is_shown(text: str) -> None:
    assert masked(text) == text


def test_words_that_the_site_names() -> None:
    assert masked("correct horse") == "correct horse"
    keep_secret(["correct", "correct horse"])
    assert masked("a correct horse, correct") == "a ***, ***"


def test_values_for_json() -> None:
    value = {"causes": ["x pass=1"], "n": 1, "none": None, "deep": {"path": ("pass=2",)}}
    assert masked_values(value) == {
        "causes": ["x pass=***"],
        "n": 1,
        "none": None,
        "deep": {"path": ["pass=***"]},
    }


def test_errors_show_none() -> None:
    error = HarnessError("rootpass=a", cure="pass=b", last_lines=["x", "set rootpass c"])
    assert str(error).count("***") == 3
    assert error.last_lines == ("x", "set rootpass c"), "judged by what was really seen"
    assert "s3cret" not in str(BootError("no", causes=["not 'rootpass=s3cret'"]))


def test_a_web_servers_key_is_masked() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg+/=\nkqhkiG9w0B\n-----END PRIVATE KEY-----\n"
    shown = f"ssl {key} and {key.replace('PRIVATE', 'RSA PRIVATE')}"
    assert "kqhkiG9w0B" not in masked(shown)
    assert masked(masked(key)) == masked(key)
    assert (has_mask(masked(key)), has_mask(key)) == (True, False)
    assert "kqhkiG9w0B" not in digested(key)
    ciphered = key.replace("MII", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMII")
    assert "kqhkiG9w0B" not in masked(ciphered.replace("PRIVATE", "RSA PRIVATE"))
    certificate = key.replace("PRIVATE KEY", "CERTIFICATE")
    assert masked(certificate) == certificate
