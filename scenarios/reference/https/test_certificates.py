"""Certificates that firmware must not take: by which versions it does not, and what is said of it.

The older ones take one whose time is over. iPXE, which looks for `autoexec.ipxe` beside itself,
is the first that minds: it asks for another authority's word, at ca.ipxe.org.
"""

import pytest

from harness.errors import BootError
from harness.lab import Lab, LabOptions
from harness.lab.https import DAY, Certified, with_authorities
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.https.site import NAME, with_https
from scenarios.reference.red import red

OLD = ("ovmf-x64@2022.11", "ovmf-x64@2025.02")
NEW = ("ovmf-x64@2026.08",)
CAUSE = (
    r"cause: the machine did not take the web server's certificate \(etc/nginx/nginx\.conf:\d+\): "
)


@pytest.fixture
def lab_options(lab_options: LabOptions, authority: Certified) -> LabOptions:
    """Have machines know it."""
    return with_authorities(lab_options, authority)


def is_red(lab: Lab, boot_path: BootPath, why: str) -> None:
    """See that the certificate is what is named first."""
    guest = lab.power_on(boot_path)
    with red(guest, CAUSE + why, own_timeouts_s=60):
        guest.wait_for_menu()


class TestGood:
    """It is for the server's name, of this year, and of the site's authority."""

    @pytest.fixture
    def site(self, site: Site, authority: Certified) -> Site:
        """Show it."""
        return with_https(site, authority.issue(NAME))

    @on(slow=["x64-http-ipv4"], firmware=(*OLD, *NEW))
    def test_boots(self, lab: Lab, boot_path: BootPath) -> None:
        """Every version takes it."""
        lab.power_on(boot_path).assert_boots(lab.site.menu.default)


class TestExpired:
    """Its time was over yesterday."""

    @pytest.fixture
    def site(self, site: Site, authority: Certified) -> Site:
        """Show it."""
        return with_https(site, authority.issue(NAME, begins=-9 * DAY, ends=-DAY))

    @on(slow=["x64-http-ipv4"], firmware=OLD)
    def test_is_taken(self, lab: Lab, boot_path: BootPath) -> None:
        """The older versions start what they got so, and only iPXE does not find it right."""
        guest = lab.power_on(boot_path)
        with pytest.raises(BootError, match=r"cause: ca\.ipxe\.org did not resolve") as caught:
            guest.assert_boots(lab.site.menu.default)
        assert len(caught.value.causes) == 1

    @on(slow=["x64-http-ipv4", "x64-http-ipv6"], firmware=NEW)
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """The newest does not."""
        is_red(lab, boot_path, r"it has expired on \d{4}-")


class TestWrongName:
    """It is for another server."""

    @pytest.fixture
    def site(self, site: Site, authority: Certified) -> Site:
        """Show it."""
        return with_https(site, authority.issue("other-server"))

    @on(slow=["x64-http-ipv4"], firmware=(*OLD, *NEW))
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """No version takes it."""
        is_red(lab, boot_path, f"it is for other-server, and was asked as {NAME}")


class TestUnknownAuthority:
    """It is of an authority that the machines do not know."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Show it."""
        return with_https(site, Certified.by_itself("Somebody else").issue(NAME))

    @on(slow=["x64-http-ipv4"], firmware=(*OLD, *NEW))
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """No version takes it."""
        is_red(lab, boot_path, "it is signed by Somebody else, an authority that the machine does")


class TestNoAuthority:
    """The machines know none: nobody has put one into their variables."""

    @pytest.fixture
    def lab_options(self, lab_options: LabOptions) -> LabOptions:
        """Leave it out."""
        return with_authorities(lab_options)

    @pytest.fixture
    def site(self, site: Site, authority: Certified) -> Site:
        """Show a good one."""
        return with_https(site, authority.issue(NAME))

    @on(slow=["x64-http-ipv4"], firmware=(*OLD, *NEW))
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """No version takes it on trust."""
        guest = lab.power_on(boot_path)
        cause = "cause: the machine was told to boot https://.* knows no authority"
        with red(guest, cause, own_timeouts_s=60):
            guest.wait_for_menu()
