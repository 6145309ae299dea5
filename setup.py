"""What pyproject.toml cannot say: what is installed besides, and the manual page, which is made."""

import sys
from pathlib import Path

from argparse_manpage.manpage import Manpage
from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
MANUAL = Path("build", "man", "harness.1")


class BuildWithManual(build_py):
    """Makes the manual page of the commands' own help."""

    def run(self) -> None:
        """Make it first: what is built takes it along."""
        sys.path.insert(0, str(HERE))
        from harness import __version__
        from harness.cli import make_parser

        facts = {
            "description": "end-to-end tests for network boot",
            "manual_title": "netboot-harness",
            "project_name": "netboot-harness",
            "version": __version__,
        }
        target = HERE / MANUAL
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(str(Manpage(make_parser(), facts)))
        super().run()


setup(
    # scenarios/promises is a part of the installed package.
    packages=[*find_packages(include=["harness*"]), "harness.promises"],
    package_dir={"harness.promises": "scenarios/promises"},
    data_files=[("share/man/man1", [str(MANUAL)])],
    cmdclass={"build_py": BuildWithManual},
)
