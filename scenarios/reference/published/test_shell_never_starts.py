"""The published `imgfetch` and bare `boot` never start the EFI shell, and report success."""

import pytest

from harness.errors import BootError
from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import on
from harness.site import Site


class TestPublished:
    """An image that is fetched is not selected."""

    @pytest.fixture
    def site(self, site: Site) -> Site:
        """Fetch the shell as it was published."""
        return site.replaced(site.script_path, "\nkernel efishell/", "\nimgfetch efishell/")

    @on("x64-http-ipv4")
    def test_the_menu_comes_back_at_once(self, lab: Lab, boot_path: BootPath) -> None:
        """No shell, no message, no pause: nobody would look for it in the server's log."""
        guest = lab.power_on(boot_path)
        guest.choose("efishell")
        with pytest.raises(BootError, match="No image selected"):
            guest.assert_shell("efishell")
        guest.wait_for_menu().assert_default(lab.site.menu.default)


@pytest.mark.real_clock("the shell polls for keys, which makes the fast clock crawl")
@on(slow=["x64-http-ipv4"])
def test_the_sites_own_line_starts_it(lab: Lab, boot_path: BootPath) -> None:
    """`kernel` fetches it and selects it."""
    guest = lab.power_on(boot_path)
    guest.choose("efishell")
    guest.assert_shell("efishell")
