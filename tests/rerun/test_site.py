"""A bundle's site is made again as it lay when the scenario began, and no other."""

import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from harness.certificate import Certified
from harness.errors import SiteError, UsageError
from harness.evidence.site_copy import FileCopy
from harness.rerun.bundle import Bundle
from harness.rerun.site import rebuild
from harness.secret import digested
from harness.services.registry import check_site, load_site
from harness.site import Site
from tests.rerun.conftest import Make

CONF = "etc/dhcp/dhcpd.conf"
MASKED = ("site.toml", "srv/tftp/grub.cfg", "srv/tftp/script.ipxe")
"""Where the reference site has passwords."""


def tree(site_dir: Path) -> dict[str, bytes]:
    """Give all files of a site."""
    files = (path for path in site_dir.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(site_dir)): path.read_bytes() for path in files}


def test_it_is_as_it_lay_whatever_the_scenario_has_changed(
    make: Make, site: Site, tmp_path: Path
) -> None:
    changed = site.replaced(CONF, "ipxe.efi", "nope.efi", count=site.read(CONF).count("ipxe.efi"))
    changed = changed.without("etc/radvd.conf").with_file("srv/tftp/new", "laid by it")
    bundle = make(changed)
    rebuilt = rebuild(bundle, tmp_path)
    there, here = tree(site.dir), tree(rebuilt.dir)
    masked = {*MASKED, *(path for path in there if path.startswith("boots/"))}
    assert here.keys() == there.keys()
    assert {p for p in there if here[p] != there[p]} <= masked
    assert (rebuilt.dir / "srv/export/empty").is_dir()
    assert (rebuilt.dir / "etc/hook").stat().st_mode & 0o111
    assert (rebuilt.dir / "srv/www").readlink() == Path("/srv/tftp")
    again = load_site(rebuilt.dir)
    check_site(again)
    assert again.name == site.name
    assert again.menu.default == site.menu.default


def test_passwords_stay_masked_and_that_is_said(make: Make, site: Site, tmp_path: Path) -> None:
    rebuilt = rebuild(make(site), tmp_path)
    words = "*** stands for each password"
    assert sorted(rebuilt.said) == [f"{path}: {words}" for path in MASKED]
    assert "set rootpass ***" in (rebuilt.dir / "srv/tftp/script.ipxe").read_text()


def test_an_approved_boot_expects_the_mask_then(make: Make, site: Site, tmp_path: Path) -> None:
    rebuilt = rebuild(make(site), tmp_path)
    text = (rebuilt.dir / "boots/x64-http-ipv4--systemrescuecd.boot").read_text()
    assert digested("rootpass=***") in text
    assert text.count("{rootpass:") == 1


def test_a_site_with_named_passwords_is_refused(make: Make, site: Site, tmp_path: Path) -> None:
    bundle = make(replace(site, has_secrets=True))
    with pytest.raises(UsageError, match="has no passwords") as refused:
        rebuild(bundle, tmp_path)
    assert "--site DIR" in str(refused.value)


def test_a_site_with_a_private_key_is_refused(make: Make, site: Site, tmp_path: Path) -> None:
    """It is masked, and no server that wants it starts."""
    key = Certified.by_itself("boot.example.org").key
    (site.dir / "etc/boot.key").write_bytes(key)
    rebuild(make(site), tmp_path / "nobody reads it")
    (site.dir / "etc/tls.conf").write_text("ssl_certificate_key /etc/boot.key;\n")
    with pytest.raises(UsageError, match="has no private keys") as refused:
        rebuild(make(site), tmp_path)
    assert "etc/boot.key" in str(refused.value)
    assert "--site DIR" in str(refused.value)


def test_what_was_not_asked_for_may_be_missing(make: Make, site: Site, tmp_path: Path) -> None:
    bundle = make(site)
    shutil.rmtree(site.dir)
    rebuilt = rebuild(bundle, tmp_path)
    assert "srv/tftp/own.efi" in rebuilt.empty
    assert (rebuilt.dir / "srv/tftp/own.efi").read_bytes() == bytes(len(b"MZ\0\xff own"))


def test_what_was_asked_for_may_not(make: Make, site: Site, tmp_path: Path) -> None:
    (site.dir / "srv/tftp/ipxe.efi").write_bytes(b"MZ\0\xff own")
    bundle = make(site)
    shutil.rmtree(site.dir)
    with pytest.raises(UsageError, match="lacks files of its site") as refused:
        rebuild(bundle, tmp_path)
    assert "srv/tftp/ipxe.efi" in str(refused.value)


@pytest.mark.parametrize("path", ["../evil", "/evil", "a/../../evil"])
def test_no_file_lies_outside(path: str, make: Make, site: Site, tmp_path: Path) -> None:
    bundle = make(site)
    files = {**bundle.file.site.files, path: FileCopy(size=1, text="x")}
    file = replace(bundle.file, site=replace(bundle.file.site, files=files))
    evil = Bundle(name="x", dir=bundle.dir, file=file, is_packed=True)
    with suppress(SiteError):  # or it lies inside after all
        rebuild(evil, tmp_path / "into")
    outside = [p for p in tmp_path.rglob("evil") if not p.is_relative_to(tmp_path / "into/mysite")]
    assert outside == []
    assert not Path("/evil").exists()


def test_nor_does_one_by_the_way_of_links(make: Make, site: Site, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    bundle = make(site)
    links = {"out": str(tmp_path / "home"), "out/evil": "/etc/passwd", "boots": "../../home"}
    own = {path: each for path, each in bundle.file.site.files.items() if "boots/" not in path}
    file = replace(bundle.file, site=replace(bundle.file.site, links=links, files=own))
    with pytest.raises(SiteError, match="outside its site"):
        rebuild(Bundle(name="x", dir=bundle.dir, file=file, is_packed=True), tmp_path / "into")
    assert list((tmp_path / "home").iterdir()) == []


def test_a_sites_name_is_none_of_a_directory_above(make: Make, site: Site, tmp_path: Path) -> None:
    bundle = make(site)
    boot = replace(bundle.file.boot, site=replace(bundle.site, dir=Path("..")))
    evil = Bundle(name="x", dir=bundle.dir, file=replace(bundle.file, boot=boot), is_packed=True)
    assert rebuild(evil, tmp_path / "into").dir == tmp_path / "into" / "site"


def test_python_beside_approved_boots_is_left_out(make: Make, site: Site, tmp_path: Path) -> None:
    """Else it were run on the way to the boot."""
    for place in (site.dir, site.dir / "boots", site.dir / "srv"):
        (place / "__init__.py").write_text("raise SystemExit\n")
    rebuilt = rebuild(make(site), tmp_path / "into")
    found = rebuilt.dir.rglob("__init__.py")
    assert [str(each.relative_to(rebuilt.dir)) for each in found] == ["srv/__init__.py"]
