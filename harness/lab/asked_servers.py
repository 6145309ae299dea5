"""A site's DHCP servers alone, asked by frames: no guest, no other daemon, seconds.

Each question is sent as firmware, iPXE or a system would send it, by a port of the bridge; what
comes back is read as the wire of a boot is.
"""

import os
import select
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from harness.deadline import Deadline
from harness.errors import NetworkError, SiteError
from harness.lab.bare import BareLab, bare_lab
from harness.lab.brought_up import bring_up
from harness.model import Family, Role
from harness.process import Process, is_busy
from harness.services.logs.registry import read_logs
from harness.services.registry import answers_dhcp, dhcp_servers
from harness.services.site_daemon import SiteDaemon
from harness.site import Site
from harness.site.model import SITE_FILE
from harness.site.server import SERVER_MAC
from harness.witness.eui64 import link_local
from harness.witness.journal import DhcpLogged
from harness.witness.wire import DhcpMessage
from harness.witness.wire.lease_message import LeaseMessage
from harness.witness.wire.question import Question, answer_in

_PORT = "lab-asker"
RELAY_MAC = "52:54:00:00:00:fe"
_FAR_MAC = "52:54:00:00:00:fd"
_TIMEOUT_S = 5.0
_AT_ONCE = 64
_QUIET_S = 0.5
"""How long nobody may say anything before the rest is taken for unanswered."""
Told = Callable[[int, int], None]
"""Hears how much is done, and of how much."""
_PIPE = """
import os, select, socket, struct, sys
said = b""
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((sys.argv[1], 0))
# PACKET_ADD_MEMBERSHIP with PACKET_MR_PROMISC (packet(7)): answers go to the clients' addresses.
wire.setsockopt(263, 1, struct.pack("IHH8s", socket.if_nametoindex(sys.argv[1]), 1, 0, b""))
print("up", flush=True)
while True:
    for ready in select.select([0, wire], [], [])[0]:
        if ready is wire:
            frame, where = wire.recvfrom(65535)
            if where[2] != 4:  # PACKET_OUTGOING
                print(frame.hex(), flush=True)
            continue
        heard = os.read(0, 65536)
        if not heard:
            sys.exit()
        *lines, said = (said + heard).split(b"\\n")
        for line in lines:
            wire.send(bytes.fromhex(line.decode()))
"""
"""Sends the frames whose bytes come in, and tells those that it hears."""


@dataclass(kw_only=True)
class Asked:
    """One question, and what was answered."""

    question: Question
    answers: list[DhcpMessage] = field(default_factory=list)


def dhcp_daemons(site: Site) -> dict[str, tuple[type[SiteDaemon], ...]]:
    """Give the site's daemons that answer DHCP, by further host; those of the boot server by "".

    Raises:
        SiteError: it has none.
    """
    found = {"": answers_dhcp(site)}
    found |= {name: answers_dhcp(host) for name, host in site.each_host.items()}
    if not any(found.values()):
        raise SiteError("no daemon of this site answers DHCP", path=site.dir / SITE_FILE)
    return found


@contextmanager
def asked_servers(site: Site) -> Iterator["Asker"]:
    """Start a site's DHCP servers, and give who asks them.

    Raises:
        ServiceError: one of them refuses its configuration, or does not start.
    """
    kinds = dhcp_daemons(site)
    with (
        tempfile.TemporaryDirectory(prefix="netboot-harness-") as place,
        ExitStack() as later,
        bare_lab(site, kinds[""], Path(place), beside=kinds) as lab,
    ):
        for each in lab.services:
            each.for_fast_guests = True
        with ThreadPoolExecutor(max_workers=len(lab.services)) as pool:
            for started in [pool.submit(bring_up, each) for each in lab.services]:
                started.result()
        yield later.enter_context(asking(lab, site, log_dir=Path(place) / "log"))


@contextmanager
def asking(lab: BareLab, site: Site, *, log_dir: Path) -> Iterator["Asker"]:
    """Give who asks the servers of a lab that is up, by a port of its bridge."""
    lab.network.add_host(_PORT, mac=_FAR_MAC)
    argv = ("python3", "-I", "-S", "-c", _PIPE, _PORT)
    pipe = lab.namespace.start(argv, pipe_stdin=True)
    try:
        yield Asker(lab, pipe, site, log_dir=log_dir)
    finally:
        pipe.close()


