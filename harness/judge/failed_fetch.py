"""Which files did not arrive, why, and which line names them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from harness.judge.boot import Boot
from harness.judge.http_failure import (
    NOT_FOUND,
    excess,
    has_unknown_type,
    http_failure,
    refused_size,
    unwanted,
)
from harness.judge.misnamed import misnamed
from harness.judge.tftp_failure import lost_link, tftp_failure, wrong_root
from harness.judge.where import line_done, line_told
from harness.judge.where_filled import name_set_by, place_filled
from harness.model import Role
from harness.plan.boot_names import Names
from harness.step import Fetch
from harness.witness.taken_path import TakenStep
from harness.witness.wire import (
    DhcpMessage,
    HttpExchange,
    IscsiLogin,
    Outcome,
    TftpTransfer,
    Transfer,
)


def hung_up(boot: Boot) -> Iterator[str]:
    """Say why firmware did not take what its server gave out, and which line names the file."""
    for step in boot.taken:
        event = step.last
        is_failed = not step.arrived and isinstance(step.what, Fetch)
        if is_failed and isinstance(event, HttpExchange) and unwanted(event, boot):
            yield http_failure(event, boot) + _named(boot, step)


def failed_fetches(boot: Boot) -> Iterator[str]:
    """Say which fetches the server refused, or that broke off."""
    for step in boot.taken:
        event = step.last
        if isinstance(event, HttpExchange) and event.excess:
            yield excess(event)
        if step.arrived or not isinstance(step.what, Fetch) or _is_normal(boot, step):
            continue
        yield from refused_size(boot, step)
        if isinstance(event, HttpExchange):
            yield http_failure(event, boot) + _named(boot, step)
        elif isinstance(event, TftpTransfer):
            yield tftp_failure(event, boot) + _named(boot, step)
    yield from dict.fromkeys(_login_failure(login, boot) for login in _failed_logins(boot))


def _is_normal(boot: Boot, step: TakenStep) -> bool:
    """Whether nothing speaks against it that this file has not come, or its client has."""
    is_under_way = isinstance(step.last, Transfer) and boot.is_under_way(step.last)
    return step.what in boot.normal_in_vain or is_under_way or _is_given_up(boot, step)


def _is_given_up(boot: Boot, step: TakenStep) -> bool:
    """Whether the client has said itself why it did not take all of a file."""
    said, name = boot.complaint, PurePosixPath(step.file or "").name
    breaks_off = step.outcome in (Outcome.RESET, Outcome.UNFINISHED, Outcome.ABORTED)
    return breaks_off and said is not None and said.leads and bool(name) and name in said.what


def _named(boot: Boot, step: TakenStep) -> str:
    """Say which line names a file that is not there, or that is not taken, where one does."""
    name, event = step.file or "", step.last
    if isinstance(event, TftpTransfer):
        tftp = boot.server(Role.TFTP, event.server)
        elsewhere = wrong_root(tftp, boot.site, name) or lost_link(boot, tftp, event)
        missing = tftp.not_found in event.error and not elsewhere
    else:
        missing = isinstance(event, HttpExchange) and event.status == NOT_FOUND
    is_misnamed = isinstance(event, HttpExchange) and has_unknown_type(event, boot)
    if not (is_misnamed or (missing and step.outcome is Outcome.REFUSED)):
        return ""
    line = place_filled(boot, name) or line_done(boot, "file", (name, PurePosixPath(name).name))
    for told in boot.of(DhcpMessage):
        by_dhcp = told.frame < step.first.frame and told.bootfile.endswith(name)
        if by_dhcp and told.family is step.what.family:
            written = told.bootfile.encode("unicode_escape").decode()
            names, server = (told.bootfile, written), told.server
            line = line_told(boot, told.role, "file", names, server=server)
    where = "" if line is None else f"; {line} names it{name_set_by(boot, line.text)}"
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
