"""Where a server looks for a file that lies elsewhere, and by which of its lines."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.judge.judgement import judge
from harness.services.registry import load_site
from harness.site import LaidKind
from harness.witness.wire import Outcome
from tests.judge.fetched import NGINX, ROOT, loader, script
from tests.judge.recorded import SHOWMAX, showmax


@pytest.mark.parametrize(("place", "is_told"), [("/menu/", True), ("/pictures/", False)])
def test_a_location_of_nearly_that_name_is_named(place: str, *, is_told: bool) -> None:
    location = f"location {place} {{ alias /srv/images/; }}"
    site = showmax().replaced(
        NGINX, "    root /srv/tftp;\n", f"    root /srv/tftp;\n    {location}\n"
    )
    asked = script(path="/menus/nobodys.ipxe", outcome=Outcome.REFUSED, status=404)
    cause = next(e for e in judge(replace(asked, site=site)).causes if "answered 404" in e)
    assert (f"; `location {place}` ({NGINX}:31) has nearly that name" in cause) is is_told


def test_an_alias_without_the_slash_that_its_location_has() -> None:
    rule = "location /menus/ { alias /srv/tftp; }"
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    {rule}")
    boot = script(path="/menus/script.ipxe", outcome=Outcome.REFUSED, status=404)
    causes = judge(replace(boot, site=site)).causes
    said = f"; by `alias /srv/tftp` ({NGINX}:31) it is looked for as /srv/tftpscript.ipxe, and"
    assert any(said in each for each in causes)


def test_a_file_that_lies_elsewhere_than_an_alias_has_it() -> None:
    rule = "location /menus/ { alias /srv/tftp/menus/; }"
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    {rule}")
    boot = replace(
        script(path="/menus/script.ipxe", outcome=Outcome.REFUSED, status=404), site=site
    )
    cause = next(each for each in judge(boot).causes if "answered 404" in each)
    assert (
        f"; by `alias /srv/tftp/menus/` ({NGINX}:31) it is looked for as "
        "/srv/tftp/menus/script.ipxe, and /srv/tftp/script.ipxe is there"
    ) in cause


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A site with a file out of all roots, and one of a like name below TFTP's."""
    shutil.copytree(SHOWMAX, tmp_path / "site", symlinks=True)
    for place in ("srv/www/unknown.ipxe", "srv/tftp/deep/known.ipxe"):
        file = tmp_path / "site" / place
        file.parent.mkdir(exist_ok=True)
        file.write_text("#!ipxe\n")
    return tmp_path / "site"


def test_a_root_beside_the_one_that_has_the_file(beside: Path) -> None:
    boot = script(path="/unknown.ipxe?mac=52", outcome=Outcome.REFUSED, status=404)
    cause = judge(replace(boot, site=load_site(beside))).causes[0]
    assert (
        f"; by `root /srv/tftp` ({NGINX}:30) it is looked for as /srv/tftp/unknown.ipxe, and "
        "/srv/www/unknown.ipxe is there"
    ) in cause


def test_a_tftp_root_beside_the_one_that_has_the_file(beside: Path) -> None:
    boot = loader(outcome=Outcome.REFUSED, error="File not found", file="unknown.ipxe")
    causes = judge(replace(boot, site=load_site(beside))).causes
    cause = next(each for each in causes if "unknown.ipxe" in each)
    setting = "TFTP_DIRECTORY is /srv/tftp (etc/default/tftpd-hpa:4)"
    assert cause.endswith(f"its {setting}, the site's files are in /srv/www")


def test_a_root_is_not_blamed_for_a_file_that_lies_deeper(beside: Path) -> None:
    site = load_site(beside)
    web = script(path="/known.ipxe", outcome=Outcome.REFUSED, status=404)
    tftp = loader(outcome=Outcome.REFUSED, error="File not found", file="known.ipxe")
    for boot in (web, tftp):
        causes = judge(replace(boot, site=site)).causes
        cause = next(each for each in causes if "known.ipxe" in each)
        assert "deep/known.ipxe" not in cause
        assert "the site's files" not in cause