class Asker:
    """Asks questions of whoever hears them on the lab's bridge."""

    def __init__(self, lab: BareLab, pipe: Process, site: Site, *, log_dir: Path) -> None:
        """Keep the lab, its logs, and the process at its port."""
        self._lab, self._pipe, self._site, self._log_dir = lab, pipe, site, log_dir
        self._said = b""
        serving = {each.host for each in dhcp_servers(site)}
        self._macs = [SERVER_MAC] if "" in serving else []
        self._macs += [host.mac for name, host in site.hosts.items() if name in serving]
        has_proxy = site.daemon_facts.by_role(Role.PROXY_DHCP) is not None
        self._has_others = has_proxy or len(self._macs) > 1
        """Whether one question may have more answers than one."""
        self._told: Told = lambda _done, _of: None
        self._asked: set[int] = set()
        self._remarks: tuple[DhcpLogged, ...] | None = None
        if self._line(_TIMEOUT_S) != "up":
            raise self._lost("did not start")

    def ask(
        self, questions: Sequence[Question], told: Told = lambda _done, _of: None
    ) -> tuple[Asked, ...]:
        """Ask all questions, and those again that had no answer, as clients do.

        `told` hears now and then how many have been asked, and of how many.

        Raises:
            ServiceError: a server has died of one.
            NetworkError: who sends and hears has.

        The first that a client asks by each way comes before its others: dhcpd looks then whether
        an address is free, and passes over without a word who asks for the same one meanwhile.
        iPXE comes later, for it names itself otherwise than its machine's firmware (option 61):
        once it has the address, that is given another each time.
        """
        found = {each.xid: Asked(question=each) for each in questions}
        self._told, self._asked, self._remarks = told, set(), None
        for is_ipxe in (False, True):
            self._ask_in_turn([each for each in questions if each.is_ipxe is is_ipxe], found)
        self._ask([each.question for each in found.values() if not each.answers], found)
        self._ask_boot_servers(found)
        self._verify_alive()
        return tuple(found.values())

    def _ask_in_turn(self, questions: Sequence[Question], found: Mapping[int, Asked]) -> None:
        asked: set[int] = set()
        silent: set[tuple[Family, str]] = set()
        for turn in _in_turn(questions):
            group = [each for each in turn if (each.family, each.mac) not in silent]
            self._ask(group, found)
            asked |= {each.xid for each in group}
            vain = (each for each in group if not found[each.xid].answers)
            silent |= {(each.family, each.mac) for each in vain}
        self._ask([each for each in questions if each.xid not in asked], found)

    def say(self, message: LeaseMessage) -> DhcpMessage | None:
        """Say something as a client, and give the answer; None where nobody gives one.

        Raises:
            ServiceError: a server has died of it.
            NetworkError: who sends and hears has.
        """
        self._introduce({link_local(message.mac): message.mac})
        self._send(message.frame())
        answer = self._answer_to(message.xid)
        self._verify_alive()
        return answer

    def _answer_to(self, xid: int) -> DhcpMessage | None:
        deadline = Deadline(_TIMEOUT_S, "the answer of a DHCP server")
        while not deadline.expired:
            line = self._line(_QUIET_S)
            answer = answer_in(bytes.fromhex(line)) if line else None
            if answer is not None and answer.xid == xid:
                return answer
            if not line and self._is_quiet:
                break
        return None

    def _verify_alive(self) -> None:
        """See that nobody has died, who would answer nobody since."""
        for each in self._lab.services:
            each.verify_alive()

    def remark(self, question: Question) -> str:
        """Give why a server did not answer a client, as its log has it; "" where none says."""
        if self._remarks is None:  # of hundreds of hosts the logs take seconds to read
            logged = read_logs(self._log_dir).of(DhcpLogged)
            self._remarks = tuple(each for each in logged if each.remark)
        told = [
            each.remark
            for each in self._remarks
            if each.family is question.family
            if each.mac == question.mac or each.xid == question.xid
        ]
        return told[-1] if told else ""

    def said(self) -> tuple[str, ...]:
        """Give every line that the servers have logged."""
        return tuple(line for each in self._lab.services for line in each.said())

    def _ask(self, questions: Sequence[Question], found: Mapping[int, Asked]) -> None:
        """Ask side by side, no more at once than servers have room for."""
        for at in range(0, len(questions), _AT_ONCE):
            self._ask_at_once(questions[at : at + _AT_ONCE], found)
            self._asked |= found.keys() & {each.xid for each in questions[at : at + _AT_ONCE]}
            self._told(len(self._asked), len(found))

    def _ask_at_once(self, questions: Sequence[Question], found: Mapping[int, Asked]) -> None:
        """Ask, and hear until nobody has anything more to say."""
        known = {link_local(each.mac): each.mac for each in questions}
        known |= {each.address: each.mac for each in questions if each.address}
        known |= {each.relay: RELAY_MAC for each in questions if each.relay}
        self._introduce({**known, link_local(RELAY_MAC): RELAY_MAC})
        for each in questions:
            # A relay passes a question on to each server.
            for mac in self._macs if each.relay else self._macs[:1]:
                self._send(each.frame(server_mac=mac, relay_mac=RELAY_MAC))
                self._hear(0.0)  # who cannot be rid of what it hears takes in nothing more
        left = {each.xid for each in questions}
        deadline = Deadline(_TIMEOUT_S, "the answers of DHCP servers")
        while (left or self._has_others) and not deadline.expired:
            line = self._line(_QUIET_S)
            if not line:
                if self._is_quiet:
                    break
                continue
            answer = answer_in(bytes.fromhex(line))
            if answer is not None and answer.xid in found:
                found[answer.xid].answers.append(answer)
                left.discard(answer.xid)

    def _ask_boot_servers(self, found: Mapping[int, Asked]) -> None:
        """Ask on who has a PXE server's answer without a boot file, as its firmware does."""
        later: dict[int, Asked] = {}
        for asked in found.values():
            given = next((each.address for each in asked.answers if each.address), "")
            server = next((each for each in asked.answers if each.adds_only), None)
            if given and server is not None and not server.bootfile:
                question = replace(asked.question.of_boot_server(server), address=given)
                later[question.xid] = Asked(question=question, answers=asked.answers)
        if later:
            self._ask([each.question for each in later.values()], later)

    @property
    def _is_quiet(self) -> bool:
        """Whether nobody who hears, or is to be heard, has anything to do."""
        return not (is_busy(self._pipe.pid) or any(each.is_busy for each in self._lab.services))

    def _introduce(self, known: Mapping[str, str]) -> None:
        """Tell the server's kernel who has which address: nobody at the port answers for it."""
        served = self._site.server.families
        hosts = {a: m for a, m in known.items() if Family.of(a) in served}
        self._lab.network.introduce(hosts)
        self._lab.hosts.introduce(hosts)

    def _send(self, frame: bytes) -> None:
        try:
            os.write(self._pipe.stdin_fd, f"{frame.hex()}\n".encode())
        except OSError as error:
            raise self._lost("has ended") from error

    def _lost(self, how: str) -> NetworkError:
        said = self._said.decode(errors="replace").splitlines()
        return NetworkError(f"what asks DHCP servers {how}", last_lines=said)

    def _line(self, timeout_s: float) -> str:
        """Give the next line of the process at the port; "" when none comes in time."""
        while b"\n" not in self._said:
            if not self._hear(timeout_s):
                return ""
        line, _, self._said = self._said.partition(b"\n")
        return line.decode(errors="replace")

    def _hear(self, timeout_s: float) -> bool:
        """Take in what the process at the port has said; say whether there was anything."""
        poller = select.poll()
        poller.register(self._pipe.stdout_fd, select.POLLIN)
        if not poller.poll(timeout_s * 1000):
            return False
        if not (said := os.read(self._pipe.stdout_fd, 65536)):
            raise self._lost("has ended")  # silence would be taken for that of the servers
        self._said += said
        return True


def _in_turn(questions: Iterable[Question]) -> list[list[Question]]:
    """Give the first question of each machine by each way, no two of one machine together."""
    firsts: dict[tuple[Family, str], dict[str, Question]] = {}
    for each in questions:
        firsts.setdefault((each.family, each.mac), {}).setdefault(each.relay, each)
    turns = zip_longest(*(ways.values() for ways in firsts.values()))
    return [[each for each in turn if each is not None] for turn in turns]
