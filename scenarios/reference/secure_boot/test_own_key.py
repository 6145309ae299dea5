"""Machines that start what the site's own key has signed, and nothing else.

PK, KEK and db are that key's certificate: what a company does that signs its own loaders. The wire
is green where a signature is missing, for the file comes whole: only the firmware knows.
"""

from dataclasses import replace

import pytest

from harness.lab import Lab, LabOptions, program
from harness.lab.secure_boot import Certified, signer, with_own_key
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site
from scenarios.reference.red import red

SAID = ("on", "")
"""Linux's payload says nothing of it."""
LOADER = "srv/tftp/ipxe.efi"
REFUSED = r"cause: Secure Boot is on, and the firmware refused the signature of ipxe\.efi"


@pytest.fixture(scope="module")
def key() -> Certified:
    """Make the site's own key."""
    return Certified.by_itself("Boot programs of the site")


@pytest.fixture
def lab_options(lab_options: LabOptions, key: Certified) -> LabOptions:
    """Let machines know no other, and sign the kernels that they are handed."""
    return with_own_key(lab_options, key)


@pytest.fixture
def site(site: Site, key: Certified) -> Site:
    """Sign the loader."""
    return site.with_file(LOADER, signer(key)(program(site.supply[LOADER])))


@on("x64-http-ipv4", slow=["x64-http-ipv6", "x64-tftp-ipv4", "x64-tftp-ipv6"])
def test_boots_what_it_has_signed(lab: Lab, boot_path: BootPath) -> None:
    """Loader and kernel, and the kernel finds Secure Boot on."""
    guest = lab.power_on(boot_path)
    guest.assert_boots(lab.site.menu.default)
    assert guest.report.secure_boot in SAID


class TestUnsignedLoader:
    """The loader is as its maker hands it out."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Leave the signature out."""
        return site.with_file(LOADER, program(site.supply[LOADER]))

    @on("x64-tftp-ipv4", slow=["x64-tftp-ipv6", "x64-http-ipv4", "x64-http-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It comes whole, and is not started."""
        guest = lab.power_on(boot_path)
        with red(guest, REFUSED, own_timeouts_s=60):
            guest.wait_for_menu()


class TestUnsignedKernel:
    """The loader is signed, and the kernels are not."""

    @pytest.fixture
    def lab_options(self, lab_options: LabOptions) -> LabOptions:
        """Leave their signatures out."""
        return replace(lab_options, signed=None)

    @on(slow=["x64-http-ipv4", "x64-tftp-ipv6"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """IPXE has the firmware start it, which will not."""
        guest = lab.power_on(boot_path)
        refused = (
            "cause: Secure Boot is on, and the firmware refused the signature of showmax/vmlinuz"
        )
        with red(guest, refused, own_timeouts_s=60):
            guest.assert_boots(lab.site.menu.default)


class TestAnothersSignature:
    """The loader is signed by a key that the machines do not know."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Sign it by that."""
        stranger = Certified.by_itself("Somebody else")
        return site.with_file(LOADER, signer(stranger)(program(site.supply[LOADER])))

    @on(slow=["x64-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """It is as good as unsigned."""
        guest = lab.power_on(boot_path)
        with red(guest, REFUSED, own_timeouts_s=60):
            guest.wait_for_menu()


class TestRevokedKey:
    """The site's key has become known, and its owner has revoked it (dbx)."""

    @pytest.fixture
    def lab_options(self, lab_options: LabOptions, key: Certified) -> LabOptions:
        """Revoke it."""
        return with_own_key(lab_options, key, revoked=True)

    @on(slow=["x64-http-ipv4"])
    def test_is_red(self, lab: Lab, boot_path: BootPath) -> None:
        """What it has signed starts no more."""
        guest = lab.power_on(boot_path)
        with red(guest, REFUSED, own_timeouts_s=60):
            guest.wait_for_menu()
