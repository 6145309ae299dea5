"""What a scenario has broken itself: named where a boot is red by it, so that no site is blamed."""

import re
from collections.abc import Iterator

from harness.judge.boot import Boot
from harness.witness.journal import FaultMade, LinkStruck
from harness.witness.wire import DhcpMessage, DnsLookup, Outcome, Unheard, WireEvent

_IN_VAIN = re.compile(
    r"\((?:ipxe-timed-out|ipxe-no-lease|pxe-e1[68]|pxe-e99|http-boot-silent), "
    r"| did not come within "
)
"""What a wait has ended by, of a machine that was not answered: it may have reached no wire."""
_LOST = (Outcome.UNANSWERED, Outcome.UNFINISHED, Outcome.ABORTED, Outcome.RESET)


def own_faults(boot: Boot) -> Iterator[str]:
    """Say what was done to the network on purpose, of a boot that lacks an answer."""
    made = made_faults(boot)
    if made and _lacks_an_answer(boot):
        yield f"{'; '.join(made)}: the scenario did that, it is not of the site's making"


def made_faults(boot: Boot) -> tuple[str, ...]:
    """Give what was done to the network on purpose, each thing once."""
    made = (each.text for each in boot.journal.of(FaultMade))
    struck = (
        f"the link {each.daemon.removeprefix('link-')} {each.text}"
        for each in boot.journal.of(LinkStruck)
    )
    return tuple(dict.fromkeys((*made, *struck)))


def _lacks_an_answer(boot: Boot) -> bool:
    """Whether somebody asked and got no answer, or not all of it."""
    if not any(True for _ in boot.of(WireEvent)):
        return True
    last = next((each for each in reversed(boot.taken) if each.file is not None), None)
    granted = {each.transaction for each in boot.of(DhcpMessage) if each.kind.grants}
    asked = [each for each in boot.of(DhcpMessage) if each.is_boot_request]
    vain = [each for each in asked if each.transaction not in granted]
    return (
        (last is not None and last.outcome in _LOST and last.what not in boot.normal_in_vain)
        or any(True for _ in boot.of(Unheard))
        or any(each.rcode is None for each in boot.of(DnsLookup))
        or any(each.family in boot.needed_families for each in vain)
        or (boot.complaint is not None and bool(_IN_VAIN.search(boot.complaint.what)))
    )
