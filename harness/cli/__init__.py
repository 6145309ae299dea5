"""The command line: `harness doctor`, `init`, `check`, `judge`, `up`, `enter` and the others.

Owns arguments and printing. Each command imports what it needs when it runs, so
that `doctor` answers where something else cannot even be imported.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial

from harness import __version__, garbage
from harness.cli import desk, runs, sites, versions
from harness.cli.command import Command, sentence
from harness.cli.examples import epilog
from harness.errors import HarnessError
from harness.process import ended_in_order

_COMPLETION = "_ARGCOMPLETE"
"""The environment variable by which a shell asks what could come next."""
_NOBODY_READS = 128 + signal.SIGPIPE


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code: 0 well, 1 a finding, 2 an error."""
    garbage.look_seldom()
    parser = make_parser()
    given, inside = _split(sys.argv[1:] if argv is None else argv, parser.get_default("behind"))
    if _COMPLETION in os.environ:
        from harness.cli.completion import answer

        answer(parser)
    arguments = parser.parse_args(given)
    arguments.inside = inside
    command: Command = arguments.command
    return exit_code(lambda: command(arguments))


def exit_code(command: Callable[[], int]) -> int:
    """Run a command; print the error that ends it.

    SIGTERM and SIGHUP end it as Ctrl-C does.
    """
    try:
        with ended_in_order():
            code = command()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has seen enough: `harness check mysite | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS
    except HarnessError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
    return code


def _split(argv: Sequence[str], names: Collection[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Part our own arguments from what is handed on, after `--`, by the commands of these names."""
    if "--" not in argv or argv[0] not in names:
        return argv, ()
    place = argv.index("--")
    return argv[:place], argv[place + 1 :]


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of all commands; the manual page is made of it as well."""
    parser = argparse.ArgumentParser(
        prog="harness",
        description="End-to-end tests for network boot.",
        epilog=epilog(""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"netboot-harness {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(commands, "doctor", _doctor, "say what this machine can do, what it cannot, and the cure")
    prepare = _add(commands, "prepare", _prepare, "make or fetch everything that guests boot")
    prepare.add_argument(
        "--live",
        action="store_true",
        help="the live image of the slow tier instead (docs/live.md)",
    )
    for group in (sites, versions, runs, desk):
        group.add_commands(partial(_add, commands))
    completion = _add(
        commands, "completion", _completion, "print what lets a shell complete these commands"
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    made = commands.choices.items()
    parser.set_defaults(behind=[name for name, each in made if each.get_default("takes_behind")])
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    purpose: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=sentence(purpose),
        epilog=epilog(name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=command)
    return parser


def _doctor(_: argparse.Namespace) -> int:
    from harness.assets.cache import cache_dir
    from harness.host import doctor
    from harness.services.registry import all_tools

    checks = doctor.examine(cache_dir(), all_tools())
    print(doctor.render(checks))
    return doctor.exit_code(checks)


def _completion(arguments: argparse.Namespace) -> int:
    from harness.cli.completion import code

    print(code(arguments.shell))
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    from harness.assets.prepare import prepare

    prepare(lambda line: print(line, flush=True), images=arguments.live)
    return 0
