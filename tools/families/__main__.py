"""`python -m tools.families`, which `make families` calls: arguments and printing."""

import argparse
import sys
from functools import partial

from harness.cli import exit_code
from harness.pytest_plugin.repeat import count
from tools.families.run import CLIENTS, Choice, families
from tools.families.trouble import TROUBLES


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.families",
        description="See which address family machines take when one is broken, and how long they"
        " take to; write the table of docs/families.md.",
    )
    add = parser.add_argument
    names = ", ".join(each.id for each in CLIENTS)
    add("--client", action="append", default=[], metavar="ID", help=f"only this: {names}")
    troubles = ", ".join(each.id for each in TROUBLES)
    add("--trouble", action="append", default=[], metavar="ID", help=f"only this: {troubles}")
    add("--limit", type=count, metavar="N", help="boot no more than N")
    add("--runs", type=count, default=1, metavar="N", help="boot each N times: the shortest counts")
    add("--again", action="store_true", help="forget what was booted before")
    add("-n", type=count, default=1, metavar="N", dest="workers", help="guests at a time")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Boot what was not booted yet, and write the table."""
    asked = _parser().parse_args(argv)
    choice = Choice(
        clients=asked.client,
        troubles=asked.trouble,
        limit=asked.limit,
        runs=asked.runs,
        again=asked.again,
    )
    return exit_code(
        lambda: families(choice, workers=asked.workers, say=partial(print, flush=True))
    )


if __name__ == "__main__":
    sys.exit(main())
