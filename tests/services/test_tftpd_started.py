"""in.tftpd is started as the server's own files say, whichever distribution's they are."""

from pathlib import Path

import pytest

from harness.services.configuration.tftpd import start
from harness.services.tftpd import Tftpd
from tests.services.trees import write

DEBIAN = "etc/default/tftpd-hpa"
XINETD = "etc/xinetd.d/tftp"
UNIT = "etc/systemd/system/tftp-server.service"
SOCKET = "etc/systemd/system/sockets.target.wants/tftp.socket"
BY_XINETD = """# default: off
service tftp
{
\tsocket_type\t= dgram
\tprotocol\t= udp
\tuser\t\t= root
\tserver\t\t= /usr/sbin/in.tftpd
\tserver_args\t= -s /tftpboot -m /etc/tftp.map
\tdisable\t\t= no
\tflags\t\t= IPv4
\tbind\t\t= 192.0.2.7
}
"""
BY_UNIT = """[Service]
ExecStart=
ExecStart=/usr/sbin/in.tftpd -c -p -s /data/tftp
StandardInput=socket
"""


@pytest.mark.parametrize(
    ("files", "by", "root"),
    [
        ({DEBIAN: 'TFTP_DIRECTORY="/srv/boot"\n'}, DEBIAN, "/srv/boot"),
        ({XINETD: BY_XINETD}, XINETD, "/tftpboot"),
        ({DEBIAN: "", XINETD: BY_XINETD}, DEBIAN, "/srv/tftp"),
        ({UNIT: BY_UNIT}, UNIT, "/data/tftp"),
        ({UNIT: BY_UNIT.replace("=/usr", "=-/usr")}, UNIT, "/data/tftp"),
        (
            {SOCKET: "-> /usr/lib/systemd/system/tftp.socket"},
            "usr/lib/systemd/system/tftp.service",
            "/var/lib/tftpboot",
        ),
        ({XINETD: BY_XINETD.replace("= no", "= yes")}, "", ""),
        ({XINETD: BY_XINETD.replace("in.tftpd", "atftpd")}, "", ""),
        ({UNIT: BY_UNIT.replace("in.tftpd", "dnsmasq")}, "", ""),
        ({"var/lib/tftpboot/pxelinux.0": ""}, "", ""),
    ],
)
def test_a_file_starts_it_or_none_does(
    tmp_path: Path, files: dict[str, str], by: str, root: str
) -> None:
    tree = write(tmp_path, files)
    assert Tftpd.is_configured(tree) == by
    if by:
        assert next(each.text for each in Tftpd.says(tree)) == root
        assert start(tree).is_secure


def test_xinetds_address_and_rules_count(tmp_path: Path) -> None:
    found = start(write(tmp_path, {XINETD: BY_XINETD}))
    assert found.address == "192.0.2.7:69"
    assert found.map_files == ("/etc/tftp.map",)
    assert found.line("options") == 8
    assert found.user == "nobody"


@pytest.mark.parametrize(
    ("flags", "host", "setting"),
    [("IPv4", "0.0.0.0", "flags"), ("IPv6", "", "flags"), ("NAMEINARGS", "", "flags")],
)
def test_xinetds_flags_say_for_which_family(
    tmp_path: Path, flags: str, host: str, setting: str
) -> None:
    text = BY_XINETD.replace("= IPv4", f"= {flags}").replace("\tbind\t\t= 192.0.2.7\n", "")
    found = start(write(tmp_path, {XINETD: text}))
    assert (found.host, found.setting("address")) == (host, setting)


def test_who_has_switched_it_off_is_named(tmp_path: Path) -> None:
    tree = write(tmp_path, {XINETD: BY_XINETD.replace("= no", "= yes")})
    assert Tftpd.switched_off(tree) == f"{XINETD}:9: disable = yes"


def test_red_hats_directory_is_the_default_where_it_is(tmp_path: Path) -> None:
    """What starts it there lies outside of /etc, and is rarely copied."""
    found = start(write(tmp_path, {"var/lib/tftpboot/pxelinux.0": ""}))
    assert found.directories == ("/var/lib/tftpboot",)


@pytest.mark.parametrize(
    ("options", "unknown", "secure"),
    [
        ("-lvs", [], True),
        ("--sec --retr 4", [], True),
        ("--scure", ["--scure"], False),
        ("-4 -sQ", ["-sQ"], False),
        ("/srv/tftp -s", [], True),
        ("-s --bloksize 1468", ["--bloksize"], True),
        ("--map-file=/etc/x --blocksize 1400", [], False),
    ],
)
def test_options_are_read_as_it_reads_them(
    tmp_path: Path, options: str, unknown: list[str], secure: bool
) -> None:
    found = start(write(tmp_path, {DEBIAN: f'TFTP_OPTIONS="{options}"\n'}))
    assert list(found.unknown()) == unknown
    assert found.is_secure is secure
    assert set(found.directories) == {"/srv/tftp"}
