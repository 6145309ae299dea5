"""Why a file did not arrive: what the server said or did, in its own words where it has any."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from harness.judge.boot import Boot
from harness.judge.http_boot import unknown_type
from harness.judge.misnamed import misnamed
from harness.judge.unanswered import end_of, last_end
from harness.judge.where import bracketed, line_done, line_told, where_told
from harness.judge.where_filled import place_filled
from harness.model import Daemon, Role, Served
from harness.plan.boot_names import Names
from harness.site import Site
from harness.site.files import link_beyond, normal
from harness.site.places import place
from harness.step import IP_NAME, Fetch
from harness.witness.journal import HttpFault, TftpAsked
from harness.witness.taken_path import UEFI_HTTP_AGENT, TakenStep, file_of
from harness.witness.wire import (
    DhcpMessage,
    HttpExchange,
    IscsiLogin,
    Outcome,
    TftpTransfer,
    Transfer,
    WireEvent,
)
from harness.witness.wire.transfer import CHUNKED

_OK, _NOT_FOUND = 200, 404
_NO_FILE = (204, 205, 304)
_NEARLY = 0.8
"""How like two names are of which one is the other, misspelt."""
_OFTEN = 3
"""A block that was sent so many times is not late but lost."""


def hung_up(boot: Boot) -> Iterator[str]:
    """Say why firmware did not take what its server gave out, and which line names the file."""
    for step in boot.taken:
        event = step.last
        is_failed = not step.arrived and isinstance(step.what, Fetch)
        if is_failed and isinstance(event, HttpExchange) and _unwanted(event, boot):
            yield _http_failure(event, boot) + _named(boot, step)


def failed_fetches(boot: Boot) -> Iterator[str]:
    """Say which fetches the server refused, or that broke off."""
    for step in boot.taken:
        event = step.last
        if isinstance(event, HttpExchange) and event.excess:
            yield _excess(event)
        if step.arrived or not isinstance(step.what, Fetch) or _is_normal(boot, step):
            continue
        yield from _refused_size(boot, step)
        if isinstance(event, HttpExchange):
            yield _http_failure(event, boot) + _named(boot, step)
        elif isinstance(event, TftpTransfer):
            ended = _ended(boot, Role.TFTP, event)
            yield _tftp_failure(event, boot) + ended + _named(boot, step)
    yield from dict.fromkeys(_login_failure(login, boot) for login in _failed_logins(boot))


def _refused_size(boot: Boot, step: TakenStep) -> Iterator[str]:
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


def _is_normal(boot: Boot, step: TakenStep) -> bool:
    """Whether nothing speaks against it that this file has not come, or its client has."""
    is_under_way = isinstance(step.last, Transfer) and boot.is_under_way(step.last)
    return step.what in boot.normal_in_vain or is_under_way or _is_given_up(boot, step)


def _is_given_up(boot: Boot, step: TakenStep) -> bool:
    """Whether the client has said itself why it did not take all of a file."""
    said, name = boot.complaint, PurePosixPath(step.file or "").name
    breaks_off = step.outcome in (Outcome.RESET, Outcome.UNFINISHED, Outcome.ABORTED)
    return breaks_off and said is not None and said.leads and bool(name) and name in said.what


def _failed_logins(boot: Boot) -> Iterator[IscsiLogin]:
    """Give the iSCSI logins that failed, unless the approved boot has the same."""
    names = Names.of(boot.site.machine_of(boot.mac))
    told = () if boot.learned is None else boot.learned.statements
    approved = {names.filled(each.text) for each in told}
    for login in boot.of(IscsiLogin):
        if login.status != 0 and login.words not in approved:
            yield login


def _login_failure(login: IscsiLogin, boot: Boot) -> str:
    line = line_done(boot, "file", (login.target,))
    offered = ", ".join(dict.fromkeys(boot.site.disks.values())) or "none"
    has = f"; it offers {offered}" if login.is_unknown else ""
    named = "" if line is None else f"; {line} names it"
    return (
        f"{boot.server(Role.ISCSI, login.server).called} {login.server}: {login.words}{has}{named}"
    )


def _named(boot: Boot, step: TakenStep) -> str:
    """Say which line names a file that is not there, or that is not taken, where one does."""
    name, event = step.file or "", step.last
    if isinstance(event, TftpTransfer):
        tftp = boot.server(Role.TFTP, event.server)
        elsewhere = _wrong_root(tftp, boot.site, name) or _lost_link(boot, tftp, event)
        missing = tftp.not_found in event.error and not elsewhere
    else:
        missing = isinstance(event, HttpExchange) and event.status == _NOT_FOUND
    is_misnamed = isinstance(event, HttpExchange) and _has_unknown_type(event, boot)
    if not (is_misnamed or (missing and step.outcome is Outcome.REFUSED)):
        return ""
    line = place_filled(boot, name) or line_done(boot, "file", (name, PurePosixPath(name).name))
    for told in boot.of(DhcpMessage):
        by_dhcp = told.frame < step.first.frame and told.bootfile.endswith(name)
        if by_dhcp and told.family is step.what.family:
            written = told.bootfile.encode("unicode_escape").decode()
            names, server = (told.bootfile, written), told.server
            line = line_told(boot, told.role, "file", names, server=server)
    where = "" if line is None else f"; {line} names it"
    return f"{misnamed(boot, step)}{_on_another(boot, step)}{where}"


def _on_another(boot: Boot, step: TakenStep) -> str:
    """Say on which other host of the site's a file is that its server does not have."""
    site, place = boot.site, boot.place_of(step)
    here = site.host_of(place)
    before = place.removeprefix(f"{site.hosts[here].root}/") if here else place
    for path in (before, *(f"{root}/{(step.file or '').lstrip('/')}" for root in site.roots)):
        if (host := site.host_of(path)) != here and site.provides(path):
            return f"; {host or 'the boot server'} has it, as {path}"
    return ""


