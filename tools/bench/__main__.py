"""`python -m tools.bench`, which `make bench` calls: arguments and printing."""

import argparse
import sys
from functools import partial
from pathlib import Path

from harness.cli import exit_code
from harness.pytest_plugin.repeat import count
from tools.bench.command import ALONE, SUBJECTS, Asked, bench


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench", description="Measure the harness against bare commands."
    )
    parser.add_argument(
        "subjects",
        nargs="*",
        choices=(*SUBJECTS, *ALONE),
        metavar="WHAT",
        help="lab: up and down; boot: one boot, side by side with a bare one; start: until the"
        " first guest's first instruction; servers: with Kea and dnsmasq beside ISC's, and `harness"
        " ask` and `compare`; run: all scenarios with -n 8; scale: up to 32 labs at"
        " once; labgrid: beside its QEMU driver, from PyPI (default: lab boot start run)",
    )
    parser.add_argument(
        "--runs",
        type=count,
        metavar="N",
        help="how often (default: lab 20, boot 3, start 5, servers 5, scale 3, labgrid 5; run 1)",
    )
    parser.add_argument(
        "--path",
        action="append",
        default=[],
        metavar="ID",
        help="boot by this path, or by `all` (may be repeated; default: UEFI by TFTP and HTTP over"
        " IPv4 and IPv6, and bios-ipxe-rom)",
    )
    parser.add_argument(
        "--beside",
        type=Path,
        metavar="DIR",
        help="measure another checkout, with an environment of its own, in turn with this one:"
        " lab, boot, start and run, each by the tree's own pytest",
    )
    only = "of all scenarios, run what pytest's -k takes"
    parser.add_argument("--only", metavar="EXPRESSION", default="", help=only)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Measure; give 1 when a bar is missed."""
    arguments = _parser().parse_args(argv)
    return exit_code(
        lambda: (
            not bench(
                Asked(
                    subjects=arguments.subjects,
                    runs=arguments.runs,
                    path_ids=arguments.path,
                    beside_dir=arguments.beside,
                    only=arguments.only,
                ),
                say=partial(print, file=sys.stderr, flush=True),
                print_section=partial(print, flush=True),
            )
        )
    )


if __name__ == "__main__":
    sys.exit(main())
