"""The command line: `harness doctor`, `harness prepare`, `harness check SITE`, `harness bench`.

Owns arguments and printing. Each command imports what it needs when it runs, so
that `doctor` answers where something else cannot even be imported.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import __version__
from harness.errors import HarnessError

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code: 0 well, 1 a finding, 2 an error."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        return command(arguments)
    except HarnessError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="harness", description="End-to-end tests for network boot."
    )
    parser.add_argument("--version", action="version", version=f"netboot-harness {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(commands, "doctor", _doctor, "say what this machine can do, what it cannot, and the cure")
    _add(commands, "prepare", _prepare, "make or fetch everything that guests boot")
    check = _add(commands, "check", _check, "load a site and check that it is complete")
    check.add_argument("site", type=Path, metavar="SITE", help="the site's directory")
    _add_bench(commands)
    return parser


def _add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = _add(commands, "bench", _bench, "measure the harness against bare commands")
    bench.add_argument(
        "subjects",
        nargs="*",
        choices=("lab", "boot", "run"),
        metavar="WHAT",
        help="lab: up and down; boot: one boot, side by side with a bare one; run: all scenarios"
        " with -n 8 (default: all three)",
    )
    bench.add_argument(
        "--runs", type=_count, metavar="N", help="how often (default: lab 20, boot 5; run is once)"
    )
    bench.add_argument(
        "--path",
        action="append",
        default=[],
        metavar="ID",
        help="boot by this path, or by `all` (may be repeated; default: x64-http-ipv4 and"
        " bios-ipxe-rom)",
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    purpose: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=purpose, description=purpose.capitalize() + ".")
    parser.set_defaults(command=command)
    return parser


def _doctor(_: argparse.Namespace) -> int:
    from harness.assets.cache import cache_dir
    from harness.host import doctor

    checks = doctor.examine(cache_dir())
    print(doctor.render(checks))
    return doctor.exit_code(checks)


def _prepare(_: argparse.Namespace) -> int:
    from harness.assets.prepare import prepare

    prepare(print)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from harness.site import check_site, load_site

    site = load_site(arguments.site)
    check_site(site)
    entries = ", ".join(site.menu.entries)
    print(f"{site.name}: complete; daemons {', '.join(site.daemons)}; entries {entries}")
    return 0


def _bench(arguments: argparse.Namespace) -> int:
    from functools import partial

    from harness.bench.command import bench

    met = bench(
        arguments.subjects,
        runs=arguments.runs,
        path_ids=arguments.path,
        say=partial(print, file=sys.stderr, flush=True),
        print_section=partial(print, flush=True),
    )
    return 0 if met else 1
