"""An entry that cannot boot says so, waits, and gives the menu back; the next choice boots."""

import pytest

from harness.lab import EntryEnding, Lab, LabOptions
from harness.machines import BootPath
from harness.pytest_plugin.matrix import needs, on
from harness.site import Site

pytestmark = [
    needs("failure_text"),
    pytest.mark.real_clock("the message stays for some seconds of somebody's time"),
]


def fails_and_another_boots(
    lab: Lab, boot_path: BootPath, ending: EntryEnding, entry: str, another: str
) -> None:
    """Choose the entry that fails, then one that does not."""
    guest = lab.power_on(boot_path)
    guest.choose(entry)
    guest.assert_fails(entry, ending)
    guest.choose(another)
    guest.assert_boots(another)


class TestMissing:
    """The kernel is not on the server."""

    @pytest.fixture
    def site(self, site: Site, entry: str) -> Site:
        """Take it away."""
        return site.without(site.kernel_path(entry))

    @on("bios-ipxe-rom", slow=["x64-http-ipv4"])
    def test_gives_the_menu_back(
        self, lab: Lab, boot_path: BootPath, entry: str, another_entry: str
    ) -> None:
        """Not found, says iPXE, and 404 the server."""
        fails_and_another_boots(lab, boot_path, EntryEnding.MISSING, entry, another_entry)


class TestRefused:
    """The server does not give the kernel out."""

    @pytest.fixture
    def site(self, site: Site, entry: str, lab_options: LabOptions) -> Site:
        """Leave it to root alone."""
        kernel = lab_options.kernel
        laid = site.with_file(site.kernel_path(entry), kernel)
        return laid.with_unreadable(site.kernel_path(entry))

    @on(slow=["x64-tftp-ipv6"])
    def test_gives_the_menu_back(
        self, lab: Lab, boot_path: BootPath, entry: str, another_entry: str
    ) -> None:
        """Not permitted, says iPXE, and 403 the server."""
        fails_and_another_boots(lab, boot_path, EntryEnding.REFUSED, entry, another_entry)


class TestCutShort:
    """Half of the kernel is on the server.

    UEFI finds that out. A legacy iPXE looks at a kernel's head only, starts what
    there is, and the machine stands still: there is no message to be seen.
    """

    @pytest.fixture
    def site(self, site: Site, entry: str, lab_options: LabOptions) -> Site:
        """Keep its first half."""
        kernel = lab_options.kernel
        return site.with_file(site.kernel_path(entry), kernel[: len(kernel) // 2])

    @on(slow=["x64-http-ipv4"])
    def test_gives_the_menu_back(
        self, lab: Lab, boot_path: BootPath, entry: str, another_entry: str
    ) -> None:
        """The server has given out all that there is; the firmware starts no such thing."""
        fails_and_another_boots(lab, boot_path, EntryEnding.CUT_SHORT, entry, another_entry)


class TestEmpty:
    """An empty file is in the kernel's place."""

    @pytest.fixture
    def site(self, site: Site, entry: str) -> Site:
        """Keep nothing of it."""
        return site.with_file(site.kernel_path(entry), b"")

    @on(slow=["bios-ipxe-rom"])
    def test_gives_the_menu_back(
        self, lab: Lab, boot_path: BootPath, entry: str, another_entry: str
    ) -> None:
        """The server has given it out; iPXE selects no such thing."""
        fails_and_another_boots(lab, boot_path, EntryEnding.NO_PROGRAM, entry, another_entry)
