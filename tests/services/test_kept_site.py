"""A site that was read before is given again, and never another than what its text says."""

import pickle
import sys
from pathlib import Path

import pytest

from harness import process
from harness.assets.cache import CACHE_VARIABLE, Cache
from harness.errors import SiteError
from harness.secret import kept
from harness.services import kept_site
from harness.services.kept_site import KIND
from harness.services.registry import load_site
from harness.site.model import SITE_FILE

SITE = 'name = "a"\ndaemons = ["tftpd"]\n[server]\ninterface = "br0"\nhostname = "boot"\n'
"""Enough to be read, though not to be complete."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """Give a cache of one's own."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return Cache()


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    """Give a site's directory."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / SITE_FILE).write_text(SITE)
    return tmp_path / "site"


def objects(cache: Cache) -> list[Path]:
    return list((cache.dir / KIND).glob("*/*"))


def test_the_second_time_pydantic_is_not_imported(cache: Cache, site_dir: Path) -> None:
    first = load_site(site_dir)
    code = (
        "import sys, pathlib; from harness.services.registry import load_site\n"
        f"site = load_site(pathlib.Path({str(site_dir)!r}))\n"
        "print(site.name, [kind.name for kind in site.kinds] != [], 'pydantic' in sys.modules)"
    )
    assert process.run([sys.executable, "-c", code]).stdout == "a True False\n"
    assert load_site(site_dir) == first


def test_another_text_is_read(cache: Cache, site_dir: Path) -> None:
    load_site(site_dir)
    (site_dir / SITE_FILE).write_text(SITE.replace('"a"', '"b"'))
    assert load_site(site_dir).name == "b"


def test_what_the_files_say_is_read_each_time(cache: Cache, site_dir: Path) -> None:
    (site_dir / SITE_FILE).write_text("")
    settings = site_dir / "etc/default/tftpd-hpa"
    settings.parent.mkdir(parents=True)
    for root in ("srv/one", "srv/two"):
        settings.write_text(f'TFTP_DIRECTORY="/{root}"')
        assert load_site(site_dir).data_root == root


def test_a_site_that_is_wrong_stays_so(cache: Cache, site_dir: Path) -> None:
    (site_dir / SITE_FILE).write_text(f"{SITE}nonsense = 1\n")
    for _ in range(2):
        with pytest.raises(SiteError, match="nonsense"):
            load_site(site_dir)


def test_a_site_elsewhere_is_another(cache: Cache, site_dir: Path) -> None:
    load_site(site_dir)
    moved = site_dir.rename(site_dir.with_name("moved"))
    assert load_site(moved).dir == moved
    with pytest.raises(SiteError, match="there is no such directory"):
        load_site(site_dir)


def test_passwords_are_kept_nowhere_else(cache: Cache, site_dir: Path) -> None:
    (site_dir / SITE_FILE).write_text(f'secrets = ["sesame-1"]\n{SITE}')
    load_site(site_dir)
    assert "sesame-1" in kept()
    assert objects(cache) == []


def test_a_password_that_a_daemon_s_file_has_is_one_whatever_site_toml_says(
    cache: Cache, site_dir: Path
) -> None:
    target = "<target iqn.2026-11.example:a>\nbacking-store /srv/a\nincominguser a sesame-2\n"
    (site_dir / "etc/tgt").mkdir(parents=True)
    (site_dir / "etc/tgt/targets.conf").write_text(target)
    (site_dir / SITE_FILE).write_text('[server]\nipv4 = "10.0.0.1/24"\n')
    load_site(site_dir)
    assert "sesame-2" in kept()


@pytest.mark.parametrize("damage", [b"", b"\x80", pickle.dumps("nothing of the kind")])
def test_a_damaged_one_is_read_anew(cache: Cache, site_dir: Path, damage: bytes) -> None:
    first = load_site(site_dir)
    (place,) = objects(cache)
    place.write_bytes(damage)
    assert load_site(site_dir) == first


def test_a_cache_that_cannot_be_written_to_is_done_without(cache: Cache, site_dir: Path) -> None:
    cache.dir.mkdir()
    (cache.dir / KIND).write_text("in the way")
    assert load_site(site_dir).name == "a"


def test_a_process_that_outlives_its_checkout_keeps_under_its_own_program(
    cache: Cache, site_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its classes are those of before, whatever lies on the disk meanwhile."""
    load_site(site_dir)
    kept_before = objects(cache)
    monkeypatch.setattr(kept_site, "_program", lambda: iter(["updated below it"]))
    load_site(site_dir)
    assert objects(cache) == kept_before