@pytest.mark.parametrize(
    ("rule", "said", "is_sought"),
    [
        # Nobody has copied the kernel: where it was laid when its boot was approved is where it is.
        (
            "location /kernels/ { alias /srv/imgs/; }",
            f"; by `alias /srv/imgs/` ({NGINX}:31) it is looked for as /srv/imgs/one/vmlinuz, and "
            "/srv/images/one/vmlinuz is there",
            True,
        ),
        # It comes before the root, which is right.
        (
            "location /kernel/ { alias /srv/images/; }",
            f"; `location /kernel/` ({NGINX}:31) has nearly that name",
            False,
        ),
    ],
)
def test_a_kernel_that_a_location_misses(rule: str, said: str, *, is_sought: bool) -> None:
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    {rule}")
    site = site.with_laid({"srv/images/one/vmlinuz": LaidKind.KERNEL})
    asked = script(path="/kernels/one/vmlinuz", outcome=Outcome.REFUSED, status=404)
    cause = next(e for e in judge(replace(asked, site=site)).causes if "answered 404" in e)
    assert said in cause
    assert ("it is looked for" in cause) is is_sought


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("*:8080", "{0}: <VirtualHost *:8080> says nothing without its port's Listen"),
        ("[2001:db8::1]:80", "it is given out on [2001:db8::1]:80 alone (<VirtualHost, {0})"),
    ],
)
def test_a_virtual_host_that_is_not_the_one_that_is_asked(host: str, said: str) -> None:
    path = "etc/apache2/sites-enabled/boot.conf"
    site = replace(showmax(), daemons=("dhcpd4", "tftpd", "apache2"))
    text = f"<VirtualHost {host}>\n  DocumentRoot /srv/tftp\n</VirtualHost>\n"
    boot = script(outcome=Outcome.REFUSED, status=404)
    causes = judge(replace(boot, site=site.with_file(path, text))).causes
    cause = next(each for each in causes if "answered 404" in each)
    assert f"; {said.format(f'{path}:1')}" in cause


@pytest.mark.parametrize(
    ("setting", "by"),
    [
        (
            'server.document-root = "/var/www/html"',
            '`server.document-root = "/var/www/html"` (etc/lighttpd/lighttpd.conf:1) it is looked '
            "for as /var/www/html/script.ipxe",
        ),
        (
            'server.modules = ( "mod_alias" )\nserver.document-root = "/srv/tftp"\n'
            'alias.url = ( "/script" => "/srv/tftp/scrip" )',
            "`alias.url` for /script (etc/lighttpd/lighttpd.conf:3) it is looked for as "
            "/srv/tftp/scrip.ipxe",
        ),
    ],
)
def test_where_lighttpd_looks_for_a_file(setting: str, by: str) -> None:
    site = replace(showmax(), daemons=("dhcpd4", "tftpd", "lighttpd"))
    site = site.with_file("etc/lighttpd/lighttpd.conf", f"{setting}\n")
    asked = script(outcome=Outcome.REFUSED, status=404)
    cause = next(e for e in judge(replace(asked, site=site)).causes if "answered 404" in e)
    assert f"; by {by}, and /srv/tftp/script.ipxe is there" in cause


def test_a_root_that_is_not_the_sites() -> None:
    site = showmax().replaced("etc/default/tftpd-hpa", '"/srv/tftp"', '"/srv"')
    boot = replace(loader(outcome=Outcome.REFUSED, error="File not found"), site=site)
    cause = judge(boot).causes[0]
    assert cause.startswith("tftpd: file not found: ipxe.efi")
    setting = "TFTP_DIRECTORY is /srv (etc/default/tftpd-hpa:4)"
    assert cause.endswith(f"its {setting}, the site's files are in /srv/tftp")


@pytest.mark.parametrize(("ending", "is_told"), [("cnf", True), ("conf", False)])
def test_an_include_that_takes_in_nothing_comes_before_the_root(
    ending: str, *, is_told: bool
) -> None:
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    include conf.d/*.{ending};")
    site = site.with_file("etc/nginx/conf.d/boot.conf", "location /a/ { alias /srv/b/; }\n")
    asked = script(path="/nobodys.ipxe", outcome=Outcome.REFUSED, status=404)
    cause = next(e for e in judge(replace(asked, site=site)).causes if "answered 404" in e)
    said = (
        "; `include conf.d/*.cnf` takes in none of the files of etc/nginx/conf.d: boot.conf ends "
        f"otherwise ({NGINX}:31)"
    )
    assert (said in cause) is is_told
