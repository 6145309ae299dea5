"""By which rule a server does not give out a file that machines are told to ask for.

By DHCP's answers, by what scripts fetch, and by the URLs that a kernel's words have, which the
system asks for that it starts. What a condition decides, but for one of the name that is asked for
or of the client's address, is let be.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from itertools import takewhile

from harness.access import AccessRule, Answer, Network
from harness.daemon_facts import Daemon, Served
from harness.examine.finding import Finding, error, warning
from harness.examine.hosts import hosts_of, said_of
from harness.examine.named import (
    BootFile,
    handed_out,
    place,
    server_of,
    where_set,
    with_server,
)
from harness.loaders.ipxe.script import is_ipxe
from harness.loaders.kernel_words import asked_later
from harness.loaders.named_files import named_files
from harness.loaders.script import ANY, NamedFile, Script, Use, path_from
from harness.model import Role
from harness.site import Site
from harness.site.places import places
from harness.site.said import Topic

_RULE = re.compile(r"(?P<rule>`(?P<words>[^`]*)`(?: in <[^`]*>)?) \((?P<place>\S+)\)")
_GONE = re.compile(r"return (?:[45]\d\d|20[45]|304).*")
_DEBIANS = "Debian's own "


@dataclass(frozen=True, kw_only=True)
class Shut:
    """A rule that shuts a file away."""

    rule: str
    """Who refuses by which rule."""
    place: str
    """Its file and line; "" where it is none of the site's."""
    why: str = ""
    """What goes on behind the file's name."""


def findings(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Go through what DHCP servers hand out, then what scripts (by path) have machines ask for.

    Of one rule that scripts meet, the first file is told.
    """
    told = set()
    for said in said_of(site):
        if said.topic is Topic.BOOT_FILE and "${" not in said.text:
            shut = _handed(site, said.text, said.place)
            if shut is not None:
                told.add(shut.place or said.place)
                what = f"{shut.rule} '{said.text}', which {said.place} hands out{shut.why}"
                yield error(shut.place or said.place, what)
    for finding in (*_fetched(site, texts), *_asked_later(site, texts)):
        if finding.place not in told:
            told.add(finding.place)
            yield finding


def _fetched(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Go through what scripts ask for themselves."""
    paths = {text.name: path for path, text in texts.items()}
    by = _handed_scripts(site, texts)
    for file in named_files(with_server(site, texts)):
        where = f"{paths[file.script]}:{file.line}"
        text = texts[paths[file.script]]
        is_guarded = "||" in text.lines.get(file.line, "")
        for name in file.names if file.use is not Use.ASIDE else ():
            shut = _named(site, file, name, by if is_ipxe(text.text) else "")
            if shut is not None and shut.place:
                filled = f" ({name})" if "${" in file.text and ANY not in name else ""
                told = where_set(text, file.text, paths)
                what = f"{shut.rule} '{file.text}'{filled}, which {where} asks for{shut.why}{told}"
                yield (warning if is_guarded else error)(shut.place, what)


def _asked_later(site: Site, texts: Mapping[str, Script]) -> Iterator[Finding]:
    """Go through what kernels are told; whether a system goes on without it nobody knows."""
    paths = {text.name: path for path, text in texts.items()}
    for file in asked_later(with_server(site, texts)):
        where = f"{paths[file.script]}:{file.line}"
        for url in file.names:
            tried = (_named(site, file, name, "") for name in _below(site, url))
            shut = next(filter(None, tried), None)
            if shut is not None and shut.place:
                what = f"{shut.rule} '{file.text}', which {where} hands to a kernel{shut.why}"
                yield warning(shut.place, what)


def _below(site: Site, url: str) -> tuple[str, ...]:
    """Give what is asked for by a URL: itself, or something below it where it is a directory's."""
    plain = url.partition("?")[0]
    if plain.endswith("/"):
        return (f"{plain}{ANY}",)
    is_file = "." in plain.rpartition("/")[2] or ANY in plain or site.provides(place(site, plain))
    return (url,) if is_file else (url, f"{plain}/{ANY}")


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
    elif ANY in name.split("/")[2] or not hosts_of(site).is_own(BootFile.of(name).host):
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
    machines = _machines(site, file.host)
    against = served.access.rule_against(name, machines, has_password=has_password)
    if found := _outright(daemon, served):
        return found
    if against is None:
        return None
    shut = _by_rule(site, daemon, served, against, machines)
    near = next((f"; {words}" for _, words in daemon.nearly(name)), "")
    return shut if site.provides(served.place(name)) else replace(shut, why=f"{shut.why}{near}")


def _machines(site: Site, host: str) -> Sequence[Network]:
    """Give the networks in which machines are that ask a host; (): nobody knows."""
    hosts = hosts_of(site)
    asked = {6 if ":" in each else 4 for each in hosts.addresses(host)} if host else {4, 6}
    own = [each.network for each in (site.relay or site.server).interfaces]
    told = [ip_network(each.text) for each in said_of(site) if each.topic is Topic.NETWORK]
    return [each for each in dict.fromkeys((*own, *told)) if each.version in asked]


def _outright(daemon: Daemon, served: Served) -> Shut | None:
    """Give a rule that gives nobody anything; `internal` is not handed down to other locations."""
    shut = _RULE.fullmatch(served.rule("return"))
    if shut is not None and _GONE.fullmatch(shut["words"]):
        return Shut(rule=f"{daemon.called} refuses by {shut['rule']}", place=shut["place"])
    own = takewhile(lambda each: each[0] != "location", served.rules)
    for inner in (_RULE.fullmatch(words) for words_of, words in own if words_of == "internal"):
        if inner is not None:
            rule = f"{daemon.called} refuses by {inner['rule']}"
            return Shut(rule=rule, place=inner["place"], why=": it answers nobody from outside")
    return None


def _by_rule(
    site: Site, daemon: Daemon, served: Served, against: AccessRule, machines: Sequence[Network]
) -> Shut:
    """Say by which rule nobody is let in, and whom it lets in."""
    rule = f"{daemon.called} refuses by {against.rule}"
    if against.place.startswith(_DEBIANS):
        sections = places(site, daemon.files, r"^\s*<Directory\s")
        others = [str(each) for each in sections if site.has(each.path)]
        return Shut(
            rule=f"{rule}, which Debian has,",
            place=next(iter(others), ""),
            why=f": no other section is for {served.directory}",
        )
    why = ""
    if against.answer is Answer.ASKS_PASSWORD:
        why = ": it asks for a password, and machines have none"
    elif against.networks or against.addresses or served.access.tells_addresses:
        why = f": machines are in {' and '.join(map(str, machines))}" if machines else ""
    return Shut(rule=rule, place=against.place, why=why)
