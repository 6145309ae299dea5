"""labgrid's machine is the bare one, and the harness is judged beside its boots."""

import shlex
from pathlib import Path

import pytest

from harness.guest.spec import Flash, GuestSpec, Nic
from harness.machines import BOOT_PATHS
from tools.bench.bare import SCRIPT
from tools.bench.labgrid import configured, summary

PATH = BOOT_PATHS["x64-tftp-ipv4"]
TEXT = SCRIPT.read_text()


@pytest.fixture
def driver() -> dict[str, str]:
    """Give what labgrid's driver is told."""
    spec = GuestSpec(
        name="guest",
        path=PATH,
        nics=(Nic.of(PATH).fitted(guest=0, number=0),),
        console_pipe=Path("/console"),
        flash=Flash(code_path=Path("/code.fd"), nvram_path=Path("/nvram.fd")),
        accel="tcg",
    )
    configuration = configured(spec)
    drivers = configuration["targets"]["main"]["drivers"]  # type: ignore[index]
    found: dict[str, str] = drivers["QEMUDriver"]
    return found


def test_the_machine_is_the_bare_one(driver: dict[str, str]) -> None:
    assert f"cpu={driver['cpu']}\n" in TEXT
    assert f"board={driver['machine']}\n" in TEXT
    words = shlex.split(driver["extra_args"])
    devices = [words[at + 1] for at, word in enumerate(words) if word == "-device"]
    assert all(device.startswith("virtio-") for device in devices)
    for device in devices:
        assert device.rpartition("bus=")[2].partition(",romfile")[0] in TEXT
    assert [word for word in words if "pflash" in word] == [
        "if=pflash,unit=0,format=raw,readonly=on,file=/code.fd",
        "if=pflash,unit=1,format=raw,file=/nvram.fd",
    ]


def test_the_whole_is_judged_not_the_boot_alone() -> None:
    labgrid = [{"choice_s": 15.0, "wall_s": 16.0, "cpu_s": 10.0}] * 2
    harness = [{"choice_s": 2.0, "wall_s": 5.0, "cpu_s": 3.0}] * 2
    figures = summary(labgrid, harness).figures
    assert [figure.is_met for figure in figures] == [None, False, True]
    assert figures[1].measured.median == pytest.approx(5 / 16)
