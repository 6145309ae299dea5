"""Why a file that machines are told to ask for is not there: it, or its root, is elsewhere."""

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path, PurePosixPath

from harness.daemon_facts import Daemon, Served
from harness.examine.hosts import said_of
from harness.examine.listening import where_listened
from harness.examine.named import BootFile, server_of
from harness.model import Role
from harness.site import Site
from harness.site.files import dead_link, link_beyond, normal
from harness.site.said import Topic
from harness.site.url import BACKSLASH, OTHER_CASE

_FEW = 5
"""So many rules are named."""


def why_missing(site: Site, text: str, lies: str, by: str) -> str:
    """Say what may be behind it: nothing, or words that go on behind `is not there`.

    `by` is the line that hands it out.
    """
    if link := _dead_link(site, lies):
        return f": {link}"
    daemon = _asked(site, text, by)
    if daemon is not None and (meant := _meant_elsewhere(site, daemon, text)):
        return meant
    root = _root(daemon, lies) if daemon is not None else ""
    there = sorted(_files(site))
    if daemon is not None and root and not _has(site, root, there):
        idle = daemon.idle.get(BootFile.of(text).role or Role.TFTP, "")
        where = _told_by(site, daemon, root) or _by_another_port(site, daemon, text)
        why = where or (f"; {idle}" if idle else "")
        return f": there is no directory {root}, which {daemon.called} gives out{why}"
    tftp = site.root_of(Role.TFTP)
    if BootFile.of(text).name.lstrip("/").startswith(f"{tftp}/"):
        return f": /{tftp} is the TFTP server's root, and its names begin below that"
    if "\\" in lies and not (daemon is not None and daemon.renames):
        return f": {BACKSLASH}"
    if of_case := next((each for each in there if each.lower() == lies.lower()), ""):
        return f"; {of_case} is: {OTHER_CASE}"
    if daemon is None or not root:
        return ""
    served = _served(daemon, text) if daemon is not None else None
    if served is not None and not served.keeps_path and (said := served.rule("alias")):
        return f": by {said} it is looked for so"
    like = [each for each in there if PurePosixPath(each).name == PurePosixPath(lies).name]
    best = f"{max(like, key=lambda each: _common(each, lies))} is, and " if like else ""
    if rule := _renamed_by(daemon, BootFile.of(text).name):
        return f"; {best}{daemon.called} looks for the other by its rule, {rule}"
    rules = [rule.place for rule in daemon.renames if "r" in rule.flags]
    none = f"; no rule is for it: {', '.join(rules)}" if 0 < len(rules) <= _FEW else ""
    return f"; {best}{daemon.called}'s root is {root}{_told_by(site, daemon, root)}{none}"


def _meant_elsewhere(site: Site, daemon: Daemon, text: str) -> str:
    """Say which place of nearly the name has the file, or which parts a server should have read."""
    for lies, words in daemon.nearly(f"/{BootFile.of(text).name.lstrip('/')}"):
        if site.provides(normal(lies)):
            return f"; {words}"
    lost = daemon.unread[:1] if BootFile.of(text).role is Role.HTTP else ()
    return "".join(f"; {words} ({line})" for line, words in lost)


def _dead_link(site: Site, lies: str) -> str:
    """Say which link on the way to a file leads to nothing; "" where none does."""
    name = site.host_of(lies)
    top = f"{site.hosts[name].root}/" if name else ""
    link = dead_link(site.dir / top, lies.removeprefix(top), ())
    return f"{top}{link}" if link else ""


def _by_another_port(site: Site, daemon: Daemon, text: str) -> str:
    """Say at which port a server has what it has not where it is asked; "" where at none."""
    file = BootFile.of(text)
    others = (each for each in daemon.serves if each.port not in (0, file.port))
    having = {e.port for e in others if site.provides(normal(e.place(file.name) or "-"))}
    ports = " and ".join(map(str, sorted(having)))
    return f"; on port {ports} it has it{where_listened(site, daemon)}" if ports else ""


def _served(daemon: Daemon, text: str) -> Served | None:
    file = BootFile.of(text)
    port = file.port if file.role is Role.HTTP else 0
    return daemon.served(f"/{file.name.lstrip('/')}", host=file.host, port=port)


def _renamed_by(daemon: Daemon, name: str) -> str:
    """Give the last rule by which a daemon looks for another file; "" where none does."""
    place = ""
    for rule in daemon.renames:
        changed = rule.applied(name)
        name, place = changed, place if changed == name else rule.place
    return place


def _asked(site: Site, text: str, by: str) -> Daemon | None:
    role = BootFile.of(text).role or Role.TFTP
    return site.daemon_facts.by_role(role, server_of(site, text, by=by))


def unreachable(site: Site, text: str, lies: str, by: str) -> str:
    """Say by which link a file is out of its server's reach; "" where none leads out.

    `by` is the line that hands it out.
    """
    daemon = _asked(site, text, by)
    if daemon is None or not daemon.is_shut_in:
        return ""
    link = link_beyond(site.dir, lies, daemon.directory)
    return f"{link}, and {daemon.called} sees only what is below {daemon.directory}" if link else ""


def _told_by(site: Site, daemon: Daemon, root: str) -> str:
    """Give the line by which a daemon has its directory, in brackets; "" where none says so."""
    own = (*daemon.files, daemon.configuration)
    roots = (e for e in said_of(site) if e.topic is Topic.ROOT and e.path in own)
    within = f"/{daemon.within}" if daemon.within else ""
    told = (each for each in roots if f"{within}{each.text}".rstrip("/") == root.rstrip("/"))
    return next((f" ({each.place})" for each in told), "")


def _root(daemon: Daemon, lies: str) -> str:
    """Give the directory that a daemon gives out, and this file would be below."""
    roots = (each.directory for each in daemon.serves)
    holds = (root for root in roots if lies.startswith(f"{normal(root)}/"))
    return max(holds, key=len, default="")


def _has(site: Site, directory: str, there: list[str]) -> bool:
    below = normal(directory)
    return (site.dir / below).is_dir() or any(each.startswith(f"{below}/") for each in there)


def _files(site: Site) -> Iterator[str]:
    """Give the files that a lab has below the directories that are given out, and beside them."""
    yield from (*site.supply, *site.laid)
    tops = {Path(normal(each.text)).parts[:1] for each in said_of(site) if each.topic is Topic.ROOT}
    for top in (site.dir.joinpath(*parts) for parts in tops):
        for file in top.rglob("*"):
            if file.is_file():
                yield str(file.relative_to(site.dir))


def _common(one: str, other: str) -> int:
    """Count the parts at their ends that two paths have in common."""
    pairs = zip(reversed(Path(one).parts), reversed(Path(other).parts), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
