"""The sites that people might have: each is one, as `harness init` makes it of its tree."""

import re
import shutil
from pathlib import Path

import pytest

from harness.adopt.make import make_site
from harness.services.registry import check_site, load_site
from harness.site.further_host import HOSTS_DIR
from harness.site.model import SITE_FILE

SITES = Path(__file__).parents[2] / "fixtures" / "sites"
DIRECTORIES = sorted(path for path in SITES.iterdir() if path.is_dir())
LEAST = 16
BOOTS = "boots"

each_site = pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)


def test_there_are_enough_and_each_is_explained() -> None:
    rows = (SITES / "README.md").read_text()
    assert len(DIRECTORIES) >= LEAST
    assert [path.name for path in DIRECTORIES if f"[{path.name}]({path.name})" not in rows] == []


@each_site
def test_a_site_is_complete_as_it_lies(directory: Path) -> None:
    check_site(load_site(directory))


@each_site
def test_init_makes_it_of_its_tree_up_to_what_only_a_person_knows(
    directory: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root" / directory.name
    only_there = shutil.ignore_patterns(SITE_FILE, BOOTS)
    shutil.copytree(directory, root, symlinks=True, ignore=only_there)
    hosts = tmp_path / "hosts"
    if (root / HOSTS_DIR).is_dir():
        (root / HOSTS_DIR).rename(hosts)
    beside = {each.name: str(each) for each in sorted(hosts.glob("*"))}
    made = tmp_path / directory.name
    make_site(made, str(root), beside)
    of_files = re.split(r"^\[(?:machines|outside)", (directory / SITE_FILE).read_text(), flags=re.M)
    assert (made / SITE_FILE).read_text().strip() == of_files[0].strip()
