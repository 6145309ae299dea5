"""The library that shortens dhcpd's wait for its ping, and nothing else."""

from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from harness.assets.preload import short_ping
from harness.lab.namespace import Namespace
from harness.lab.network import Network
from harness.site.server import Server

IPV4 = IPv4Interface("192.0.2.1/24")
WAITS = """
import ctypes, select, socket, sys, time
if sys.argv[1]:
    number = getattr(socket, sys.argv[1])
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, number) as it:
        it.sendto(bytes(8), ("192.0.2.9", 0))
for _ in range(2):
    began = time.monotonic()
    select.select([], [], [], 1.0)
    print(time.monotonic() - began)
now = (ctypes.c_long * 2)()
ctypes.CDLL(None).gettimeofday(now, None)
print(now[0] + now[1] / 1e6 - time.time())
"""


@pytest.mark.usefixtures("able_host")
def test_it_is_not_looked_for_outside(tmp_path: Path) -> None:
    """The words of the loader would be the daemon's first ones."""
    with Namespace() as lab:
        lab.path("/run/ping.so").write_bytes(short_ping().read_bytes())
        log_path = tmp_path / "log"
        preload = {"LD_PRELOAD": "/run/ping.so"}
        lab.start(["sh", "-c", "echo $LD_PRELOAD"], log_path=log_path, env=preload).wait(30)
    assert log_path.read_text() == "/run/ping.so\n"


@pytest.mark.usefixtures("able_host")
@pytest.mark.parametrize(
    ("sent", "is_short"), [("IPPROTO_ICMP", True), ("IPPROTO_UDP", False), ("", False)]
)
def test_only_the_wait_for_a_ping_is_short(sent: str, *, is_short: bool) -> None:
    with Namespace() as lab, Network(lab) as network:
        lab.path("/run/harness/fstab").touch()
        lab.path("/run/harness/read-only").touch()
        lab.finish()
        network.build(Server(interface="eth0", hostname="pxe", ipv4=IPV4, ipv6=None))
        place = lab.path("/run/harness/ping.so")
        place.write_bytes(short_ping().read_bytes())
        preload = "LD_PRELOAD=/run/harness/ping.so"
        said = lab.run(["env", preload, "python3", "-I", "-c", WAITS, sent]).stdout
    first_s, second_s, ahead_s = map(float, said.split())
    assert (first_s < 0.9) is is_short
    assert second_s >= 1
    assert ahead_s == pytest.approx(0.875 if is_short else 0, abs=0.05)
