"""The machine's own Debian mirror is found in both forms of apt's sources."""

from pathlib import Path

import pytest

from harness.assets.apt import (
    Source,
    debian_sources,
    parse_deb822,
    parse_one_line,
    read_sources,
)
from harness.errors import PrerequisiteError

DEB822 = """\
# the machine's mirror
Types: deb deb-src
URIs: http://mirror.example/debian
# a comment may stand anywhere
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abcd

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
"""

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # trailing words
deb [arch=amd64 signed-by=/k/a.gpg] http://mirror.example/debian bookworm-updates main
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/security bookworm-security main
deb [ trusted=yes ] http://vendor.example/debian bookworm main
deb http://flat.example/ ./
"""


def source(suite: str, uri: str = "http://mirror.example/debian", signed_by: str = "") -> Source:
    return Source(uri=uri, suite=suite, components=("main",), signed_by=signed_by)


def test_deb822_stanzas_are_read() -> None:
    found = list(parse_deb822(DEB822))
    assert [(s.uri, s.suite) for s in found] == [
        ("http://mirror.example/debian", "bookworm"),
        ("http://mirror.example/debian", "bookworm-updates"),
        ("http://mirror.example/security", "bookworm-security"),
    ]
    assert found[0].signed_by == "/usr/share/keyrings/archive.gpg"
    assert found[0].components == ("main", "contrib")


def test_a_key_inside_a_stanza_is_written_back_as_it_was() -> None:
    security = list(parse_deb822(DEB822))[2]
    assert list(parse_deb822(security.stanza())) == [security]
    assert "\n .\n abcd" in security.stanza()


def test_one_line_sources_are_read() -> None:
    assert [(s.suite, s.signed_by) for s in parse_one_line(ONE_LINE)] == [
        ("bookworm", ""),
        ("bookworm-updates", "/k/a.gpg"),
        ("bookworm-security", ""),
        ("bookworm", ""),
    ]


def test_both_forms_are_read_from_their_places(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text("deb cdrom:[disc]/ bookworm main\n")
    (parts / "a.list").write_text("deb http://one.example/debian bookworm main\n")
    (parts / "b.sources").write_text(DEB822)
    (parts / "c.sources.disabled").write_text(DEB822)
    assert {s.uri for s in read_sources(tmp_path)} == {
        "http://one.example/debian",
        "http://mirror.example/debian",
        "http://mirror.example/security",
    }


def test_the_machines_own_release_comes_with_its_fixes_and_without_third_parties() -> None:
    chosen = debian_sources("bookworm", parse_one_line(ONE_LINE), "bookworm")
    assert [(s.uri, s.suite) for s in chosen] == [
        ("http://mirror.example/debian", "bookworm"),
        ("http://mirror.example/debian", "bookworm-updates"),
        ("http://mirror.example/security", "bookworm-security"),
    ]


def test_another_suite_is_taken_from_the_same_mirror() -> None:
    sources = [source("bookworm", signed_by="/k/a.gpg"), source("bookworm-updates")]
    assert debian_sources("trixie", sources, "bookworm") == (
        source("trixie", signed_by="/k/a.gpg"),
    )


def test_a_key_of_one_release_is_not_used_for_another() -> None:
    sources = [source("bookworm", signed_by="\n .\n key")]
    assert debian_sources("sid", sources, "bookworm")[0].signed_by == ""


def test_no_mirror_is_said_with_its_cure() -> None:
    with pytest.raises(PrerequisiteError, match="no Debian mirror for bookworm"):
        debian_sources("bookworm", [source("noble")], "bookworm")
