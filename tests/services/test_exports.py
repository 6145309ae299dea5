"""/etc/exports and its parts are read as exportfs would read it."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.services.nfs.exports import Export, read_exports, with_defaults
from harness.services.registry import load_site
from harness.site import Site

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"


def exports_of(text: str) -> tuple[Export, ...]:
    """Read a site whose /etc/exports this is."""
    site: Site = load_site(SHOWMAX)
    return read_exports(replace(site, changes={"etc/exports": text.encode()}))


def test_the_reference_site() -> None:
    (export,) = read_exports(load_site(SHOWMAX))
    assert export.path == "/srv/tftp"
    assert export.line == 2
    assert [client.who for client in export.clients] == ["192.0.2.0/24", "2001:db8::/64"]
    assert "no_root_squash" in export.clients[0].options


def test_comments_continued_lines_quotes_and_escapes() -> None:
    first, second = exports_of('# a comment\n"/a b" \\\n  *(ro)  # why\n\n/c\\040d host\n')
    assert (first.path, first.line, first.clients[0].options) == ("/a b", 2, ("ro",))
    assert (second.path, second.line, second.clients[0].options) == ("/c d", 5, ())


def test_defaults_go_before_a_client_s_own() -> None:
    (export,) = exports_of("/a -ro,anonuid=7 one two(rw) (ro)\n")
    one, two, everybody = export.clients
    assert one.options == ("ro", "anonuid=7")
    assert two.options == ("ro", "anonuid=7", "rw")
    assert everybody.who == "*"
    assert "anonuid=7" in two.options


def test_parts_are_read_behind_the_main_file_each_named() -> None:
    texts = {
        "etc/exports": "/srv/tftp *(ro)\n",
        "etc/exports.d/b.exports": "\n/srv/b *(rw)\n",
        "etc/exports.d/a.exports": "/srv/a *(ro)\n",
        "etc/exports.d/a.exports.old": "no export\n",
        "etc/exports.d/.hidden.exports": "no export\n",
    }
    changes = {path: text.encode() for path, text in texts.items()}
    site = replace(load_site(SHOWMAX), changes=changes)
    assert [(each.path, each.place) for each in read_exports(site)] == [
        ("/srv/tftp", "etc/exports:1"),
        ("/srv/a", "etc/exports.d/a.exports:1"),
        ("/srv/b", "etc/exports.d/b.exports:2"),
    ]
    assert with_defaults(site, lambda _: ("fsid=7",)).splitlines() == [
        "/srv/tftp -fsid=7 *(ro)",
        "/srv/a -fsid=7 *(ro)",
        "/srv/b -fsid=7 *(rw)",
    ]
    broken = replace(site, changes=changes | {"etc/exports.d/a.exports": b"srv/a *(ro)\n"})
    with pytest.raises(SiteError, match="not an absolute path") as caught:
        read_exports(broken)
    assert (caught.value.path, caught.value.line) == (SHOWMAX / "etc/exports.d/a.exports", 1)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("# nothing\n", None, "exports nothing"),
        ("\nsrv/tftp *(ro)\n", 2, "not an absolute path"),
        ("/srv/tftp\n", 1, "exported to nobody"),
        ("/srv/tftp *(ro\n", 1, "is not a client"),
    ],
)
def test_what_is_no_export_is_refused_with_its_line(text: str, line: int | None, what: str) -> None:
    with pytest.raises(SiteError, match=what) as caught:
        exports_of(text)
    assert caught.value.line == line
    assert caught.value.path == SHOWMAX / "etc/exports"
