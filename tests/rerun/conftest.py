"""Bundles of a recorded boot, of a site that is changed on the way."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory, Version
from harness.evidence.site_copy import SiteCopy
from harness.plan.boot_text import BootText
from harness.rerun.bundle import Bundle
from harness.services.registry import load_site
from harness.site import Site
from tests.judge.recorded import record, unpack

NAME = "green-x64-http-ipv4"
SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
Make = Callable[..., Bundle]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a site with a program, a script that is run, a link and an empty directory."""
    site_dir = tmp_path / "operators" / "mysite"
    shutil.copytree(SHOWMAX, site_dir)
    (site_dir / "srv/tftp/own.efi").write_bytes(b"MZ\0\xff own")
    (site_dir / "etc/hook").write_text("#!/bin/sh\n")
    (site_dir / "etc/hook").chmod(0o755)
    (site_dir / "srv/www").symlink_to("/srv/tftp")
    (site_dir / "srv/export/empty").mkdir(parents=True)
    return load_site(site_dir)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give a way to make the bundle of a boot of a site."""

    def make(
        site: Site,
        *,
        test: str = "scenarios/test_it.py::test_it",
        learned: BootText | None = None,
        **programs: Version,
    ) -> Bundle:
        directory = unpack(NAME, tmp_path / "evidence" / "a boot")
        boot = replace(record(NAME), site=site, learned=learned)
        BootFile(
            test=test,
            boot=boot,
            site=SiteCopy.of(site),
            site_dir=str(site.dir),
            programs={name.replace("_", " "): each for name, each in programs.items()},
        ).write(EvidenceDirectory(directory))
        return Bundle.read(directory)

    return make
