"""Whom web servers' rules turn away is told by their files; of what may be otherwise, nothing."""

from collections.abc import Callable, Iterable
from ipaddress import ip_network
from pathlib import Path

import pytest

from harness.daemon_facts import Daemon, Served
from harness.services.configuration import apache2, lighttpd, nginx
from harness.site.files import Files, Tree

LAN = ip_network("192.0.2.0/24")
NAME = "/a/x.efi"
_Served = Callable[[Files], Iterable[Served]]
OTHERS = "198.51.100.0/24"


def refused(directory: Path, served: _Served, path: str, text: str, *networks: str) -> str:
    """Give the rule by which machines of a network, this one if none is named, get no such file."""
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    (directory / path).write_text(text)
    own = tuple(served(Tree(dir=directory)))
    found = Daemon(name="", called="", program="", roles=(), log="", serves=own).served(NAME)
    assert found is not None
    machines = [ip_network(each) for each in networks] or [LAN]
    rule = found.access.rule_against(NAME, machines, has_password=False)
    return "" if rule is None else rule.rule


BY_NGINX = {
    f"allow {OTHERS}; deny all;": "`deny all`",
    "allow 192.0.2.7; deny all;": "",
    f"deny {OTHERS}; allow all;": "",
    "deny 192.0.2.0/25; allow all;": "",
    "deny 192.0.0.0/16;": "`deny 192.0.0.0/16`",
    "allow unix:; allow 127.0.0.1; deny all;": "`deny all`",
    f"allow {OTHERS}; deny all; location ~ efi$ {{ allow 192.0.2.0/24; deny all; }}": "",
    f"allow all; location ~ efi$ {{ allow {OTHERS}; deny all; }}": "`deny all`",
    f"allow {OTHERS}; deny all; location ~ x$ {{ allow all; }}": "`deny all`",
    f'satisfy any; auth_basic "x"; allow {OTHERS}; deny all;': "`deny all`",
    f"satisfy any; auth_request /in; allow {OTHERS}; deny all;": "",
    "location / { limit_except GET { deny all; } }": "",
    "auth_basic $realm;": "",
}


@pytest.mark.parametrize("rules", BY_NGINX)
def test_whom_nginx_turns_away(rules: str, tmp_path: Path) -> None:
    text = f"http {{ server {{ listen 80; root /srv; {rules} }} }}"
    assert refused(tmp_path, nginx.served, nginx.MAIN, text) == BY_NGINX[rules]


def test_somebody_is_let_in_where_one_of_two_networks_is(tmp_path: Path) -> None:
    text = f"http {{ server {{ listen 80; root /srv; allow {OTHERS}; deny all; }} }}"
    assert refused(tmp_path, nginx.served, nginx.MAIN, text, str(LAN), "198.51.100.0/25") == ""
    assert (
        refused(tmp_path, nginx.served, nginx.MAIN, text, str(LAN), "2001:db8::/64") == "`deny all`"
    )


ALL = "Require all granted"
BY_APACHE2 = {
    "<Files x.efi>\nRequire all denied\n</Files>": "`Require all denied` in <Files x.efi>",
    '<Files "*.efi">\nRequire all denied\n</Files>': "`Require all denied` in <Files *.efi>",
    '<FilesMatch "\\.e.i$">\nRequire all denied\n</FilesMatch>': "<FilesMatch \\.e.i$>",
    '<FilesMatch "^a">\nRequire all denied\n</FilesMatch>': "",
    '<Files "*.ks">\nRequire all denied\n</Files>': "",
    "<Files x.efi>\nAuthType Basic\nRequire valid-user\n</Files>": "`Require valid-user`",
    "<Location /a>\nRequire all denied\n</Location>": "`Require all denied` in <Location /a>",
    '<Location "/*/x.efi">\nRequire all denied\n</Location>': "<Location /*/x.efi>",
    '<LocationMatch "^/a/">\nRequire all denied\n</LocationMatch>': "<LocationMatch ^/a/>",
    "<Location /ab>\nRequire all denied\n</Location>": "",
    f"<Files x.efi>\nRequire all denied\n</Files>\n<Location /a>\n{ALL}\n</Location>": "",
    f"<Location /a>\n{ALL}\n</Location>\n<Location /a/x>\nRequire all denied\n</Location>": "",
    "<Location /a/>\n<LimitExcept GET POST>\nRequire all denied\n</LimitExcept>\n</Location>": "",
    "<Location /a/>\n<Limit GET>\nRequire all denied\n</Limit>\n</Location>": "<Location /a/>",
    "<If \"%{REMOTE_ADDR} == '1'\">\nRequire all denied\n</If>": "",
    "AuthMerging Or\n<Location /a/>\nRequire all denied\n</Location>": "",
    '<DirectoryMatch "/\\.git">\nRequire all denied\n</DirectoryMatch>\n<Files x.efi>\n'
    "Require all denied\n</Files>": "<Files x.efi>",
}
INSIDE = {
    f"Require ip {OTHERS}": f"`Require ip {OTHERS}`",
    f"Require ip {OTHERS}\nRequire ip 192.0.2": "",
    f"Require ip {OTHERS} 192.0.2.7": "",
    f"Require ip {OTHERS}\nRequire host boot.lan": "",
    "Require ip 10": "`Require ip 10`",
    f"<RequireAll>\n{ALL}\nRequire not ip 192.0.2.0/24\n</RequireAll>": "`Require not ip",
    f"<RequireAll>\n{ALL}\nRequire not ip 192.0.2.7\n</RequireAll>": "",
    f"<RequireAll>\n{ALL}\n<RequireNone>\nRequire ip 192.0.2\n</RequireNone>\n</RequireAll>": "ip",
    f"<RequireAll>\n{ALL}\nRequire ip {OTHERS}\n</RequireAll>": f"`Require ip {OTHERS}`",
    f"<RequireAny>\nRequire ip {OTHERS}\nRequire local\n</RequireAny>": f"`Require ip {OTHERS}`",
    f"<RequireAny>\nRequire ip {OTHERS}\nRequire expr true\n</RequireAny>": "",
    f"Require ip {OTHERS}\nRequire valid-user": "`Require valid-user`",
    "Require ip 192.0.2.0/24\nRequire valid-user": "",
    f"Require ip {OTHERS}\nSatisfy Any": "",
    f"{ALL}\nOrder deny,allow\nDeny from all": "`Deny from all`",
    f"{ALL}\nOrder deny,allow\nDeny from all\nAllow from 192.0.2": "",
    f"{ALL}\nOrder allow,deny\nAllow from {OTHERS}": "`Order allow,deny`",
    f"{ALL}\nOrder allow,deny\nAllow from all\nDeny from .example": "",
}


