"""The web server that misbehaves does so with one file, and only in the way that it is told to."""

import socket
import threading
from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.services.bad_httpd import BadHttpd, Misbehaviour
from harness.services.bad_httpd_program import Handler, Server
from harness.services.logs.web import combined
from harness.site import Site
from harness.witness.journal import HttpServed
from tests.services.enclosure import FakeEnclosure

BODY = b"0123456789"


def asked(tmp_path: Path, how: str, *requests: str) -> bytes:
    """Give all that it answers on one connection."""
    (tmp_path / "bad").write_bytes(BODY)
    (tmp_path / "good").write_bytes(BODY)
    told = {"root": tmp_path, "log": tmp_path / "access.log", "file": "bad", "how": how}
    kind = type("Told", (Handler,), told)
    client, server = socket.socketpair()

    def serve() -> None:
        with Server(("", 0), kind, bind_and_activate=False) as owner:
            owner.process_request_thread(server, ("::ffff:192.0.2.64", 1))

    thread = threading.Thread(target=serve)
    thread.start()
    with client:
        client.sendall(
            "".join(f"{each}\r\nUser-Agent: iPXE/1\r\n\r\n" for each in requests).encode()
        )
        client.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: client.recv(65536), b""))
    thread.join()
    return said


@pytest.mark.parametrize(
    ("how", "length", "body"),
    [
        ("reset", 10, b"01234"),
        ("truncated", 10, b"01234"),
        ("short-length", 5, BODY),
        ("long-length", 20, BODY),
        ("stalled", 10, b"01234"),
        ("closed-after-head", 10, BODY),
    ],
)
def test_the_one_file(tmp_path: Path, how: str, length: int, body: bytes) -> None:
    said = asked(tmp_path, how, "GET /bad HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"Content-Length: {length}\r\n".encode() in said
    assert said.partition(b"\r\n\r\n")[2] == body


@pytest.mark.parametrize(
    ("asked_for", "length", "body"),
    [("5-9", 5, b"56789"), ("5-", 5, b"56789"), ("0-1", 2, b"01")],
)
def test_the_rest_of_a_stalled_file_is_sent_when_asked_for(
    tmp_path: Path, asked_for: str, length: int, body: bytes
) -> None:
    said = asked(tmp_path, "stalled", f"GET /bad HTTP/1.1\r\nRange: bytes={asked_for}")
    assert said.startswith(b"HTTP/1.1 206 Partial Content\r\n")
    assert f"Content-Length: {length}\r\n".encode() in said
    assert b"Content-Range: bytes " in said
    assert said.partition(b"\r\n\r\n")[2] == body


def test_a_connection_that_ends_after_head_ends_when_more_is_asked(tmp_path: Path) -> None:
    said = asked(tmp_path, "closed-after-head", "HEAD /bad HTTP/1.1", "GET /bad HTTP/1.1")
    assert said.count(b"HTTP/1.1 200 OK") == 1
    assert b"Connection: close\r\n" in said
    assert BODY not in said


def test_the_connection_ends_with_it(tmp_path: Path) -> None:
    said = asked(tmp_path, "truncated", "GET /bad HTTP/1.1", "GET /good HTTP/1.1")
    assert said.count(b"HTTP/1.1") == 1


def test_others_are_served_well(tmp_path: Path) -> None:
    said = asked(tmp_path, "reset", "HEAD /good HTTP/1.1", "GET /good HTTP/1.1", "GET /no HTTP/1.1")
    assert said.count(b"Content-Length: 10\r\n") == 2
    assert said.count(BODY) == 1
    assert b"404 Not Found" in said


def test_its_log_is_read_as_any_web_server_s(tmp_path: Path) -> None:
    asked(tmp_path, "short-length", "GET /bad HTTP/1.1")
    served = combined("bad-httpd")((tmp_path / "access.log").read_text(), 2026)
    assert isinstance(served, HttpServed)
    assert (served.client, served.path, served.status) == ("192.0.2.64", "/bad", 200)
    assert (served.bytes, served.user_agent) == (10, "iPXE/1")


def test_it_serves_the_sites_data_root(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    server = BadHttpd(enclosure, site, log_dir, Pace())
    server.file, server.how = "script.ipxe", Misbehaviour.TRUNCATED
    assert server.command()[3:] == [
        "/srv/tftp",
        "/var/log/bad-httpd.access.log",
        "script.ipxe",
        "truncated",
    ]
