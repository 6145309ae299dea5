"""To where apache2's rules send who asks for a name: `Redirect`, `RedirectMatch`, `RewriteRule`.

Owns what is said outright. What a `RewriteCond` decides only apache2 knows, but that a client comes
without TLS; nor is it told whether a rule that stays within the server means a file or a name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from harness.daemon_facts import Sent
from harness.services.configuration.blocks import Statement

STATUS = re.compile(r"\d{3}|permanent|temp|seeother|gone")
"""What one may have before its name or pattern."""
_NO_REDIRECTION = re.compile(r"(?!3)\d{3}|gone")
_SENT_OUT = re.compile(r"(?:https?:/)?/")
_FLAGS = re.compile(r"\[(?P<flags>[^\]]*)\]")
_OUT = ("R", "redirect")
_ENDS = {"F", "forbidden", "G", "gone", "P", "proxy"}
_VARIABLE = re.compile(r"%\{(\w+)\}|%(\d)")
_NAMES = {
    **{"HTTP_HOST": "http_host", "SERVER_NAME": "host", "REQUEST_URI": "uri"},
    "REQUEST_SCHEME": "scheme",
}
_WITHOUT_TLS = re.compile(r"%\{HTTPS\} (?:off|!=?on)", re.IGNORECASE)


def with_conditions(
    statements: Iterable[Statement], name: str
) -> Iterator[tuple[Statement, tuple[Statement, ...]]]:
    """Give the rules of this name, each with those `RewriteCond` that are for it alone."""
    held: list[Statement] = []
    for each in statements:
        if each.name.lower() == "rewritecond":
            held.append(each)
        elif each.name.lower() == name:
            yield each, tuple(held)
            held = []


def sent_below(statement: Statement) -> tuple[Sent, ...]:
    """Read a `Redirect`: what is behind its own name goes behind the other one."""
    words = _without_status(statement)
    is_in_section = len(words) == 1
    if not words or not _SENT_OUT.match(words[-1]):
        return ()
    into = _as_nginx(words[-1]) + ("" if is_in_section else "$rest")
    return (Sent(into=into, rule=" ".join(statement.words), place=statement.place),)


def sent_by_pattern(statement: Statement, conditions: Sequence[Statement]) -> tuple[Sent, ...]:
    """Read a `RedirectMatch`, or a `RewriteRule` whose conditions hold."""
    is_rewrite = statement.name.lower() == "rewriterule"
    words = statement.words[1:] if is_rewrite else _without_status(statement)
    if len(words) < 2 or not all(map(_holds, conditions)):
        return ()
    pattern, into, *more = words
    found = _FLAGS.fullmatch(more[0]) if more else None
    given = [each.partition("=") for each in found["flags"].split(",")] if found else []
    flags = {name.strip(): value.strip() for name, _, value in given}
    is_out = not is_rewrite or "://" in into or bool(flags.keys() & _OUT)
    is_inner = not is_out and bool(flags.keys() & {"PT", "passthrough"})
    is_none = any(_NO_REDIRECTION.fullmatch(flags.get(each, "")) for each in _OUT)
    if is_none or into == "-" or flags.keys() & _ENDS or not (is_out or is_inner):
        return ()
    return (
        Sent(
            into=_as_nginx(into),
            rule=" ".join(statement.words),
            place=statement.place,
            pattern=pattern,
            is_inner=is_inner,
        ),
    )


def _holds(condition: Statement) -> bool:
    return _WITHOUT_TLS.search(" ".join(condition.words)) is not None


def _without_status(statement: Statement) -> Sequence[str]:
    words = statement.words[1:]
    if words and _NO_REDIRECTION.fullmatch(words[0]):
        return ()
    return words[1:] if words and STATUS.fullmatch(words[0]) else words


def _as_nginx(text: str) -> str:
    """Write an apache2's variables as nginx does; one that is not known stays unknown."""
    if "\\" in text:  # what is behind it is no variable
        return "${unknown}"
    return _VARIABLE.sub(lambda each: f"${{{_NAMES.get(each[1] or '', 'unknown')}}}", text)
