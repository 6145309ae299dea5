"""Where what approved boots have booted lies in a lab."""

import shutil
from pathlib import Path

import pytest

from harness.learn.boots import load_with_boots
from harness.site.approved import keep_copies
from tests.examine.conftest import FIXTURES

SERVES = "etc/nginx/sites-available/boot"
KERNEL = "station/vmlinuz"


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """Give a site whose kernels nobody has copied, as it was approved."""
    shutil.copytree(FIXTURES / "sites/split", tmp_path / "split", symlinks=True)
    keep_copies(tmp_path / "split")
    return tmp_path / "split"


def move(split: Path, to: str) -> None:
    """Let the web server look elsewhere for kernels."""
    text = (split / SERVES).read_text()
    assert text.count("alias /srv/images/;") == 1
    (split / SERVES).write_text(text.replace("alias /srv/images/;", f"alias {to};"))


def test_a_kernel_lies_where_it_was_when_its_boot_was_approved(split: Path) -> None:
    """Else a misspelt alias would be green: the payload would be laid wherever it leads."""
    assert f"srv/images/{KERNEL}" in load_with_boots(split).laid
    move(split, "/srv/imgs/")
    laid = load_with_boots(split).laid
    assert f"srv/images/{KERNEL}" in laid
    assert f"srv/imgs/{KERNEL}" not in laid


def test_one_that_was_moved_as_well_lies_where_it_is(split: Path) -> None:
    move(split, "/srv/imgs/")
    kernel = split / "srv/imgs" / KERNEL
    kernel.parent.mkdir(parents=True)
    kernel.write_bytes(b"a kernel")
    assert f"srv/imgs/{KERNEL}" in load_with_boots(split).laid


def test_without_copies_it_lies_where_it_is_looked_for(split: Path) -> None:
    shutil.rmtree(split / "boots/approved")
    move(split, "/srv/imgs/")
    assert f"srv/imgs/{KERNEL}" in load_with_boots(split).laid
