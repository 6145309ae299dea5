"""An answer that calls itself a PXE server's is to say whose boot file is to be taken."""

import pytest

from harness.examine import findings
from harness.site import Site
from tests.examine.conftest import edited

DHCPD = "etc/dhcp/dhcpd.conf"
CLASS = "  next-server 192.0.2.1;\n"
PXE = '  option vendor-class-identifier "PXEClient";\n'
RAW = "  option vendor-encapsulated-options {};\n"


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (PXE, "the answer says PXEClient and has no option 43: firmware asks port 4011"),
        (PXE + RAW.format("06:01:08:ff"), ""),
        (PXE + RAW.format("06:01:0b:0a:03:05:46:38:ff"), ""),
        (PXE + RAW.format("06:01:03:08:07:00:01:01:c0:00:02:32:ff"), "does not tell what to boot"),
        (PXE + RAW.format("ff"), "option 43 is empty: firmware shows its menu"),
        (PXE + RAW.format('"?"'), "option 43 is cut short"),
        (PXE + RAW.format("06:05:08"), "option 43 is cut short: one inside it has more bytes"),
        (PXE + "  vendor-option-space PXE;\n", ""),
        (RAW.format("01:04:41:42:43:44"), ""),
    ],
)
def test_what_firmware_makes_of_it(told: str, what: str, showmax: Site) -> None:
    site, line = edited(showmax, DHCPD, CLASS, CLASS + told)
    found = [str(each) for each in findings(site)]
    assert len(found) == bool(what), found
    assert all(
        what in each and f"{DHCPD}:{line + told.count(chr(10))}: w" in each for each in found
    )


def test_a_proxy_is_asked_on_its_own_port(showmax: Site) -> None:
    edited(showmax, "etc/dnsmasq.conf", "no-hosts", "no-hosts\ndhcp-range=192.0.2.0,proxy")
    site, _ = edited(showmax, DHCPD, CLASS, CLASS + PXE)
    assert not [each for each in findings(site) if "4011" in each.what]


@pytest.mark.parametrize(
    ("lines", "is_told"),
    [
        ("dhcp-option-force=60,PXEClient", True),
        ("dhcp-option-force=tag:pxe,option:vendor-class,PXEClient", True),
        ("dhcp-option-force=60,PXEClient\ndhcp-option=vendor:PXEClient,6,8b", False),
        ("dhcp-option-force=60,PXEClient\npxe-service=x86PC,Boot,undionly", False),
        ("dhcp-option-force=60,HTTPClient", False),
    ],
)
def test_dnsmasq_is_asked_the_same(lines: str, showmax: Site, *, is_told: bool) -> None:
    site, line = edited(showmax, "etc/dnsmasq.conf", "no-hosts", f"no-hosts\n{lines}")
    found = [each for each in findings(site) if "4011" in each.what]
    place = f"etc/dnsmasq.conf:{line + 1}"
    assert [each.place for each in found] == ([place] if is_told else [])
