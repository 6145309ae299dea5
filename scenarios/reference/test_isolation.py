"""Nothing leaves a lab: no address outside answers a guest, over IPv4, IPv6 or DNS."""

import pytest

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site

# Documentation ranges (RFC 5737, RFC 3849): nobody's addresses, in the lab or outside.
OUTSIDE_IPV4 = "198.51.100.7"
OUTSIDE_IPV6 = "2001:db8:ffff::7"
OUTSIDE = (
    *(f"ping/{OUTSIDE_IPV4}", f"ping/{OUTSIDE_IPV6}"),
    *(f"http4/index/{OUTSIDE_IPV4}", f"http6/index/{OUTSIDE_IPV6}"),
    *(f"dns/outside.example/{OUTSIDE_IPV4}", f"dns/outside.example/{OUTSIDE_IPV6}"),
)
INSIDE = (
    *("route/4", "route/6", "ping/{ipv4}", "ping/{ipv6}"),
    *("http4/{script}/{ipv4}", "http6/{script}/{ipv6}"),
    *("dns/{hostname}/{ipv4}", "dns/{hostname}/{ipv6}"),
)
UNKNOWN_NAMES = ("dns/outside.example/{ipv4}", "dns/outside.example/{ipv6}")
SCRIPT = """#!ipxe
kernel {entry.kernel} initrd=initrd.img {probes}
initrd {entry.initrd}
boot
"""


def _of(site: Site, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Put the server's own names into targets."""
    server = site.server
    names = {
        "ipv4": server.ipv4 and server.ipv4.ip,
        "ipv6": server.ipv6 and server.ipv6.ip,
        "hostname": server.hostname,
        "script": site.script,
    }
    return tuple(target.format(**names) for target in targets)


@pytest.fixture
def site(site: Site) -> Site:
    """Let the machine try the lab's server, and addresses that no lab has."""
    entry = site.menu.entries[site.menu.default]
    targets = (*_of(site, INSIDE), *_of(site, UNKNOWN_NAMES), *OUTSIDE)
    script = SCRIPT.format(
        entry=entry,
        probes=" ".join(f"probe={target}" for target in targets),
    )
    return site.with_file(site.script_path, script)


@pytest.mark.needs_linux("it tries the addresses itself")
@on("bios-ipxe-rom")
def test_no_address_outside_answers(lab: Lab, boot_path: BootPath) -> None:
    """The lab's own server answers the same questions, so the guest could have been answered."""
    guest = lab.power_on(boot_path)
    tried = guest.wait_for_probes()
    answered = {target for target, answered in tried.items() if answered}
    assert answered == set(_of(lab.site, INSIDE))
    assert tried.keys() > {*OUTSIDE, *_of(lab.site, UNKNOWN_NAMES)}
    wire = lab.wire()
    assert wire.targets >= {OUTSIDE_IPV4, OUTSIDE_IPV6}
    assert wire.sources.isdisjoint({OUTSIDE_IPV4, OUTSIDE_IPV6})
    assert lab.network.ways_out() == ()
