"""Mounts and reads over NFS are read from the wire and from the servers' logs."""

import struct

import pytest

from harness.model import Family
from harness.services.logs.nfs import GaneshaParser, mount
from harness.witness.journal import NfsMounted
from harness.witness.wire import NfsMount, NfsUse
from harness.witness.wire.frame import TCP_ACK, Frame, Transport
from harness.witness.wire.nfs import NfsTable

MAC, SERVER_MAC = "52:54:00:12:34:50", "52:54:00:00:00:01"
CLIENT, SERVER = "192.0.2.64", "192.0.2.1"
NFS, MOUNT = 100003, 100005
PATH = b"/srv/tftp/gparted"
NO_AUTH = struct.pack("!4I", 0, 0, 0, 0)


def call(xid: int, program: int, version: int, procedure: int, arguments: bytes = b"") -> bytes:
    """Write a call (RFC 5531)."""
    return struct.pack("!6I", xid, 0, 2, program, version, procedure) + NO_AUTH + arguments


def reply(xid: int, status: int) -> bytes:
    """Write an accepted reply that begins with a status."""
    return struct.pack("!7I", xid, 1, 0, 0, 0, 0, status)


def path_argument(path: bytes = PATH) -> bytes:
    """Write a string as XDR does."""
    return struct.pack("!I", len(path)) + path + bytes(-len(path) % 4)


def frame(number: int, body: bytes, *, back: bool = False, udp: bool = False, port: int) -> Frame:
    """Put a message into a frame."""
    payload = body if udp else struct.pack("!I", 0x80000000 | len(body)) + body
    return Frame(
        number=number,
        time_s=float(number),
        source_mac=SERVER_MAC if back else MAC,
        target_mac=MAC if back else SERVER_MAC,
        family=Family.IPV4,
        source=SERVER if back else CLIENT,
        target=CLIENT if back else SERVER,
        transport=Transport.UDP if udp else Transport.TCP,
        source_port=port if back else 700,
        target_port=700 if back else port,
        payload=payload,
        length=len(payload),
        flags=TCP_ACK,
    )


@pytest.mark.parametrize("udp", [False, True])
@pytest.mark.parametrize("status", [0, 13])
def test_a_mount(status: int, udp: bool) -> None:
    table = NfsTable()
    assert table.add(frame(1, call(7, MOUNT, 3, 1, path_argument()), udp=udp, port=20048))
    table.add(frame(2, reply(7, status), back=True, udp=udp, port=20048))
    (mount,) = table.events()
    assert isinstance(mount, NfsMount)
    assert (mount.path, mount.status) == (PATH.decode(), status)
    assert (mount.client_mac, mount.server, mount.server_mac) == (MAC, SERVER, SERVER_MAC)


def test_a_mount_without_an_answer() -> None:
    table = NfsTable()
    table.add(frame(1, call(7, MOUNT, 3, 1, path_argument()), port=20048))
    (mount,) = table.events()
    assert isinstance(mount, NfsMount)
    assert mount.status is None
    assert str(mount) == f"NFS mount of {PATH.decode()} by {CLIENT} of {SERVER}: no answer"


def test_reads_and_errors_are_counted() -> None:
    table = NfsTable()
    for xid, procedure, status in ((1, 1, 0), (2, 6, 0), (3, 6, 70), (4, 7, 30)):
        table.add(frame(xid, call(xid, NFS, 3, procedure), port=2049))
        table.add(frame(xid, reply(xid, status), back=True, port=2049))
    (use,) = table.events()
    assert isinstance(use, NfsUse)
    assert (use.version, use.calls, use.reads) == ("3", 4, 2)
    assert use.errors == ("ROFS", "STALE")
    assert str(use).endswith("4 calls, 2 reads, errors: ROFS, STALE")


def test_version_4_tells_its_minor_version() -> None:
    table = NfsTable()
    compound = path_argument(b"") + struct.pack("!I", 2)
    table.add(frame(1, call(1, NFS, 4, 1, compound), port=2049))
    (use,) = table.events()
    assert isinstance(use, NfsUse)
    assert use.version == "4.2"


def test_what_is_sent_again_counts_once() -> None:
    table = NfsTable()
    for number in (1, 2):
        table.add(frame(number, call(9, NFS, 3, 6), port=2049))
    (use,) = table.events()
    assert isinstance(use, NfsUse)
    assert use.reads == 1


@pytest.mark.parametrize("body", [b"", b"\0" * 24, call(1, NFS, 3, 6)[:20], b"\xff" * 90])
def test_garbage_is_no_event(body: bytes) -> None:
    table = NfsTable()
    assert table.add(frame(1, body, port=2049))
    assert table.events() == []


def test_other_ports_are_others() -> None:
    assert not NfsTable().add(frame(1, call(1, NFS, 3, 6), port=80))


HEAD = (
    "25/11/2026 21:05:18 : epoch 6b074d8c : local-server : nfs-ganesha-44[{thread}] mnt_Mnt :NFS3 "
)
CALL = HEAD + ":DEBUG :REQUEST PROCESSING: Calling MNT_MNT path={path}"
GRANTED = (
    HEAD + ":DEBUG :MOUNT: Entry supports 1 different flavours handle=0x43 "
    "for client ::ffff:192.0.2.64"
)


def test_a_mount_in_the_log_is_a_call_and_what_follows_in_its_thread() -> None:
    parse = GaneshaParser()
    assert parse(CALL.format(thread="svc_3", path="/srv/tftp/grml"), 2026) is None
    assert parse(CALL.format(thread="svc_4", path="/srv/tftp/nothing"), 2026) is None
    event = parse(GRANTED.format(thread="svc_3"), 2026)
    assert isinstance(event, NfsMounted)
    assert (event.path, event.client, event.granted) == ("/srv/tftp/grml", CLIENT, True)
    assert parse(GRANTED.format(thread="svc_3"), 2026) is None
    assert parse("something else", 2026) is None


@pytest.mark.parametrize(
    ("line", "client", "path", "granted"),
    [
        (
            "rpc.mountd: authenticated mount request from 192.0.2.64:728 for /srv/a (/srv)",
            *("192.0.2.64", "/srv/a", True),
        ),
        (
            "rpc.mountd: authenticated mount request from 2001:db8::1:1:589 for /a (b) (/a (b))",
            *("2001:db8::1:1", "/a (b)", True),
        ),
        (
            "rpc.mountd: refused mount request from 192.0.2.64 for /srv (/srv): unmatched host",
            *("192.0.2.64", "/srv", False),
        ),
        (
            "rpc.mountd: refused mount request from 2001:db8::1:1 for /b (/): not exported",
            *("2001:db8::1:1", "/b", False),
        ),
    ],
)
def test_a_mount_in_the_log_of_the_kernel_s_server(
    line: str, client: str, path: str, granted: bool
) -> None:
    event = mount(line, 2026)
    assert isinstance(event, NfsMounted)
    assert (event.client, event.path, event.granted) == (client, path, granted)
    assert (event.daemon, event.time_s) == ("nfs", None)


@pytest.mark.parametrize(
    "line",
    [
        "rpc.mountd: Version 2.6.2 starting",
        'rpc.mountd: v4.2 client attached: 0x22e3c2666b077a01 from "192.0.2.64:583"',
        "rpc.mountd: authenticated mount request from 192.0.2.64:728 for ",
        "exportfs: refused mount request from 192.0.2.64 for /srv (/srv): unmatched host",
    ],
)
def test_other_lines_of_it_are_no_mounts(line: str) -> None:
    assert mount(line, 2026) is None
