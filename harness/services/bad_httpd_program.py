#!/usr/bin/python3
"""A web server that serves every file well but one, which it treats as it is told to.

    bad_httpd_program.py ROOT LOG FILE HOW

Runs inside a lab by itself, from a copy: Python's own library only. It answers
GET and HEAD, and writes its log in the format `combined`.
"""

import re
import socket
import struct
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from urllib.parse import unquote

PORT = 80


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    root, log, file, how = Path(), Path(), "", ""

    def handle(self) -> None:
        """Go on until the client is gone."""
        with suppress(OSError):
            super().handle()

    def do_HEAD(self) -> None:
        """Announce a file."""
        self.do_GET()

    def do_GET(self) -> None:
        """Send a file, or of the one file what it is told to."""
        name = unquote(self.path.partition("?")[0]).lstrip("/")
        how = self.how if name == self.file.lstrip("/") else ""
        path = self.root / name
        status, body = (200, path.read_bytes()) if path.is_file() else (404, b"")
        length = {"short-length": len(body) // 2, "long-length": len(body) * 2}.get(how, len(body))
        is_cut = how in ("reset", "truncated", "stalled")
        sent = body[: len(body) // 2] if is_cut else body
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if how == "stalled" and asked is not None:
            start, end = int(asked[1]), int(asked[2] or len(body) - 1)
            status, sent, is_cut, length = 206, body[start : end + 1], False, end + 1 - start
        self.send_response_only(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(body)}")
        self.send_header("Content-Type", "application/efi")
        is_last = how == "closed-after-head" and self.command == "HEAD"
        if is_last:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "HEAD":
            sent, is_cut = b"", False
        self.wfile.write(sent)
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S %z")
        agent = self.headers.get("User-Agent", "-")
        with self.log.open("a") as out:
            what = f'"{self.requestline}" {status} {len(sent)} "-" "{agent}"'
            out.write(f"{self.client_address[0]} - - [{stamp}] {what}\n")
        if is_cut and how == "stalled":
            self.connection.recv(1)  # until the client has had enough
        if is_last:
            self.connection.recv(65536)  # read, for what is left unread makes a reset of the end
        self.close_connection = self.close_connection or is_cut
        if is_cut and how == "reset":
            # Closing with a linger time of nothing is what resets a connection (socket(7)).
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


class Server(ThreadingTCPServer):
    """Listens in both families."""

    address_family = socket.AF_INET6
    allow_reuse_address = daemon_threads = True

    def shutdown_request(self, request: "socket.socket | tuple[bytes, socket.socket]") -> None:
        """Close a connection without its good order, which would come before a reset."""
        self.close_request(request)


def main() -> None:
    """Serve until killed."""
    root, log, Handler.file, Handler.how = sys.argv[1:]
    Handler.root, Handler.log = Path(root), Path(log)
    with Server(("", PORT), Handler) as server:
        sys.stdout.write("serving\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