@pytest.mark.parametrize("rules", BY_APACHE2)
def test_whom_apache2_turns_away(rules: str, tmp_path: Path) -> None:
    granted = f"<Directory /srv>\n{ALL}\n</Directory>"
    text = f"Listen 80\n<VirtualHost *:80>\nDocumentRoot /srv\n{granted}\n{rules}\n</VirtualHost>\n"
    said = refused(tmp_path, apache2.served, "etc/apache2/apache2.conf", text)
    assert (BY_APACHE2[rules] in said) if BY_APACHE2[rules] else not said


@pytest.mark.parametrize("rules", INSIDE)
def test_whom_a_section_of_apache2_turns_away(rules: str, tmp_path: Path) -> None:
    text = f"Listen 80\nDocumentRoot /srv\n<Directory /srv>\n{rules}\n</Directory>\n"
    said = refused(tmp_path, apache2.served, "etc/apache2/apache2.conf", text)
    assert (INSIDE[rules] in said) if INSIDE[rules] else not said


DENY = 'url.access-deny = ( "" )'
REMOTE = '$HTTP["remoteip"]'
BY_LIGHTTPD = {
    'url.access-deny = ( "~", ".efi" )': "`url.access-deny =",
    'url.access-deny = ( "~", ".inc" )': "",
    f'{REMOTE} != "{OTHERS}" {{ {DENY} }}': f'in `{REMOTE} != "{OTHERS}"`',
    f'{REMOTE} != "192.0.2.0/24" {{ {DENY} }}': "",
    f'{REMOTE} == "192.0.2.0/24" {{\n  {DENY}\n}}': f'in `{REMOTE} == "192.0.2.0/24"`',
    f'{REMOTE} == "192.0.2.7" {{\n  {DENY}\n}}': "",
    f'{REMOTE} !~ "^(127|198\\.51)\\." {{\n  {DENY}\n}}': f"in `{REMOTE} !~",
    f'{REMOTE} !~ "^(127|192\\.0)\\." {{\n  {DENY}\n}}': "",
    f'$HTTP["url"] =~ "^/a/" {{\n{REMOTE} != "{OTHERS}" {{\n{DENY}\n}}\n}}': "url",
    f'$HTTP["url"] =~ "^/b/" {{\n{REMOTE} != "{OTHERS}" {{\n{DENY}\n}}\n}}': "",
    f'$HTTP["url"] !~ "^/b/" {{\n{DENY}\n}}': "url",
    f'$HTTP["url"] =^ "/a/" {{\n{DENY}\n}}': "url",
    f'$HTTP["host"] == "x" {{\n{DENY}\n}}': "",
    f'{DENY}\n$HTTP["host"] == "x" {{\nurl.access-deny = ( ".inc" )\n}}': "",
    f'{REMOTE} == "192.0.2.0/24" {{\nurl.access-deny = ()\n}} else {{\n{DENY}\n}}': "",
    f'{DENY}\n{REMOTE} == "192.0.2.0/24" {{\nurl.access-deny = ( "~" )\n}}': "",
    f'# {DENY}\nserver.tag = "{{"': "",
    'url.access-allow = ( ".ipxe" )': "`url.access-allow",
    'url.access-allow = ( ".efi", ".ipxe" )': "",
}


@pytest.mark.parametrize("rules", BY_LIGHTTPD)
def test_whom_lighttpd_turns_away(rules: str, tmp_path: Path) -> None:
    text = f'server.modules = ( "mod_access" )\nserver.document-root = "/srv"\n{rules}\n'
    said = refused(tmp_path, lighttpd.served, lighttpd.MAIN, text)
    assert (BY_LIGHTTPD[rules] in said) if BY_LIGHTTPD[rules] else not said
