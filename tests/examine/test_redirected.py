"""What web servers send on to something that is not there, or to who never comes back."""

import shutil
from pathlib import Path

import pytest

from harness.examine import findings
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import FIXTURES, edited

NGINX, DHCPD = "etc/nginx/sites-enabled/boot", "etc/dhcp/dhcpd.conf"
_WHICH = f", which {DHCPD}:"
URL = "http://10.50.3.2/boot.ipxe"


@pytest.fixture
def pair(tmp_path: Path) -> Site:
    """Give a site that hands its script out by one URL."""
    return load_site(shutil.copytree(FIXTURES / "sites/pair", tmp_path / "pair"))


def told(site: Site, path: str) -> list[str]:
    """Give what is said at a file's lines, of what the boot server's DHCP hands out."""
    found = findings(load_site(site.dir))
    return [f"{e.place}: {e.what}" for e in found if e.place.startswith(path) and _WHICH in e.what]


BY_NGINX = {
    "return": ("location = /boot.ipxe { return 302 /new.ipxe; }", "srv/tftp/new.ipxe is not there"),
    "url": (
        "location = /boot.ipxe { return http://$host/a$uri; }",
        "srv/tftp/a/boot.ipxe is not there",
    ),
    "caught": ("location ~ ^/(b.*)$ { return 301 /x/$1; }", "srv/tftp/x/boot.ipxe is not there"),
    "digit": ("location ~ ^/(b.*)$ { return 301 /x/$1abc; }", "srv/tftp/x/boot.ipxeabc is not"),
    "ten": ("rewrite ^/(b)(oot.*)$ /$10$2 redirect;", "srv/tftp/b0oot.ipxe is not there"),
    "named": ("location ~ ^/(?<n>b.*)$ { return 301 /x/$n; }", "srv/tftp/x/boot.ipxe is not there"),
    "braced": (
        "rewrite ^/(?<n>boot)(.*)$ /x${n}$2 permanent;",
        "srv/tftp/xboot.ipxe is not there",
    ),
    "query": (
        "location = /boot.ipxe { return 301 /new$uri$is_args$args; }",
        "srv/tftp/new/boot.ipxe is not there",
    ),
    "rewrite": ("rewrite ^/(b.*)$ /ipxe/$1 permanent;", "srv/tftp/ipxe/boot.ipxe is not there"),
    "within": ("rewrite ^/b(.*)$ /c$1 last;", "nginx looks for 'http://10.50.3.2/coot.ipxe'"),
    "tls": ("return 301 https://$host$request_uri;", "no web server of the site listens for HTTPS"),
    "port": ("location / { return 307 http://$host:81$uri; }", "nginx listens on port 80"),
    "circle": ("location / { return 302 /boot.ipxe; }", "it never ends"),
    "two": (
        "location = /boot.ipxe { return 302 /b; } location = /b { return 302 /c; }",
        "'http://10.50.3.2/b' by `return 302 /b`",
    ),
}


@pytest.mark.parametrize("kind", BY_NGINX)
def test_where_nginx_sends_to_nobody(kind: str, pair: Site) -> None:
    rule, words = BY_NGINX[kind]
    site, line = edited(pair, NGINX, "  root /srv/tftp;", f"root /srv/tftp;\n{rule}")
    found = told(site, f"{NGINX}:{line + 1}")
    assert len(found) == 1
    assert f"'{URL}', which {DHCPD}:27 hands out: nginx " in found[0]
    assert words in found[0]


@pytest.mark.parametrize(
    "rule",
    [
        "location = /boot.ipxe { return 302 /menu.ipxe; }",
        "rewrite ^/boot.ipxe$ /menu.ipxe redirect;",
        "rewrite ^/(nothing.*)$ /ipxe/$1 permanent;",
        "if ($http_user_agent ~ curl) { return 302 /nowhere; }",
        "location = /boot.ipxe { return 302 /$arg_which; }",
        "location ~ ^/(boot.*)$ { return 302 /x/${1}; }",
        "location ~ ^/boot.*$ { return 302 /x/$1; }",
    ],
)
def test_what_comes_in_the_end_is_no_fault(rule: str, pair: Site) -> None:
    shutil.copyfile(pair.dir / "srv/tftp/boot.ipxe", pair.dir / "srv/tftp/menu.ipxe")
    site, _ = edited(pair, NGINX, "  root /srv/tftp;", f"root /srv/tftp;\n{rule}")
    assert findings(site) == ()


