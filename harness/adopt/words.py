"""What `harness init` tells of the site that it made: found, guessed, not known, left out."""

from collections.abc import Iterable, Iterator

from harness.adopt.make import Made
from harness.model import Family
from harness.site.found import Found

_MOST = 12
"""Lines of one kind; of more, the rest is counted."""


def told(made: Made) -> Iterator[str]:
    """Say in lines what was found, guessed and could not be known."""
    copied = _size(sum(made.files.values()))
    yield f"{made.site.name}: {len(made.files)} files copied, {copied}"
    yield "found"
    for name, place in (*made.daemons.items(), *made.beside.items()):
        yield f"  {name}: runs by {place}"
    for what, found in _server(made):
        if not found.guess:
            yield f"  {what} {found.text}: {found.place}"
    yield from _few(f"  {what}: {path}" for path, what in made.programs.items())
    yield from _few(f"  boot script: {path}" for path in made.scripts)
    guesses = [(what, found) for what, found in _server(made) if found.guess]
    if guesses or made.supplied:
        yield "guessed"
        for what, found in guesses:
            place = f" ({found.place})" if found.place else ""
            yield f"  {what} {found.text}: {found.guess}{place}"
        for path, (named, asset) in made.supplied.items():
            yield f"  {path}: {named.where} names it; {asset} stands in for it"
    yield from _headed("could not know", _unknown(made))
    yield from _headed("left out", _left(made))


def _server(made: Made) -> Iterator[tuple[str, Found]]:
    yield "interface", made.server.interface
    if made.server.hostname is not None:
        yield "host name", made.server.hostname
    for family in Family:
        if family in made.server.addresses:
            yield "address", made.server.addresses[family]


def _unknown(made: Made) -> Iterator[str]:
    if made.server.hostname is None:
        yield "the server's host name: there is no etc/hostname; if it matters, say `hostname`"
    for named in made.missing:
        yield f"what {named.path} is: {named.where} names it, and it is not there: add it"
    for place, what in made.others.items():
        yield f"what {what} does ({place}): no lab runs it"
    if made.known:
        which = f"which of {made.known} known machines" if made.known > 1 else "whether a known one"
        first = f" ({made.hosts[0].place} …)" if made.hosts else ""
        yield f"{which} is to be tried{first}: say it in [machines]"


def _left(made: Made) -> Iterator[str]:
    for each in sorted(made.left, key=lambda left: -left.size):
        yield f"{each.path}: {each.what}{f', {_size(each.size)}' if each.size else ''}"


def _headed(head: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield head
        yield from _few(f"  {line}" for line in listed)


def _few(lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    yield from listed[:_MOST]
    if len(listed) > _MOST:
        yield f"  and {len(listed) - _MOST} more"


def _size(size: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size} {unit}"
        size = round(size / 1000)
    return f"{size} GB"
