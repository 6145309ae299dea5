"""A rule of dhcpd's that no machine can meet is told; of rules that some machine meets, nothing."""

from pathlib import Path

import pytest

from harness.examine import findings
from harness.examine.clients import of_daemons
from harness.services.registry import load_site
from harness.site import Site
from tests.examine.conftest import edited

DHCPD, DHCPD6 = "etc/dhcp/dhcpd.conf", "etc/dhcp/dhcpd6.conf"


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (DHCPD, "code 93", "code 94", "client-arch is number 94, and is taken for the arch"),
        (DHCPD6, "user-class code 15", "user-class code 77", "user class, which is in 15"),
        (DHCPD6, "vendor-class code 16", "vendor-class code 60", "vendor class, which is in 16"),
        (DHCPD6, "url code 59", "url code 67", "the boot file's URL, which is in 59"),
        (DHCPD, ", 0, 9)", ", 0, 8)", "8 letters of option vendor-class-identifier are never 'PXE"),
        (DHCPD, '= "PXEClient"', '= "PXEclient"', "nobody is given what its class has: next-serv"),
        (DHCPD, '= "iPXE"', '= "IPXE"', "option user-class is never 'IPXE': it is 'iPXE'"),
        (DHCPD, '= "iPXE"', '= "iPXE "', "option user-class is never 'iPXE ': it is 'iPXE'"),
        (DHCPD, "if option user-class", "if option vendor-class-identifier", "for the user class"),
        (
            DHCPD,
            "match if substring(option vendor-class-identifier, 0, 9)",
            "match if option vendor-class-identifier",
            "is never 'PXEClient' alone, for firmware says more behind it: compare substring(",
        ),
        (DHCPD6, "user-class, 2, 4)", "user-class, 0, 4)", "'iPXE' from byte 0 on, but from 2"),
        (DHCPD6, "vendor-class, 6, 10)", "vendor-class, 0, 10)", "from byte 0 on, but from 6"),
        (DHCPD, "= 00:10", "= 00:16", "no machine that says HTTPClient has the architecture 00:16"),
        (DHCPD6, "= 00:07", "= 00:10", "no machine that says PXEClient has the architecture 00:10"),
        (DHCPD, "= 00:07", "= 07:00", "no machine has the architecture 07:00: 00:07 is one"),
        (DHCPD, "= 00:07", "= 7", "'7' is one byte, and an architecture has two, as 00:07"),
        (DHCPD6, "= 00:10", "= 00:00:10", "'00:00:10' has 3 bytes, and an architecture has two"),
        (DHCPD, ', 0, 9) = "PXEClient"', ', 0, 20) = "PXEClient:Arch:00070"', "architecture 00070"),
        (DHCPD, ', 0, 9) = "PXEClient"', ', 0, 20) = "PXEClient:Arch:00016"', "says PXEClient has"),
        (DHCPD, ', 0, 9) = "PXEClient"', ', 0, 19) = "PXEClient:Arch:00007"', "19 letters of opt"),
        (DHCPD, "= 00:07", "= 00:77", "no machine has the architecture 00:77"),
        (DHCPD6, "= 00:0f", "= 00:10", f"00:10 is asked for in {DHCPD6}:26 already"),
    ],
)
def test_a_condition_that_nobody_meets(
    path: str, old: str, new: str, said: str, showmax: Site
) -> None:
    site, line = edited(showmax, path, old, new)
    found = [each for each in findings(site) if said in each.what]
    assert found, [str(each) for each in findings(site)]
    first, _, number = found[0].place.rpartition(":")
    assert first == path
    # A condition of two lines is told at its first.
    assert int(number) in (line - 1, line)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (DHCPD, '  option vendor-class-identifier "HTTPClient";\n', "", "(option 60) is not HTTPC"),
        (DHCPD, 'identifier "HTTPClient"', 'identifier "PXEClient"', "says 'PXEClient'"),
        (
            DHCPD6,
            '  option dhcp6.vendor-class 0 10 "HTTPClient";\n',
            "",
            "(option 16) is not HTTPC",
        ),
        (DHCPD6, '0 10 "HTTPClient"', '0 9 "HTTPClien"', "says 'HTTPClien'"),
    ],
)
def test_an_answer_to_http_boot_that_does_not_call_itself_one(
    path: str, old: str, new: str, said: str, showmax: Site
) -> None:
    site, _ = edited(showmax, path, old, new)
    (found,) = findings(site)
    assert said in found.what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('= "iPXE"', '~~ "^ipxe$"'),
        ('= "iPXE"', '= "ours"'),
        ("if option user-class", "if exists user-class and option user-class"),
        (
            'option vendor-class-identifier "HTTPClient";',
            "option vendor-class-identifier 48:54:54:50:43:6c:69:65:6e:74;",
        ),
        ("authoritative;", 'authoritative;\noption vendor-class-identifier "HTTPClient";'),
        (
            "option client-arch = 00:07 {",
            "(option client-arch = 00:07 or option client-arch = 00:09) {",
        ),
    ],
)
def test_what_some_machine_meets_is_not_told(old: str, new: str, showmax: Site) -> None:
    site, _ = edited(showmax, DHCPD, old, new)
    assert findings(site) == ()


@pytest.mark.parametrize(
    ("beside", "filename", "told"),
    [
        ("efi/autoexec.ipxe", "efi/ipxe.efi", False),
        ("autoexec.ipxe", "efi/ipxe.efi", False),
        ("menu.ipxe", "efi/ipxe.efi", True),
        ("menu.ipxe", "efi/grub.efi", False),
    ],
)
def test_ipxe_is_handed_itself_where_neither_a_condition_nor_a_script_tells_it(
    beside: str, filename: str, told: bool, tmp_path: Path
) -> None:
    """What a class has for HTTP Boot alone it is not given: it calls itself PXEClient."""
    http = 'match if substring(option vendor-class-identifier, 0, 10) = "HTTPClient";'
    files = {
        "site.toml": '[supply]\n"srv/tftp/efi/ipxe.efi" = "ipxe/ipxe.efi"\n',
        "etc/default/tftpd-hpa": 'TFTP_DIRECTORY="/srv/tftp"\nTFTP_OPTIONS="--secure"\n',
        "etc/nginx/nginx.conf": "events {}\nhttp { server { listen 80; root /srv/tftp; } }\n",
        f"srv/tftp/{beside}": "#!ipxe\nshell\n",
        "srv/tftp/efi/grub.efi": "",
        DHCPD: f'class "h" {{ {http}\n  option vendor-class-identifier "HTTPClient";\n'
        '  filename "http://10.0.0.2/efi/ipxe.efi"; }\n'
        "subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.9 10.0.0.19;\n"
        f'  next-server 10.0.0.2; filename "{filename}"; }}\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    site = load_site(tmp_path)
    said = [each for each in of_daemons(site, site) if "handed itself" in each.what]
    assert bool(said) is told
