"""Which of a site's files the payload must be laid for: those that a boot asked for in vain.

What each is for, the script says that named it. What that does not tell is left as it is, and
said in words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from harness.describe.laid import KERNELS
from harness.judge.boot import Boot
from harness.loaders.ipxe.script import is_ipxe
from harness.loaders.named_files import is_script, named_files
from harness.loaders.script import ANY, NamedFile, Script, Use, path_from
from harness.machines.ia32 import IA32
from harness.machines.program import is_kernel
from harness.model import Role
from harness.site import LaidKind, Site
from harness.site.files import text_of
from harness.witness.taken_path import boot_fetches
from harness.witness.wire import HttpExchange, TftpTransfer

_STARTERS = {"wimboot": "Windows", "memdisk": "what is on the image"}
"""Programs that start something else, by the beginning of their names, and what that is."""
_GONE = frozenset({404, 410})


@dataclass(frozen=True)
class _Request:
    """A file that was asked for: by which name, and which path of the site that means."""

    name: str
    place: str
    role: Role
    """Of the server that was asked."""
    came: bool
    """Whether it was had."""
    head: bytes


def wanted(boot: Boot) -> Mapping[str, LaidKind]:
    """Give path in the site → kernel or initrd, of what the boot asked for and did not get."""
    kinds = _kinds(boot)
    return {place: kinds[use] for place, (use, _) in _uses(boot).items() if use in kinds}


def foreseen(boot: Boot) -> Mapping[str, LaidKind]:
    """Give path in the site → kernel or initrd, of what its scripts name and the site lacks.

    Only what they name outright: with this laid, another item of the menu lacks nothing.
    """
    requests, site = list(_requests(boot)), boot.site
    by_name = {each.name: each for each in requests}
    kinds = _kinds(boot)
    return {
        place: kinds[each.use]
        for each in named_files(list(_scripts(site, requests)))
        if each.use in kinds
        for name in each.names
        if (place := _place(by_name[each.script], name, site)) and not site.provides(place)
    }


def unclear(boot: Boot) -> tuple[str, ...]:
    """Say of which files that the boot asked for in vain nobody can tell what they are for."""
    return tuple(
        f"{place} is not there, and {where} does not tell what it is: if it is a kernel, say "
        f'"{place}" = "kernel" in [laid] of site.toml; if it is a program, have it in the site'
        for place, (use, where) in _uses(boot).items()
        if use is Use.UNCLEAR
    )


def untried(boot: Boot) -> tuple[str, ...]:
    """Say of which programs only what they fetch is tried: the payload stands in for them."""
    names = dict.fromkeys(PurePosixPath(each.name.partition("?")[0]) for each in _requests(boot))
    return tuple(
        f"{name} is stood in for, with what is fetched for it: {what} itself is not tried"
        for name in names
        for starter, what in _STARTERS.items()
        if name.name.lower().startswith(starter)
    )


def _kinds(boot: Boot) -> Mapping[Use, LaidKind]:
    """Give what is laid for each use: 32-bit UEFI starts what iPXE gives it, GRUB starts Linux."""
    scripts = (each.head.decode(errors="replace") for each in _requests(boot) if each.came)
    by_firmware = boot.path.machine is IA32 and any(map(is_ipxe, scripts))
    kernel = LaidKind.KERNEL_IA32 if by_firmware else LaidKind.KERNEL
    return {Use.KERNEL: kernel, Use.INITRD: LaidKind.INITRD, Use.DISK: LaidKind.DISK}


def _place(script: _Request, name: str, site: Site) -> str:
    """Give the path in the site of what a script names; "" where that is not known."""
    url = urlsplit(name)
    schemes = {"": script.role, "http": Role.HTTP, "tftp": Role.TFTP}
    if (
        ANY in name
        or url.scheme not in schemes
        or url.hostname not in {None, *site.addresses, *site.outside}
    ):
        return ""
    path = unquote(path_from(script.name, name).partition("?")[0])
    return site.place_of(schemes[url.scheme], path, host=url.hostname or "")


def _uses(boot: Boot) -> Mapping[str, tuple[Use, str]]:
    """Give path in the site → its use and where that is said, of what was asked for in vain."""
    requests = list(_requests(boot))
    named = named_files(list(_scripts(boot.site, requests)))
    uses: dict[str, tuple[Use, str]] = {}
    after_kernel = False
    for request in requests:
        if request.came:
            at_kernel = boot.site.laid.get(request.place) in KERNELS or is_kernel(request.head)
            after_kernel = at_kernel or (after_kernel and not is_script(request.head))
            continue
        use, where = _use(request, named, after_kernel=after_kernel)
        if where:
            uses.setdefault(request.place, (use, where))
    return uses


def _requests(boot: Boot) -> Iterator[_Request]:
    for event in boot_fetches(boot.wire, boot.mac):
        came = event.outcome.arrived
        if isinstance(event, TftpTransfer):
            name, host, port, role = f"/{event.file.lstrip('/')}", "", 0, Role.TFTP
            # "Permission denied" is said of a file that is there.
            in_vain = bool(event.error) and "ermission" not in event.error
        else:
            name, role = unquote(event.path), Role.HTTP
            host, port = _host(event)
            in_vain = event.status in _GONE
        is_ours = event.server in boot.site.addresses or host in boot.site.outside
        if is_ours and (came or in_vain):
            path = name.partition("?")[0]
            place = boot.site.place_of(role, path, host=host, server=event.server, port=port)
            if place or came:
                yield _Request(name, place, role, came, event.head)


def _host(event: HttpExchange) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{event.host}")
        return parts.hostname or "", parts.port or 80
    except ValueError:
        return "", 0


def scripts_of(boot: Boot) -> tuple[Script, ...]:
    """Give the scripts that came in a boot."""
    return tuple(_scripts(boot.site, list(_requests(boot))))


def _scripts(site: Site, requests: list[_Request]) -> Iterator[Script]:
    """Give the scripts that came: whole, where they lie in the site, else what the wire has."""
    came = {each.place or each.name: each for each in requests if each.came}
    for request in came.values():
        if not is_script(request.head):
            continue
        own = text_of(site, request.place) if request.place else ""
        yield Script(request.name, own or request.head.decode(errors="replace"))


def _use(request: _Request, named: tuple[NamedFile, ...], *, after_kernel: bool) -> tuple[Use, str]:
    """Say what a file is for by the lines that fit its name best; no place when none does."""
    scores = [(each.likeness(request.name), each) for each in named]
    best = max((score for score, _ in scores), default=0)
    if not best:
        return Use.SCRIPT, ""
    fitting = [each for score, each in scores if score == best]
    uses = {each.use for each in fitting}
    where = " and ".join(dict.fromkeys(each.where for each in fitting))
    if uses == {Use.KERNEL, Use.INITRD}:
        # One line after the other: a loader that has its kernel asks for its initrd.
        return (Use.INITRD if after_kernel else Use.KERNEL), where
    return (uses.pop() if len(uses) == 1 else Use.UNCLEAR), where
