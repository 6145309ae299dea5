"""What a DHCP relay logs: whose questions it has passed on."""

import re

from harness.witness.journal import LogEvent, RelayLogged

_PASSED = re.compile(r"Forwarded BOOTREQUEST for (?P<mac>[0-9a-f:]{17}) to (?P<server>\S+)$")


def passed(line: str, _year: int) -> LogEvent | None:
    """Read a line of dhcrelay's."""
    found = _PASSED.match(line)
    return None if found is None else RelayLogged(daemon="relay", line=line, mac=found["mac"])
