"""Why a web server did not give a file, or not as its client takes it, and by which setting."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePosixPath

from harness.daemon_facts import Daemon, Served
from harness.judge.boot import Boot
from harness.judge.http_boot import unknown_type
from harness.judge.unanswered import end_of, last_end
from harness.judge.where import bracketed, where_told
from harness.model import Role
from harness.site.files import elsewhere, normal
from harness.site.places import places
from harness.step import IP_NAME
from harness.witness.journal import HttpFault
from harness.witness.taken_path import UEFI_HTTP_AGENT, TakenStep, file_of
from harness.witness.wire import HttpExchange, Outcome, WireEvent
from harness.witness.wire.transfer import CHUNKED

_OK, NOT_FOUND = 200, 404
_NO_FILE = (204, 205, 304)
_ITS_OWN = 500
"""From here on it is the server that has failed (RFC 9110, 15.6)."""
_REDIRECTS = ("Redirect", "RedirectMatch", "RedirectPermanent", "RedirectTemp")
_DECIDING = {
    401: ("auth_basic", "auth_request", "return", "auth.require", "Require"),
    403: (
        "deny",
        "return",
        "internal",
        "auth_request",
        "limit_except",
        "allow",
        "autoindex",
        "url.access-deny",
        *("Require", "Deny", "Order", "RewriteRule"),
    ),
    404: ("return", "internal", *_REDIRECTS, "RewriteRule"),
    405: ("return", "limit_except"),
    429: ("return", "limit_req", "limit_conn"),
    503: ("return", "limit_req", "limit_conn"),
}
"""Which settings of a web server lead to which answers."""
_PASSING = (
    *("return", "rewrite", "proxy_pass", "fastcgi_pass", "uwsgi_pass", "error_page"),
    *("url.redirect", "url.rewrite-once", "url.rewrite"),
    *(*_REDIRECTS, "RewriteRule", "ProxyPass", "ErrorDocument"),
)
"""Which may lead to any other."""
_SLOWING = ("limit_rate",)
_HANGS_UP = 444
"""What nginx has for a status by which it closes a connection without a word."""
_PACKING = (
    *("gzip_static", "add_header", "setenv.add-response-header", "setenv.set-response-header"),
    *("gzip", "deflate.mimetypes"),
    *("AddEncoding", "Header", "SetOutputFilter", "AddOutputFilterByType"),
)
_PLACING = (
    *("alias", "root", "try_files"),
    *("Alias", "DocumentRoot"),
    *("alias.url", "server.document-root"),
)
_WHOLE = ("max_ranges", "server.range-requests", "MaxRanges")
_LINKING = ("disable_symlinks", "Options")
"""Which keep a web server from following links."""
_OF_A_LINK = re.compile(r"[Ss]ymbolic link|\bopenat\(\)")
"""What its log says then; nginx opens a directory at a time only where it follows none."""
_CUTTING = ("chunked_transfer_encoding", "ssi", "sub_filter", "proxy_pass")
"""Which have a body told without its length."""


def whole_files(boot: Boot) -> Iterator[str]:
    """Say that a server gives all of a file of which a part was asked for: it is no disk then."""
    for event in boot.of(HttpExchange):
        if event.part and event.status == _OK and event.method == "GET" and not boot.is_up:
            asked = f"{_request(event)}, and only a part was asked for ({event.part}), as of a disk"
            called = _web(event, boot).called
            yield f"{called} gives all of the file to {asked}{_rule(event, boot, _WHOLE)}"
            return


def packed_files(boot: Boot) -> Iterator[str]:
    """Say which file came packed: whatever else is said of it, its client could not read it."""
    if boot.is_up:
        return
    for step in boot.taken:
        event = step.last
        if isinstance(event, HttpExchange) and event.packed_by:
            yield (
                f"{_web(event, boot).called} sends the file packed (Content-Encoding: "
                f"{event.packed_by}) to {_request(event)}, and no firmware or loader unpacks it"
                f"{_rule(event, boot, _PACKING)}"
            )


def refused_size(boot: Boot, step: TakenStep) -> Iterator[str]:
    """Say that firmware could not ask for a file's size (HEAD), before GET did not get through."""
    sizes = (e for e in step.events if isinstance(e, HttpExchange) and e.method == "HEAD")
    event = next((each for each in sizes if each.user_agent.startswith(UEFI_HTTP_AGENT)), None)
    if event is not None and event.outcome is Outcome.REFUSED and _was_given(step.last):
        yield (
            f"{_web(event, boot).called} answered {event.status} to {_request(event)}: "
            "firmware asks for a file's size by HEAD, and did not get through by GET"
            f"{_rule(event, boot)}"
        )


