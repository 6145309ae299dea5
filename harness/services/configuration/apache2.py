"""What apache2's files say: what it gives out, on which ports, each with its line.

Owns virtual hosts, `DocumentRoot`, `Alias`, and to where a name is sent on outright. What is passed
on, or sent on by a condition, only apache2 knows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.daemon_facts import Served
from harness.services.configuration.apache2_access import access
from harness.services.configuration.apache2_language import statements
from harness.services.configuration.apache2_redirects import (
    STATUS,
    sent_below,
    sent_by_pattern,
    with_conditions,
)
from harness.services.configuration.blocks import Statement, compiles, walk
from harness.site.files import Files
from harness.site.said import Said, Topic

_ANY_ADDRESS = ("", "*", "_default_", "0.0.0.0", "::")
_ELSEWHERE = ("ScriptAlias", "ProxyPass", "Redirect", "RedirectPermanent", "RedirectTemp")
"""What has names below a beginning mean something else than files."""
_BY_PATTERN = ("AliasMatch", "ScriptAliasMatch", "RedirectMatch", "ProxyPassMatch", "RewriteRule")
"""What has names that match a pattern mean something else."""
_DECIDING = (
    *("Require", "Satisfy", "Deny", "Order", "AuthType", "DocumentRoot", "Alias", "ErrorDocument"),
    *("AddEncoding", "Header", "SetOutputFilter", "AddOutputFilterByType", "MaxRanges"),
    *("AddType", "ForceType", "DefaultType", *_ELSEWHERE, *_BY_PATTERN),
)
"""What decides whether, and how, something is given out."""
_NAMES = {name.lower(): name for name in _DECIDING}


def says(files: Files) -> Iterator[Said]:
    """Give what a site's own files say of the server."""
    for statement in walk(statements(files)):
        own = files.has(statement.path)
        match statement.name.lower(), statement.words[1:]:
            case ("listen", (where, *_)) if own:
                address, port = _listened(where)
                yield _said(statement, Topic.PORT, str(port))
                if address not in _ANY_ADDRESS:
                    yield _said(statement, Topic.ADDRESS, address)
            case ("documentroot", (directory, *_)) | ("alias", (_, directory, *_)) if own:
                yield _said(statement, Topic.ROOT, directory)


def _said(statement: Statement, topic: Topic, text: str) -> Said:
    return Said(topic=topic, text=text, path=statement.path, line=statement.line)


def place_of(files: Files, name: str, word: str) -> str:
    """Give the place of the last line that says a word by this directive; "" without one."""
    said = (each for each in walk(statements(files)) if each.name.lower() == name)
    return next((e.place for e in reversed([*said]) if word in e.words[1:]), "")


def first_given(files: Files) -> str:
    """Give the place of the first line by which a site gives something out; "" without one."""
    given = ("virtualhost", "documentroot", "alias")
    found = (each for each in statements(files) if each.name.lower() in given)
    return next((each.place for each in found if files.has(each.path)), "")


def served(files: Files) -> Iterator[Served]:
    """Give what each virtual host gives out, in its order, then what the server does itself."""
    main = statements(files)
    listens = [_listened(each.words[1]) for each in _named(main, "listen") if len(each.words) > 1]
    taken: set[int] = set()
    for host in _named(main, "virtualhost"):
        places = list(_served_by(host.block or (), main))
        own = [each for word in host.words[1:] for each in _meant(word, listens)]
        taken |= {port for _, port in own}
        for address, port in dict.fromkeys(own):
            for place in places:
                yield replace(place, address=address, port=port, hosts=_host_names(host))
    for address, port in dict.fromkeys(listens):
        if port not in taken:
            for place in _served_by((), main):
                yield replace(place, address=address, port=port)


def unheard(files: Files) -> str:
    """Give the line of a virtual host for a port that nothing listens on; "" without one."""
    main = statements(files)
    listens = [_listened(each.words[1]) for each in _named(main, "listen") if len(each.words) > 1]
    for host in _named(main, "virtualhost"):
        if files.has(host.path) and not any(any(_meant(w, listens)) for w in host.words[1:]):
            return f"{host.place}: <{' '.join(host.words)}> says nothing without its port's Listen"
    return ""


def _listened(where: str) -> tuple[str, int]:
    """Give the address and port of a `Listen`; one without an address is for both families."""
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    return "" if host in _ANY_ADDRESS[:3] else host, int(port) if port.isdecimal() else 80