def _ended(boot: Boot, role: Role, event: HttpExchange | TftpTransfer) -> str:
    daemon = boot.server(role, event.server).name
    ended = end_of(boot, daemon, by_s=event.time_s)
    return f"; {ended}" if ended and not _is_replaced(boot, daemon, event) else ""


def _is_replaced(boot: Boot, daemon: str, event: HttpExchange | TftpTransfer) -> bool:
    """Whether somebody else has answered in a web server's place since that had ended."""
    end = last_end(boot, daemon, by_s=event.time_s)
    return end is not None and any(
        each.status is not None and end[0] < each.time_s <= event.time_s
        for each in boot.of(HttpExchange)
        if isinstance(event, HttpExchange) and each.server == event.server
    )


def _excess(event: HttpExchange) -> str:
    return (
        f"the web server announced {event.content_length} bytes for {_request(event)} and sent "
        f"{event.excess} more: the client has only the first part of the file"
    )


def _web(event: HttpExchange, boot: Boot) -> Daemon:
    """Give the web server that was asked."""
    return boot.server(Role.HTTP, event.server)


def _request(event: HttpExchange) -> str:
    return f"{event.method} {event.path} over {IP_NAME[event.family]} (frame {event.frame})"


def _http_failure(event: HttpExchange, boot: Boot) -> str:
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
        return f"nothing answered {request}{ended}{_ended(boot, Role.HTTP, event)}{hung_up}"
    if event.method == "HEAD":
        return f"after {request} the file itself was not asked for"
    if why := _unwanted(event, boot):
        return f"{request}: {why}"
    length = "?" if event.content_length is None else event.content_length
    arrived = f"{event.bytes} of {length} bytes arrived in {event.end_time_s - event.time_s:.1f} s"
    ended = f"{event.ended_by}: " if event.ended_by else ""
    slowed = _rule(event, boot, _SLOWING)
    return f"{request} is {event.outcome.value}: {ended}{arrived}{slowed}"


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
_PLACING = ("alias", "root", "try_files", "Alias", "DocumentRoot")
_WHOLE = ("max_ranges", "server.range-requests", "MaxRanges")
_LINKING = ("disable_symlinks", "Options")
"""Which keep a web server from following links."""
_OF_A_LINK = re.compile(r"[Ss]ymbolic link|\bopenat\(\)")
"""What its log says then; nginx opens a directory at a time only where it follows none."""
_CUTTING = ("chunked_transfer_encoding", "ssi", "sub_filter", "proxy_pass")
"""Which have a body told without its length."""


def _rule(event: HttpExchange, boot: Boot, names: tuple[str, ...] = ()) -> str:
    """Say which line of the web server's configuration had it answer so, where one may have."""
    served = _served(event, boot)
    names = names or _DECIDING.get(event.status or 0, _PASSING)
    said = "" if served is None else served.rule(*names)
    place = "" if served is None else served.rule("location")
    return f"; {said}{f' in {place}' if place else ''}" if said else ""


def answered_by(boot: Boot, file: str) -> str:
    """Say which line of the web server's had it answer as it did when it was asked for a file."""
    asked = [each for each in boot.of(HttpExchange) if file_of(each) == file]
    return _rule(asked[-1], boot) if asked else ""


def _refusing(event: HttpExchange, boot: Boot) -> str:
    of_links = _rule(event, boot, _LINKING) if _OF_A_LINK.search(_why(event, boot)) else ""
    rule = of_links or _rule(event, boot)
    if rule or event.status != _NOT_FOUND:
        return rule
    return _misplaced(event, boot) or _nearly_placed(event, boot)


def _nearly_placed(event: HttpExchange, boot: Boot) -> str:
    """Say which place of the web server's has nearly the name that a file's begins with."""
    path = f"/{file_of(event)}"
    for each in boot.server(Role.HTTP).serves:
        said = next(filter(None, (each.rule("location"), each.rule("Alias"))), "")
        begun = path[: len(each.under)]
        is_like = SequenceMatcher(None, each.under, begun).ratio() >= _NEARLY
        if said and begun != each.under and is_like:
            return f"; {said} has nearly that name"
    return ""


