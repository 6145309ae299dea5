"""A recorded boot that is held to an approved text, and did what another text says."""

from dataclasses import replace
from pathlib import Path

from harness.judge.boot import Boot
from harness.judge.judgement import judge
from harness.plan.boot_text import BootText
from harness.site import Site
from tests.judge.recorded import record

APPROVED = """\
machine   x64-tftp-ipv4

router    2001:db8::1 advertises 2001:db8::/64 on-link, not autonomous, valid 86400 s, preferred
          14400 s; managed, other; default router for 30 s

firmware  asks DHCPv4 as PXEClient, client arch 0x0007
answer    192.0.2.1 gives {address} from 192.0.2.64-192.0.2.127 for 600 s; mask 255.255.255.0;
          router 192.0.2.1; DNS 192.0.2.1; next-server 192.0.2.1; file ipxe.efi
firmware  fetches ipxe.efi over TFTP, IPv4, from 192.0.2.1
iPXE      asks DHCPv4 as iPXE, client arch 0x0007
answer    192.0.2.1 gives {address} from 192.0.2.64-192.0.2.127 for 600 s; mask 255.255.255.0;
          router 192.0.2.1; DNS 192.0.2.1; next-server 192.0.2.1;
          file http://192.0.2.1/script.ipxe
iPXE      asks DHCPv6 as iPXE, client arch 0x0007
answer    2001:db8::1 gives {address6} from 2001:db8::1:0-2001:db8::1:ffff for 2592000 s;
          preferred 604800 s; T1 at half; DNS 2001:db8::1; file http://[2001:db8::1]/script.ipxe
iPXE      fetches script.ipxe over HTTP, IPv4, from 192.0.2.1
iPXE      asks for script.ipxe-{mac} over HTTP, IPv4, from 192.0.2.1: not found

menu      Network boot (UEFI)
          > Showmax Boot                                       counts down 5 s
            Systemrescuecd
            GRML
            Gparted
            EFI shell
            iPXE config tool
keys      nobody presses a key

iPXE      fetches showmax/vmlinuz over HTTP, IPv4, from 192.0.2.1
iPXE      fetches showmax/initrd.img over HTTP, IPv4, from 192.0.2.1
boots     showmax/vmlinuz with showmax/initrd.img
words     initrd=initrd.img boot=live noprompt
ends      switched off by the payload
"""
NAME = "green-x64-tftp-ipv4"
FIXTURES = Path(__file__).parents[2] / "fixtures"


DHCPD = "etc/dhcp/dhcpd.conf"
NGINX = "etc/nginx/nginx.conf"
RADVD = "etc/radvd.conf"
SCRIPT = "srv/tftp/script.ipxe"


def text(content: str) -> BootText:
    return BootText.parse(content, path=Path("x.boot"))


def held(told: str = APPROVED, *, site: Site | None = None, approved: str = APPROVED) -> Boot:
    """Give a recorded boot that is held to a text, and did what another says."""
    boot = record(NAME, entry="", site=site)
    return replace(boot, learned=text(approved), told=text(told))


def causes(old: str, new: str, *, site: Site | None = None) -> tuple[str, ...]:
    """Judge a boot that did one thing otherwise."""
    assert old in APPROVED
    return judge(held(APPROVED.replace(old, new), site=site)).causes
