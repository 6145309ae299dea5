"""`python -m tools.mutants`, which `make mutants` calls: arguments and printing."""

import argparse
import sys
from functools import partial

from harness.cli import exit_code
from harness.pytest_plugin.repeat import count
from tools.mutants import page
from tools.mutants.run import SITE, WORK_DIR, Choice, mutants
from tools.mutants.sites import mutants_of_sites
from tools.mutants.slip import CATALOGUE, read_catalogue
from tools.mutants.trial import Bench


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.mutants",
        description="Make one-line mistakes in copies of a site, and see who notices.",
    )
    add = parser.add_argument
    add("--sites", action="store_true", help="in fixtures/sites, not in the reference site")
    add("--only", default="", metavar="WORDS", help="those whose file and mistake have this")
    add("--limit", type=count, metavar="N", help="no more than N")
    add("--again", action="store_true", help="also those that were tried before")
    add("-n", type=count, default=3, metavar="N", dest="workers", help="guests at a time")
    add("--page", action="store_true", help="only make docs/mutants.md of the list")
    add("words", nargs="*", metavar="ARG", help="passed on to pytest, after `--`")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Try them; give 1 when too few are seen, or named."""
    arguments = _parser().parse_args(argv)
    if arguments.page:
        return exit_code(page.write)
    choice = Choice(only=arguments.only, limit=arguments.limit, again=arguments.again)
    say = partial(print, flush=True)
    if arguments.sites:
        workers, words = arguments.workers, arguments.words
        return exit_code(lambda: not mutants_of_sites(choice, workers, words, say))
    bench = Bench(
        site_dir=SITE,
        catalogue=read_catalogue(CATALOGUE),
        work_dir=WORK_DIR,
        workers=arguments.workers,
        words=arguments.words,
        say=say,
    )
    return exit_code(lambda: not mutants(bench, choice))


if __name__ == "__main__":
    sys.exit(main())
