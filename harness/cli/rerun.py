"""`harness pack` and `harness rerun`: a boot once more, from its bundle alone."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.assets.cache import cache_dir
from harness.certificate import made_before
from harness.errors import HarnessError, UsageError
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.made_keys import MadeKeys
from harness.host import accelerator
from harness.plan.boot_text import BOOT_SUFFIX
from harness.pytest_plugin.started import run_again
from harness.rerun.bundle import SUFFIX, Bundle, keep, opened, pack
from harness.rerun.compare import Came, around, came_of, difference
from harness.rerun.parts import Made, made_of
from harness.rerun.site import inside, rebuild
from harness.secret import has_mask, redigested
from harness.services.registry import load_site
from harness.site import Site
from harness.site.approved import BOOTS_DIR
from harness.site.model import SITE_FILE

Say = Callable[[str], None]
SAME, OTHERWISE, NOT_RUN = 0, 1, 2
"""Exit codes."""
_HAS_RUN = (0, 1)
"""pytest's exit codes: all green, or some red."""
_PROMISES = "harness.promises"
_AS_RECORDED = (
    "passwords: masked in the site's texts, not in the capture, the console, the daemons' logs"
    " and files that are no text; who may not know them must not be given it"
)


def pack_bundle(directory: Path, packed: Path | None, say: Say) -> int:
    """Pack a scenario's evidence with all that its boot needs to be run again elsewhere."""
    if not directory.is_dir():
        raise UsageError(
            f"there is no evidence directory {directory}",
            cure="name a scenario's, as a red one prints it: evidence/latest/NAME",
        )
    directory = directory.resolve()
    bundle = Bundle.read(directory)
    target = packed or Path(f"{directory.name}{SUFFIX}")
    pack(bundle, target)
    for path in sorted(bundle.missing - bundle.site.laid_paths):
        say(f"without {path}: it is too large, has changed or is gone")
    own = bundle.file.site.own.values()
    if bundle.site.has_secrets or any(has_mask(each.text or "") for each in own):
        say(_AS_RECORDED)
    say(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


def rerun(
    place: Path,
    *,
    site_dir: Path | None,
    evidence_dir: Path,
    hold: bool,
    options: Sequence[str],
    say: Say,
) -> int:
    """Run a bundle's boot again; 0 if it came out the same, 1 if not. `options` are pytest's.

    Raises:
        HarnessError: it cannot be run again; says why.
    """
    with opened(place) as bundle, _site(bundle, site_dir, say) as (site, scratch):
        is_own = site_dir is not None
        made = made_of(bundle, load_site(site), scratch, is_own=is_own)
        made.words += _servers(bundle, load_site(site))
        for line in made.said:
            say(line)
        before = Came.read(bundle.dir)
        test = _test(bundle, site, is_own=is_own)
        with made_before(MadeKeys.read(EvidenceDirectory(bundle.dir)).keys):
            code, run_dir = run_again(
                test,
                site,
                rerun_of=_words(place, site_dir, options),
                settings=_settings(scratch) if Path(test).is_relative_to(scratch) else None,
                options=(
                    *_as_before(bundle, made, say),
                    f"--evidence={evidence_dir}",
                    *(("--hold",) if hold else ()),
                    *options,
                ),
            )
        if code not in _HAS_RUN or run_dir is None:
            raise HarnessError(f"{place} was not run again: pytest ended with {code}")
        now = came_of(run_dir)
        keep(Bundle.read(now.dir), scratch)
        return _told(before, now, say)


def _words(place: Path, site_dir: Path | None, options: Sequence[str]) -> Sequence[str]:
    """Give the words that run it again: `latest` leads to another run by then."""
    site = () if site_dir is None else ("--site", str(site_dir))
    return (str(place.resolve()), *site, *(("--", *options) if options else ()))


@contextmanager
def _site(bundle: Bundle, site_dir: Path | None, say: Say) -> Iterator[tuple[Path, Path]]:
    """Give the site's directory, and one for other files."""
    with TemporaryDirectory(prefix="rerun-") as scratch:
        if site_dir is not None:
            say(f"site: {site_dir}, in place of the bundle's")
            yield site_dir.absolute(), Path(scratch)
            return
        rebuilt = rebuild(bundle, Path(scratch))
        for line in rebuilt.said:
            say(line)
        yield rebuilt.dir, Path(scratch)


def _settings(scratch: Path) -> Path:
    """Give pytest settings of its own: nobody's that lie around the bundle's site, nor in it."""
    path = scratch / "pytest.ini"
    path.write_text("[pytest]\n")
    return path


def _test(bundle: Bundle, site_dir: Path, *, is_own: bool) -> str:
    """Give what pytest is to run: an approved boot is in the bundle, a Python scenario never.

    `is_own`: the site is the operator's own directory, not the bundle's.

    Raises:
        UsageError: the scenario is not here.
    """
    file, _, rest = bundle.file.test.partition("::")
    if file.endswith(BOOT_SUFFIX):
        place = inside(site_dir, f"{BOOTS_DIR}/{Path(file).name}")
        return str(_boot_text(bundle, place, is_own=is_own))
    if not rest:
        raise UsageError(f"{bundle.name} is not of a scenario: nothing tells how it was run")
    if Path(file).name == SITE_FILE:
        raise UsageError(
            f"{bundle.name} is of a boot that was learned", cure="`harness learn` boots it again"
        )
    spec = find_spec(_PROMISES)
    promises = spec.submodule_search_locations if spec is not None else None
    places = [Path(file), *(Path(each, Path(file).name) for each in promises or ())]
    for place in places:
        if place.is_file():
            return f"{place}::{_without(bundle.file.column, rest)}"
    raise UsageError(
        f"{bundle.name} is of a scenario in Python, {file}, which is not here; a bundle has its"
        " site, not its source",
        cure="run it where its project lies: cd there, then `harness rerun`",
    )


def _without(column: str, test: str) -> str:
    """Give a test's name as it is where only what its machine was made of is asked for."""
    name, _, ids = test.partition("[")
    if not column or not ids:
        return test
    left = re.sub(rf"(^|-){re.escape(column)}(?=-|$)", "", ids.removesuffix("]"), count=1)
    return f"{name}[{left.lstrip('-')}]" if left else name


def _boot_text(bundle: Bundle, place: Path, *, is_own: bool) -> Path:
    """Give where the text lies that a boot is held to.

    One that was held on another site than its own is in no site's files: it is written among
    the bundle's, as the bundle has it.
    """
    text = bundle.file.boot.learned
    if place.is_file():
        return place
    if is_own or text is None:
        raise UsageError(f"there is no approved boot {place}")
    place.parent.mkdir(exist_ok=True)
    place.write_text(redigested(str(text)))
    return place


def _as_before(bundle: Bundle, made: Made, say: Say) -> Iterator[str]:
    """Give the options that it was run with, as far as this machine can have them."""
    told = bundle.file.options
    yield from made.words
    for name in ("clock", "payload", "nfs", "start"):
        if name in told:
            yield f"--{name}={told[name]}"
    wanted = told.get("accelerator", "auto")
    if wanted == "kvm" and (here := accelerator.choose(cache_dir=cache_dir())).name != wanted:
        say(f"accelerator: {here.name} in place of {wanted}: {here.reason}")
        wanted = "auto"
    yield f"--accel={wanted}"


def _servers(bundle: Bundle, site: Site) -> Sequence[str]:
    """Give the option by which an approved boot was held on other daemons than its site names."""
    others = [name for name in bundle.site.daemons if name not in site.daemons]
    is_boot = bundle.file.boot.learned is not None
    return ("--servers", ",".join(others)) if others and is_boot else ()


def _told(before: Came, now: Came, say: Say) -> int:
    """Say what was otherwise, and whether it came out the same."""
    say("")
    others = tuple(around(before, now))
    say("otherwise around it:" if others else "all around it was the same")
    for line in others:
        say(f"  {line}")
    lines = difference(before, now)
    said = now.summary
    if not lines:
        say(f"came out the same: {said.outcome}, {said.verdict}; {now.dir}")
        return SAME
    say("came out otherwise (-: before, +: now):")
    for line in lines:
        say(f"  {line}")
    say(f"evidence: {now.dir}")
    return OTHERWISE
