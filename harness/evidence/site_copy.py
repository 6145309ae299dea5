"""The files of a site as they were run, in a bundle: text in full, the others by their hash."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from stat import S_IXUSR

from harness.assets.cache import sha256_again
from harness.daemon_facts import Daemon
from harness.loaders import loader_of
from harness.site import Site
from harness.site.approved import USUAL_EVIDENCE_DIR
from harness.site.files import normal

_LONGEST_TEXT = 256 * 1024
_LARGEST_HASHED = 64 * 1024 * 1024
"""An operator may have hundreds of gigabytes of images there; each boot has a bundle."""
_NOT_THE_SITES = frozenset({".git"})


@dataclass(frozen=True, kw_only=True)
class FileCopy:
    """One file of a site."""

    size: int
    text: str | None = None
    """None: it is not a text, or a long one."""
    sha256: str = ""
    """Of one without text; "" when it is too large for that, too."""
    executable: bool = False
    """Whether the server may run it: a script that a daemon calls."""

    @classmethod
    def of(cls, content: bytes) -> "FileCopy":
        """Copy what a scenario has laid there."""
        text = _text(content) if len(content) <= _LONGEST_TEXT else None
        digest = sha256(content).hexdigest() if text is None else ""
        return cls(size=len(content), text=text, sha256=digest)

    @classmethod
    def of_file(cls, path: Path) -> "FileCopy":
        """Copy a file of the site's own."""
        found = path.stat()
        size, executable = found.st_size, bool(found.st_mode & S_IXUSR)
        if size <= _LONGEST_TEXT and (text := _text(path.read_bytes())) is not None:
            return cls(size=size, text=text, executable=executable)
        digest = sha256_again(path) if size <= _LARGEST_HASHED else ""
        return cls(size=size, sha256=digest, executable=executable)


def _text(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


@dataclass(frozen=True, kw_only=True)
class _KnownDaemon:
    """A kind of daemon of which only is known what the bundle says."""

    name: str
    known: Daemon

    def facts(self, _site: Site) -> Daemon:
        """Give what was known of it when the site was run."""
        return self.known


@dataclass(frozen=True, kw_only=True)
class SiteCopy:
    """A site as it was run."""

    files: Mapping[str, FileCopy]
    """Path in the site → the file, with the scenario's changes."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path → where a directory of the site's is a link to."""
    empty_dirs: tuple[str, ...] = ()
    """Directories that hold nothing: an export, say, or a root with supplied programs alone."""
    gone: tuple[str, ...] = ()
    """What the scenario has taken away."""
    before: Mapping[str, FileCopy] = field(default_factory=dict)
    """Path → a file of the site's own that the scenario has changed or taken away, as it lies."""
    daemons: tuple[Daemon, ...] = ()
    changed: tuple[str, ...] = ()
    """What the scenario has laid in the site, or changed there."""
    programs: Mapping[str, str] = field(default_factory=dict)
    """Path in the site → the id of the loader there."""

    @classmethod
    def of(cls, site: Site) -> "SiteCopy":
        """Copy a site, with its changes."""
        changed = {
            path: FileCopy.of(content)
            for path, content in site.changes.items()
            if content is not None
        }
        return cls(
            files={**dict(_own_files(site)), **changed},
            links=dict(_links(site)),
            empty_dirs=tuple(_empty_dirs(site)),
            gone=tuple(path for path, content in site.changes.items() if content is None),
            before=dict(_before(site)),
            daemons=site.daemon_facts.all,
            changed=tuple(changed),
            programs={
                normal(site.data_path(file)): loader_of(site, key).id
                for key, file in site.loaders.items()
            },
        )

    @property
    def own(self) -> Mapping[str, FileCopy]:
        """The files of the site's own, without what the scenario has changed."""
        laid = {path for path in self.files if path in self.changed and path not in self.before}
        kept = {path: copy for path, copy in self.files.items() if path not in laid}
        return {**kept, **self.before}

    def laid_over(self, model: Site) -> Site:
        """Make the site again: what is known by its hash only has no content."""
        files = {path: (copy.text or "").encode() for path, copy in self.files.items()}
        return replace(
            model,
            changes={**files, **dict.fromkeys(self.gone)},
            programs=self.programs,
            kinds=tuple(_KnownDaemon(name=each.name, known=each) for each in self.daemons),
        )


def bare(site: Site) -> Site:
    """Give what a site's `site.toml` says, without its files and where it lies."""
    return replace(site, dir=Path(site.dir.name), changes={}, kinds=())


def _before(site: Site) -> Iterator[tuple[str, FileCopy]]:
    as_it_lies = replace(site, changes={})
    for path in site.changes:
        found = as_it_lies.file(path)
        if found is not None and found.is_file():
            yield path, FileCopy.of_file(found)


def _own_files(site: Site) -> Iterator[tuple[str, FileCopy]]:
    for here, _, files in _walked(site):
        for name in files:
            place = str(Path(here, name).relative_to(site.dir))
            if (found := site.file(place)) is not None:
                yield place, FileCopy.of_file(found)


def _links(site: Site) -> Iterator[tuple[str, str]]:
    for here, directories, _ in _walked(site):
        for place in (Path(here, name) for name in directories):
            if place.is_symlink():
                yield str(place.relative_to(site.dir)), str(place.readlink())


def _empty_dirs(site: Site) -> Iterator[str]:
    for here, directories, files in _walked(site):
        if not directories and not files:
            yield str(Path(here).relative_to(site.dir))


def _walked(site: Site) -> Iterator[tuple[str, list[str], list[str]]]:
    for here, names, files in os.walk(site.dir):
        is_top = Path(here) == site.dir
        names[:] = sorted(
            set(names) - (_NOT_THE_SITES | ({USUAL_EVIDENCE_DIR} if is_top else set()))
        )
        yield here, names, sorted(files)
