"""Explain a capture: read it, judge each machine in it, and say what is to be said."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from harness.errors import UsageError
from harness.explain.boots import captured_boot
from harness.explain.captured import Captured, Told, read_captured
from harness.explain.paragraphs import heading, paragraph
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.secret import masked
from harness.site import Site

Say = Callable[[str], None]
GREEN, RED = 0, 1
_CURE = (
    "capture on the boot server, or on a mirror of the machine's port, from before it is switched "
    "on: tcpdump -i eth0 -w boot.pcap"
)
_CURE_WHOLE = (
    "capture whole frames, for what is asked stands behind what is held: tcpdump -s 0 -i eth0 "
    "-w boot.pcap"
)


def explain(path: Path, site: Site | None, say: Say, told: Told = lambda *_: None) -> int:
    """Say of each machine that boots in a capture what it did, and why it came no further.

    Gives the exit code: whether something is wrong with any.

    Raises:
        UsageError: it is no capture, or nobody in it boots.
    """
    captured = read_captured(path, told)
    if not captured.machines:
        cure = _CURE_WHOLE if captured.file.shortened else _CURE
        raise UsageError(_nobody(captured), cure=cure)
    for line in heading(captured):
        say(line)
    code = GREEN
    with tempfile.TemporaryDirectory(prefix="netboot-harness-") as empty:
        for mac in captured.machines:
            boot = captured_boot(captured, mac, site, Path(empty))
            verdict = judge(boot, When.CAPTURED)
            say("")
            for line in paragraph(boot, verdict, captured):
                say(masked(line))
            code = RED if verdict.causes else code
    return code


def _nobody(captured: Captured) -> str:
    file = captured.file
    clients = "1 client asks" if captured.others == 1 else f"{captured.others} clients ask"
    others = f", and {clients} DHCP for other things" if captured.others else ""
    cut = f" ({file.cut})" if file.cut else ""
    held = f"; {file.shortened} frames are held in part only" if file.shortened else ""
    frames = f"it has {file.frames} frames{others}{cut}{held}"
    return f"nobody in {file.path} asks for what to boot: {frames}"
