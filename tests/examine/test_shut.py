"""By which rule a web server keeps a file from machines is told; what lets them in is not."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

NGINX = "etc/nginx/nginx.conf"
SCRIPT = "'http://192.0.2.1/script.ipxe', which etc/dhcp/dhcpd.conf:23 hands out"
KERNEL = "'showmax/vmlinuz', which srv/tftp/script.ipxe:53 asks for"
PASSWORD = "it asks for a password, and machines have none"


@pytest.fixture
def pair(tmp_path: Path) -> Site:
    """Give a site that hands its script out by one URL, without a web server's files."""
    site_dir = shutil.copytree(FIXTURES / "sites/pair", tmp_path / "pair")
    shutil.rmtree(site_dir / "etc/nginx")
    return load_site(site_dir)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("location = /script.ipxe { internal; }", f"`internal` {SCRIPT}: it answers nobody from"),
        ('auth_basic "x"; auth_basic_user_file x;', f"`auth_basic x` {SCRIPT}: {PASSWORD}"),
        ("location ~ vmlinuz$ { deny all; }", f"`deny all` {KERNEL}"),
        ("location /showmax/ { internal; }", f"`internal` {KERNEL}: it answers nobody"),
        ('location /showmax/ { auth_basic "x"; }', f"`auth_basic x` {KERNEL}: {PASSWORD}"),
        ("location /showmax/ { return 404; }", f"`return 404` {KERNEL}"),
        (
            "location ~ ^/script.ipxe-5 { deny all; } location ~ ^/script.ipxe-. { deny all; }",
            "`deny all` 'http://192.0.2.1/script.ipxe-${netX/mac}', which srv/tftp/script.ipxe:17",
        ),
    ],
)
def test_what_nginx_refuses(rule: str, said: str, showmax: Site) -> None:
    site, line = edited(showmax, NGINX, "root /srv/tftp;", f"root /srv/tftp; {rule}")
    first = findings(site)[0]
    assert (first.what[: len(said) + 17], first.place) == (
        f"nginx refuses by {said}",
        f"{NGINX}:{line}",
    )


def test_one_rule_is_told_once_of_all_that_scripts_ask_for(showmax: Site) -> None:
    rule = "location ~ (vmlinuz|initrd) { deny all; }"
    site, _ = edited(showmax, NGINX, "root /srv/tftp;", f"root /srv/tftp; {rule}")
    (found,) = findings(site)
    assert not found.is_error  # the script goes on, by its `||`
    site, _ = edited(site, "srv/tftp/script.ipxe", "BOOTIF=01-${netX/mac:hexhyp} ||", "#")
    assert findings(site)[0].is_error


@pytest.mark.parametrize(
    "rule",
    [
        'auth_basic "x"; location ^~ / { auth_basic off; }',
        'satisfy any; auth_basic "x"; allow 192.0.2.0/24; allow 2001:db8::/64; deny all;',
        "location = /50x.html { internal; }",
        "location /private/ { deny all; }",
        "location /in/ { internal; location /in/x { } }",
    ],
)
def test_what_nginx_gives_out(rule: str, showmax: Site) -> None:
    site, _ = edited(showmax, NGINX, "root /srv/tftp;", f"root /srv/tftp; {rule}")
    assert findings(site) == ()


def told(site: Site, path: str, text: str) -> list[str]:
    (site.dir / path).parent.mkdir(parents=True)
    (site.dir / path).write_text(text)
    return [f"{e.place}: {e.what}" for e in findings(load_site(site.dir)) if "refuses" in e.what]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("AuthType Basic\nRequire valid-user", "`Require valid-user` in <Directory /srv/tftp>"),
        ("AuthType Basic\nRequire user boot", "`Require user boot` in <Directory /srv/tftp>"),
        ("Require local", "`Require local` in <Directory /srv/tftp>"),
        ("Require all granted\nRequire valid-user", ""),
        ("<RequireAny>\nRequire all granted\nRequire valid-user\n</RequireAny>", ""),
        ("<RequireAll>\nRequire all granted\nRequire valid-user\n</RequireAll>", "valid-user`"),
        ("Require valid-user\nRequire ip 10.50.3.0/24\nSatisfy Any", ""),
    ],
)
def test_what_apache2_refuses(rules: str, said: str, pair: Site) -> None:
    section = f"<Directory /srv/tftp>\n{rules}\n</Directory>"
    host = f"<VirtualHost *:80>\nDocumentRoot /srv/tftp\n{section}\n</VirtualHost>\n"
    found = told(pair, "etc/apache2/sites-enabled/boot.conf", host)
    assert [said in each for each in found[:1]] == ([True] if said else [])


AUTH = '(\n "method" => "basic",\n "realm" => "x",\n "require" => "valid-user" )'


