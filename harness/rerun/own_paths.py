"""Where things lay on the machine that has run a bundle, or packs it: not for a stranger.

A pack names the site by its name, what the harness has made by its place in the `cache`, and a
home as `~`. Nothing is looked for by these: a packed bundle has its files by their hashes
(`bundle`). What a lab's machines and daemons have seen and said stays as it is, the site's own
files as well: there a path is one of the boot server's.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from harness.assets.cache import cache_dir
from harness.assets.own_build import is_own
from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory

_ABOUT_HERE = frozenset({"programs", "site_dir", "run_again", "desk", "result", "options"})
"""What of `boot.json` is about the machine that has run it."""
_HOME = re.compile(r"/home/[^/\s'\"]+")
_CACHE = re.compile(r"(?P<dir>/.*?/netboot-harness)/")
_PACKAGED = ("/usr/", "/boot/", "/lib")
"""Where a distribution's own files lie."""
_WORD = r"[\w.~-]"
_Shorten = Callable[[str], str]


class OwnPaths:
    """What is told of them in a pack."""

    def __init__(self, directory: Path, file: BootFile) -> None:
        """Find them: those of this machine, and those that the bundle names."""
        store = EvidenceDirectory(directory)
        shorten = _shortener(_named(directory, file))
        anywhere = _shortener((*_named(directory, file), *_of_people(file)))
        self._anywhere = anywhere
        self._told: dict[str, _Shorten] = {
            store.boot_path.name: lambda text: _boot_told(text, anywhere),
            store.versions_path.name: lambda text: _all_told(text, anywhere),
            store.summary_path.name: lambda text: _all_told(text, shorten),
            store.timeline_path.name: shorten,
        }

    def packed(self, path: Path) -> bytes | None:
        """Give what a pack has of a file; None: the file as it is."""
        shorten = self._told.get(path.name)
        if shorten is None:
            return None
        text = path.read_text()
        try:
            return shorten(text).encode()
        except ValueError:  # half written
            return self._anywhere(text).encode()


def _shortener(places: Iterable[tuple[str, str]]) -> _Shorten:
    """Give what names places shortly, those that lie in another before it."""
    names = {place: name for place, name in places if place.strip("/")}
    longest = sorted(names, key=len, reverse=True)
    if not longest:
        return str
    every = "|".join(map(re.escape, longest))
    whole = re.compile(rf"(?<!{_WORD})(?<!/)(?:{every})(?!{_WORD})")
    return lambda text: whole.sub(lambda found: names[found[0]], text)


def _boot_told(text: str, shorten: _Shorten) -> str:
    told: dict[str, object] = json.loads(text)
    return _written({k: _each(v, shorten) if k in _ABOUT_HERE else v for k, v in told.items()})


def _all_told(text: str, shorten: _Shorten) -> str:
    return _written(_each(json.loads(text), shorten))


def _each(value: object, shorten: _Shorten) -> object:
    if isinstance(value, str):
        return shorten(value)
    if isinstance(value, list):
        return [_each(each, shorten) for each in value]
    if isinstance(value, dict):
        return {key: _each(each, shorten) for key, each in value.items()}
    return value


def _written(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _named(directory: Path, file: BootFile) -> Iterator[tuple[str, str]]:
    """Give each directory that is one's own for sure, and what it is called."""
    for program in (each.path for each in file.programs.values() if each.path):
        if cached := _CACHE.match(program):
            yield cached["dir"], "cache"
        elif not program.startswith(_PACKAGED):
            yield str(Path(program).parent), Path(program).parent.name
    yield str(cache_dir()), "cache"
    for part in ("rom", "qemu"):
        if is_own(own := file.options.get(part, "")):
            yield own, Path(own).name
    for place in (directory.parent, directory, Path(file.site_dir or "/")):
        yield from ((str(each), each.name) for each in {place, place.resolve()})


def _of_people(file: BootFile) -> Iterator[tuple[str, str]]:
    """Give homes and the project: a boot server may have directories of these names, too."""
    programs = (each.path for each in file.programs.values())
    told = (*programs, file.site_dir, file.run_again, file.desk)
    yield from ((home, "~") for each in told for home in _HOME.findall(each))
    yield str(Path.home()), "~"
    yield str(Path.cwd()), "."
