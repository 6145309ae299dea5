"""A daemon's own warnings are kept as it says them, the same in every lab."""

from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.process import Completed
from harness.site import Site
from tests.services.enclosure import KINDS, FakeEnclosure

DHCPD = """\
Internet Systems Consortium DHCP Server 4.4.3-P1
WARNING: Host declarations are global.  They are not limited to the scope you declared them in.
Config file: /etc/dhcp/dhcpd.conf
"""


@pytest.mark.parametrize(
    ("daemon", "checked", "logged", "warnings"),
    [
        (
            "dhcpd4",
            DHCPD,
            "nosuch.example: host unknown.\nDHCPDISCOVER from 52:54:00:00:00:01 via eth0\n",
            [DHCPD.splitlines()[1], "nosuch.example: host unknown."],
        ),
        (
            "nginx",
            'nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored\n',
            '2026/11/28 16:41:23 [warn] 20#20: conflicting server name "b" on [::]:80, ignored\n',
            [
                'nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored',
                '[warn] conflicting server name "b" on [::]:80, ignored',
            ],
        ),
        (
            "dnsmasq",
            "dnsmasq: syntax check OK.\n",
            "dnsmasq[40]: warning: no upstream servers configured\n"
            "dnsmasq[40]: warning: interface eth7 does not currently exist\n"
            "dnsmasq[41]: warning: interface eth7 does not currently exist\n",
            ["dnsmasq: warning: interface eth7 does not currently exist"],
        ),
        (
            "lighttpd",
            'accesslog.filename = "/var/log/lighttpd/access.log"\n'
            "2026-11-28 16:00:00: (configfile.c.1287) WARNING: unknown config-key: server.foo\n",
            "",
            ["WARNING: unknown config-key: server.foo"],
        ),
        ("nfs", "", ":CONFIG :WARN :Missing RADOS URLs backend library\n", []),
    ],
)
def test_warnings_are_told_once_and_without_what_differs(
    daemon: str, checked: str, logged: str, warnings: list[str], site: Site, tmp_path: Path
) -> None:
    enclosure = FakeEnclosure(tmp_path)
    enclosure.said = Completed(argv=(), exit_code=0, stdout="", stderr=checked)
    service = KINDS[daemon](enclosure, site, tmp_path, Pace())
    if daemon != "nfs":  # whose check reads the exports' directories
        service.check()
    service.log_path.write_text(logged)
    assert list(service.warnings()) == warnings