BY_APACHE = {
    "Redirect": ("Redirect /boot.ipxe /new.ipxe", "srv/tftp/new.ipxe is not there"),
    "below": ("Redirect 301 /boot http://10.50.3.2/a/b", "srv/tftp/a/b.ipxe is not there"),
    "on-and-on": ("Redirect 301 / http://10.50.3.2/a/", "it never ends"),
    "match": ("RedirectMatch ^/b(.*)$ /x$1", "srv/tftp/xoot.ipxe is not there"),
    "rule": ("RewriteRule ^/boot.ipxe$ /old.ipxe [R=302,L]", "srv/tftp/old.ipxe is not there"),
    "tls": (
        "RewriteCond %{HTTPS} off\nRewriteRule (.*) https://%{HTTP_HOST}%{REQUEST_URI} [R]",
        "no web server of the site listens for HTTPS",
    ),
    "condition": ("RewriteCond %{REMOTE_ADDR} ^10\nRewriteRule (.*) /x [R]", ""),
    "digit": ("RedirectMatch ^/b(.*)$ /x$10", "srv/tftp/xoot.ipxe0 is not there"),
    "whole": ("RedirectMatch ^/b.*$ /x$0", "srv/tftp/x/boot.ipxe is not there"),
    "named": ("RedirectMatch ^/(?<n>b.*)$ /x/$n", ""),
    "mapped": ("RewriteRule ^/(b.*)$ /x/${names:$1} [R]", ""),
    "escaped": ("RedirectMatch ^/(b.*)$ /x\\$1", ""),
    "of-condition": ("RewriteCond %{HTTPS} off\nRewriteRule ^/b /x/%1 [R]", ""),
    "off": ("RewriteEngine off\nRewriteRule ^/boot.ipxe$ /old.ipxe [R=302,L]", ""),
    "none": ("RewriteRule ^/boot.ipxe$ - [R=404,L]", ""),
    "gone": ("Redirect gone /boot.ipxe", ""),
    "forbidden": ("RewriteRule ^/boot /x [F]", ""),
}


@pytest.mark.parametrize("kind", BY_APACHE)
def test_where_apache2_sends_to_nobody(kind: str, pair: Site) -> None:
    rule, words = BY_APACHE[kind]
    shutil.rmtree(pair.dir / "etc/nginx")
    path = pair.dir / "etc/apache2/sites-enabled/boot.conf"
    path.parent.mkdir(parents=True)
    granted = "<Directory /srv/tftp>\nRequire all granted\n</Directory>"
    host = f"<VirtualHost *:80>\nDocumentRoot /srv/tftp\n{granted}\nRewriteEngine on\n{rule}\n"
    path.write_text(f"{host}</VirtualHost>\n")
    found = told(pair, "etc/apache2/sites-enabled/boot.conf:")
    assert [words in each for each in found] == ([True] if words else [])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('url.redirect = ( "^/boot.ipxe$" => "/new.ipxe" )', "srv/tftp/new.ipxe is not there"),
        ('url.rewrite-once = (\n  "^/(b.*)$" => "/a/$1"\n)', "lighttpd looks for 'http://10.50.3"),
        ('url.redirect = ( "^/(b.*)$" => "/a/$10" )', "srv/tftp/a/boot.ipxe0 is not there"),
        ('url.redirect = ( "^/(b.*)$" => "/%1/$1" )', ""),
        ('url.redirect = ( "^/(b.*)$" => "/${qsa}/$1" )', ""),
        ('url.redirect = ( "^/(?<n>b.*)$" => "/x/$1" )', ""),
        ('$HTTP["host"] == "x" {\n  url.redirect = ( "^/(.*)" => "/n/$1" )\n}', ""),
    ],
)
def test_where_lighttpd_sends_to_nobody(rule: str, words: str, pair: Site) -> None:
    shutil.rmtree(pair.dir / "etc/nginx")
    path = pair.dir / "etc/lighttpd/lighttpd.conf"
    path.parent.mkdir(parents=True)
    modules = 'server.modules = ( "mod_redirect", "mod_rewrite" )'
    path.write_text(f'{modules}\nserver.document-root = "/srv/tftp"\n{rule}\n')
    found = told(pair, "etc/lighttpd/lighttpd.conf:")
    assert [words in each for each in found] == ([True] if words else [])


def test_firmware_follows_no_redirection(showmax: Site) -> None:
    """HTTP Boot does not, whatever is there (docs/bugs.md)."""
    own = "root /srv/tftp;"
    rule = f"{own} location = /ipxe.efi {{ return 302 /x64/ipxe.efi; }}"
    supplied = '[supply]\n"srv/tftp/x64/ipxe.efi" = "ipxe/ipxe.efi"\n'
    site, _ = edited(showmax, "site.toml", "[supply]\n", supplied)
    site, _ = edited(site, "etc/nginx/nginx.conf", own, rule)
    found = [each.what for each in findings(site) if "HTTP Boot follows no redir" in each.what]
    assert found
    assert "by `return 302 /x64/ipxe.efi`" in found[0]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("location = /linux { return 301 https://$host$uri; }", "listens for HTTPS: nginx sends"),
        (
            "location = /linux { return 301 http://10.50.3.9$uri; }",
            "10.50.3.9 is not a host of the",
        ),
        ("location = /linux { return 301 /linux; }", "it never ends"),
        ("location = /linux { return 301 /vmlinuz; }", ""),
    ],
)
def test_what_a_script_asks_for_is_followed_too(rule: str, words: str, pair: Site) -> None:
    script = "srv/tftp/boot.ipxe"
    (pair.dir / script).write_text("#!ipxe\nkernel http://10.50.3.2/linux\nboot\n")
    site, _ = edited(pair, NGINX, "  root /srv/tftp;", f"root /srv/tftp;\n{rule}")
    found = [each.what for each in findings(site) if each.place == f"{script}:2"]
    assert [words in each for each in found] == ([True] if words else [])