def _was_given(event: WireEvent) -> bool:
    return isinstance(event, HttpExchange) and event.method == "GET" and event.status == _OK


def excess(event: HttpExchange) -> str:
    """Say that more of a file was sent than had been announced."""
    return (
        f"the web server announced {event.content_length} bytes for {_request(event)} and sent "
        f"{event.excess} more: the client has only the first part of the file"
    )


def http_failure(event: HttpExchange, boot: Boot) -> str:
    """Say what came of a request, in the server's own words where it has any."""
    request = _request(event)
    server = _web(event, boot).called
    answered = f"{server} answered {event.status} to {request}"
    if event.outcome is Outcome.REFUSED:
        empty = ": there is no file in such an answer" if event.status in _NO_FILE else ""
        return f"{answered}{empty}{_why(event, boot)}{_refusing(event, boot)}"
    if event.outcome is Outcome.REDIRECTED:
        is_firmware = event.user_agent.startswith(UEFI_HTTP_AGENT)
        why = "where firmware does not go" if is_firmware else "the site promises the file itself"
        sends = f"it sends the client on to {event.location}, {why}"
        return f"{answered}: {sends}{_rule(event, boot)}"
    if event.status is None:
        ended = f": {event.ended_by} without a word" if event.ended_by else ""
        rule = _rule(event, boot, ("return",)) if event.ended_by else ""
        hung_up = rule if f"`return {_HANGS_UP}`" in rule else ""
        return f"nothing answered {request}{ended}{_ended(event, boot)}{hung_up}"
    if event.method == "HEAD":
        return f"after {request} the file itself was not asked for"
    if why := unwanted(event, boot):
        return f"{request}: {why}"
    length = "?" if event.content_length is None else event.content_length
    arrived = f"{event.bytes} of {length} bytes arrived in {event.end_time_s - event.time_s:.1f} s"
    ended = f"{event.ended_by}: " if event.ended_by else ""
    slowed = _rule(event, boot, _SLOWING)
    return f"{request} is {event.outcome.value}: {ended}{arrived}{slowed}"


def _refusing(event: HttpExchange, boot: Boot) -> str:
    of_links = _rule(event, boot, _LINKING) if _OF_A_LINK.search(_why(event, boot)) else ""
    rule = of_links or _rule(event, boot)
    if rule or event.status != NOT_FOUND:
        return rule
    return (
        _nearly_placed(event, boot, has_it=True)
        or _unread(event, boot)
        or _misplaced(event, boot)
        or _nearly_placed(event, boot)
        or _for_others(event, boot)
    )


def unwanted(event: HttpExchange, boot: Boot) -> str:
    """Say why firmware hangs up on what its server gives out; "" where that is as it must be."""
    if not event.user_agent.startswith(UEFI_HTTP_AGENT) or event.status != _OK:
        return ""
    if event.content_length is None and CHUNKED not in event.coding:
        return (
            "the firmware hung up: it must be told how long a file is (Content-Length, or a "
            f"chunked body), and {_web(event, boot).called} says neither"
            f"{_rule(event, boot, _CUTTING)}"
        )
    return unknown_type(event, boot)


def has_unknown_type(event: HttpExchange, boot: Boot) -> bool:
    """Whether firmware hangs up because it knows neither the file's type nor its name."""
    why = unwanted(event, boot)
    return bool(why) and why == unknown_type(event, boot)


def answered_by(boot: Boot, file: str) -> str:
    """Say which line of the web server's had it answer as it did when it was asked for a file."""
    asked = [each for each in boot.of(HttpExchange) if file_of(each) == file]
    return _rule(asked[-1], boot) if asked else ""


def _ended(event: HttpExchange, boot: Boot) -> str:
    daemon = _web(event, boot).name
    ended = end_of(boot, daemon, by_s=event.time_s)
    return f"; {ended}" if ended and not _is_replaced(boot, daemon, event) else ""


def _is_replaced(boot: Boot, daemon: str, event: HttpExchange) -> bool:
    """Whether somebody else has answered in its place since it had ended."""
    end = last_end(boot, daemon, by_s=event.time_s)
    return end is not None and any(
        each.status is not None and end[0] < each.time_s <= event.time_s
        for each in boot.of(HttpExchange)
        if each.server == event.server
    )


