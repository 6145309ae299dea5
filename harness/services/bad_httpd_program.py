#!/usr/bin/python3
"""A web server that serves every file well but one, which it treats as it is told to.

    bad_httpd_program.py ROOT LOG FILE HOW

Runs inside a lab by itself, from a copy: Python's own library only. It answers
GET and HEAD, and writes its log in the format `combined`.
"""

import socket
import struct
import sys
import threading
import time
from pathlib import Path
from urllib.parse import unquote

PORT = 80
_HEAD_END = b"\r\n\r\n"
_PIECE = 65536


def answer(path: Path, how: str) -> tuple[int, int, bytes]:
    """Give status, announced length, and the bytes that are sent."""
    try:
        body = path.read_bytes()
    except OSError:
        return 404, 0, b""
    if how in ("reset", "truncated"):
        return 200, len(body), body[: len(body) // 2]
    if how == "short-length":
        return 200, len(body) // 2, body
    if how == "long-length":
        return 200, len(body) * 2, body
    return 200, len(body), body


def serve(client: socket.socket, address: str, root: Path, log: Path, bad: tuple[str, str]) -> None:
    """Answer the requests of one connection."""
    pending = b""
    while True:
        while _HEAD_END not in pending:
            piece = client.recv(_PIECE)
            if not piece:
                return
            pending += piece
        head, _, pending = pending.partition(_HEAD_END)
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        agent = next((line[12:] for line in lines if line.lower().startswith("user-agent:")), "-")
        name = unquote(target.partition("?")[0]).lstrip("/")
        how = bad[1] if name == bad[0] else ""
        status, length, body = answer(root / name, how)
        reason = {200: "OK", 404: "Not Found"}[status]
        client.sendall(
            f"HTTP/1.1 {status} {reason}\r\nContent-Length: {length}\r\n"
            "Content-Type: application/efi\r\n\r\n".encode()
        )
        if method == "GET":
            client.sendall(body)
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S %z")
        sent = len(body) if method == "GET" else 0
        with log.open("a") as out:
            out.write(f'{address} - - [{stamp}] "{lines[0]}" {status} {sent} "-" "{agent}"\n')
        if how in ("reset", "truncated") and method == "GET":
            break
    if bad[1] == "reset":
        # Closing with a linger time of nothing is what resets a connection (socket(7)).
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def talk(client: socket.socket, address: str, root: Path, log: Path, bad: tuple[str, str]) -> None:
    """Serve one connection, and close it however it ends."""
    try:
        serve(client, address, root, log, bad)
    except OSError:
        pass  # the client is gone
    finally:
        client.close()


def main() -> None:
    """Listen in both families."""
    root, log, file, how = sys.argv[1:]
    with socket.create_server(("", PORT), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        sys.stdout.write("serving\n")
        sys.stdout.flush()
        while True:
            client, (address, *_) = server.accept()
            args = (client, address, Path(root), Path(log), (file.lstrip("/"), how))
            threading.Thread(target=talk, args=args, daemon=True).start()


if __name__ == "__main__":
    main()
