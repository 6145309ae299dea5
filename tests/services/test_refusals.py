"""What daemons really say about a bad configuration becomes one line that names the place.

The texts are those of Debian 12's packages, as they print them.
"""

from pathlib import Path

import pytest

from harness.deadline import Pace
from harness.errors import ServiceError
from harness.process import Completed
from harness.site import Site
from tests.services.enclosure import KINDS, FakeEnclosure

DHCPD_BANNER = """\
Internet Systems Consortium DHCP Server 4.4.3-P1
Copyright 2004-2022 Internet Systems Consortium.
All rights reserved.
For info, please visit https://www.isc.org/software/dhcp/
"""
DHCPD_ADVICE = """\

If you think you have received this message due to a bug rather
than a configuration issue please read the section on submitting
bugs on either our web page at www.isc.org or in the README file
before submitting a bug.  These pages explain the proper
process and the information we find helpful for debugging.

exiting.
"""
DHCPD_SEMICOLON = """\
/etc/dhcp/dhcpd.conf line 3: semicolon expected.
  rnage 192.
         ^
Configuration file errors encountered -- exiting
"""
DHCPD_TWO = """\
/etc/dhcp/dhcpd6.conf line 3: semicolon expected.
}
 ^
/etc/dhcp/dhcpd6.conf line 3: unexpected end of file
}
 ^
Configuration file errors encountered -- exiting
"""
DHCPD_NO_POOL = """\
Config file: /etc/dhcp/dhcpd.conf
Database file: /var/lib/dhcp/dhcpd.leases
PID file: /var/run/dhcpd.pid
ERROR: Failover peer, lan, has no referring pools. \
You must refer to each peer in at least one pool declaration.
Failover configuration sanity check failed
"""
DHCPD_RANGE = "bad range, address 192.0.3.64 not in subnet 192.0.2.0 netmask 255.255.255.0\n"
NGINX = """\
2026/11/22 11:59:56 [warn] 20358#20358: an "error_log" of no consequence
2026/11/22 11:59:56 [emerg] 20358#20358: unknown directive "rot" in /etc/nginx/nginx.conf:3
nginx: configuration file /etc/nginx/nginx.conf test failed
"""
NGINX_UNTIMED = """\
nginx: [alert] could not open error log file: open() "/var/log/nginx/error.log" failed
nginx: [emerg] invalid port in "[::]:http" of the "listen" directive in /etc/nginx/nginx.conf:9
"""
RADVD = "/etc/radvd.conf:3 error: syntax error\nexiting, failed to read config file\n"
DNSMASQ = "\ndnsmasq: bad option at line 2 of /etc/dnsmasq.conf\n"

KEA_SYNTAX = (
    "Syntax check failed with: /etc/kea/kea-dhcp4.conf:9.3-17: got unexpected keyword "
    '"valid-lifetim" in Dhcp4 map.\n'
)
KEA_POOL = """\
2026-11-29 10:58:28.511 INFO  [kea-dhcp4.dhcpsrv/8.139857155760640] DHCPSRV_CFGMGR_NEW_SUBNET4 a new
2026-11-29 10:58:28.511 ERROR [kea-dhcp4.dhcp4/8.139857155760640] DHCP4_PARSER_FAIL failed to create
Error encountered: subnet configuration failed: no such pool (/etc/kea/kea-dhcp4.conf:53:5)
"""

CASES = [
    pytest.param("kea4", KEA_SYNTAX, KEA_SYNTAX.strip().partition(": ")[2], id="kea-syntax"),
    pytest.param(
        "kea4",
        KEA_POOL,
        "subnet configuration failed: no such pool (/etc/kea/kea-dhcp4.conf:53:5)",
        id="kea-meaning",
    ),
    pytest.param(
        "dhcpd4",
        DHCPD_BANNER + DHCPD_SEMICOLON + DHCPD_ADVICE,
        "/etc/dhcp/dhcpd.conf line 3: semicolon expected., column 10",
        id="dhcpd-column",
    ),
    pytest.param(
        "dhcpd6",
        DHCPD_BANNER + DHCPD_TWO + DHCPD_ADVICE,
        "/etc/dhcp/dhcpd6.conf line 3: semicolon expected., column 2",
        id="dhcpd-first-of-two",
    ),
    pytest.param(
        "dhcpd4",
        DHCPD_BANNER + DHCPD_RANGE + DHCPD_ADVICE,
        DHCPD_RANGE.strip(),
        id="dhcpd-without-a-line",
    ),
    pytest.param(
        "dhcpd4",
        DHCPD_BANNER + DHCPD_NO_POOL + DHCPD_ADVICE,
        DHCPD_NO_POOL.splitlines()[3],
        id="dhcpd-failover",
    ),
    pytest.param("nginx", NGINX, 'unknown directive "rot" in /etc/nginx/nginx.conf:3', id="nginx"),
    pytest.param(
        "nginx",
        NGINX_UNTIMED,
        'invalid port in "[::]:http" of the "listen" directive in /etc/nginx/nginx.conf:9',
        id="nginx-untimed",
    ),
    pytest.param("radvd", RADVD, "/etc/radvd.conf:3 error: syntax error", id="radvd"),
    pytest.param(
        "dnsmasq", DNSMASQ, "dnsmasq: bad option at line 2 of /etc/dnsmasq.conf", id="dnsmasq"
    ),
]


