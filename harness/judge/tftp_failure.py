"""Why a TFTP server did not give a file, or broke off: its rules, its root, a link, the MTU."""

import re
from collections.abc import Iterator

from harness.daemon_facts import Daemon
from harness.judge.boot import Boot
from harness.judge.unanswered import end_of
from harness.judge.where import bracketed, where_told
from harness.model import Role
from harness.site import Site
from harness.site.files import elsewhere, link_beyond, normal
from harness.site.places import place
from harness.step import IP_NAME
from harness.witness.journal import TftpAsked
from harness.witness.wire import Outcome, TftpTransfer

_OFTEN = 3
"""A block that was sent so many times is not late but lost."""


def tftp_failure(event: TftpTransfer, boot: Boot) -> str:
    """Say what came of a request, and who had ended its server before."""
    ended = end_of(boot, boot.server(Role.TFTP, event.server).name, by_s=event.time_s)
    return f"{_failure(event, boot)}{f'; {ended}' if ended else ''}"


def _failure(event: TftpTransfer, boot: Boot) -> str:
    place = f"over {IP_NAME[event.family]} (frame {event.frame})"
    file = event.file if event.file.isprintable() else repr(event.file)
    if event.outcome is Outcome.REFUSED:
        error = event.error[:1].lower() + event.error[1:]
        server = boot.server(Role.TFTP, event.server)
        elsewhere = wrong_root(server, boot.site, event.file) or lost_link(boot, server, event)
        where = bracketed(where_told(boot, Role.TFTP, error, (), server=event.server))
        renamed = _renamed(event, boot, server)
        return f"{server.called}: {error}: {file}, asked for {place}{renamed}{elsewhere}{where}"
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


def lost_link(boot: Boot, server: Daemon, event: TftpTransfer) -> str:
    """Say that the file is a link, and leads where its server cannot go."""
    place, root = server.place(event.file) or "", server.own_directory
    place = normal(place).removeprefix(f"{server.within}/")
    link = (
        link_beyond(boot.site.dir / server.within, place, root)
        if server.is_shut_in and place
        else ""
    )
    return f"; {link}, and {server.program} sees only what is below {root}" if link else ""


def _roots_of(server: Daemon, site: Site, name: str) -> Iterator[str]:
    """Give the directories of its host in which a file of that name is."""
    for path in elsewhere(site.dir / server.within, name, root=server.own_directory):
        yield normal(f"{server.within}/{path.removesuffix(name)}")


def wrong_root(server: Daemon, site: Site, file: str) -> str:
    """Say that the file lies where another daemon, or `site.toml`, has the site's files."""
    root, own_root = server.directory.strip("/"), server.own_directory.strip("/")
    others = [other.strip("/") for other in (site.data_root, site.root_of(Role.HTTP))]
    others = [other for other in others if site.host_of(other) == server.host]
    name = normal(file)
    own = next((other for other in others if site.provides(f"{other}/{name}")), "")
    own = own or next(_roots_of(server, site, name), root)
    if not root or own == root:
        return ""
    line = place(site, server.files, (rf"(?<![\w./-])/{re.escape(own_root)}/?(?![\w./-])",))
    said = f"its {server.directory_setting} is /{own_root}{bracketed(str(line or ''))}"
    return f"; {said}, the site's files are in /{own}"