@pytest.mark.parametrize(
    ("module", "rule", "said"),
    [
        ("mod_auth", f'auth.require = ( "/" => {AUTH} )', '`auth.require = "/"` \'http://10.50'),
        ("mod_auth", f'auth.require = ( "/boot" => {AUTH},\n "/x" => {AUTH} )', '"/boot", "/x"`'),
        ("mod_auth", f'auth.require = ( "/private" => {AUTH} )', ""),
        ("mod_auth", f'$HTTP["url"] =~ "ipxe$" {{\nauth.require = ( "" => {AUTH} )\n}}', ""),
        ("mod_auth", f'$HTTP["url"] =~ "(?<x>i)" {{\nauth.require = ( "/" => {AUTH} )\n}}', ""),
        (
            "mod_auth",
            f'$HTTP["url"] =~ "ipxe$" {{\nauth.require = ( "/" => {AUTH} )\n}}',
            "ipxe$",
        ),
        ("mod_auth", f'$HTTP["url"] =~ "^/x" {{\nauth.require = ( "/" => {AUTH} )\n}}', ""),
        ("mod_auth", f'$HTTP["host"] == "x" {{\nauth.require = ( "/" => {AUTH} )\n}}', ""),
        ("mod_access", f'auth.require = ( "/" => {AUTH} )', ""),
    ],
)
def test_what_lighttpd_refuses(module: str, rule: str, said: str, pair: Site) -> None:
    text = f'server.modules = ( "{module}" )\nserver.document-root = "/srv/tftp"\n{rule}\n'
    found = told(pair, "etc/lighttpd/lighttpd.conf", text)
    assert [said in each for each in found[:1]] == ([True] if said else [])


def test_a_password_in_the_url_is_given(showmax: Site) -> None:
    site, _ = edited(showmax, NGINX, "root /srv/tftp;", 'root /srv/tftp; auth_basic "x";')
    handed, known = "http://192.0.2.1/script.ipxe", "http://boot:x@192.0.2.1/script.ipxe"
    site, line = edited(site, "etc/dhcp/dhcpd.conf", handed, known)
    assert not any(f"dhcpd.conf:{line}" in each.what for each in findings(site))


def test_a_url_that_is_none_is_let_be(showmax: Site) -> None:
    site, _ = edited(
        showmax, "etc/dhcp/dhcpd6.conf", "http://[2001:db8::1]/s", "http://[2001:db8::1/s"
    )
    assert [each.what for each in findings(site) if "Invalid IPv6 URL" in each.what]


KERNEL_WORDS = {
    ("inst.ks=http://10.50.3.2/ks/node.cfg", "location /ks/ { deny all; }"): "`deny all`",
    ("inst.ks=http://10.50.3.2/ks/node.cfg", "location /ks/ { auth_basic x; }"): PASSWORD,
    ("inst.ks=http://a:b@10.50.3.2/ks/node.cfg", "location /ks/ { auth_basic x; }"): "",
    ("ks=http://10.50.3.2/ks/${mac}.cfg", "location ~ cfg$ { internal; }"): "`internal`",
    ("inst.repo=http://10.50.3.2/os", "location /os/ { return 403; }"): "`return 403`",
    ("archiso_http_srv=http://10.50.3.2/", "location = / { deny all; }"): "",
    ("s=http://10.50.3.2/n/", "location /n/ { allow 10.9.0.0/16; deny all; }"): "10.50.3.0/24",
    ("s=http://10.50.3.2/n/", "location /n/ { allow 10.50.0.0/16; deny all; }"): "",
    ("inst.ks=http://10.50.3.9/ks/node.cfg", "location /ks/ { deny all; }"): "",
    ("inst.ks=http://10.50.3.2:81/ks/node.cfg", "location /ks/ { deny all; }"): "",
}


@pytest.mark.parametrize(("word", "rule"), KERNEL_WORDS)
def test_what_the_system_is_told_to_ask_for(word: str, rule: str, tmp_path: Path) -> None:
    site = load_site(shutil.copytree(FIXTURES / "sites/pair", tmp_path / "pair"))
    script = "srv/tftp/boot.ipxe"
    (site.dir / script).write_text(f"#!ipxe\nkernel linux {word}\nboot\n")
    own = "  root /srv/tftp;"
    site, line = edited(site, "etc/nginx/sites-enabled/boot", own, f"{own}\n{rule}")
    found = [e for e in findings(site) if "refuses by" in e.what]
    said = KERNEL_WORDS[word, rule]
    assert [said in each.what for each in found] == ([True] if said else [])
    for each in found:
        assert each.place == f"etc/nginx/sites-enabled/boot:{line + 1}"
        assert f"'{word}', which {script}:2 hands to a kernel" in each.what
        assert not each.is_error


def test_whom_a_rule_lets_in_is_told_beside_where_machines_are(showmax: Site) -> None:
    rule = "allow 198.51.100.0/24; deny all;"
    site, line = edited(showmax, NGINX, "root /srv/tftp;", f"root /srv/tftp; {rule}")
    found = [each for each in findings(site) if "refuses by" in each.what]
    assert {each.place for each in found} == {f"{NGINX}:{line}"}
    assert found[0].what.endswith("machines are in 192.0.2.0/24")
