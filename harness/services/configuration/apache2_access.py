"""Whom apache2 lets in, as its sections say: `Require`, and `Order`, `Allow` and `Deny`.

Owns which section counts for a name: what is said of directories, then of files, then of locations,
the later for the earlier (httpd's "How the sections are merged"). Where a condition decides, or it
is not known for which directories a section is, nothing follows.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import translate
from typing import TypeAlias

from harness.access import Access, AccessRule, Answer, Chain, networks_in
from harness.services.configuration.blocks import Statement, compiles, walk

_Read: TypeAlias = Callable[[Sequence[Statement]], list[AccessRule]]
_LOCAL = ("127.0.0.0/8", "::1/128")
_GROUPS = ("requireall", "requireany", "requirenone")
_BY_ADDRESS = ("order", "allow", "deny")
_BY_PASSWORD = ("valid-user", "user", "group")
_CONDITIONS = ("if", "elseif", "else")
_PARTIAL = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,2}\.?")
_GLOB = re.compile(r"[*?\[]")
_LETS_IN = AccessRule(answer=Answer.LETS_IN)


def access(main: Sequence[Statement], own: Sequence[Statement], directory: str) -> Access:
    """Give who is let in to a directory's files, by the server's sections and a virtual host's."""
    both = [*main, *own]
    if any(map(_is_open, walk(both))):
        return Access()
    directories = [each for each in both if _kind(each) == "directory"]
    patterns = [each for each in directories if _is_pattern(each)]
    plain = [e for e in directories if not _is_pattern(e) and _covers(e, directory)]
    plain.sort(key=lambda each: len(each.words[-1].rstrip("/")))
    inside = [inner for each in plain for inner in each.block or ()]
    files = [each for each in (*both, *inside) if _kind(each) == "files"]
    locations = [each for each in both if _kind(each) == "location"]
    sections = [*plain, *patterns, *files, *locations]
    said = [each for section in sections for each in _held(section)]
    is_any_enough = any(_lower(each)[:2] == ["satisfy", "any"] for each in said)
    by_address = _chain(sections, _BY_ADDRESS, _ordered)
    if is_any_enough and not by_address:
        by_address = (_LETS_IN,)
    return Access(
        chains=(_chain(sections, ("require", *_GROUPS), _any_of), by_address),
        is_any_enough=is_any_enough,
    )


def _is_open(statement: Statement) -> bool:
    """Whether by a statement, or what is in it, more counts than the sections tell."""
    if statement.name.lower() == "authmerging":
        return _lower(statement)[1:2] != ["off"]
    held = walk(statement.block or ()) if statement.name.lower() in _CONDITIONS else ()
    return any(each.name.lower() in ("require", *_BY_ADDRESS) for each in held)


def _lower(statement: Statement) -> list[str]:
    return [word.lower() for word in statement.words]


def _kind(section: Statement) -> str:
    name = section.name.lower().removesuffix("match")
    return name if section.block is not None and section.words[1:] else ""


def _is_pattern(section: Statement) -> bool:
    is_expression = "~" in section.words or section.name.lower().endswith("match")
    return is_expression or _GLOB.search(section.words[-1]) is not None


def _covers(section: Statement, path: str) -> bool:
    own = section.words[-1].rstrip("/")
    return own == path.rstrip("/") or path.startswith(f"{own}/")


def _held(section: Statement) -> Iterator[Statement]:
    """Give what a section says of who asks for a file: by GET."""
    for each in section.block or ():
        is_limit, has_get = each.name.lower().startswith("limit"), "get" in _lower(each)[1:]
        if is_limit and each.block is not None:
            yield from _held(each) if has_get is (each.name.lower() == "limit") else ()
        else:
            yield each


def _chain(sections: Sequence[Statement], names: Sequence[str], read: _Read) -> Chain:
    """Give the rules of sections, what counts most first: each decides alone for its names."""
    found: list[AccessRule] = []
    for section in reversed(sections):
        said = [each for each in _held(section) if each.name.lower() in names]
        rules = read(said) if said else []
        pattern = _pattern(section)
        if said and pattern is not None:
            where = f" in <{' '.join(section.words)}>"
            is_of_file = _kind(section) == "files"
            found += (
                replace(e, rule=f"{e.rule}{where}", pattern=pattern, is_of_file=is_of_file)
                for e in (*rules, _LETS_IN)
            )
        elif said and not any(each.is_for_others and not each.networks for each in rules):
            found.append(_LETS_IN)
    return tuple(found)


