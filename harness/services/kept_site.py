"""Sites as they were read before: who sees the same `site.toml` again does without pydantic.

Importing it and making its tables takes longer than all else that a run does with a site.
"""

import pickle
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import harness
from harness.assets.cache import Cache, key_of
from harness.errors import HarnessError
from harness.site import Site
from harness.site.fill import ConfiguredKind, filled
from harness.site.model import SITE_FILE

KIND = "site"
_NAME = "site.pickle"
_PARTS = ("", "site", "machines")
"""The package's directories of which a site is made."""


def load_site(site_dir: Path, kinds: Sequence[ConfiguredKind], *besides: ConfiguredKind) -> Site:
    """Read the site in this directory; its own files fill in what `site.toml` leaves out.

    `besides` are kinds that it cannot name.
    """
    told = _told(site_dir.absolute(), [kind.name for kind in kinds])
    return filled(told, (*kinds, *besides))


def _told(site_dir: Path, daemons: Sequence[str]) -> Site:
    """Give what `site.toml` says, or what was read of the same text before.

    One with passwords is read each time: they are to lie in no other place.
    """
    path = site_dir / SITE_FILE
    if not path.is_file():  # nor a pipe, which would be waited for
        return _read(site_dir, daemons)
    try:
        key = key_of(str(site_dir), path.read_bytes(), *daemons, *_PROGRAM)
        found = Cache().find(KIND, key)
        kept = None if found is None else pickle.loads((found / _NAME).read_bytes())
    except (OSError, HarnessError, pickle.UnpicklingError, EOFError):  # whoever reads it says why
        return _read(site_dir, daemons)
    if isinstance(kept, Site):
        return kept
    site = _read(site_dir, daemons)
    if not site.has_secrets:
        _keep(site, key)
    return site


def _read(site_dir: Path, daemons: Sequence[str]) -> Site:
    from harness.site import load  # with pydantic

    return load.load_site(site_dir, daemons)


def _keep(site: Site, key: str) -> None:
    whole = pickle.dumps(site)
    cache = Cache()

    def write(place: Path) -> None:
        (place / _NAME).write_bytes(whole)

    with suppress(OSError, HarnessError):  # a cache that cannot be written to
        cache.build(KIND, key, write)
        cache.discard_unused(KIND)


def _program() -> Iterator[str]:
    """Say which program reads it: another one's classes may not be those that were kept."""
    package = Path(harness.__file__).parent
    for part in _PARTS:
        for source in sorted((package / part).glob("*.py")):
            seen = source.stat()
            yield f"{source} {seen.st_size} {seen.st_mtime_ns}"


_PROGRAM = tuple(_program())
"""As it is when it is loaded: a checkout may change below a process that runs."""
