"""Who gave a machine its address and who its boot file, where these may be two servers."""

from collections.abc import Iterator, Sequence

from harness.judge.boot import Boot
from harness.judge.servers import server_macs
from harness.model import PROXY_DHCP_PORT, Family, Role
from harness.step import Ask
from harness.witness.taken_path import TakenStep
from harness.witness.wire import DhcpMessage


def seen_steps(boot: Boot) -> Iterator[str]:
    """Say each step that was taken; where several servers answer DHCP, who did each time."""
    steps = boot.all_taken
    for number, step in enumerate(steps):
        is_four = isinstance(step.what, Ask) and step.what.family is Family.IPV4
        has_proxy = boot.daemons.by_role(Role.PROXY_DHCP) is not None
        are_several = has_proxy or len(boot.servers(Role.DHCPV4)) > 1
        by = _by(boot, steps, number) if is_four and are_several else ""
        yield f"{step} ({by})" if by else str(step)


def _by(boot: Boot, steps: Sequence[TakenStep], number: int) -> str:
    answers = [
        each
        for each in boot.of(DhcpMessage)
        if each.kind.from_server and each.transaction in steps[number].transactions
    ]
    given = [each for each in answers if each.kind.grants and each.address]
    named = [each for each in answers if each.bootfile and (each.adds_only or each in given)]
    parts = [f"address by {_called(boot, each)}" for each in given[-1:]]
    if parts and named and any(each.adds_only for each in named):
        files = dict.fromkeys(_called(boot, each) for each in _taken(named, steps[number + 1 :]))
        parts.append(f"boot file by {' and '.join(files)}")
    return "; ".join(parts)


def _taken(named: Sequence[DhcpMessage], later: Sequence[TakenStep]) -> Sequence[DhcpMessage]:
    """Give the answers that named the file which was fetched next: on its own port a proxy did."""
    on_own_port = [each for each in named if each.port == PROXY_DHCP_PORT]
    file = next((step.file for step in later if step.file), "")
    fitting = [each for each in named if each.bootfile.endswith(file)]
    return on_own_port or fitting or named


def _called(boot: Boot, answer: DhcpMessage) -> str:
    """Name the site's own daemon; another's by its address."""
    if answer.server_mac not in server_macs(boot):
        return answer.server
    daemon = boot.server(answer.role, answer.server)
    port = f", port {answer.port}" if answer.port == PROXY_DHCP_PORT else ""
    return f"{daemon.called}{port}"
