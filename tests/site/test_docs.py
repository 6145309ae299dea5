"""docs/site.md tells the truth: its example loads, its error is the error, no key is left out."""

import re
import shutil
from pathlib import Path

import pytest

from harness.errors import SiteError
from harness.services.registry import load_site
from harness.site.load import (
    EntryTable,
    FilesTable,
    MachineTable,
    MenuTable,
    ServerTable,
    SiteTable,
)

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
DOCS = (Path(__file__).parents[2] / "docs" / "site.md").read_text()
SHORTEST, EXAMPLE = (text.split("```")[0] for text in DOCS.split("```toml\n")[1:3])


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    """Give a directory with the example in it."""
    directory = tmp_path / "mysite"
    shutil.copytree(SITES / "campus/etc", directory / "etc", symlinks=True)
    (directory / "site.toml").write_text(EXAMPLE)
    return directory


def test_the_shortest_loads(site_dir: Path) -> None:
    (site_dir / "site.toml").write_text(SHORTEST)
    assert load_site(site_dir).daemons == ("dhcpd4", "tftpd", "nginx")


def test_the_example_loads(site_dir: Path) -> None:
    site = load_site(site_dir)
    assert (site.name, site.menu.default) == ("mysite", "rescue")
    assert site.menu.entries["shell"].firmware == ("uefi",)


def test_the_error_is_as_shown(site_dir: Path) -> None:
    (site_dir / "site.toml").write_text(EXAMPLE.replace("timeout_s", "timeuot_s"))
    with pytest.raises(SiteError) as caught:
        load_site(site_dir)
    said = str(caught.value).removeprefix(f"{site_dir.parent}/")
    assert "\n".join(f"    {line}" for line in said.splitlines()) in DOCS


def test_every_key_is_explained() -> None:
    tables = (SiteTable, ServerTable, FilesTable, MachineTable, MenuTable, EntryTable)
    keys = {key for table in tables for key in table.model_fields} - {"menu", "entries"}
    explained = set(re.findall(r"`\[?([a-z0-9_]+)\]?`", DOCS))
    assert keys - explained - {"server", "files"} == set()
