"""`report.html`: one file that shows a run, and needs nothing beside it. The one owner of Jinja2.

Every text goes through `masked` and is escaped by the template. What a boot shows when it is
opened is made here, and packed: a browser unpacks the one that somebody looks at.
"""

import gzip
import re
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from harness import __version__
from harness.data import DATA_DIR
from harness.errors import HarnessError, UsageError
from harness.evidence.boot_json import UnreadableBundleError
from harness.evidence.directory import EvidenceDirectory
from harness.report.facts import MARKDOWN_NAME, REPORT_NAME, BootFacts, run_facts
from harness.report.markdown import markdown
from harness.report.matrix import counted, place_of
from harness.report.run import Run, read_run
from harness.report.view import view
from harness.report.waterfall import size_words
from harness.secret import keep_secret, kept, masked

_DATA = DATA_DIR / "report"
_FEW = 8
"""Boots that one process is done with before others have started."""
_PLACE = re.compile(r"[\w.+-]+(?:/[\w.+-]+)+:\d+|frame \d+")
_MARKS = {"passed": "✓", "failed": "✕", "error": "!", "skipped": "-", "": "?"}


def write_report(run_dir: Path, *, beside: Path | None = None, missing: Sequence[str] = ()) -> Path:
    """Make the page of a run, beside another one or the one before; give where it lies.

    What is said to be missing in it stands on top.

    Raises:
        HarnessError: there is no boot in it, or its passwords are not known.
    """
    run_dir = run_dir.resolve()  # `latest` is no run's name
    boots = run_facts(run_dir)
    _verify_secrets(boots)
    run = read_run(run_dir, boots, beside=beside, missing=missing)
    packed = _all_packed(boots, run)
    page = (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run, packed=packed, version=__version__, css=_read("page.css"), js=_read("page.js")
        )
    )
    _write(run_dir / MARKDOWN_NAME, markdown(run))
    return _write(run_dir / REPORT_NAME, page)


def _write(path: Path, text: str) -> Path:
    """Write a file, so that whoever reads it sees the old one or the new."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    fresh.replace(path)
    return path


def _verify_secrets(boots: Sequence[BootFacts]) -> None:
    """Show no console of a site whose passwords nobody has told us.

    Raises:
        UsageError: its `site.toml` names some, and they are not known here.
    """
    for each in boots if not kept() else ():
        content = EvidenceDirectory(each.dir).read_json(each.dir / "boot.json")
        boot = content.get("boot")
        site = boot.get("site") if isinstance(boot, dict) else None
        if isinstance(site, dict) and site.get("has_secrets"):
            raise UsageError(
                f"the site of {each.name} names passwords in its site.toml, which are not known"
                " here: a page would show them",
                cure="name the site with --site DIR",
            )


def _all_packed(boots: Sequence[BootFacts], run: Run) -> list[str]:
    """Make what each boot shows; of many, on all cores: a tenth of a second each."""
    pack = partial(_packed, run=run)
    if len(boots) <= _FEW:
        return [*map(pack, boots)]
    # Not forked: whoever calls may have threads, whose locks a fork would keep for ever.
    fresh = get_context("spawn")
    with ProcessPoolExecutor(mp_context=fresh, initializer=keep_secret, initargs=(kept(),)) as pool:
        return [*pool.map(pack, boots, chunksize=_FEW // 2)]


def _packed(boot: BootFacts, run: Run) -> str:
    """Make what is shown when a boot is opened: HTML by gzip, in base64."""
    template = _environment().get_template("boot.html.j2")
    siblings = [e for e in run.boots if e.test == boot.test and e.name != boot.name]
    shown = {"facts": boot, "run": run, "siblings": siblings, "beside": run.beside.get(boot.name)}
    try:
        html = template.render(view=view(boot), error="", **shown)
    except UnreadableBundleError as error:
        html = template.render(view=None, error=str(error), **shown)
    return b64encode(gzip.compress(html.encode(), mtime=0)).decode()


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_DATA),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        places=_places,
        mark=lambda state: _MARKS.get(state, "?"),
        size=size_words,
        share=_share,
        seconds=_seconds,
    )
    found.globals.update(counted=counted, place_of=place_of)
    return found


def _finalized(value: object) -> object:
    """Take the passwords out of whatever is put on the page."""
    return masked(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _places(text: str) -> Markup:
    """Give a sentence with the file and line that it names set apart, and its frames as links."""
    found, end = Markup(""), 0
    text = masked(text)
    for place in _PLACE.finditer(text):
        form = '<a href="#" data-find="wire {1}">{0}</a>' if " " in place[0] else "<b>{0}</b>"
        number = place[0].rpartition(" ")[2]
        found += escape(text[end : place.start()]) + Markup(form).format(place[0], number)
        end = place.end()
    return found + escape(text[end:])


def _share(at_s: float, whole_s: float) -> str:
    """Give how far along an axis something is, in per cent."""
    return f"{min(100.0, max(0.0, 100 * at_s / whole_s)):.2f}"


def _seconds(at_s: float | None) -> str:
    return "-" if at_s is None else f"{at_s:.{1 if at_s >= 1 else 2}f}\N{NO-BREAK SPACE}s"


def _read(name: str) -> Markup:
    """Give one of our own files, which goes onto the page as it is."""
    return Markup((_DATA / name).read_text())


def report_line(run_dir: Path, job_page: Path | None = None) -> str:
    """Make a run's page, and say where it lies; or why there is none: a run goes on without.

    What it says in Markdown is added to `job_page`.
    """
    try:
        path = write_report(run_dir)
        if job_page is not None:
            with job_page.open("a") as file:
                file.write((run_dir / MARKDOWN_NAME).read_text())
    except (HarnessError, OSError) as error:
        return f"no report: {error}"
    except Exception as error:  # whatever is wrong with a page, the run keeps its verdicts
        return f"no report: a fault of the harness: {type(error).__name__}: {error}"
    return f"report: {path}"