def _misplaced(event: HttpExchange, boot: Boot) -> str:
    """Say where a web server looks for a file that lies elsewhere, and by which setting."""
    served, file = _served(event, boot), file_of(event)
    said = "" if served is None else served.rule(*_PLACING)
    sought = "" if served is None else served.place(f"/{file}")
    parts = PurePosixPath(file).parts
    ends = ["/".join(parts[number:]) for number in range(len(parts))]
    roots = (f"{root}/{end}" for end in ends for root in boot.site.roots)
    found = (each for each in roots if boot.site.provides(each))
    laid = (each for end in ends[:-1] for each in boot.site.laid if each.endswith(f"/{end}"))
    within, root = _web(event, boot).within, sought.removesuffix(file)
    anywhere = (
        f"{within}/{each}" for each in elsewhere(boot.site.dir / within, file, root=root or "/")
    )
    there = next(chain(found, laid, map(normal, anywhere)), "")
    if not (said and there) or there == sought.strip("/"):
        return ""
    return f"; by {said} it is looked for as {sought}, and /{there} is there"


def _nearly_placed(event: HttpExchange, boot: Boot, *, has_it: bool = False) -> str:
    """Say which place of the web server's has nearly the name that a file's begins with.

    With `has_it`, only one that has the file, where no other place is meant by that name.
    """
    path, served = f"/{file_of(event)}", _served(event, boot)
    if has_it and served is not None and served.under.strip("/"):
        return ""
    for lies, words in _web(event, boot).nearly(path):
        if not has_it or normal(lies) in boot.site.laid or boot.site.provides(lies):
            return f"; {words}"
    return ""


def _unread(event: HttpExchange, boot: Boot) -> str:
    """Say which of the server's lines should have taken in more of its configuration."""
    return "".join(f"; {words} ({place})" for place, words in _web(event, boot).unread[:1])


def _for_others(event: HttpExchange, boot: Boot) -> str:
    """Say on which address and port alone a web server gives a file out, if on any."""
    web, anywhere = _web(event, boot), ("", "0.0.0.0", "::", event.server)
    if idle := web.idle.get(Role.HTTP, ""):
        return f"; {idle}"
    for each in web.serves:
        has_it = boot.site.provides(each.place(f"/{file_of(event)}").strip("/"))
        if has_it and (each.address not in anywhere or each.port not in (0, event.port)):
            on = f"[{each.address}]" if ":" in each.address else each.address or "*"
            where = where_told(boot, Role.HTTP, "listens", (f"{on}:{each.port}", str(each.port)))
            return f"; it is given out on {on}:{each.port} alone{bracketed(where)}"
    return ""


def _why(event: HttpExchange, boot: Boot) -> str:
    served = _served(event, boot)
    file = "" if served is None else served.place(f"/{file_of(event)}")
    for fault in boot.journal.of(HttpFault):
        # Where a directory is shut, or not there, its log has that.
        in_it = bool(fault.file) and f"{file}/".startswith(f"{fault.file}/")
        is_it = in_it if fault.file else fault.path == event.path
        # What the server lacks itself is no file that a client has asked for.
        by_server = (event.status or 0) >= _ITS_OWN and _is_meanwhile(fault, event)
        if fault.client == event.client and (is_it or by_server):
            where = "" if is_it else _where_named(fault, event, boot)
            return f"; {_web(event, boot).program} says: {fault.why}{where}"
    return ""


def _is_meanwhile(fault: HttpFault, event: HttpExchange) -> bool:
    """Whether a server has noted something while it answered."""
    at_s = fault.time_s
    return at_s is not None and event.time_s - 1 < at_s < event.end_time_s + 1


def _where_named(fault: HttpFault, event: HttpExchange, boot: Boot) -> str:
    """Give the one line of the server's configuration that names the file of a fault."""
    named = rf"(?<![\w./-]){re.escape(fault.file)}(?![\w./-])"
    files = _web(event, boot).files if fault.file else ()
    found = [*map(str, places(boot.site, files, named))]
    return bracketed(found[0]) if len(found) == 1 else ""


def _rule(event: HttpExchange, boot: Boot, names: tuple[str, ...] = ()) -> str:
    """Say which line of the web server's configuration had it answer so, where one may have."""
    served = _served(event, boot)
    names = names or _DECIDING.get(event.status or 0, _PASSING)
    said = "" if served is None else served.rule(*names)
    place = "" if served is None else served.rule("location")
    return f"; {said}{f' in {place}' if place else ''}" if said else ""


def _served(event: HttpExchange, boot: Boot) -> Served | None:
    host = event.host_name or event.server
    return _web(event, boot).served(f"/{file_of(event)}", host=host, port=event.port)


def _web(event: HttpExchange, boot: Boot) -> Daemon:
    """Give the web server that was asked."""
    return boot.server(Role.HTTP, event.server)


def _request(event: HttpExchange) -> str:
    return f"{event.method} {event.path} over {IP_NAME[event.family]} (frame {event.frame})"