def _pattern(section: Statement) -> str | None:
    """Give for which names a section is, of those that count; None where it is not known."""
    kind, text = _kind(section), section.words[-1]
    is_expression = "~" in section.words or section.name.lower().endswith("match")
    if kind == "directory":
        return None if _is_pattern(section) else ""
    if is_expression:
        return text if compiles(text) else None
    if kind == "files":
        return f"^{translate(text)}"
    if "[" in text:
        return None
    path = re.escape(text.rstrip("/")).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return f"^{path}/" if text.endswith("/") else f"^{path}(?:/|$)"


def _any_of(members: Iterable[Statement]) -> list[AccessRule]:
    """Give who is turned away where one of these is enough."""
    several = list(members)
    if len(several) == 1:
        return _all_of(several[0])
    rules: list[AccessRule] = []
    for each in several:
        own = _all_of(each)
        if len(own) != 1 or not own[0].is_for_others:
            return []  # all are let in, or it is not known
        rules += own
    networks = tuple(network for each in rules for network in each.networks)
    told = [each for each in rules if each.answer is Answer.ASKS_PASSWORD] or [
        each for each in rules if each.networks
    ]
    return [replace(each, networks=networks) for each in (told or rules)[:1]]


def _all_of(member: Statement) -> list[AccessRule]:
    """Give who is turned away by a `Require`, or by a group of them."""
    held = list(_held(member))
    match _lower(member):
        case ["requireall", *_]:
            return [rule for each in held for rule in (_negated(each) or _all_of(each))]
        case ["requirenone", *_]:
            return [rule for each in held for rule in _not(each, _lower(each)[1:])]
        case ["requireany", *_]:
            return _any_of(held)
        case ["require", "all", "denied"]:
            return [_rule(member, ())]
        case ["require", "local"]:
            return [_rule(member, _LOCAL)]
        case ["require", "ip", *words]:
            networks = _networks(words)
            return [] if networks is None else [_rule(member, networks)]
        case ["require", kind, *_] if kind in _BY_PASSWORD:
            return [replace(_rule(member, ()), answer=Answer.ASKS_PASSWORD)]
    return []


def _negated(member: Statement) -> list[AccessRule]:
    words = _lower(member)
    return _not(member, words[2:]) if words[:2] == ["require", "not"] else []


def _not(member: Statement, words: Sequence[str]) -> list[AccessRule]:
    """Give who is turned away by what must not be so."""
    networks = {"ip": _networks(words[1:]), "local": _LOCAL}.get(next(iter(words), ""))
    if list(words) == ["all", "granted"]:
        return [_rule(member, ())]
    return [replace(_rule(member, networks), is_for_others=False)] if networks else []


def _ordered(said: Iterable[Statement]) -> list[AccessRule]:
    """Give who is let in or turned away by mod_access_compat's settings."""
    statements = list(said)
    orders = [each for each in statements if each.name.lower() == "order"]
    allows, denies = (list(_from(statements, name)) for name in ("allow", "deny"))
    if orders and _lower(orders[-1])[1:2] in (["allow,deny"], ["mutual-failure"]):
        return [*denies, *allows, _rule(orders[-1], ())]
    return [*allows, *denies]


def _from(statements: Iterable[Statement], name: str) -> Iterator[AccessRule]:
    """Give one rule for each `Allow from` or `Deny from`; who is named otherwise may be anybody."""
    for each in (each for each in statements if each.name.lower() == name):
        words = _lower(each)[2:]
        networks = () if words == ["all"] else _networks(words)
        rule = replace(_rule(each, networks or ()), is_for_others=False)
        if name == "allow":
            yield replace(rule, answer=Answer.LETS_IN)
        elif networks is not None:
            yield rule


def _networks(words: Iterable[str]) -> tuple[str, ...] | None:
    """Give the networks that words mean, be it by the beginning of an address: `10.1`."""
    whole = []
    for word in words:
        parts = word.rstrip(".").split(".") if _PARTIAL.fullmatch(word) else []
        begun = ".".join([*parts, "0", "0", "0", "0"][:4])
        whole.append(f"{begun}/{8 * len(parts)}" if parts else word)
    return networks_in(whole)


def _rule(statement: Statement, networks: tuple[str, ...]) -> AccessRule:
    """Give what turns all others away."""
    return AccessRule(
        answer=Answer.REFUSES,
        rule=f"`{' '.join(statement.words)}`",
        place=statement.place if "'" not in statement.path else statement.path,
        networks=networks,
        is_for_others=True,
    )
