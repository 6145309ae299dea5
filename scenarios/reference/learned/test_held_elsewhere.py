"""Boots of one site are held on another one's servers, and what these say otherwise is named."""

import shutil
from pathlib import Path

import pytest

from tools.blame.run import Pytest, causes_of

SITES = Path(__file__).parents[3] / "fixtures"
FOUR = "etc/kea/kea-dhcp4.conf"
BOOT = SITES / "showmax" / "boots" / "bios-vendor-rom.boot"

pytestmark = pytest.mark.usefixtures("admitted_options")


def test_the_same_decision_tree_is_green(tmp_path: Path) -> None:
    """What dhcpd's machine was approved to do it does with Kea."""
    run = Pytest(work_dir=tmp_path, workers=1)
    (row,) = run.came_of([str(BOOT)], ("--site", str(SITES / "showmax-kea"))).values()
    assert row["outcome"] == "passed"


@pytest.mark.slow
def test_another_one_is_red_by_its_line(tmp_path: Path) -> None:
    """`option[77].text` is never 'iPXE': the loader is handed itself."""
    kea = tmp_path / "kea"
    shutil.copytree(SITES / "showmax-kea", kea)
    text = (kea / FOUR).read_text()
    (kea / FOUR).write_text(text.replace("option[77].hex", "option[77].text"))
    run = Pytest(work_dir=tmp_path, workers=1)
    (row,) = run.came_of([str(BOOT)], ("--site", str(kea))).values()
    assert row["outcome"] == "failed"
    assert f"boot-file-name, {FOUR}:63" in causes_of(row)[0]
