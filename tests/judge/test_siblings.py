"""Boots of copies of the reference site with one thing changed: the first cause names its line."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import pytest

from harness.evidence.boot_json import BootFile
from harness.evidence.directory import EvidenceDirectory
from harness.judge.judgement import judge
from tests.judge.recorded import showmax, unpacked

DHCPD, NGINX, SCRIPT = "etc/dhcp/dhcpd.conf", "etc/nginx/nginx.conf", "srv/tftp/script.ipxe"
KERNEL = "showmax/vmlinuz initrd=initrd.img"
NEXT_SERVER = "  next-server 192.0.2.1;\n"
PXE = '  option vendor-class-identifier "PXEClient";\n  option vendor-encapsulated-options '
SAYS = (
    "the answer has vendor class PXEClient (option vendor-class-identifier, etc/dhcp/dhcpd.conf:18)"
    ", and its option 43 (option vendor-encapsulated-options, etc/dhcp/dhcpd.conf:19) says "
)
CURE = "; discovery control 8 would have it boot the file that it was given"


@dataclass(frozen=True)
class Sibling:
    """What was changed in the site, and what is said first of the boot."""

    path: str
    old: str
    new: str
    cause: str
    """`*` stands for a number, or for what the option says."""


SIBLINGS = {
    "red-pxe-menu-waits": Sibling(
        DHCPD,
        NEXT_SERVER,
        f"{NEXT_SERVER}{PXE}06:01:03:08:07:00:01:01:c0:00:02:01:09:0e:00:00:05:4c:6f:63:61:6c:00:01:03:4e:65:74"
        ":0a:05:ff:50:72:65:73;\n",
        f"{SAYS}* until a key: the machine waits for a key{CURE}",
    ),
    "red-pxe-without-menu": Sibling(
        DHCPD,
        NEXT_SERVER,
        f"{NEXT_SERVER}{PXE}06:01:03:08:07:00:01:01:c0:00:02:01:ff;\n",
        f"{SAYS}* at 192.0.2.1: it has no menu, and firmware gives up{CURE}",
    ),
    "red-nbp-without-length": Sibling(
        NGINX,
        "    root /srv/tftp;\n",
        "    root /srv/tftp;\n    ssi on;\n    ssi_types *;\n    chunked_transfer_encoding off;\n",
        "GET /ipxe.efi over IPv4 (frame *): the firmware hung up: it must be told how long a file "
        "is (Content-Length, or a chunked body), and nginx says neither; "
        "`chunked_transfer_encoding off` (etc/nginx/nginx.conf:33)",
    ),
    "red-packed-script": Sibling(
        NGINX,
        "    root /srv/tftp;\n",
        "    root /srv/tftp;\n    gzip_static always;\n",
        "nginx sends the file packed (Content-Encoding: gzip) to GET /script.ipxe over IPv4 "
        "(frame *), and no firmware or loader unpacks it; `gzip_static always` "
        "(etc/nginx/nginx.conf:31)",
    ),
    "red-closed-port": Sibling(
        SCRIPT,
        f"kernel {KERNEL}",
        f"kernel http://192.0.2.1:8080/{KERNEL}",
        "nobody listens on 192.0.2.1 port 8080 (srv/tftp/script.ipxe:53): connection refused over "
        "IPv4 (frame *); nginx listens on 0.0.0.0:80 and [[]::]:80 (etc/nginx/nginx.conf:28 and "
        "etc/nginx/nginx.conf:29)",
    ),
    "red-misspelt-scheme": Sibling(
        SCRIPT,
        f"kernel {KERNEL}",
        f"kernel htp://192.0.2.1/{KERNEL}",
        "srv/tftp/script.ipxe:53: 'htp://192.0.2.1/showmax/vmlinuz' cannot be asked for: no loader "
        "fetches by htp, but by http",
    ),
    "red-kernel-of-nobody": Sibling(
        SCRIPT,
        f"kernel {KERNEL}",
        f"kernel http://203.0.113.5/{KERNEL}",
        "203.0.113.5 port 80 (srv/tftp/script.ipxe:53) does not answer, and is not the site's "
        "server: * SYNs unanswered (from frame *)",
    ),
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_the_first_cause_names_what_was_changed(name: str) -> None:
    file, change = BootFile.read(EvidenceDirectory(unpacked(name))), SIBLINGS[name]
    site = showmax().replaced(change.path, change.old, change.new)
    causes = judge(replace(file.boot, site=site), file.when).causes
    assert fnmatchcase(causes[0], change.cause), causes[0]
