"""The command line: `harness doctor`, `init`, `check`, `judge`, `up`, `enter` and the others.

Owns arguments and printing. Each command imports what it needs when it runs, so
that `doctor` answers where something else cannot even be imported.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from harness import __version__
from harness.cli import desk
from harness.cli.examples import epilog
from harness.errors import HarnessError
from harness.process import ended_in_order

_BEHIND = "Behind -- stand pytest's and the plugin's options: -n 4, --clock real, --payload linux."
_COMPLETION = "_ARGCOMPLETE"
"""The environment variable by which a shell asks what could come next."""
_NOBODY_READS = 128 + signal.SIGPIPE
Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code: 0 well, 1 a finding, 2 an error."""
    given, inside = _split(sys.argv[1:] if argv is None else argv)
    parser = make_parser()
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


def _split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Part our own arguments from what is handed on, after `--`."""
    if "--" not in argv or argv[0] not in ("enter", "learn", "rerun", "bisect", "bug", "compare"):
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
    _add_site(commands)
    _add_learn(commands)
    _add_firmware(commands)
    matrix = _add(commands, "matrix", _matrix, "show what tiers run, and how long they take")
    matrix.add_argument(
        "tier", nargs="?", default="", metavar="TIER", help="only this one, with its parts"
    )
    _add_bisect(commands)
    _add_evidence(commands)
    _add_rerun(commands)
    desk.add_commands(partial(_add, commands))
    completion = _add(
        commands, "completion", _completion, "print what lets a shell complete these commands"
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser


def _add_bisect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    what = "find the first version, or the first commit, by which a scenario is red"
    bisect = _add(commands, "bisect", _bisect, what)
    bisect.add_argument(
        "scenario", metavar="SCENARIO", help="a .boot file, or a test as pytest names it"
    )
    for name, which in (("--good", "green"), ("--bad", "red")):
        bisect.add_argument(
            name,
            metavar="NAME|COMMIT",
            required=True,
            help=f"a release by which it is {which}, such as ovmf-x64@2022.11; of --tree a commit",
        )
    bisect.add_argument(
        "--part",
        choices=("firmware", "loader", "rom"),
        default="",
        help="what is varied (default: what the name is of; of ipxe the loader, of --tree"
        " the firmware)",
    )
    bisect.add_argument("--tree", type=Path, metavar="DIR", help="a git repository to build in")
    bisect.add_argument(
        "--build", metavar="CMD", default="", help="how a commit of it is built, by the shell"
    )
    _add_evidence_dir(bisect)
    bug = _add(commands, "bug", _bug, "show a known bug on both sides, to be pasted in a tracker")
    bug.add_argument("name", metavar="NAME", help="a pair of scenarios/bugs, such as no_entropy")
    _add_evidence_dir(bug)
    bug.usage = "harness bug [-h] [--evidence DIR] NAME [-- OPTION ...]"
    bisect.usage = (
        "harness bisect [-h] --good NAME --bad NAME [--part PART] [--tree DIR --build CMD]"
        " SCENARIO [-- OPTION ...]"
    )
    bisect.description = f"{bisect.description}\n\n{_BEHIND}"


def _add_evidence_dir(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--evidence",
        type=Path,
        metavar="DIR",
        default=Path("evidence"),
        help="where logs and capture go (default: evidence/)",
    )


def _add_evidence(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    judge = _add(commands, "judge", _judge, "judge the evidence of boots again, from its files")
    judge.add_argument("evidence", type=Path, metavar="DIR", help="of a scenario, or of a run")
    explain = _add(
        commands, "explain", _explain, "say what machines in a capture did, and why they stopped"
    )
    explain.add_argument("capture", type=Path, metavar="FILE", help="pcap or pcapng, or .gz of one")
    explain.add_argument(
        "--site", type=Path, metavar="DIR", help="the site whose servers answered: names its lines"
    )
    report = _add(commands, "report", _report, "make the page of a run once more: report.html")
    report.add_argument(
        "evidence",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="the evidence of a run; of several, the shards of one, with --into",
    )
    report.add_argument(
        "--into", type=Path, metavar="NEW", help="the directory to put shards together in"
    )
    report.add_argument(
        "--beside", type=Path, metavar="OTHER", help="a run to set it beside (default: the last)"
    )
    report.add_argument(
        "--site", type=Path, metavar="SITE", help="where the site's passwords are named, to mask"
    )


def _add_rerun(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pack = _add(commands, "pack", _pack, "pack the evidence of a boot so that it runs elsewhere")
    pack.add_argument("evidence", type=Path, metavar="DIR", help="of a scenario")
    pack.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to (default: its name, here)"
    )
    rerun = _add(commands, "rerun", _rerun, "run a boot again, from its bundle alone")
    rerun.add_argument(
        "bundle",
        type=Path,
        metavar="BUNDLE",
        help="a scenario's evidence directory, or a packed one",
    )
    rerun.add_argument(
        "--hold", action="store_true", help="if it is red, let its lab stand until `harness down`"
    )
    rerun.add_argument(
        "--site", type=Path, metavar="SITE", help="the site, in place of the bundle's copy of it"
    )
    rerun.add_argument(
        "--evidence",
        type=Path,
        metavar="DIR",
        default=Path("evidence"),
        help="where the evidence of this run goes (default: evidence/)",
    )
    rerun.usage = (
        "harness rerun [-h] [--hold] [--site SITE] [--evidence DIR] BUNDLE [-- OPTION ...]"
    )
    rerun.description = f"{rerun.description}\n\n{_BEHIND}"


def _add_site(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = _add(commands, "init", _init, "make a site of a boot server's own files")
    init.add_argument("site", type=Path, metavar="DIR", help="the directory to make it in")
    init.add_argument(
        "--from",
        dest="source",
        metavar="ROOT|TAR",
        required=True,
        help="the server's /etc and data, as a directory or a tar (- for standard input)",
    )
    check = _add(
        commands, "check", _check, "say what a site lacks, and what looks wrong in its files"
    )
    check.add_argument("site", type=Path, metavar="SITE", help="the site's directory")
    _add_servers(commands)


def _add_servers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ask = _add(commands, "ask", _ask, "ask a site's DHCP servers as every kind of client")
    ask.add_argument("site", type=Path, metavar="DIR", help="the site's directory")
    compared = _add(
        commands, "compare", _compare, "say which machines two sites' servers answer differently"
    )
    compared.add_argument("site", type=Path, metavar="A", help="the site as it is")
    compared.add_argument(
        "other",
        type=Path,
        nargs="?",
        metavar="B",
        help="the one that is to be like it (default: A)",
    )
    compared.add_argument(
        "--servers",
        metavar="NAME,NAME",
        default="",
        help="the daemons that answer DHCP on B instead of its own, as site.toml names them",
    )
    compared.add_argument(
        "--no-boots",
        action="store_true",
        help="only ask the servers, which takes seconds; hold no boot of A on B",
    )
    for each in (ask, compared):
        each.add_argument(
            "--machine",
            metavar="NAME",
            action="append",
            default=[],
            help="only as this machine of [machines], or as a `stranger`",
        )
    compared.usage = (
        "harness compare [-h] [--servers NAME,NAME] [--machine NAME] [--no-boots] A [B]"
        " [-- OPTION ...]"
    )
    compared.description = f"{compared.description}\n\n{_BEHIND}"


def _add_firmware(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    what = "say what firmware, loaders and option ROMs there are, and fetch them"
    group = _add(commands, "firmware", _firmware, what)
    group.set_defaults(words=(), action="list")
    actions = group.add_subparsers(title="commands", metavar="COMMAND")
    words = "a name such as ovmf-x64@2025.02 or ipxe@2.0, or a pattern such as 'ovmf-x64@*'"
    for action, help, nargs in (
        ("list", "list what there is, and what of it is here", "*"),
        ("fetch", "fetch it now, so that runs need no network", "+"),
        ("show", "show its files and their hashes", "+"),
    ):
        each = actions.add_parser(action, help=help, description=_sentence(help))
        each.add_argument("words", nargs=nargs, metavar="NAME", help=words)
        each.set_defaults(action=action)


def _add_learn(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    learn = _add(commands, "learn", _learn, "boot a site's machines, and write down what each does")
    learn.add_argument("site", type=Path, metavar="DIR", help="the site's directory")
    learn.add_argument(
        "--machine",
        metavar="NAME",
        action="append",
        default=[],
        help="only this machine: a boot path, such as x64-http-ipv4, or one of [machines]",
    )
    which = learn.add_mutually_exclusive_group()
    which.add_argument(
        "--row",
        metavar="TEXT",
        dest="rows",
        action="append",
        help="of menus choose only this row, and boot untouched; of a sub-menu name both",
    )
    which.add_argument(
        "--untouched", dest="rows", action="store_const", const=(), help="choose no row of a menu"
    )
    learn.usage = (
        "harness learn [-h] [--machine NAME] [--row TEXT | --untouched] DIR [-- OPTION ...]"
    )
    learn.description = f"{learn.description}\n\n{_BEHIND}"
    approve = _add(
        commands, "approve", _approve, "show what machines did otherwise than approved, and take it"
    )
    approve.add_argument("site", type=Path, metavar="DIR", help="the site's directory")
    approve.add_argument("boots", nargs="*", metavar="BOOT", help="only these .boot files")
    approve.add_argument("--yes", action="store_true", help="take all without being asked")
    approve.add_argument(
        "--evidence",
        type=Path,
        metavar="DIR",
        default=Path("evidence/latest"),
        help="of the run that has seen them (default: evidence/latest)",
    )


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    purpose: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=_sentence(purpose),
        epilog=epilog(name),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=command)
    return parser


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _doctor(_: argparse.Namespace) -> int:
    from harness.assets.cache import cache_dir
    from harness.host import doctor
    from harness.services.registry import all_tools

    checks = doctor.examine(cache_dir(), all_tools())
    print(doctor.render(checks))
    return doctor.exit_code(checks)


def _judge(arguments: argparse.Namespace) -> int:
    from harness.cli.judge import judge_again

    return judge_again(arguments.evidence, print)


def _explain(arguments: argparse.Namespace) -> int:
    from harness.cli.explain import explain_capture

    return explain_capture(arguments.capture, arguments.site, _say)


def _report(arguments: argparse.Namespace) -> int:
    from harness.cli.report import report

    return report(
        arguments.evidence,
        into=arguments.into,
        beside=arguments.beside,
        site=arguments.site,
        say=_say,
    )


def _completion(arguments: argparse.Namespace) -> int:
    from harness.cli.completion import code

    print(code(arguments.shell))
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    from harness.assets.prepare import prepare

    prepare(lambda line: print(line, flush=True), images=arguments.live)
    return 0


def _init(arguments: argparse.Namespace) -> int:
    from harness.cli.init import init

    return init(arguments.site, arguments.source, print)


def _check(arguments: argparse.Namespace) -> int:
    from harness.cli.check import check

    return check(arguments.site, print)


def _ask(arguments: argparse.Namespace) -> int:
    from harness.cli.ask import ask_servers

    return ask_servers(arguments.site, arguments.machine, _say)


def _compare(arguments: argparse.Namespace) -> int:
    from harness.cli.compare import compare_sites

    return compare_sites(
        arguments.site,
        arguments.other,
        servers=arguments.servers,
        machines=arguments.machine,
        boots=not arguments.no_boots,
        options=arguments.inside,
        say=_say,
    )


def _firmware(arguments: argparse.Namespace) -> int:
    from harness.cli import firmware

    action: Callable[..., int] = getattr(firmware, f"{arguments.action}_parts")
    return action(arguments.words, _say)


def _matrix(arguments: argparse.Namespace) -> int:
    from harness.cli.matrix import show_matrix

    return show_matrix(arguments.tier, _say)


def _bisect(arguments: argparse.Namespace) -> int:
    from harness.cli.bisect import Asked, bisect

    asked = Asked(
        scenario=arguments.scenario,
        good=arguments.good,
        bad=arguments.bad,
        part=arguments.part,
        tree=arguments.tree,
        build=arguments.build,
        evidence_dir=arguments.evidence,
        options=arguments.inside,
    )
    return bisect(asked, _say)


def _bug(arguments: argparse.Namespace) -> int:
    from harness.cli.bug import show_bug

    return show_bug(
        arguments.name,
        evidence_dir=arguments.evidence,
        options=arguments.inside,
        say=_say,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )


def _learn(arguments: argparse.Namespace) -> int:
    from harness.cli.learn import learn

    return learn(
        arguments.site,
        machines=arguments.machine,
        rows=arguments.rows,
        options=arguments.inside,
        say=_say,
    )


def _approve(arguments: argparse.Namespace) -> int:
    from harness.cli.approve import approve

    return approve(
        arguments.site,
        arguments.evidence,
        names=arguments.boots,
        yes=arguments.yes,
        ask=input,
        say=_say,
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _pack(arguments: argparse.Namespace) -> int:
    from harness.cli.rerun import pack_bundle

    return pack_bundle(arguments.evidence, arguments.output, _say)


def _rerun(arguments: argparse.Namespace) -> int:
    from harness.cli.rerun import rerun

    held = ("--hold",) if arguments.hold else ()
    return rerun(
        arguments.bundle,
        site_dir=arguments.site,
        evidence_dir=arguments.evidence,
        options=(*held, *arguments.inside),
        say=_say,
    )
