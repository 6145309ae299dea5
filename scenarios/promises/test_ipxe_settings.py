"""iPXE's settings browser shows this machine's settings, and Ctrl-X leads back to the menu."""

from harness.lab import Lab
from harness.machines import BootPath
from harness.pytest_plugin.matrix import each_entry, on
from harness.site.menu import EntryKind


@each_entry(EntryKind.CONFIG)
@on("bios-ipxe-rom", slow=["x64-http-ipv6"])
def test_gives_the_menu_back(lab: Lab, boot_path: BootPath, entry: str, another_entry: str) -> None:
    """Nothing is fetched for it; after it another entry boots."""
    guest = lab.power_on(boot_path)
    guest.choose(entry)
    guest.assert_settings(entry).leave()
    guest.choose(another_entry)
    guest.assert_boots(another_entry)
