"""GRUB standing in for iPXE is green by the way that the firmware came, and by no other."""

from dataclasses import replace

import pytest

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.witness.wire import HttpExchange, Outcome, TftpTransfer, WireEvent
from tests.judge.recorded import record, showmax, with_events

PATHS = ("ia32-tftp-ipv4", "ia32-tftp-ipv6", "ia32-http-ipv4", "ia32-http-ipv6")
each_path = pytest.mark.parametrize("path", PATHS)


def fetched(event: WireEvent, name: str) -> bool:
    """Whether this is a fetch of the file."""
    file = event.file if isinstance(event, TftpTransfer) else getattr(event, "path", "")
    return bool(file.lstrip("/") == name)


def without(boot: Boot, name: str) -> Boot:
    """The same boot without any fetch of this file on the wire."""
    return with_events(boot, *(each for each in boot.wire.events if not fetched(each, name)))


@each_path
def test_the_recorded_boot_is_green(path: str) -> None:
    boot = record(f"green-{path}")
    verdict = judge(boot)
    assert verdict.causes == ()
    assert verdict.expected[1].startswith("NBP GRUB, standing in for iPXE, as ipxe32.efi over ")
    assert verdict.script_family is None


@each_path
@pytest.mark.parametrize(
    "name", ["ipxe32.efi", "grub.cfg", "showmax/vmlinuz", "showmax/initrd.img"]
)
def test_each_file_must_be_on_the_wire(path: str, name: str) -> None:
    causes = judge(without(record(f"green-{path}"), name)).causes
    assert any("not on the wire" in cause and name in cause for cause in causes), causes


@each_path
def test_a_kernel_that_did_not_arrive_is_red(path: str) -> None:
    boot = record(f"green-{path}")
    cut = [
        replace(each, outcome=Outcome.RESET)
        if isinstance(each, TftpTransfer | HttpExchange) and fetched(each, "showmax/vmlinuz")
        else each
        for each in boot.wire.events
    ]
    assert any("not completed" in cause for cause in judge(with_events(boot, *cut)).causes)


@each_path
def test_another_way_than_the_firmwares_is_red(path: str) -> None:
    boot = record(f"green-{path}")
    for other in PATHS:
        if other != path:
            assert not judge(replace(boot, path=record(f"green-{other}").path)).green


@each_path
def test_the_operators_own_grub_is_green_and_called_so(path: str) -> None:
    site = showmax().with_file("srv/tftp/ipxe32.efi", b"MZ GNU GRUB  version %s")
    verdict = judge(record(f"green-{path}", site=site))
    assert verdict.causes == ()
    assert verdict.expected[1].startswith("NBP GRUB, the site's own, as ipxe32.efi over ")


@each_path
def test_grub_is_red_where_the_operator_has_ipxe(path: str) -> None:
    """The site's own ipxe32.efi must ask DHCP as iPXE."""
    site = showmax().with_file("srv/tftp/ipxe32.efi", b"MZ")
    causes = judge(record(f"green-{path}", site=site)).causes
    assert any("as iPXE" in cause for cause in causes), causes
