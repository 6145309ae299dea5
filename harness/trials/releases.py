"""The releases of one thing in the catalogue, from a good one to a bad one."""

import re
from collections.abc import Iterator, Sequence

from harness.assets import catalogue
from harness.assets.cache import Cache
from harness.assets.catalogue import AT, Part, Release
from harness.errors import PrerequisiteError, UsageError

_PATTERN = re.compile(r"[*?\[]")
_NUMBER = re.compile(r"\d+")


class Releases:
    """Walks from the middle; a release that cannot tell is passed over."""

    def __init__(self, words: Sequence[str]) -> None:
        """Begin with all between the first, which is good, and the last, which is bad."""
        self._words = list(words)
        self._unknown: set[str] = set()
        self._good, self._bad = 0, len(words) - 1

    @property
    def next(self) -> str:
        """What is to be tried: the one nearest to the middle; "" for nothing any more."""
        middle = (self._good + self._bad) / 2
        left = [
            (abs(place - middle), word)
            for place, word in enumerate(self._words)
            if self._good < place < self._bad and word not in self._unknown
        ]
        return min(left)[1] if left else ""

    def mark(self, word: str, *, is_bad: bool | None) -> None:
        """Note what one is; None where that cannot be told."""
        place = self._words.index(word)
        if is_bad is None:
            self._unknown.add(word)
        elif is_bad:
            self._bad = place
        else:
            self._good = place

    @property
    def good(self) -> str:
        """The last that is good."""
        return self._words[self._good]

    @property
    def bad(self) -> str:
        """The first that is known to be bad."""
        return self._words[self._bad]

    @property
    def between(self) -> tuple[str, ...]:
        """What may be bad as well: it lies before, and could not be told."""
        return tuple(self._words[self._good + 1 : self._bad])


def part_of(word: str, wanted: str) -> Part:
    """Give what of a machine a word is about.

    Raises:
        UsageError: nothing is called so.
    """
    if wanted:
        return Part[wanted.upper()]
    name = word.partition(AT)[0]
    parts = (each.part for each in catalogue.RELEASES if each.name == name)
    found = next(parts, None)
    if found is None:
        names = dict.fromkeys(each.name for each in catalogue.RELEASES)
        raise UsageError(f"nothing is called {name}", cure=f"one of: {', '.join(names)}")
    return found


def between(good: str, bad: str, part: Part) -> tuple[str, ...]:
    """Give the names of the releases from a good one to a bad one, both among them.

    Raises:
        UsageError: they are of two things, or the same, or not one release each.
        PrerequisiteError: nobody can tell which versions there are.
    """
    for word in (good, bad):
        if _PATTERN.search(word):
            raise UsageError(f"{word} may mean several releases", cure="name one: ipxe@2.0")
    cache = Cache()
    first, last = (catalogue.find(word, part, cache=cache) for word in (good, bad))
    if first.name != last.name:
        raise UsageError(f"{good} and {bad} are of two things: nothing lies between them")
    if first == last:
        raise UsageError(f"{good} and {bad} are the same")
    every = [each for each in catalogue.RELEASES if (each.part, each.name) == (part, first.name)]
    versions = {each: _version(each, cache, is_end=each in (first, last)) for each in every}
    for word, end in ((good, first), (bad, last)):
        if not versions[end]:
            raise UsageError(
                f"nobody can tell which version {word} is, and so what lies between",
                cure=f"harness firmware fetch {word}",
            )
    known = sorted((each for each in every if versions[each]), key=lambda e: _order(versions[e]))
    step = 1 if known.index(first) < known.index(last) else -1
    walk = known[known.index(first) :: step]
    walk = walk[: walk.index(last) + 1]
    return tuple(_distinct(walk, versions, cache))


def _version(release: Release, cache: Cache, *, is_end: bool) -> str:
    """Give its version; "" of one between the ends that mirrors have dropped."""
    try:
        return catalogue.look_up(release, cache)
    except PrerequisiteError:
        if release.is_past and not is_end:
            return ""
        raise


def _distinct(walk: Sequence[Release], versions: dict[Release, str], cache: Cache) -> Iterator[str]:
    """Name each; of those between the ends that have a neighbour's version only one."""
    ends, said = {walk[0], walk[-1]}, {catalogue.upstream(versions[e]) for e in (walk[0], walk[-1])}
    for each in walk:
        version = catalogue.upstream(versions[each])
        if each in ends or version not in said:
            yield catalogue.label(each, cache, like=walk)
            said.add(version)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in _NUMBER.findall(catalogue.upstream(version)))
