"""A bundle's site, made again as a directory: as it lay when the scenario began."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.errors import SiteError, UsageError
from harness.evidence.site_copy import FileCopy
from harness.plan.boot_text import BOOT_SUFFIX
from harness.rerun.bundle import Bundle
from harness.secret import MASK, has_mask, has_masked_key, redigested
from harness.site.approved import BOOTS_DIR
from harness.site.files import followed, normal

_PYTHON = frozenset({"__init__.py", f"{BOOTS_DIR}/__init__.py"})
"""What pytest would run, on this machine, on its way to an approved boot."""
_ELSEWHERE = "name the site's own directory: --site DIR"


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """The site's directory, and in what it is not as it was."""

    dir: Path
    masked: tuple[str, ...]
    """Files in which the mask stands for a password."""
    empty: tuple[str, ...]
    """Files of which only the size is right: nobody has asked for them."""

    @property
    def said(self) -> Iterator[str]:
        """Say so."""
        for path in self.masked:
            yield f"{path}: {MASK} stands for each password"
        for path in self.empty:
            yield f"{path} has no content, which was not asked for"


def rebuild(bundle: Bundle, into: Path) -> Rebuilt:
    """Write the site's files below a directory.

    Raises:
        UsageError: the bundle lacks something of the site, which only its own directory has.
    """
    _require_whole(bundle)
    name = bundle.site.dir.name
    site_dir = into / ("site" if name in ("", "..") else name)
    own, missing = bundle.file.site.own, bundle.missing
    for path, copy in own.items():
        if normal(path) not in _PYTHON:
            _write(bundle, path, copy, inside(site_dir, path))
    for path in bundle.file.site.empty_dirs:
        inside(site_dir, path).mkdir(parents=True, exist_ok=True)
    for path, target in bundle.file.site.links.items():
        place = inside(site_dir, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.symlink_to(target)
    masked = (path for path, copy in own.items() if has_mask(copy.text or ""))
    return Rebuilt(
        dir=site_dir,
        masked=tuple(path for path in masked if not path.startswith(f"{BOOTS_DIR}/")),
        empty=tuple(sorted(missing - bundle.site.laid_paths)),
    )


def _require_whole(bundle: Bundle) -> None:
    """Raise a UsageError when only the site's own directory has all that its boot wants."""
    if bundle.site.has_secrets:
        raise UsageError(
            f"{bundle.name} has no passwords, and site.toml of {bundle.site.name} names some",
            cure=_ELSEWHERE,
        )
    if keys := list(_masked_keys(bundle)):
        raise UsageError(
            f"{bundle.name} has no private keys, and its site's files name some: what reads them"
            " does not start",
            last_lines=keys,
            cure=_ELSEWHERE,
        )
    if needed := sorted(bundle.needed):
        raise UsageError(
            f"{bundle.name} lacks files of its site that its machine has asked for",
            last_lines=needed,
            cure=_ELSEWHERE,
        )


def _masked_keys(bundle: Bundle) -> Iterator[str]:
    """Give the private keys that another file of the site names."""
    texts = {path: copy.text or "" for path, copy in bundle.file.site.own.items()}
    for path in (path for path, text in texts.items() if has_masked_key(text)):
        name = PurePosixPath(path).name
        if any(name in text for other, text in texts.items() if other != path):
            yield path


def _write(bundle: Bundle, path: str, copy: FileCopy, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    found = bundle.find_of_site(path) if copy.text is None else None
    if copy.text is not None:
        # An approved boot has digests of the passwords, which are other ones now.
        is_boot = path.endswith(BOOT_SUFFIX)
        place.write_text(redigested(copy.text) if is_boot else copy.text)
    elif found is not None:
        shutil.copyfile(found, place)
    else:
        place.touch()
        os.truncate(place, copy.size)
    if copy.executable:
        place.chmod(0o755)


def inside(site_dir: Path, path: str) -> Path:
    """Give the place of a path that a bundle names: below the site, wherever its links lead."""
    pure = PurePosixPath(followed(site_dir, path))
    leads_out = any((site_dir / each).is_symlink() for each in pure.parents)
    if leads_out or ".." in PurePosixPath(path).parts or not pure.parts:
        raise SiteError("a bundle names a file outside its site", path=Path(path))
    return site_dir / pure