def _meant(word: str, listens: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Give where a virtual host of this address is asked: only where the server listens."""
    host, colon, port = word.rpartition(":") if not word.endswith("]") else (word, "", "")
    host, port = (host, port) if colon or host else (word, "")
    host = host.strip("[]")
    for address, number in listens:
        if port in ("", "*", str(number)):
            own = host if host not in _ANY_ADDRESS else address
            if address in ("", own):
                yield own, number


def _host_names(host: Statement) -> tuple[str, ...]:
    own = host.block or ()
    named = (each for name in ("servername", "serveralias") for each in _named(own, name))
    return tuple(re.sub(r"^\w+://|:\d+$", "", word) for each in named for word in each.words[1:])


def _served_by(own: Sequence[Statement], main: Sequence[Statement]) -> Iterator[Served]:
    """Give what a virtual host gives out; what it does not say itself, the server does."""
    both = (*own, *main)
    root = next((each for each in _named(both, "documentroot") if len(each.words) > 1), None)
    directory = root.words[1] if root is not None else "/var/www/html"
    yield from _by_pattern(own, main)
    for statement in both:
        name = _NAMES.get(statement.name.lower(), "")
        under = next((word for word in statement.words[1:] if word.startswith("/")), "")
        if name == "Alias" and len(statement.words) > 2:
            target = statement.words[2]
            rules = (*_rules(both, target, under), _rule(statement))
            meant = Served(directory=target, under=under, keeps_path=False, rules=rules)
            yield from _aliased(replace(meant, access=access(main, own, target)))
        elif name in _ELSEWHERE and under:
            yield _sent(statement, _rule(statement), under)
    for section in _named(both, "directory"):
        path = section.words[-1].rstrip("/")
        if path.startswith(f"{directory.rstrip('/')}/") and "~" not in section.words:
            under = f"{path.removeprefix(directory.rstrip('/'))}/"
            rules = _rules(both, path, under)
            let_in = access(main, own, path)
            yield Served(directory=directory, under=under, rules=rules, access=let_in)
    let_in = access(main, own, directory)
    for section in _named(both, "location"):
        under = section.words[-1]
        if under.startswith("/") and under != "/":
            passed = next((each for each in section.block or () if each.name in _ELSEWHERE), None)
            rules = _rules(both, directory, under)
            held = Served(directory=directory, under=under, rules=rules, access=let_in)
            yield (
                held
                if passed is None
                else replace(_sent(passed, _rule(passed, section), under), rules=rules)
            )
    said = () if root is None else (_rule(root),)
    rules = (*_rules(both, directory, "/"), *said)
    yield Served(directory=directory, rules=rules, access=let_in)


def _sent(statement: Statement, rule: tuple[str, str], under: str) -> Served:
    """Give names that a rule makes mean something else, and to where it sends those who ask."""
    is_redirection = statement.name.lower().startswith("redirect")
    sends = sent_below(statement) if is_redirection else ()
    return Served(directory="", under=under, rules=(rule,), sends=sends)


def _aliased(itself: Served) -> Iterator[Served]:
    """Give what another name stands for: a file, or a directory with all that is below it."""
    if itself.directory.endswith("/"):
        yield itself
        return
    below = f"{itself.under.rstrip('/')}/"
    yield replace(itself, pattern=f"^{re.escape(itself.under)}$")
    yield replace(itself, directory=f"{itself.directory}/", under=below)


def _by_pattern(own: Sequence[Statement], main: Sequence[Statement]) -> Iterator[Served]:
    """Give the names that are rewritten, refused or mapped by a pattern.

    All but the rules of mod_rewrite are the server's own, too.
    """
    engine = [each.words[1:2] for each in _named(own, "rewriteengine")]
    is_on = [word.lower() for words in engine[-1:] for word in words] == ["on"]
    for name in _BY_PATTERN:
        given = (*own, *main) if name != "RewriteRule" else own if is_on else ()
        for rule, conditions in with_conditions(given, name.lower()):
            words = [each for each in rule.words[1:] if not STATUS.fullmatch(each)]
            pattern, said = next(iter(words), ""), _rule(rule)
            if pattern and not pattern.startswith("!") and compiles(pattern):
                is_sent = name in ("RedirectMatch", "RewriteRule")
                sends = sent_by_pattern(rule, conditions) if is_sent else ()
                yield Served(directory="", pattern=pattern, rank=1, rules=(said,), sends=sends)


def _rules(both: Sequence[Statement], directory: str, under: str) -> tuple[tuple[str, str], ...]:
    """Give what decides about the files of a directory under a name, what counts most first.

    Sections of names come after those of directories, the longer of these after the shorter;
    of several `Require`, the last section's counts alone (httpd's "How the sections are merged").
    """
    directories = [each for each in _named(both, "directory") if _covers(each, directory)]
    directories.sort(key=lambda each: len(each.words[-1].rstrip("/")))
    names = [each for each in _named(both, "location") if _covers(each, under)]
    found = [_rule(each) for each in both if each.name.lower() in _NAMES and each.block is None]
    asked: list[tuple[str, str]] = []
    for section in (*directories, *names):
        block = list(walk(section.block or ()))
        requires = [each for each in block if each.name.lower() in ("require", "deny", "order")]
        if requires:
            passed_over = ("require",) if any(map(_is_granted, requires)) else ()
            left = (each for each in requires if each.name.lower() not in passed_over)
            asked = [_rule(each, section) for each in left if not _grants(each)]
        kept = (each for each in block if each.name.lower() in _NAMES and each not in requires)
        found = [*(_rule(each, section) for each in kept), *found]
    plain = ("Alias", "DocumentRoot", *_BY_PATTERN, *_ELSEWHERE)
    return (*asked, *(each for each in found if each[0] not in plain))


def _covers(section: Statement, path: str) -> bool:
    own = section.words[-1].rstrip("/")
    return "~" not in section.words and (own == path.rstrip("/") or path.startswith(f"{own}/"))


def _grants(statement: Statement) -> bool:
    return [word.lower() for word in statement.words] == ["require", "all", "granted"]


def _is_granted(statement: Statement) -> bool:
    """Whether all are let in, whatever is required beside it: one of several will do."""
    is_one_of_any = all(words[0].lower() == "requireany" for words in statement.inside)
    return is_one_of_any and _grants(statement)


def _rule(statement: Statement, section: Statement | None = None) -> tuple[str, str]:
    place = statement.place if "'" not in statement.path else statement.path
    inside = f" in <{' '.join(section.words)}>" if section is not None else ""
    return _NAMES[statement.name.lower()], f"`{' '.join(statement.words)}`{inside} ({place})"


def _named(block: Iterable[Statement], name: str) -> Iterator[Statement]:
    return (each for each in block if each.name.lower() == name)
