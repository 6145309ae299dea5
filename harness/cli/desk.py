"""The commands about a lab that stands for a person: their arguments, and what each runs."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from harness.cli.command import Add, add_evidence_dir, take_behind

_LAB = "its number, or a part of its evidence directory's name (default: the only one)"


def add_commands(add: Add) -> None:
    """Add `up`, `enter`, `down`, `console` and `capture`."""
    _add_up(add)
    enter = add("enter", _enter, "run a command, or a shell, in a running lab")
    enter.add_argument("--host", default="", metavar="NAME", help="on another host of the site's")
    down = add("down", _down, "end a lab that stays: of `harness up`, or held")
    console = add("console", _console, "attach to the console of a lab's guest")
    console.add_argument("--guest", default="", metavar="GUEST", help="of several: guest1")
    console.add_argument("--wait", action="store_true", help="for a lab that is yet to come")
    console.add_argument("--log", action="store_true", help="print what it has shown, as text")
    capture = add("capture", _capture, "write what crosses a lab's bridge, as pcap")
    capture.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to (default: standard output)"
    )
    for each in (enter, down, console, capture):
        each.add_argument("lab", nargs="?", default="", metavar="LAB", help=_LAB)
    take_behind(enter, "COMMAND", "")


def _add_up(add: Add) -> None:
    up = add("up", _up, "start a lab and keep it until Ctrl-C, or `harness down`")
    up.add_argument("--site", type=Path, metavar="DIR", required=True, help="the site to run")
    up.add_argument(
        "--boot",
        metavar="PATH",
        help="switch a guest on that boots by this path, such as x64-http-ipv4",
    )
    up.add_argument(
        "--lines",
        action="store_true",
        help="tell what the guest does in lines, without its screen beside them",
    )
    up.add_argument("--gdb", action="store_true", help="let gdb at its processor (QEMU's stub)")
    boots = "what the menu's Linux entries boot: a program that reports and ends, or a small Linux"
    for name, choices, what in (
        ("--accel", ("auto", "kvm", "tcg"), "what runs the guest"),
        ("--payload", ("stub", "linux"), boots),
        ("--nfs", ("auto", "kernel", "ganesha"), "what serves the site's NFS"),
    ):
        default = choices[0]
        up.add_argument(name, choices=choices, default=default, help=f"{what} (default: {default})")
    for name, metavar, what in (
        ("--firmware", "NAME|PLACE", "the UEFI firmware of the guest (default: its machine's)"),
        ("--loader", "NAME|DIR", "where the loaders that the site is supplied with are from"),
        ("--rom", "NAME|DIR", "where the option ROM of its card is from"),
        ("--qemu", "NAME|PLACE", "what runs it (default: this machine's QEMU)"),
    ):
        up.add_argument(name, metavar=metavar, action="append", default=[], help=what)
    add_evidence_dir(up)


def _up(arguments: argparse.Namespace) -> int:
    from harness.cli.up import Asked, up
    from harness.desk.terminal import Terminal

    asked = Asked(
        site_dir=arguments.site,
        boot=arguments.boot,
        accel=arguments.accel,
        nfs=arguments.nfs,
        linux=arguments.payload == "linux",
        gdb=arguments.gdb,
        lines=arguments.lines,
        parts={
            "firmware": arguments.firmware,
            "loaders": arguments.loader,
            "roms": arguments.rom,
            "qemus": arguments.qemu,
        },
        evidence_dir=arguments.evidence,
    )
    return up(asked, Terminal(sys.stdout))


def _enter(arguments: argparse.Namespace) -> NoReturn:
    from harness.cli.enter import enter

    enter(arguments.lab, arguments.inside, host=arguments.host)


def _down(arguments: argparse.Namespace) -> int:
    from harness.cli.down import down

    return down(arguments.lab, print)


def _console(arguments: argparse.Namespace) -> int:
    from harness.cli.look import console

    return console(arguments.lab, arguments.guest, log=arguments.log, wait=arguments.wait)


def _capture(arguments: argparse.Namespace) -> int:
    from harness.cli.look import capture

    return capture(arguments.lab, arguments.output)
