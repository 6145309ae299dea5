"""A live system's root is believed when it, the wire and the server's log agree."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.facts import ExpectedRoot
from harness.judge.root_fault import root_faults, root_steps
from harness.machines import BOOT_PATHS
from harness.model import Family, MountReport, PayloadReport, RootReport
from harness.plan.live_root import root_source
from harness.witness.journal import HttpServed, Journal, LogEvent, NfsMounted
from harness.witness.wire import HttpExchange, NfsMount, NfsUse, Outcome, Wire, WireEvent
from tests.judge.recorded import showmax

SHOWMAX = showmax()
MAC = "52:54:00:12:34:50"
CLIENT, SERVER = "192.0.2.64", "192.0.2.1"
SHA256 = "ab" * 32
IMAGE_PATH = "/stretch/filesystem.squashfs"
EXPORT = "/srv/tftp/gparted"

FETCH = HttpExchange(
    time_s=1.0,
    frame=7,
    family=Family.IPV4,
    client=CLIENT,
    client_mac=MAC,
    server=SERVER,
    method="GET",
    path=IMAGE_PATH,
    host="local-server",
    user_agent="Wget",
    status=200,
    content_length=100,
    outcome=Outcome.COMPLETE,
)
SERVED = HttpServed(
    daemon="nginx", line="", client=CLIENT, method="GET", path=IMAGE_PATH, status=200, bytes=100
)
MOUNT = NfsMount(
    time_s=1.0,
    frame=7,
    family=Family.IPV4,
    client=CLIENT,
    client_mac=MAC,
    server=SERVER,
    path=EXPORT,
    status=0,
)
USE = NfsUse(
    time_s=1.0,
    frame=8,
    family=Family.IPV4,
    client=CLIENT,
    client_mac=MAC,
    server=SERVER,
    version="3",
    calls=9,
    reads=5,
)
MOUNTED = NfsMounted(daemon="nfs", line="", client=CLIENT, path=EXPORT, granted=True)
MEMORY = MountReport(source="ram", place="/run/live/medium", type="ramfs", options=("rw",))
NFS = MountReport(
    source=f"{SERVER}:{EXPORT}",
    place="/run/live/medium",
    type="nfs",
    options=("ro", "vers=3", "addr=192.0.2.1"),
)
OVERLAY = MountReport(source="overlay", place="/", type="overlay", options=("rw",))


def report(medium: MountReport, **changes: object) -> PayloadReport:
    """Give what a live system reports."""
    root = RootReport(image="/run/x", image_sha256=SHA256, medium=medium, root=OVERLAY)
    return PayloadReport(
        token="t",
        entry="",
        firmware="bios",
        mac=MAC,
        cmdline="",
        root=replace(root, **changes),  # type: ignore[arg-type]
    )


def case(
    entry: str,
    payload: PayloadReport | None,
    wire: Iterable[WireEvent],
    logged: Iterable[LogEvent],
) -> Boot:
    """Put a boot together."""
    source = root_source(SHOWMAX, SHOWMAX.menu.entries[entry])
    assert source is not None
    return Boot(
        path=BOOT_PATHS["bios-ipxe-rom"],
        site=SHOWMAX,
        entry=entry,
        mac=MAC,
        token="t",
        roots={entry: ExpectedRoot(source=source, sha256s=frozenset({SHA256}))},
        wire=Wire(events=tuple(wire)),
        journal=Journal(events=tuple(logged)),
        payload=payload,
    )


def fetched(**changes: object) -> Boot:
    """Give the good boot of the entry that fetches its root."""
    fetch = replace(FETCH, **changes)  # type: ignore[arg-type]
    return case("showmax", report(MEMORY), [fetch], [SERVED])


def mounted(**changes: object) -> Boot:
    """Give the good boot of an entry that mounts its root."""
    mount = replace(MOUNT, **changes)  # type: ignore[arg-type]
    return case("gparted", report(NFS), [mount, USE], [MOUNTED])


def test_agreement_is_green() -> None:
    assert list(root_faults(fetched())) == []
    assert list(root_faults(mounted())) == []
    assert list(root_steps(fetched())) == [f"root {IMAGE_PATH} over HTTP, IPv4"]
    assert list(root_steps(mounted())) == [f"root {EXPORT} over NFS, IPv4"]
    assert NFS.nfs_version == "3"


@pytest.mark.parametrize(
    ("server", "host"),
    [("2001:db8::1", "[2001:db8::1]"), ("2001:db8::1", "[2001:DB8::1]:8080"), ("box", "Box:80")],
)
def test_a_server_that_is_named_by_its_address_or_with_a_port(server: str, host: str) -> None:
    boot = fetched(host=host)
    root = boot.roots["showmax"]
    named = replace(root, source=replace(root.source, server=server))
    assert list(root_faults(replace(boot, roots={"showmax": named}))) == []


def test_a_payload_has_no_root_to_speak_of() -> None:
    assert list(root_faults(replace(fetched(), roots={}))) == []


@pytest.mark.parametrize(
    ("boot", "what"),
    [
        (replace(fetched(), payload=replace(report(MEMORY), root=None)), "small payload"),
        (replace(fetched(), payload=report(NFS)), "not in memory"),
        (replace(fetched(), payload=report(MEMORY, image_sha256="cd")), "has the checksum cd"),
        (replace(fetched(), payload=report(MEMORY, image_sha256="")), "checksum nothing"),
        (replace(fetched(), payload=report(MEMORY, root=MEMORY)), "not an overlay but ramfs"),
        (replace(fetched(), wire=Wire()), "not on the wire: the booted system's fetch"),
        (fetched(user_agent="iPXE/1.21"), "not on the wire: the booted system's fetch"),
        (fetched(outcome=Outcome.RESET), "is reset with 200"),
        (fetched(host="192.0.2.1"), "was asked of '192.0.2.1'"),
        (replace(fetched(), journal=Journal()), "nginx's log has not"),
        (fetched(content_length=99), "nginx's log has not"),
        (replace(mounted(), payload=report(MEMORY)), "not on NFS"),
        (
            replace(mounted(), payload=report(replace(NFS, source="192.0.2.9:/srv/tftp/gparted"))),
            "mounted from 192.0.2.9:/srv/tftp/gparted, not from 192.0.2.1:/srv/tftp/gparted",
        ),
        (replace(mounted(), wire=Wire()), "not on the wire: a mount of /srv/tftp/gparted"),
        (replace(mounted(), wire=Wire(events=(MOUNT,))), "nothing was read over NFS"),
        (mounted(path="/srv/tftp/grml"), "/srv/tftp/grml was mounted"),
        (mounted(status=13), "refused /srv/tftp/gparted: permission denied"),
        (mounted(status=None), "nothing answered the mount"),
        (mounted(server="192.0.2.9"), "which is not the site's server"),
        (replace(mounted(), journal=Journal()), "nfs.log has not"),
        (
            replace(mounted(), journal=Journal(events=(replace(MOUNTED, granted=False),))),
            "nfs.log has not",
        ),
    ],
)
def test_each_witness_can_turn_it_red(boot: Boot, what: str) -> None:
    assert what in "\n".join(root_faults(boot))
