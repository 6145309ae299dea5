"""`python -m tools.blame`, which `make blame` calls: arguments and printing."""

import argparse
import sys
from functools import partial

from harness.cli import exit_code
from harness.pytest_plugin.repeat import count
from tools.blame import page
from tools.blame.family import FAMILIES, Choice, Setting, blame


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.blame",
        description="Try faults that are known, and see which are judged rightly and which are"
        " named by what is said first; write the tables of docs/blame.md when all were tried.",
    )
    add = parser.add_argument
    families = ", ".join(FAMILIES)
    add("--family", action="append", choices=FAMILIES, help=f"only this: {families}")
    add("--only", default="", metavar="WORDS", help="those whose file and mistake have this")
    add("--limit", type=count, metavar="N", help="no more than N of each family")
    add("--again", action="store_true", help="also those that were tried before")
    add("-n", type=count, default=3, metavar="N", dest="workers", help="guests at a time")
    add("--page", action="store_true", help="try none, only make docs/blame.md of what is kept")
    add("words", nargs="*", metavar="ARG", help="passed on to pytest, after `--`")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Try them; give 1 when too few are judged rightly, or named, or something else is blamed."""
    asked = _parser().parse_args(argv)
    choice = Choice(
        only=asked.only,
        limit=asked.limit,
        again=asked.again and not asked.page,
        anew=not asked.page,
    )
    say = partial(print, flush=True)
    setting = Setting(workers=asked.workers, words=asked.words, say=say)

    def run() -> int:
        tallies = blame(asked.family or [*FAMILIES], choice, setting)
        if choice.is_whole and tallies.keys() == FAMILIES.keys():
            page.put(page.tables(tallies))
        return not all(each.passed for each in tallies.values())

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main())