@pytest.mark.parametrize(("name", "said", "essence"), CASES)
def test_the_telling_line_is_quoted(
    enclosure: FakeEnclosure, site: Site, log_dir: Path, name: str, said: str, essence: str
) -> None:
    service = KINDS[name](enclosure, site, log_dir, Pace())
    enclosure.said = Completed(argv=(), exit_code=1, stdout="", stderr=said)
    with pytest.raises(ServiceError) as caught:
        service.check()
    assert caught.value.headline == (f"{name}: refuses its configuration: {essence} (exit code 1)")


def test_dhcpds_last_words_are_its_own(enclosure: FakeEnclosure, site: Site, log_dir: Path) -> None:
    service = KINDS["dhcpd4"](enclosure, site, log_dir, Pace())
    fault = "Not configured to listen on any interfaces!"
    service.log_path.write_text(f"{DHCPD_BANNER}\n{fault}\n{DHCPD_ADVICE}")
    assert service.last_words() == (fault,)


def test_dhcpd_that_serves_no_network_is_told_by_that(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    service = KINDS["dhcpd4"](enclosure, site, log_dir, Pace())
    fault = "No subnet declaration for eth0 (10.7.0.1)."
    said = f"{DHCPD_BANNER}\nWrote 0 leases to leases file.\n\n{fault}\n"
    assert service.essence(said.splitlines()) == fault


def test_tftpds_last_words_are_in_the_system_log(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    service = KINDS["tftpd"](enclosure, site, log_dir, Pace())
    fault = "Nov 22 12:00:00 local-server daemon.err in.tftpd[7]: cannot set groups"
    (log_dir / "syslog").write_text(f"Nov 22 11:59:59 local-server: other\n{fault}\n")
    service.log_path.write_text("its own\n")
    assert service.last_words() == ("its own", fault)


def test_nginx_last_words_are_in_its_error_log(
    enclosure: FakeEnclosure, site: Site, log_dir: Path
) -> None:
    service = KINDS["nginx"](enclosure, site, log_dir, Pace())
    assert service.last_words() == ()
    (log_dir / "nginx").mkdir()
    (log_dir / "nginx" / "error.log").write_text("bind() failed\n")
    assert service.last_words() == ("bind() failed",)


@pytest.mark.parametrize(
    ("lines", "said", "cause"),
    [
        (
            ("listen 80", "server_name _;"),
            'invalid parameter "server_name" in /etc/nginx/nginx.conf:2',
            ": `listen 80` (etc/nginx/nginx.conf:1) does not end in `;`",
        ),
        (
            ("root /srv/tftp  # here", "", "index off;"),
            'invalid number of arguments in "root" directive in /etc/nginx/nginx.conf:3',
            ": `root /srv/tftp` (etc/nginx/nginx.conf:1) does not end in `;`",
        ),
        # It goes on over two lines, as it may.
        (("listen 80", "reuse;"), 'invalid parameter "reuse" in /etc/nginx/nginx.conf:7', ""),
        (("log_format x", "'y", "z';"), 'unknown "a" variable in /etc/nginx/nginx.conf:3', ""),
        (("listen 80;", "rot /srv;"), 'unknown directive "rot" in /etc/nginx/nginx.conf:2', ""),
    ],
)
def test_nginx_names_the_line_behind_the_one_that_lacks_its_end(
    enclosure: FakeEnclosure,
    site: Site,
    log_dir: Path,
    lines: tuple[str, ...],
    said: str,
    cause: str,
) -> None:
    changed = site.with_file("etc/nginx/nginx.conf", "\n".join(lines))
    service = KINDS["nginx"](enclosure, changed, log_dir, Pace())
    output = f"nginx: [emerg] {said}\n"
    enclosure.said = Completed(argv=(), exit_code=1, stdout="", stderr=output)
    with pytest.raises(ServiceError) as caught:
        service.check()
    assert f"{said}{cause} (exit code 1)" in caught.value.headline
