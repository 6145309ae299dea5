"""`python -m tools.soak`, which `make soak` calls: arguments and printing."""

import argparse
import sys
from functools import partial

from harness.cli import exit_code
from harness.pytest_plugin.repeat import count
from tools.soak.run import BOOTS, WORKERS, soak


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.soak", description="Boot many times while the machine has other work."
    )
    parser.add_argument("--boots", type=count, default=BOOTS, metavar="N", help="in all (200)")
    parser.add_argument(
        "-n", type=count, default=WORKERS, metavar="N", dest="workers", help="guests at a time (8)"
    )
    parser.add_argument("words", nargs="*", metavar="ARG", help="passed on to pytest, after `--`")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Boot; give 1 when a boot is red."""
    arguments = _parser().parse_args(argv)
    return exit_code(
        lambda: (
            not soak(
                boots=arguments.boots,
                workers=arguments.workers,
                words=arguments.words,
                say=partial(print, flush=True),
            )
        )
    )


if __name__ == "__main__":
    sys.exit(main())
