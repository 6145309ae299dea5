"""The system that an installer unpacks: made once, of one recipe, whole or not at all."""

from pathlib import Path

import pytest

from harness.assets import loader, prepare
from harness.assets.cache import Cache, sha256_of
from harness.assets.live import image, system
from harness.assets.loader import find_loader, supply_layer
from harness.errors import PrerequisiteError
from harness.host import tools
from harness.process import run

PLANNED = ("base-files=12.4+deb12u12", "systemd=252.39")


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put small commands in the place of apt, mmdebstrap and zstd; list what was run."""
    ran: list[str] = []

    def step(argv: list[str]) -> None:
        ran.append(argv[0])
        if argv[0] == "mmdebstrap":
            Path(argv[-2]).write_bytes(b"tar")
        else:
            source, _, target = argv[-3:]
            Path(target).write_bytes(b"packed " + Path(source).read_bytes())

    monkeypatch.setattr(image, "run_step", step)
    monkeypatch.setattr(system, "fetch_all", lambda *_: PLANNED)
    monkeypatch.setattr(tools, "require", lambda *_: None)
    return ran


def test_it_is_made_once(making: list[str], cache: Cache) -> None:
    assert system.find_system(cache=cache) is None
    made = system.system(cache=cache)
    assert system.system(cache=cache) == made == system.find_system(cache=cache)
    assert making == ["mmdebstrap", "zstd"]
    assert made.path.read_bytes() == b"packed tar"
    assert (made.version, made.sha256) == ("12.4+deb12u12", sha256_of(made.path))
    assert not list(made.path.parent.glob("*.tar"))


def test_another_recipe_makes_another(
    making: list[str], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = system.system(cache=cache)
    monkeypatch.setattr(system, "_DRIVEN", ("fs/ext4",))
    assert system.find_system(cache=cache) is None
    assert system.system(cache=cache).path != first.path


def test_what_cannot_be_made_leaves_nothing(
    making: list[str], cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_argv: list[str]) -> None:
        run(["sh", "-c", "echo 'No space left on device' >&2; exit 1"])

    monkeypatch.setattr(image, "run_step", fails)
    with pytest.raises(PrerequisiteError, match="could not be made: sh failed") as caught:
        system.system(cache=cache)
    assert "No space left on device" in caught.value.last_lines
    assert system.find_system(cache=cache) is None
    assert list((cache.dir / "system").iterdir()) == []


def test_a_site_is_supplied_with_it(making: list[str], cache: Cache) -> None:
    layer = supply_layer({"srv/tftp/system.tar.zst": loader.SYSTEM}, cache=cache)
    assert (layer / "srv/tftp/system.tar.zst").read_bytes() == b"packed tar"
    assert find_loader(loader.SYSTEM, cache=cache).package == "debian"


def test_it_is_prepared_with_the_images(making: list[str], cache: Cache) -> None:
    step = prepare._system_step(cache, lambda _: None)
    assert step.fetch_mb > 0
    assert step.make() == "Debian 12.4+deb12u12, packed 0 kB"
    assert prepare._system_step(cache, lambda _: None).fetch_mb == 0
