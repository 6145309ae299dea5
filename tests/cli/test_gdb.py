"""gdb at a machine's processor, as docs/desk.md says: a breakpoint in what the machine boots."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from harness import process
from harness.errors import PrerequisiteError
from harness.host import rights, tools
from harness.process import Process
from tests.cli.conftest import LAST_LINE, PROJECT, Person
from tests.lab.conftest import DAEMONS

SCRIPT = PROJECT / "docs" / "stub.gdb"


def test_the_script_of_the_docs_stops_where_the_stub_begins(
    harness: Callable[..., Process], own_site: Path, tmp_path: Path
) -> None:
    if shutil.which("gdb") is None:
        raise PrerequisiteError("not installed: gdb", cure="run tools/install gdb")
    tools.require(*DAEMONS, "qemu-system-x86_64", "ipxe-roms")
    rights.require()
    words = ("--boot=bios-ipxe-rom", "--gdb", "--accel=tcg", f"--evidence={tmp_path / 'evidence'}")
    person = Person(harness("up", f"--site={own_site}", *words))
    person.wait_for(LAST_LINE)
    called = shlex.split(person.fact("gdb"))
    assert called[0] == "gdb"
    done = process.run([*called, "-nx", "-batch", "-x", str(SCRIPT)], timeout_s=90.0)
    assert "Breakpoint 1, bios_main (" in done.stdout, done.output
    assert "harness/data/stub/bios.c:" in done.stdout
    assert "<bios_main>" in done.stdout
    assert re.search("command line: .*boot=live noprompt", done.stdout)
    person.wait_for("what was booted reports")
    person.started.close_stdin()
    person.wait_for("ended: standard input was closed")
