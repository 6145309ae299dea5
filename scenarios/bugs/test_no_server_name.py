"""HTTPS Boot before edk2-stable202408 does not say which server it wants (SNI, RFC 6066 3).

Where one address has several names, as every proxy in front of web servers has, it gets no answer.
"""

import pytest

from harness.lab import Lab, LabOptions
from harness.lab.https import Certified, with_authorities
from harness.machines import BootPath
from harness.pytest_plugin.bugs import Bug
from harness.pytest_plugin.matrix import pair
from harness.site import Site
from scenarios.reference.https.site import NAME, with_https

SERVER = "  server {\n    listen 80 default_server;\n"
FOR_OTHERS = """\
  server {
    listen 443 ssl default_server;
    ssl_reject_handshake on;
  }

"""


@pytest.fixture
def lab_options(lab_options: LabOptions, authority: Certified) -> LabOptions:
    """Have machines know it."""
    return with_authorities(lab_options, authority)


@pytest.fixture
def site(site: Site, authority: Certified) -> Site:
    """Let the web server turn away who does not call it by its name."""
    told = with_https(site, authority.issue(NAME))
    configuration = "etc/nginx/nginx.conf"
    told = told.replaced(configuration, "listen 443 ssl default_server", "listen 443 ssl")
    return told.replaced(configuration, SERVER, f"{FOR_OTHERS}{SERVER}    server_name {NAME};\n")


@pair(
    "x64-http-ipv4",
    report="tianocore/edk2 84d8eb08e1",
    symptom=r"\(http-boot",
    shown_by=["ovmf-x64@2022.11"],
    not_by=["ovmf-x64@2025.02", "ovmf-x64@2026.08"],
)
def test_no_server_name(lab: Lab, boot_path: BootPath, bug: Bug) -> None:
    """It gets its loader."""
    guest = lab.power_on(boot_path)
    with bug.held():
        guest.wait_for("iPXE initialising devices")
