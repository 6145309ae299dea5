"""What a DHCP relay logs: whose questions it has passed on."""

import re

from harness.witness.journal import LogEvent, RelayLogged

_PASSED = re.compile(r"Forwarded BOOTREQUEST for (?P<mac>[0-9a-f:]{17}) to (?P<server>\S+)$")
_PASSED6 = re.compile(r"Relaying \S+ from (?P<client>\S+) port \d+ going up\.$")


def passed(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcrelay -4's."""
    found = _PASSED.match(line)
    return None if found is None else RelayLogged(daemon="relay", line=line, mac=found["mac"])


def passed6(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcrelay -6's."""
    found = _PASSED6.match(line)
    if found is None:
        return None
    return RelayLogged(daemon="relay6", line=line, client=found["client"])
