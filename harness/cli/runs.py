"""The commands about what a run has left: its evidence, judged, shown, packed, run again."""

import argparse
from pathlib import Path

from harness.cli.command import Add, add_evidence_dir, say, take_behind


def add_commands(add: Add) -> None:
    """Add `judge`, `explain`, `report`, `pack` and `rerun`."""
    _add_evidence(add)
    _add_rerun(add)


def _add_evidence(add: Add) -> None:
    judge = add("judge", _judge, "judge the evidence of boots again, from its files")
    judge.add_argument("evidence", type=Path, metavar="DIR", help="of a scenario, or of a run")
    explain = add("explain", _explain, "say what machines in a capture did, and why they stopped")
    explain.add_argument("capture", type=Path, metavar="FILE", help="pcap or pcapng, or .gz of one")
    explain.add_argument(
        "--site", type=Path, metavar="DIR", help="the site whose servers answered: names its lines"
    )
    report = add("report", _report, "make the page of a run once more: report.html")
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


def _add_rerun(add: Add) -> None:
    pack = add("pack", _pack, "pack the evidence of a boot so that it runs elsewhere")
    pack.add_argument("evidence", type=Path, metavar="DIR", help="of a scenario")
    pack.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to (default: its name, here)"
    )
    rerun = add("rerun", _rerun, "run a boot again, from its bundle alone")
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
    add_evidence_dir(rerun)
    take_behind(rerun, "OPTION")


def _judge(arguments: argparse.Namespace) -> int:
    from harness.cli.judge import judge_again

    return judge_again(arguments.evidence, print)


def _explain(arguments: argparse.Namespace) -> int:
    from harness.cli.explain import explain_capture

    return explain_capture(arguments.capture, arguments.site, say)


def _report(arguments: argparse.Namespace) -> int:
    from harness.cli.report import report

    return report(
        arguments.evidence,
        into=arguments.into,
        beside=arguments.beside,
        site=arguments.site,
        say=say,
    )


def _pack(arguments: argparse.Namespace) -> int:
    from harness.cli.rerun import pack_bundle

    return pack_bundle(arguments.evidence, arguments.output, say)


def _rerun(arguments: argparse.Namespace) -> int:
    from harness.cli.rerun import rerun

    return rerun(
        arguments.bundle,
        site_dir=arguments.site,
        evidence_dir=arguments.evidence,
        hold=arguments.hold,
        options=arguments.inside,
        say=say,
    )
