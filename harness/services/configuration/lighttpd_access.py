"""Whom lighttpd lets in, as its files say: `url.access-deny`, `url.access-allow`, `auth.require`.

Owns the conditions by the name that is asked for, and by the client's address. By any other one, or
behind an `else`, a setting may count or not: nothing follows from it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.access import Access, AccessRule, Answer, Chain, networks_in
from harness.services.configuration.blocks import compiles

_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\]|\\.)*"|[{}()\n]|[^#"{}()\n]+|.', re.DOTALL)
_SETTING = re.compile(
    r"\s*(?P<name>url\.access-(?:deny|allow)|auth\.require)\s*(?P<how>\+?=)\s*(?P<value>\(.*)",
    re.DOTALL,
)
_CONDITION = re.compile(r'\$HTTP\["(?P<field>[\w-]+)"\]\s*(?P<how>=[=~^$]|![=~])\s*"(?P<text>.*)"')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PREFIX = re.compile(r'"([^"]+)"\s*=>\s*\(')
_PATTERNS = {"==": "^{}$", "!=": "^{}$", "=^": "^{}", "=$": "{}$", "=~": "{}", "!~": "{}"}
"""How a condition compares a name → the same as a regular expression; the last two have one."""
MODULES = {"url.access-deny": "mod_access", "url.access-allow": "mod_access"}
MODULES["auth.require"] = "mod_auth"


@dataclass(frozen=True, kw_only=True)
class _Statement:
    text: str
    place: str
    conditions: tuple[str, ...]


def access(texts: Iterable[tuple[str, str]], loaded: frozenset[str] | None) -> Access:
    """Give who is let in by files, by path and text; `loaded`: the modules, where that is told."""
    told: dict[str, list[Chain]] = {name: [] for name in MODULES}
    for each in (each for path, text in texts for each in _statements(text, path)):
        found = _SETTING.fullmatch(each.text)
        if found is not None and (loaded is None or MODULES[found["name"]] in loaded):
            told[found["name"]].append(tuple(_rules(each, found)))
    # A later setting takes the place of one before it, as far as its condition holds.
    return Access(chains=tuple(tuple(e for c in reversed(own) for e in c) for own in told.values()))


def _statements(text: str, path: str) -> Iterator[_Statement]:
    """Go through what is set, each with the conditions of the blocks that it stands in."""
    conditions: list[str] = []
    own, line, begun, depth = "", 1, 1, 0
    for token in _TOKEN.findall(text):
        if token in "{}\n" and not (token == "\n" and depth):
            if own.strip() and token != "{":
                place = f"{path}:{begun}"
                yield _Statement(text=own.strip(), place=place, conditions=tuple(conditions))
            conditions = [*conditions, own.strip()] if token == "{" else conditions
            conditions = conditions[:-1] if token == "}" else conditions
            own, depth = "", 0
        elif not token.startswith("#"):
            begun = begun if own.strip() else line
            own += token
            depth += {"(": 1, ")": -1}.get(token, 0)
        line += token.count("\n")


def _rules(statement: _Statement, found: re.Match[str]) -> Iterator[AccessRule]:
    """Give what a setting answers to which names, where its conditions hold."""
    base = _under(statement.conditions)
    named, said = found["name"], " ".join(statement.text.split())
    if named == "auth.require":
        prefixes = _PREFIX.findall(found["value"])
        names = ", ".join(f'"{each}"' for each in prefixes)
        said = f"{named} {found['how']} {names}"
        pattern = f"^(?:{'|'.join(map(re.escape, prefixes))})" if prefixes else "(?!)"
    else:
        endings = _QUOTED.findall(found["value"])
        those = f"(?:{'|'.join(map(re.escape, endings))})$"
        pattern = (those if named.endswith("deny") else f"^(?!.*{those})") if endings else "(?!)"
    where = f" in `{' { '.join(statement.conditions)}`" if statement.conditions else ""
    base = replace(base, rule=f"`{said}`{where}", place=statement.place)
    is_known = base.answer is not Answer.LETS_IN
    answer = Answer.ASKS_PASSWORD if named == "auth.require" else Answer.REFUSES
    if is_known:
        yield replace(base, answer=answer, pattern=_both(base.pattern, pattern))
    if found["how"] == "=" or not is_known:
        yield replace(base, answer=Answer.LETS_IN)


def _under(conditions: Sequence[str]) -> AccessRule:
    """Give for whom, and for which names, conditions hold; one that lets in where that is open."""
    rule = AccessRule(answer=Answer.REFUSES)
    for each in conditions:
        found = _CONDITION.fullmatch(each)
        field = found["field"] if found is not None else ""
        if found is not None and field == "url":
            text = found["text"] if "~" in found["how"] else re.escape(found["text"])
            pattern = _PATTERNS[found["how"]].format(text)
            is_plain = compiles(pattern)
            look = "!" if found["how"].startswith("!") else "="
            rule = replace(rule, pattern=_both(rule.pattern, pattern, look)) if is_plain else rule
        elif found is not None and field in ("remoteip", "remote-ip") and not _has_client(rule):
            is_plain, rule = _of_client(rule, found)
        else:
            is_plain = False
        rule = rule if is_plain else replace(rule, answer=Answer.LETS_IN)
    return rule


def _of_client(rule: AccessRule, found: re.Match[str]) -> tuple[bool, AccessRule]:
    is_for_others = found["how"].startswith("!")
    if "~" in found["how"]:
        is_plain = compiles(found["text"])
        own = replace(rule, addresses=found["text"], is_for_others=is_for_others)
        return is_plain, own if is_plain else rule
    networks = networks_in([found["text"]]) if found["how"] in ("==", "!=") else None
    own = replace(rule, networks=networks or (), is_for_others=is_for_others)
    return networks is not None, own if networks is not None else rule


def _has_client(rule: AccessRule) -> bool:
    return bool(rule.networks or rule.addresses)


def _both(one: str, other: str, look: str = "=") -> str:
    """Give what names have that have both of two patterns, or the first and not the other."""
    return f"{one}^(?{look}(?s:.*?)(?:{other}))"
