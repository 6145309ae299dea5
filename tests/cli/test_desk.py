"""A machine at a desk: what it does is told, its keys are a person's, gdb gets at it."""

import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from harness import process
from harness.host import rights, tools
from harness.process import Process
from tests.cli.conftest import LAST_LINE, PROJECT, Person
from tests.lab.conftest import DAEMONS

SOURCE = "import sys; from harness.cli import main; sys.exit(main(sys.argv[1:]))"


def stub_says(path: Path) -> bytes:
    """Ask QEMU's stub why the processor stands (GDB's remote protocol), and let it go on."""
    with socket.socket(socket.AF_UNIX) as stub:
        stub.settimeout(20.0)
        # By a short path: that of a socket has 107 bytes at most.
        place = os.open(path.parent, os.O_PATH)
        stub.connect(f"/proc/self/fd/{place}/{path.name}")
        os.close(place)
        stub.sendall(b"$?#3f")
        said = stub.recv(100)
        stub.sendall(b"+$D#44")
        stub.recv(100)
        return said


def test_a_machine_at_a_desk(
    harness: Callable[..., Process], own_site: Path, tmp_path: Path
) -> None:
    tools.require(*DAEMONS, "qemu-system-x86_64", "ipxe-roms")
    rights.require()
    evidence = tmp_path / "evidence"
    words = ("--boot=bios-ipxe-rom", "--gdb", "--accel=tcg")
    person = Person(harness("up", f"--site={own_site}", f"--evidence={evidence}", *words))
    person.wait_for(LAST_LINE)
    assert person.fact("console") == f"harness console {person.pid}"
    place = person.fact("gdb").partition("target remote ")[2].partition("'")[0]
    # Halted by a trap, or by whoever has just attached (GDB, Stop Reply Packets).
    assert re.search(rb"\$T0[25]", stub_says(Path(place)))
    person.wait_for("guest0 is halted: by gdb")
    person.wait_for("guest0 goes on")
    argv = [sys.executable, "-c", SOURCE, "console", str(person.pid)]
    console = process.start(argv, pipe_stdin=True, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    person.wait_for("menu        Network boot (legacy) (counts down")
    os.write(console.stdin_fd, b"\x1b[B")
    person.wait_for("menu        > Systemrescuecd")
    console.close_stdin()
    assert console.wait(20) == 0
    shown = os.read(console.stdout_fd, 1 << 20)
    console.close()
    assert b"iPXE" in shown
    said = person.said
    assert "the loader asks for an address" in said
    assert "HTTP GET /script.ipxe of 192.0.2." in said
    assert said.count("menu        Network boot (legacy)") == 1
    person.started.close_stdin()
    person.wait_for("ended: standard input was closed")
