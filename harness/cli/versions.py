"""The commands about versions: of firmware and loaders, and of what boots by them."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from harness.cli.command import Add, add_evidence_dir, say, sentence, take_behind


def add_commands(add: Add) -> None:
    """Add `firmware`, `matrix`, `bisect` and `bug`."""
    _add_firmware(add)
    matrix = add("matrix", _matrix, "show what tiers run, and how long they take")
    matrix.add_argument(
        "tier", nargs="?", default="", metavar="TIER", help="only this one, with its parts"
    )
    _add_bisect(add)


def _add_firmware(add: Add) -> None:
    what = "say what firmware, loaders, option ROMs and QEMU there are, and fetch them"
    group = add("firmware", _firmware, what)
    group.set_defaults(words=(), action="list")
    actions = group.add_subparsers(title="commands", metavar="COMMAND")
    words = "a name such as ovmf-x64@2025.02 or ipxe@2.0, or a pattern such as 'ovmf-x64@*'"
    for action, help, nargs in (
        ("list", "list what there is, and what of it is here", "*"),
        ("fetch", "fetch it now, so that runs need no network", "+"),
        ("show", "show its files and their hashes", "+"),
    ):
        each = actions.add_parser(action, help=help, description=sentence(help))
        each.add_argument("words", nargs=nargs, metavar="NAME", help=words)
        each.set_defaults(action=action)


def _add_bisect(add: Add) -> None:
    what = "find the first version, or the first commit, by which a scenario is red"
    bisect = add("bisect", _bisect, what)
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
        choices=("firmware", "loader", "rom", "qemu"),
        default="",
        help="what is varied (default: what the name is of; of ipxe the loader, of --tree"
        " the firmware)",
    )
    bisect.add_argument("--tree", type=Path, metavar="DIR", help="a git repository to build in")
    bisect.add_argument(
        "--build", metavar="CMD", default="", help="how a commit of it is built, by the shell"
    )
    add_evidence_dir(bisect)
    bug = add("bug", _bug, "show a known bug on both sides, to be pasted in a tracker")
    bug.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        default="",
        help="a pair, such as no_entropy; without one all are listed, and none is run",
    )
    add_evidence_dir(bug)
    for each in (bisect, bug):
        take_behind(each, "OPTION")


def _firmware(arguments: argparse.Namespace) -> int:
    from harness.cli import firmware

    action: Callable[..., int] = getattr(firmware, f"{arguments.action}_parts")
    return action(arguments.words, say)


def _matrix(arguments: argparse.Namespace) -> int:
    from harness.cli.matrix import show_matrix

    return show_matrix(arguments.tier, say)


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
    return bisect(asked, say)


def _bug(arguments: argparse.Namespace) -> int:
    from harness.cli.bug import list_bugs, show_bug

    if not arguments.name:
        return list_bugs(arguments.inside, say)
    return show_bug(
        arguments.name,
        evidence_dir=arguments.evidence,
        options=arguments.inside,
        say=say,
        progress=lambda line: print(line, file=sys.stderr, flush=True),
    )
