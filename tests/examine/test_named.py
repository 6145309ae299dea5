"""Where a file lies that another one names."""

from pathlib import Path

import pytest

from harness.examine.named import place, scripts
from harness.services.registry import load_site
from harness.site import Site

TREE = {
    "site.toml": '[server]\nipv4 = "10.0.0.2/24"\n',
    "etc/default/tftpd-hpa": 'TFTP_DIRECTORY="/srv/tftp"\nTFTP_OPTIONS="--secure"\n',
    "etc/nginx/nginx.conf": "events {}\nhttp { server { listen 80; root /srv/www;\n"
    "location /boot/ { alias /srv/menus/; } }\nserver { listen 8080; root /srv/other;\n"
    "rewrite ^/y$ /x.ipxe; } }\n",
    "srv/tftp/menu.ipxe": "#!ipxe\n",
    "srv/tftp/only.cfg": "#!ipxe\n",
    "srv/menus/first.ipxe": "#!ipxe\n",
    "srv/menus/hosts/a.ipxe": "#!ipxe\n",
    "srv/other/x.ipxe": "#!ipxe\n",
    "srv/www/web.ipxe": "#!ipxe\n",
    "srv/www/hosts/b.ipxe": "#!ipxe\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a site of several directories that are given out."""
    for path, text in TREE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return load_site(tmp_path)


@pytest.mark.parametrize(
    ("script", "name", "lies"),
    [
        ("/menu.ipxe", "only.cfg", "srv/tftp/only.cfg"),
        ("/boot/first.ipxe", "hosts/a.ipxe", "srv/menus/hosts/a.ipxe"),
        ("/web.ipxe", "hosts/b.ipxe", "srv/www/hosts/b.ipxe"),
        ("/web.ipxe", "only.cfg", "srv/www/only.cfg"),
        ("/web.ipxe", "hosts/a.ipxe", "srv/www/hosts/a.ipxe"),
        ("/menu.ipxe", "http://10.0.0.2/boot/first.ipxe", "srv/menus/first.ipxe"),
    ],
)
def test_a_name_in_a_script_is_the_server_s_that_has_the_script(
    script: str, name: str, lies: str, site: Site
) -> None:
    assert place(site, name, script=script) == lies


def test_scripts_are_found_in_every_directory_that_is_given_out(site: Site) -> None:
    """And under the names by which machines ask for them there."""
    names = {path: each.name for path, each in scripts(site).items()}
    assert names == {
        "srv/tftp/menu.ipxe": "/menu.ipxe",
        "srv/tftp/only.cfg": "/only.cfg",
        "srv/menus/first.ipxe": "/boot/first.ipxe",
        "srv/menus/hosts/a.ipxe": "/boot/hosts/a.ipxe",
        "srv/www/web.ipxe": "/web.ipxe",
        "srv/www/hosts/b.ipxe": "/hosts/b.ipxe",
        "srv/other/x.ipxe": "/x.ipxe",
    }
