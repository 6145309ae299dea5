"""Where something stands in files of blocks, of braces and of JSON."""

from pathlib import Path

import pytest

from harness.services.registry import load_site
from harness.site import Site
from harness.site.places import block_around, place

SHOWMAX = load_site(Path(__file__).parents[2] / "fixtures" / "showmax")
PATH = "etc/any.conf"
JSON = """{ "Dhcp4": {
  // "file": "one.efi"
  "classes": [
    {
      // which one
      "name": "first",
      "file": "one.efi",  // not "file": "two.efi"
      "url": "http://192.0.2.1/x"
    },
    { "name": "second", "file": "two.efi" }
  ]
} }
"""


@pytest.fixture
def site() -> Site:
    return SHOWMAX.with_file(PATH, JSON)


def test_an_entry_of_json_is_called_by_its_first_line(site: Site) -> None:
    found = place(site, [PATH], ['"file"'], ["one.efi"])
    assert found is not None
    assert found.line == 7
    around = block_around(site, found)
    assert around is not None
    assert (str(around), around.text) == (f"{PATH}:4", '"name": "first"')


def test_what_stands_behind_two_slashes_is_no_setting(site: Site) -> None:
    found = place(site, [PATH], ['"file"'], ["two.efi"])
    assert found is not None
    assert found.line == 10


def test_what_follows_a_scheme_is_no_comment(site: Site) -> None:
    found = place(site, [PATH], ['"url"'], ["http://192.0.2.1/x"])
    assert found is not None
    assert found.text == '"url": "http://192.0.2.1/x"'
