"""What a machine asked servers for: each file once, however often it was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from harness.loaders import LOADERS
from harness.model import Protocol
from harness.plan.boot_names import Names
from harness.plan.boot_text import Statement
from harness.plan.boot_words import NOT_FOUND, AskedFile
from harness.step import Fetch
from harness.witness.wire import HttpExchange, Outcome, TftpTransfer, Transfer

FIRMWARE, SYSTEM = "firmware", "system"
_PORTS = {Protocol.TFTP: 69, Protocol.HTTP: 80}
_MISSING = 404
_OF_PIECES = frozenset({206, 416})
_NO_SUCH_FILE = 1
"""TFTP's error code (RFC 1350)."""
_ENDINGS = {
    Outcome.UNANSWERED: "nobody answers",
    Outcome.UNFINISHED: "it does not end",
    Outcome.ABORTED: "broken off by the machine",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One file that somebody asked for, and the transfers that this took."""

    who: str
    transfers: tuple[Transfer, ...]

    @property
    def first(self) -> Transfer:
        """The transfer that it began with."""
        return self.transfers[0]

    @property
    def last(self) -> Transfer:
        """The transfer by which it ended."""
        return self.transfers[-1]

    @property
    def arrived(self) -> bool:
        """Whether the file has come."""
        return self.last.outcome.arrived and not _is_probe(self.last)

    @property
    def file(self) -> str:
        """The file as it was asked for, without a leading slash."""
        return name_of(self.last)

    @property
    def host(self) -> str:
        """The name by which its server was asked; "" for an address."""
        last = self.last
        return last.host_name if isinstance(last, HttpExchange) else ""

    @property
    def in_pieces(self) -> bool:
        """Whether parts of it were asked for: it is a disk, whose sectors are read."""
        exchanges = (each for each in self.transfers if isinstance(each, HttpExchange))
        return any(each.status in _OF_PIECES for each in exchanges)

    def continues(self, before: "Asked") -> bool:
        """Whether it only asks again for the same: after a size, after a lost connection."""
        same = (self.who, self.file, self.last.server) == (
            before.who,
            before.file,
            before.last.server,
        )
        return same and type(self.last) is type(before.last)

    def statement(self, names: Names) -> Statement:
        """Say it."""
        last = self.last
        protocol = Protocol.TFTP if isinstance(last, TftpTransfer) else Protocol.HTTP
        fetch = Fetch(protocol=protocol, family=last.family, file=names.named(self.file))
        asked = AskedFile(fetch=fetch, server=_server(last), ending=names.named(_ending(last)))
        return Statement(subject=self.who, text=str(asked))


def name_of(transfer: Transfer) -> str:
    """Give the file that was asked for, with its query, without a leading slash."""
    name = transfer.file if isinstance(transfer, TftpTransfer) else unquote(transfer.path)
    return name.lstrip("/") or "/"


def joined(found: Sequence[Asked]) -> list[Asked]:
    """Put together what continues what was before it."""
    done: list[Asked] = []
    for each in found:
        if done and each.continues(done[-1]):
            done[-1] = Asked(who=each.who, transfers=(*done[-1].transfers, *each.transfers))
        else:
            done.append(each)
    return done


class Speaker:
    """Who asks, as far as it can be told: it goes on as whoever was told last."""

    def __init__(self) -> None:
        """Begin with the firmware."""
        self.who = FIRMWARE
        """Who was told last."""
        self._runs = ""
        """The program that was fetched last by whoever is no loader."""

    def dhcp(self, who: str) -> None:
        """Take in that somebody asks DHCP."""
        self.who, self._runs = who, ""

    def of(self, transfer: Transfer) -> str:
        """Say whose transfer it is."""
        who = self._known(transfer)
        if who:
            self.who, self._runs = who, ""
        elif self.who == FIRMWARE and self._runs not in ("", name_of(transfer)):
            self.who, self._runs = PurePosixPath(self._runs).name, ""
        if self.who == FIRMWARE and transfer.outcome.arrived and not _is_probe(transfer):
            self._runs = name_of(transfer)
        return self.who

    def _known(self, transfer: Transfer) -> str:
        for loader in LOADERS:
            if isinstance(transfer, HttpExchange) and transfer.user_agent.startswith(
                loader.user_agents
            ):
                return loader.called
            if loader.asks_for(name_of(transfer)):
                return loader.called
        return ""


def _is_probe(transfer: Transfer) -> bool:
    return isinstance(transfer, HttpExchange) and transfer.method == "HEAD"


def _server(transfer: Transfer) -> str:
    """Give the server as it was asked: by the name in the URL, if that is how, with its port."""
    host, port = transfer.server, _PORTS[Protocol.TFTP]
    if isinstance(transfer, HttpExchange):
        host, port = transfer.host_name or host, transfer.port
    if port in _PORTS.values():
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _ending(transfer: Transfer) -> str:
    """Say why a file has not come; "" when it has."""
    if transfer.outcome.arrived:
        return "only its size is asked for" if _is_probe(transfer) else ""
    if transfer.outcome is Outcome.REFUSED:
        return _refusal(transfer)
    if isinstance(transfer, HttpExchange) and transfer.outcome is Outcome.REDIRECTED:
        return f"sent on to {transfer.location} (HTTP {transfer.status})"
    if isinstance(transfer, HttpExchange) and transfer.outcome is Outcome.RESET:
        return transfer.ended_by or "the connection is reset"
    return _ENDINGS.get(transfer.outcome) or transfer.outcome.value


def _refusal(transfer: Transfer) -> str:
    if isinstance(transfer, TftpTransfer):
        return NOT_FOUND if transfer.error_code == _NO_SUCH_FILE else transfer.error
    return NOT_FOUND if transfer.status == _MISSING else f"HTTP {transfer.status}"
