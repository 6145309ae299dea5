"""The commands about a site: its files, its servers, its approved boots."""

import argparse
from pathlib import Path

from harness.cli.command import Add, say, take_behind


def add_commands(add: Add) -> None:
    """Add `init`, `check`, `ask`, `compare`, `learn` and `approve`."""
    _add_site(add)
    _add_learn(add)


def _add_site(add: Add) -> None:
    init = add("init", _init, "make a site of a boot server's own files")
    init.add_argument("site", type=Path, metavar="DIR", help="the directory to make it in")
    init.add_argument(
        "--from",
        dest="source",
        metavar="ROOT|TAR",
        required=True,
        help="the server's /etc and data, as a directory or a tar (- for standard input)",
    )
    init.add_argument(
        "--host",
        dest="hosts",
        metavar="NAME=ROOT|TAR",
        action="append",
        default=[],
        help="another host that machines boot from, and its files; may be repeated",
    )
    check = add("check", _check, "say what a site lacks, and what looks wrong in its files")
    check.add_argument("site", type=Path, metavar="SITE", help="the site's directory")
    _add_servers(add)


def _add_servers(add: Add) -> None:
    ask = add("ask", _ask, "ask a site's DHCP servers as every kind of client")
    ask.add_argument("site", type=Path, metavar="DIR", help="the site's directory")
    compared = add("compare", _compare, "say which machines two sites' servers answer differently")
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
    take_behind(compared, "OPTION")


def _add_learn(add: Add) -> None:
    learn = add("learn", _learn, "boot a site's machines, and write down what each does")
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
        type=_row,
        help="of menus choose only this row, and boot untouched; of a sub-menu name both; "
        "of a prompt type only this label",
    )
    which.add_argument(
        "--untouched", dest="rows", action="store_const", const=(), help="choose no row of a menu"
    )
    take_behind(learn, "OPTION")
    approve = add(
        "approve", _approve, "show what machines did otherwise than approved, and take it"
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


def _row(word: str) -> str:
    """Take a label as it is, and as a .boot file has it: `types "rescue"`."""
    from harness.plan.boot_words import read_typed

    return read_typed(word) or word


def _init(arguments: argparse.Namespace) -> int:
    from harness.cli.init import init

    return init(arguments.site, arguments.source, arguments.hosts, print)


def _check(arguments: argparse.Namespace) -> int:
    from harness.cli.check import check

    return check(arguments.site, print)


def _ask(arguments: argparse.Namespace) -> int:
    from harness.cli.ask import ask_servers

    return ask_servers(arguments.site, arguments.machine, say)


def _compare(arguments: argparse.Namespace) -> int:
    from harness.cli.compare import compare_sites

    return compare_sites(
        arguments.site,
        arguments.other,
        servers=arguments.servers,
        machines=arguments.machine,
        boots=not arguments.no_boots,
        options=arguments.inside,
        say=say,
    )


def _learn(arguments: argparse.Namespace) -> int:
    from harness.cli.learn import learn

    return learn(
        arguments.site,
        machines=arguments.machine,
        rows=arguments.rows,
        options=arguments.inside,
        say=say,
    )


def _approve(arguments: argparse.Namespace) -> int:
    from harness.cli.approve import approve

    return approve(
        arguments.site,
        arguments.evidence,
        names=arguments.boots,
        yes=arguments.yes,
        ask=input,
        say=say,
    )
