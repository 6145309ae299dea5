"""`harness up` in a process of its own, on a site that needs nothing from outside."""

import os
import select
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import process
from harness.deadline import Deadline
from harness.host import rights, tools
from harness.process import Process
from tests.lab.conftest import DAEMONS

PROJECT = Path(__file__).parents[2]
SHOWMAX = PROJECT / "fixtures" / "showmax"
LAST_LINE = "Ctrl-C ends it."

UP = """
import sys
from pathlib import Path
from harness.assets.payload import Payload
from harness.cli import main, up

file = Path(__file__)
up.payload = lambda **_: Payload(
    kernel_path=file, kernel_sha256="", kernel_version="", initrd_path=file, initrd_sha256=""
)
sys.exit(main(sys.argv[1:]))
"""


class Person:
    """Somebody at a terminal who has started a lab."""

    def __init__(self, started: Process) -> None:
        """Keep the process and what it has said."""
        self.started = started
        self.said = ""

    def wait_for(self, text: str) -> str:
        """Read until a text has been said; give all that was."""
        deadline = Deadline(60.0, text)
        stdout = self.started.stdout_fd
        while text not in self.said and select.select([stdout], [], [], deadline.remaining_s)[0]:
            read = os.read(stdout, 4096)
            if not read:
                break
            self.said += read.decode()
        assert text in self.said
        return self.said

    def fact(self, name: str) -> str:
        """Give what a line of this name says."""
        lines = (line.partition(" ") for line in self.said.splitlines())
        facts = {key: value.strip() for key, _, value in lines}
        assert name in facts, self.said
        return facts[name]

    @property
    def pid(self) -> int:
        """The number of the lab's pid 1."""
        return int(self.fact("lab").partition(":")[0])


@pytest.fixture
def own_site(tmp_path: Path) -> Path:
    """Give the reference site without the programs that would have to be fetched."""
    text = (SHOWMAX / "site.toml").read_text()
    before, _, rest = text.partition("[loaders]")
    _, _, menu = rest.partition("[menu]")
    site = tmp_path / "site"
    shutil.copytree(SHOWMAX, site)
    shells = "\n".join(
        f'"srv/tftp/efishell/{name}.efi" = "would have to be fetched"'
        for name in ("efishell", "efishell32")
    )
    (site / "site.toml").write_text(f"{before}[absent]\n{shells}\n\n[menu]{menu}")
    return site


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Give a way to start the command line; what was started is ended."""
    program = tmp_path / "program.py"
    program.write_text(UP)
    started: list[Process] = []

    def start(*arguments: str) -> Process:
        env = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONWARNINGS": "error"}
        argv = [sys.executable, str(program), *arguments]
        started.append(process.start(argv, pipe_stdin=True, env=env))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def person(harness: Callable[..., Process], own_site: Path, tmp_path: Path) -> Person:
    """Give a person whose lab is up."""
    tools.require(*DAEMONS)
    rights.require()
    evidence = tmp_path / "evidence"
    person = Person(harness("up", f"--site={own_site}", f"--evidence={evidence}"))
    person.wait_for(LAST_LINE)
    return person
