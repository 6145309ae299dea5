"""Firmware boots by HTTPS where it knows the authority of the web server's certificate."""

import pytest

from harness.lab import Lab, LabOptions
from harness.lab.https import Certified, with_authorities
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from harness.witness.wire import HttpExchange, TlsSession
from scenarios.reference.https.site import NAME, with_https


@pytest.fixture
def lab_options(lab_options: LabOptions, authority: Certified) -> LabOptions:
    """Have machines know it."""
    return with_authorities(lab_options, authority)


@pytest.fixture
def site(site: Site, authority: Certified) -> Site:
    """Show a certificate that it has given."""
    return with_https(site, authority.issue(NAME))


@on(slow=["x64-http-ipv4", "x64-http-ipv6"])
def test_boots(lab: Lab, boot_path: BootPath) -> None:
    """The wire has its TLS, the web server's log what went through it; nothing of it was plain."""
    guest = lab.power_on(boot_path)
    guest.assert_boots(lab.site.menu.default)
    wire = lab.wire()
    assert list(wire.of(TlsSession, mac=guest.mac))
    plain = [each.path for each in wire.of(HttpExchange, mac=guest.mac)]
    assert f"/{lab.site.loaders['x64-http']}" not in plain
