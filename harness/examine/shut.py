"""By which rule a server does not give out a file that machines are told to ask for.

A rule that asks for a password shuts machines out as well, unless the URL has one: firmware and
loaders know none. What a condition decides, but for one of the name that is asked for, is let be.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from harness.daemon_facts import Daemon, Served
from harness.examine.finding import Finding, error, warning
from harness.examine.named import BootFile, handed_out, is_own, server_of, with_server
from harness.loaders.ipxe.script import is_ipxe
from harness.loaders.named_files import named_files
from harness.loaders.script import ANY, NamedFile, Script, Use, path_from
from harness.model import Role
from harness.services.registry import says
from harness.site import Site
from harness.site.places import places
from harness.site.said import Topic

_RULE = re.compile(
    r"(?P<rule>`(?P<words>[^`]*)`(?: in <[^`]*>)?(?: where the name has `(?P<pattern>[^`]*)`)?)"
    r" \((?P<place>\S+)\)"
)
_OUTRIGHT = re.compile(r"deny all|return (?:[45]\d\d|20[45]|304).*|Require (?:all denied|local)")
_PASSWORD = re.compile(
    r"auth_basic (?!off$).*|Require (?:valid-user|(?:user|group) .*)|auth\.require = .*"
)
_ANY_WILL_DO = re.compile(r"`satisfy any`", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]+)\"")
_OF_STOCK = re.compile(r"(?P<rule>`Require all denied` in <[^`]*>) \(Debian's own \S+\)")


@dataclass(frozen=True, kw_only=True)
class Shut:
    """A rule that shuts a file away."""

    rule: str
    """Who refuses by which rule."""
    place: str
    """Its file and line; "" where it is none of the site's."""
    why: str = ""
    """What goes on behind the file's name."""


def findings(site: Site) -> Iterator[Finding]:
    """Go through the files that DHCP servers hand out."""
    for said in says(site):
        if said.topic is Topic.BOOT_FILE and "${" not in said.text:
            shut = _handed(site, said.text, said.place)
            if shut is not None:
                what = f"{shut.rule} '{said.text}', which {said.place} hands out{shut.why}"
                yield error(shut.place or said.place, what)


def of_scripts(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Go through the files that these scripts (by path) ask for; of one rule, the first is told."""
    told = {each.place for each in findings(site)}
    paths = {text.name: path for path, text in texts.items()}
    by = _handed_scripts(site, texts)
    for file in named_files(with_server(site, texts)):
        where = f"{paths[file.script]}:{file.line}"
        text = texts[paths[file.script]]
        is_guarded = "||" in text.lines.get(file.line, "")
        for name in file.names if file.use is not Use.ASIDE else ():
            shut = _named(site, file, name, by if is_ipxe(text.text) else "")
            if shut is not None and shut.place and shut.place not in told:
                told.add(shut.place)
                what = f"{shut.rule} '{file.text}', which {where} asks for{shut.why}"
                yield (warning if is_guarded else error)(shut.place, what)


def _handed(site: Site, text: str, by: str) -> Shut | None:
    """Give the rule against a name or URL that a line of a DHCP server's hands out."""
    file = BootFile.of(text)
    server = server_of(site, text, by=by)
    daemon = site.daemon_facts.by_role(file.role, server) if file.role is not None else None
    has_password = "@" in text.partition("://")[2].partition("/")[0]
    return None if daemon is None else _shut(site, daemon, file, has_password=has_password)


def _handed_scripts(site: Site, texts: Mapping[str, Script]) -> str:
    """Give the URL, or name, by which iPXE is handed its scripts: by HTTP where it has both."""
    handed = [each.asked for _, each in handed_out(site) if each.path in texts]
    return next((each for each in handed if each.startswith("http:")), next(iter(handed), ""))


def _named(site: Site, file: NamedFile, name: str, by: str) -> Shut | None:
    """Give the rule against a file of a script's; `by`: how iPXE is handed the first script."""
    name = name.partition("##")[0]
    if "://" not in name:
        if not by or name.startswith(ANY):
            return None
        path = path_from(file.script, name).lstrip("/")
        name = f"{'/'.join(by.split('/')[:3])}/{path}" if "://" in by else path
    elif ANY in name.split("/")[2] or not is_own(site, BootFile.of(name).host):
        return None
    return _handed(site, name.replace(ANY, "*"), "")


def _shut(site: Site, daemon: Daemon, file: BootFile, *, has_password: bool) -> Shut | None:
    name = file.name
    for rule in daemon.renames:
        if rule.refuses(name):
            return Shut(rule=f"{daemon.called} refuses by this rule", place=rule.place)
        name = rule.applied(name)
    port = file.port if file.role is Role.HTTP else 0
    name = f"/{name.lstrip('/')}"
    served = daemon.served(name, host=file.host, port=port)
    if served is None:
        return None
    return (
        _outright(daemon, served)
        or _by_ending(daemon, served, name)
        or _by_stock(site, daemon, served)
        or (None if has_password else _by_password(daemon, served, name))
    )


def _outright(daemon: Daemon, served: Served) -> Shut | None:
    """Give a rule that gives nobody anything; `internal` is not handed down to other locations."""
    shut = _RULE.fullmatch(served.rule("deny", "return", "Require"))
    is_shut = shut is not None and _OUTRIGHT.fullmatch(shut["words"])
    if shut is not None and is_shut and not served.rule("allow") and not _any_will_do(served):
        return Shut(rule=f"{daemon.called} refuses by {shut['rule']}", place=shut["place"])
    own = takewhile(lambda each: each[0] != "location", served.rules)
    for inner in (_RULE.fullmatch(words) for name, words in own if name == "internal"):
        if inner is not None:
            rule = f"{daemon.called} refuses by {inner['rule']}"
            return Shut(rule=rule, place=inner["place"], why=": it answers nobody from outside")
    return None


def _any_will_do(served: Served) -> bool:
    return _ANY_WILL_DO.match(served.rule("satisfy", "Satisfy")) is not None


def _by_ending(daemon: Daemon, served: Served, name: str) -> Shut | None:
    found = _RULE.fullmatch(served.rule("url.access-deny"))
    if found is not None and name.endswith(tuple(_QUOTED.findall(found["words"]))):
        return Shut(rule=f"{daemon.called} refuses by {found['rule']}", place=found["place"])
    return None


def _by_stock(site: Site, daemon: Daemon, served: Served) -> Shut | None:
    stock = _OF_STOCK.fullmatch(served.rule("Require"))
    if stock is None:
        return None
    sections = places(site, daemon.files, r"^\s*<Directory\s")
    others = [str(each) for each in sections if site.has(each.path)]
    return Shut(
        rule=f"{daemon.called} refuses by {stock['rule']}, which Debian has,",
        place=next(iter(others), ""),
        why=f": no other section is for {served.directory}",
    )


def _by_password(daemon: Daemon, served: Served, name: str) -> Shut | None:
    """Give a rule that asks for a password; lighttpd's says itself for which names."""
    for setting in ("auth_basic", "Require", "auth.require"):
        found = _RULE.fullmatch(served.rule(setting))
        is_asked = found is not None and _PASSWORD.fullmatch(found["words"])
        if found is None or not is_asked or _any_will_do(served):
            continue
        begun = tuple(_QUOTED.findall(found["words"])) if setting == "auth.require" else ("/",)
        if name.startswith(begun) and re.search(found["pattern"] or "", name):
            why = ": it asks for a password, and machines have none"
            rule = f"{daemon.called} refuses by {found['rule']}"
            return Shut(rule=rule, place=found["place"], why=why)
    return None