def _served(event: HttpExchange, boot: Boot) -> Served | None:
    host = event.host_name or event.server
    return _web(event, boot).served(f"/{file_of(event)}", host=host, port=event.port)


def _misplaced(event: HttpExchange, boot: Boot) -> str:
    """Say where a web server looks for a file that lies elsewhere, and by which setting."""
    served, file = _served(event, boot), file_of(event)
    said = "" if served is None else served.rule(*_PLACING)
    sought = "" if served is None else served.place(f"/{file}")
    parts = PurePosixPath(file).parts
    ends = ["/".join(parts[number:]) for number in range(len(parts))]
    places = (f"{root}/{end}" for end in ends for root in boot.site.roots)
    there = next((each for each in places if boot.site.provides(each)), "")
    if not (said and there) or there == sought.strip("/"):
        return ""
    return f"; by {said} it is looked for as {sought}, and /{there} is there"


def _unwanted(event: HttpExchange, boot: Boot) -> str:
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


def _has_unknown_type(event: HttpExchange, boot: Boot) -> bool:
    unwanted = _unwanted(event, boot)
    return bool(unwanted) and unwanted == unknown_type(event, boot)


def _why(event: HttpExchange, boot: Boot) -> str:
    served = _served(event, boot)
    file = "" if served is None else served.place(f"/{file_of(event)}")
    for fault in boot.journal.of(HttpFault):
        # Where a directory is shut, or not there, its log has that.
        in_it = bool(fault.file) and f"{file}/".startswith(f"{fault.file}/")
        is_it = in_it if fault.file else fault.path == event.path
        if fault.client == event.client and is_it:
            return f"; {_web(event, boot).program} says: {fault.why}"
    return ""


def _tftp_failure(event: TftpTransfer, boot: Boot) -> str:
    place = f"over {IP_NAME[event.family]} (frame {event.frame})"
    file = event.file if event.file.isprintable() else repr(event.file)
    if event.outcome is Outcome.REFUSED:
        error = event.error[:1].lower() + event.error[1:]
        server = boot.server(Role.TFTP, event.server)
        wrong_root = _wrong_root(server, boot.site, event.file) or _lost_link(boot, server, event)
        where = bracketed(where_told(boot, Role.TFTP, error, (), server=event.server))
        renamed = _renamed(event, boot, server)
        return f"{server.called}: {error}: {file}, asked for {place}{renamed}{wrong_root}{where}"
    if event.outcome is Outcome.UNANSWERED:
        return f"nothing answered the TFTP request for {file} {place}"
    who = f" by the client ({event.error})" if event.outcome is Outcome.ABORTED else ""
    what = f"TFTP of {file} {place} is {event.outcome.value}{who}"
    if event.stuck < _OFTEN:
        return f"{what} after {event.bytes} bytes"
    return (
        f"{what} after {(event.blocks - 1) * event.block_size} bytes: block {event.blocks} was "
        f"sent {event.stuck + 1} times and never acknowledged; a frame with {event.block_size} "
        "bytes of a file does not reach the machine (MTU?)"
    )


def _renamed(event: TftpTransfer, boot: Boot, server: Daemon) -> str:
    """Say what the server's rules made of a file's name, and by which of them."""
    asked = (
        e for e in boot.journal.of(TftpAsked) if (e.client, e.file) == (event.client, event.file)
    )
    remapped = next((each.remapped for each in asked if each.remapped), "")
    name, by = event.file, ""
    for rule in server.renames:
        if rule.refuses(name):
            return f"; {rule.place} refuses it"
        changed = rule.applied(name)
        is_renamed, name = changed != name, changed
        by = rule.place if is_renamed else by
        if is_renamed and rule.is_last:
            break
    if remapped:
        return f"; {server.program} remapped it to {remapped}{bracketed(by)}"
    return "; none of its rules renames it" if server.renames and not by else ""


def _lost_link(boot: Boot, server: Daemon, event: TftpTransfer) -> str:
    """Say that the file is a link, and leads where its server cannot go."""
    place, root = server.place(event.file) or "", server.own_directory
    place = normal(place).removeprefix(f"{server.within}/")
    link = (
        link_beyond(boot.site.dir / server.within, place, root)
        if server.is_shut_in and place
        else ""
    )
    return f"; {link}, and {server.program} sees only what is below {root}" if link else ""


def _wrong_root(server: Daemon, site: Site, file: str) -> str:
    """Say that the file lies where another daemon, or `site.toml`, has the site's files."""
    root, own_root = server.directory.strip("/"), server.own_directory.strip("/")
    others = [other.strip("/") for other in (site.data_root, site.root_of(Role.HTTP))]
    others = [other for other in others if site.host_of(other) == server.host]
    own = next((other for other in others if site.provides(f"{other}/{file.lstrip('/')}")), root)
    if not root or own == root:
        return ""
    line = place(site, server.files, (rf"(?<![\w./-])/{re.escape(own_root)}/?(?![\w./-])",))
    said = f"its {server.directory_setting} is /{own_root}{bracketed(str(line or ''))}"
    return f"; {said}, the site's files are in /{own}"
