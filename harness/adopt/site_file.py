"""The `site.toml` of a new site: the shortest that says what its files were read to say."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from harness.examine.named import Named
from harness.model import Family
from harness.site.found import Found, FoundServer
from harness.site.further_host import HOSTS_DIR
from harness.site.model import LaidKind
from harness.site.said import Said

_HEAD = """\
# Made by `harness init`: behind each value stands where it was read. docs/site.md has every key.
"""
_BELOW = re.compile(r"(?<![\w./-])etc/(?=\S)")
"""How the place of a file begins."""
_Row = tuple[str, str]
"""A line, and its comment."""


def site_file(
    daemons: Mapping[str, str],
    server: FoundServer,
    secrets: Sequence[Said],
    supplied: Mapping[str, tuple[Named, str]],
    *,
    laid: Mapping[str, tuple[Named, LaidKind]] = MappingProxyType({}),
    hosts: Mapping[str, FoundServer] = MappingProxyType({}),
) -> str:
    """Write what was found; `daemons` only where the copied files do not say them.

    `hosts` are the further ones; `laid` are kernels that firmware is handed to start.
    """
    parts = [
        [*_list("daemons", list(daemons.items()))] if daemons else [],
        [*_list("secrets", [(each.text, each.place) for each in secrets])] if secrets else [],
        [("[server]", ""), *_server(server)],
        *([(f"[hosts.{name}]", ""), *_further(name, each)] for name, each in hosts.items()),
        [
            ("# What is named there, and was not among the files.", ""),
            ("[supply]", ""),
            *_supply(supplied),
        ]
        if supplied
        else [],
        [
            ("# Kernels that firmware starts itself: the harness lays its own in their place.", ""),
            ("[laid]", ""),
            *_laid(laid),
        ]
        if laid
        else [],
    ]
    return _HEAD + "".join(f"\n{_aligned(rows)}" for rows in parts if rows)


def _server(server: FoundServer) -> Iterator[_Row]:
    ipv4, ipv6 = (server.addresses.get(family) for family in Family)
    rows = {
        "interface": server.interface,
        "hostname": server.hostname,
        "ipv4": ipv4,
        "ipv6": ipv6,
    }
    for key, found in rows.items():
        if found is not None:
            yield f"{key} = {_text(found.text)}", _comment(found)


def _further(name: str, server: FoundServer) -> Iterator[_Row]:
    for line, comment in _server(server):
        yield line, _BELOW.sub(f"{HOSTS_DIR}/{name}/\\g<0>", comment)


def _comment(found: Found) -> str:
    return ": ".join(filter(None, (found.place, f"a guess, {found.guess}" if found.guess else "")))


def _supply(supplied: Mapping[str, tuple[Named, str]]) -> Iterator[_Row]:
    for path, (named, asset) in supplied.items():
        yield f"{_text(path)} = {_text(asset)}", named.where


def _laid(laid: Mapping[str, tuple[Named, LaidKind]]) -> Iterator[_Row]:
    for path, (named, kind) in laid.items():
        yield f"{_text(path)} = {_text(kind.value)}", named.where


def _list(key: str, items: Sequence[tuple[str, str]]) -> Iterator[_Row]:
    yield f"{key} = [", ""
    yield from ((f"  {_text(text)},", place) for text, place in dict(items).items())
    yield "]", ""


def _aligned(rows: Sequence[_Row]) -> str:
    width = max((len(line) for line, comment in rows if comment), default=0)
    return "".join(
        f"{line:<{width}}  # {comment}\n" if comment else f"{line}\n" for line, comment in rows
    )


def _text(value: str) -> str:
    """Write a TOML string: JSON's escapes are TOML's, too."""
    return json.dumps(value, ensure_ascii=False)
