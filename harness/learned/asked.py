"""Which of a site's files the payload must be laid for: those that a boot asked for in vain.

What each is for, the script says that named it; what lies in the site's copy, by its content.
What neither tells is left as it is, and said in words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_address
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from harness.judge.boot import Boot
from harness.learned.content import is_initrd, is_kernel, kernel_kind
from harness.loaders.ipxe.script import is_ipxe
from harness.loaders.named_files import is_script, named_files
from harness.loaders.pxelinux import PXELINUX_DIR
from harness.loaders.script import ANY, NamedFile, Script, Use
from harness.machines.ia32 import IA32
from harness.model import Role
from harness.site import LaidKind, Site
from harness.site.files import locate, normal
from harness.witness.taken_path import boot_fetches
from harness.witness.wire import DnsLookup, HttpExchange, Refusal, TftpTransfer

_KERNELS = (LaidKind.KERNEL, LaidKind.KERNEL_IA32)
_ROLES = (Role.HTTP, Role.TFTP)
_HTTPS = 443
_STARTERS = {"wimboot": "Windows", "memdisk": "what is on the image"}
"""Programs that start something else, by the beginning of their names, and what that is."""
_GONE = frozenset({404, 410})
_LONGEST_SCRIPT = 256 * 1024
_NOT_SERVED = frozenset({".git"})


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


def beyond(boot: Boot) -> tuple[str, ...]:
    """Say of which hosts beyond the lab something was asked that nobody stands in for."""
    own = boot.site.server.interfaces
    said: dict[str, str] = {}
    for lookup in boot.of(DnsLookup):
        if lookup.rcode is None and not _is_near(lookup.server, own):
            what = f"asked {lookup.server} for {lookup.name}: beyond the lab"
            said.setdefault(lookup.name, f"{what}; name {lookup.name} in [outside] of site.toml")
    resolvers = {lookup.server for lookup in boot.of(DnsLookup)}
    for address in sorted(boot.wire.targets - boot.wire.sources - resolvers):
        if not _is_near(address, own):
            what = f"asked {address}: beyond the lab"
            said.setdefault(address, f"{what}; name {address} in [outside] of site.toml")
    for refusal in boot.of(Refusal):
        if not _is_near(refusal.server, own):
            what = f"asked {refusal.server} at {refusal.transport.upper()} port {refusal.port}"
            why = "its stand-in serves HTTP only, on port 80 and those that scripts name"
            if refusal.port == _HTTPS:
                why = "a lab has nobody's certificate for HTTPS: test that by HTTP"
            said.setdefault(what, f"{what}: {why}")
    return tuple(said.values())


def _is_near(text: str, own: Sequence[IPv4Interface | IPv6Interface]) -> bool:
    """Whether an address is the server's, of its networks, or leads to no single host."""
    try:
        address = ip_address(text)
    except ValueError:
        return True
    is_one = address.is_global or (address.is_private and not address.is_link_local)
    nobodys = address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255"
    return nobodys or not is_one or any(address in each.network for each in own)


def found(site: Site) -> Mapping[str, LaidKind]:
    """Give the kernels that lie in the site's copy, by content, and the initrds of its scripts."""
    roots = dict.fromkeys(
        (*(site.root_of(role) for role in _ROLES), *map(site.outside_root, site.outside))
    )
    files = {place: path for root in roots for place, path in _files(site, root)}
    kernels = {place: kind for place, path in files.items() if (kind := kernel_kind(path))}
    texts = {
        place: path.read_text(errors="replace")
        for place, path in files.items()
        if path.stat().st_size <= _LONGEST_SCRIPT and is_script(path.read_bytes()[:4096])
    }
    scripts = [
        Script(f"/{PurePosixPath(place).relative_to(root)}", text)
        for place, text in texts.items()
        for root in roots
        if PurePosixPath(place).is_relative_to(root)
    ]
    all_named = named_files(scripts)
    named = [each for each in all_named if each.use is Use.INITRD]
    initrds = {
        place: LaidKind.INITRD
        for place, path in files.items()
        if place not in kernels and place not in texts
        for root in roots
        if PurePosixPath(place).is_relative_to(root)
        and any(_score(each, f"/{PurePosixPath(place).relative_to(root)}") for each in named)
        and is_initrd(path)
    }
    return {**dict(_of_pxelinux(site, all_named)), **kernels, **initrds}


def _of_pxelinux(site: Site, named: Sequence[NamedFile]) -> Iterator[tuple[str, LaidKind]]:
    """Give what PXELINUX's configuration names and the copy lacks: it would ask for it for ever."""
    kinds = {Use.KERNEL: LaidKind.KERNEL, Use.INITRD: LaidKind.INITRD}
    by_link = locate(site.dir, f"{site.root_of(Role.TFTP)}/{PXELINUX_DIR}") is not None
    for each in named:
        names = each.names if by_link else each.names[:1]
        for name in names if PXELINUX_DIR in each.script else ():
            place = site.place_of(Role.TFTP, name)
            if each.use in kinds and "://" not in name and not site.provides(place):
                yield place, kinds[each.use]


def _files(site: Site, root: str) -> Iterator[tuple[str, Path]]:
    """Go through the files below a root, by their paths in the site."""
    top = locate(site.dir, root)
    if top is None or not top.is_dir():
        return
    for path in sorted(top.rglob("*")):
        place = normal(f"{root}/{path.relative_to(top)}")
        own = site.file(place)
        if own is not None and own.is_file() and not _NOT_SERVED & set(path.parts):
            yield place, own


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
        or url.hostname not in {None, *site.server.addresses, *site.outside}
    ):
        return ""
    path = unquote(_path(script.name, name.partition("##")[0]).partition("?")[0])
    return site.place_of(schemes[url.scheme], path, host=url.hostname or "")


def _uses(boot: Boot) -> Mapping[str, tuple[Use, str]]:
    """Give path in the site → its use and where that is said, of what was asked for in vain."""
    requests = list(_requests(boot))
    named = named_files(list(_scripts(boot.site, requests)))
    uses: dict[str, tuple[Use, str]] = {}
    after_kernel = False
    for request in requests:
        if request.came:
            at_kernel = boot.site.laid.get(request.place) in _KERNELS or is_kernel(request.head)
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
        is_ours = event.server in boot.site.server.addresses or host in boot.site.outside
        if is_ours and (came or in_vain):
            path = name.partition("?")[0]
            place = boot.site.place_of(role, path, host=host, port=port)
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
    for place, request in {each.place: each for each in requests if each.came}.items():
        if not is_script(request.head):
            continue
        own = site.read(place) if site.has(place) else ""
        yield Script(request.name, own or request.head.decode(errors="replace"))


def _use(request: _Request, named: tuple[NamedFile, ...], *, after_kernel: bool) -> tuple[Use, str]:
    """Say what a file is for by the lines that fit its name best; no place when none does."""
    scores = [(_score(each, request.name), each) for each in named]
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


def _score(file: NamedFile, asked: str) -> int:
    """Count the characters that a line names of what was asked for, plus one; 0: another file."""
    return max((_likeness(file.script, each, asked) for each in file.names), default=0)


def _likeness(script: str, name: str, asked: str) -> int:
    path = _path(script, name.partition("##")[0])
    if "?" not in path:
        asked = asked.partition("?")[0]
    pattern = "".join(".*" if char == ANY else re.escape(char) for char in unquote(path))
    if re.fullmatch(pattern, asked, re.DOTALL) is None:
        return 0
    return 1 + len(path.replace(ANY, ""))


def _path(script: str, name: str) -> str:
    """Give the path that a name in a script means, from the root of its server."""
    whole = re.match(r"[a-z]+://[^/]*", name)
    if whole is not None:
        return name[whole.end() :] or "/"
    if name.startswith(("/", ANY)):
        return name
    parts = PurePosixPath(script.partition("?")[0]).parent.parts
    steps = [part for part in parts if part != "/"]
    for part in name.split("/"):
        if part == "..":
            steps = steps[:-1]
        elif part != ".":
            steps.append(part)
    return f"/{'/'.join(steps)}"
