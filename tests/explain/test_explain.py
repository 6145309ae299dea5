"""What is said of captures of known faults, however they come, with a site's files and without."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.explain.explain import GREEN, RED, explain
from harness.services.registry import load_site
from harness.site import Site
from tests.explain.captures import (
    AS,
    Frames,
    datagram,
    fetched,
    fragments,
    merged,
    pcap,
    recorded,
    relayed,
    renamed,
    routed,
    shortened,
)

SHOWMAX = Path(__file__).parents[2] / "fixtures" / "showmax"
LINES = "etc/dhcp/dhcpd.conf"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(SHOWMAX)


def told(place: Path, content: bytes, site: Site | None = None) -> tuple[int, str]:
    """Explain a capture; give the exit code and all that is said."""
    (place / "boot.pcap").write_bytes(content)
    said: list[str] = []
    return explain(place / "boot.pcap", site, said.append), "\n".join(said)


FAULTS = [
    (
        "red-missing-nbp-tftp",
        "the TFTP server: file not found: undionly.kpxe, asked for over IPv4 (frame 23)",
        f"tftpd: file not found: undionly.kpxe, asked for over IPv4 (frame 23); {LINES}:41 names",
    ),
    (
        "red-missing-script",
        "the web server answered 404 to GET /script.ipxe over IPv4 (frame 29)",
        f"nginx answered 404 to GET /script.ipxe over IPv4 (frame 29); {LINES}:23 names it",
    ),
    (
        "red-stopped-nginx",
        "the web server does not listen: 192.0.2.1 port 80 over IPv4, connection refused",
        "the web server does not listen: 192.0.2.1 port 80 over IPv4, connection refused",
    ),
    (
        "red-wrong-filename",
        "the TFTP server: file not found: nope.efi",
        "tftpd: file not found: nope.efi",
    ),
    (
        "red-unknown-name",
        "localserver did not resolve: the DNS server said refused (frame 56)",
        "localserver did not resolve: the DNS server said refused (frame 56)",
    ),
    (
        "red-packed-script",
        "the web server sends the file packed (Content-Encoding: gzip) to GET /script.ipxe",
        "nginx sends the file packed (Content-Encoding: gzip) to GET /script.ipxe",
    ),
    (
        "red-rogue-dhcpv4",
        "2 DHCPv4 servers propose an address",
        "the DHCPv4 server 192.0.2.66 (52:54:00:00:00:66), which answered first in frame",
    ),
]


@pytest.mark.parametrize(("name", "alone", "by_site"), FAULTS, ids=[each[0] for each in FAULTS])
def test_a_known_fault_is_named(
    name: str, alone: str, by_site: str, site: Site, tmp_path: Path
) -> None:
    content = pcap(recorded(name))
    assert alone in told(tmp_path, content)[1]
    code, said = told(tmp_path, content, site)
    assert code == RED
    assert by_site in said


@pytest.mark.parametrize("form", AS)
def test_it_is_the_same_however_it_was_captured(form: str, site: Site, tmp_path: Path) -> None:
    frames = recorded("red-missing-script")
    code, said = told(tmp_path, AS[form](frames), site)
    assert code == RED
    frame = 57 if form in ("cooked-doubles", "mirrored") else 29
    assert f"nginx answered 404 to GET /script.ipxe over IPv4 (frame {frame})" in said
    asks = "asks DHCPv4 as iPXE, client arch 0x0000 (frame "
    assert said.count(asks) == 1
    assert "192.0.2.1 gives 192.0.2.64, next-server 192.0.2.1, file http://192.0.2.1/script" in said
    assert "asks DHCPv6 as iPXE" in said
    assert "gives 2001:db8::1:3399, file http://[2001:db8::1]/script.ipxe" in said


@pytest.mark.parametrize(
    "name",
    ["green-x64-tftp-ipv4", "green-x64-http-ipv6", "green-bios-ipxe-rom", "green-proxy-dhcp"],
)
def test_nothing_is_said_against_a_boot_that_went_well(name: str, tmp_path: Path) -> None:
    code, said = told(tmp_path, pcap(recorded(name)))
    assert code == GREEN
    assert "no rule speaks against it: the last that it fetched whole is showmax/initrd" in said


CODE, TEXT = b"\xfa\xfc" + b"\x90" * 30, b"default linux\nlabel linux\n"
BY_MAC, BY_ADDRESS = "pxelinux.cfg/01-52-54-00-12-34-56", "pxelinux.cfg/C0000240"
SEARCHES = {
    "pxelinux": [
        *(("ldlinux.c32", b"\x7fELF" + CODE), (BY_MAC, None), (BY_ADDRESS, None)),
        *(("pxelinux.cfg/default", TEXT), ("vmlinuz", CODE), ("initrd.img", b"07070100")),
    ],
    "grub": [
        *(("/grub/x86_64-efi/fs.lst", None), ("/grub/grub.cfg-01-52-54-00-12-34-56", None)),
        *(("/grub/grub.cfg-C0000240", None), ("/grub/grub.cfg", TEXT), ("vmlinuz", CODE)),
    ],
    "of the machine": [("52540012-3456.ipxe", None), ("default.ipxe", TEXT), ("vmlinuz", CODE)],
    "shim": [("revocations.efi", None), ("grub.cfg", TEXT), ("vmlinuz", CODE)],
}


def booted_by(files: list[tuple[str, bytes | None]]) -> Frames:
    """Give the frames of a machine that has its loader, and fetches these."""
    before = recorded("green-bios-vendor-rom")[:185]
    return [*before, *fetched(before[-1][0], files)]


@pytest.mark.parametrize("loader", SEARCHES)
def test_a_file_that_a_loader_may_do_without_is_not_missing(loader: str, tmp_path: Path) -> None:
    code, said = told(tmp_path, pcap(booted_by(SEARCHES[loader])))
    assert "File not found" in said
    assert (code, said.splitlines()[-1].startswith("  no rule speaks against it")) == (GREEN, True)


def test_of_a_search_in_vain_the_last_name_is_missing(tmp_path: Path) -> None:
    names = (BY_MAC, BY_ADDRESS, "pxelinux.cfg/default")
    code, said = told(tmp_path, pcap(booted_by([(each, None) for each in names])))
    causes = said.partition("because:\n")[2].splitlines()
    assert code == RED
    assert len(causes) == 1
    assert "file not found: pxelinux.cfg/default" in causes[0]


def test_each_machine_has_its_paragraph(site: Site, tmp_path: Path) -> None:
    other = bytes.fromhex("0200c0ffee01")
    both = merged(recorded("green-bios-ipxe-rom"), renamed(recorded("red-missing-script"), other))
    code, said = told(tmp_path, pcap(both), site)
    heading, *paragraphs = said.split("\n\n")
    second, first = sorted(paragraphs)
    assert code == RED
    assert "2 machines boot" in heading
    assert first.startswith("52:54:00:12:34:56: a BIOS client")
    assert "no rule speaks against it" in first
    assert second.startswith("02:00:c0:ff:ee:01: a BIOS client")
    assert "404 to GET /script.ipxe" in second


def test_an_address_is_whose_it_was_at_the_time(tmp_path: Path) -> None:
    first, second = (
        [(s, routed(data)) for s, data in recorded(name) if data[12:14] == b"\x08\x00"]
        for name in ("green-bios-ipxe-rom", "red-missing-script")
    )
    shift_s = first[-1][0] + 900 - second[0][0]
    later = renamed(second, bytes.fromhex("0200c0ffee01"), address=64)
    frames = [*first, *((at_s + shift_s, data) for at_s, data in later)]
    code, said = told(tmp_path, pcap(frames))
    _, one, two = said.split("\n\n")
    assert code == RED
    assert "no rule speaks against it: the last that it fetched whole is showmax/initrd" in one
    assert two.startswith("02:00:c0:ff:ee:01: a BIOS client")
    assert "showmax/initrd" not in two
    assert "404 to GET /script.ipxe" in two


def test_who_writes_by_tftp_does_not_boot(tmp_path: Path) -> None:
    write = datagram(True, 3000, 69, b"\0\2running-config\0octet\0")
    with pytest.raises(UsageError, match="asks for what to boot: it has 1 frames"):
        told(tmp_path, pcap([(1.0, write)]))


def test_frames_out_of_order_are_told(tmp_path: Path) -> None:
    frames = recorded("green-bios-ipxe-rom")
    assert "reordercap" not in told(tmp_path, pcap(frames))[1]
    _, said = told(tmp_path, pcap(frames[::-1]))
    assert "frames are not in the order of their time" in said
    assert "reordercap" in said


def test_a_server_that_answers_nobody_is_told(site: Site, tmp_path: Path) -> None:
    asked = [each for each in recorded("red-stopped-dhcpd4") if each[1][12:14] == b"\x08\x00"]
    code, said = told(tmp_path, pcap(asked))
    assert code == RED
    assert "(frame 5, 4 times): nobody answers" in said
    assert "no DHCPv4 offer: 8 of the firmware's DISCOVERs unanswered" in said
    assert "log" not in said


def test_what_was_got_over_is_told_where_a_site_says_who_serves(site: Site, tmp_path: Path) -> None:
    _, said = told(tmp_path, pcap(recorded("red-stopped-dhcpd4")), site)
    assert "it got over: no DHCPv4 offer: 8 of the firmware's DISCOVERs unanswered" in said


def test_a_capture_in_which_nobody_boots_is_an_error(tmp_path: Path) -> None:
    others = [each for each in recorded("green-bios-ipxe-rom") if each[1][12:14] == b"\x08\x06"]
    with pytest.raises(UsageError, match=r"nobody in .* asks for what to boot: it has \d+ frames"):
        told(tmp_path, pcap(others))


def test_a_capture_that_breaks_off_is_explained_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = pcap(recorded("red-missing-script"))
    code, said = told(tmp_path, whole[:-700])
    assert code == GREEN
    assert "this capture is not whole: it is cut off in a frame after frame" in said


def test_a_file_that_came_when_the_capture_ended_is_no_fault(tmp_path: Path) -> None:
    block = b"\0\3\0\1" + CODE * 16
    asked = datagram(True, 3000, 69, b"\0\1vmlinuz\0octet\0")
    before = recorded("green-bios-vendor-rom")[:185]
    at_s = before[-1][0]
    frames = [*before, (at_s, asked), (at_s + 0.1, datagram(False, 3000, 5000, block))]
    code, said = told(tmp_path, pcap(frames))
    assert code == GREEN
    assert "it ends in the midst of vmlinuz over TFTP, IPv4 where the capture ends" in said
    later = (at_s + 3.0, before[0][1])
    code, said = told(tmp_path, pcap([*frames, later]))
    assert (code, "TFTP of vmlinuz over IPv4 (frame 186) is unfinished" in said) == (RED, True)


OPTIONAL: list[tuple[str, bytes | None]] = [
    *(("52341278/start4.elf", None), ("start4.elf", CODE), ("config.txt", TEXT)),
    *(("recovery.elf", None), ("fixup4.dat", CODE), ("dt-blob.bin", None), ("cmdline.txt", TEXT)),
    ("armstub8-gic.bin", None),
]
"""As a Raspberry Pi asks."""


def test_who_goes_on_after_a_file_that_is_not_there_may_do_without(tmp_path: Path) -> None:
    code, said = told(tmp_path, pcap(booted_by([*OPTIONAL, ("kernel8.img", CODE)])))
    assert code == GREEN
    missing = "52341278/start4.elf, recovery.elf, dt-blob.bin, armstub8-gic.bin"
    assert f"it went on without what is not there: {missing}" in said


def test_who_does_not_go_on_lacks_what_it_asked_for_last(tmp_path: Path) -> None:
    kernels = [("kernel8.img", None), ("kernel.img", None)]
    code, said = told(tmp_path, pcap(booted_by([*OPTIONAL, *kernels])))
    causes = said.partition("because:\n")[2].splitlines()
    assert (code, len(causes)) == (RED, 1)
    assert "file not found: kernel.img" in causes[0]


def test_what_the_site_names_is_missing_whoever_goes_on(site: Site, tmp_path: Path) -> None:
    frames = booted_by([("showmax/vmlinuz", None), ("other", CODE)])
    assert told(tmp_path, pcap(frames))[0] == GREEN
    before = recorded("green-bios-vendor-rom")[:185]
    named = [("undionly.kpxe", None), ("other", CODE)]
    code, said = told(tmp_path, pcap([*before, *fetched(before[-1][0], named)]))
    assert (code, "file not found: undionly.kpxe" in said) == (RED, True)


def test_a_relays_messages_are_its_clients(site: Site, tmp_path: Path) -> None:
    code, said = told(tmp_path, pcap(relayed(recorded("green-x64-http-ipv6"))))
    assert code == GREEN
    assert said.count("52:54:00:12:34:56: an x64 UEFI HTTP client (client arch 0x0010)") == 1
    through = "asks DHCPv6 as HTTPClient, client arch 0x0010, through the relay 2001:db8:1::1"
    assert through in said
    assert "2001:db8::1 gives 2001:db8::1:ffe3, file http://[2001:db8::1]/ipxe.efi" in said
    assert "showmax/initrd.img over HTTP" in said


def test_both_sides_of_a_relay_are_one_question(tmp_path: Path) -> None:
    near = recorded("green-x64-http-ipv6")
    both = sorted([*near, *((s + 0.001, data) for s, data in relayed(near))], key=lambda f: f[0])
    code, said = told(tmp_path, pcap(both))
    alone = told(tmp_path, pcap(near))[1]
    asked = [line for line in alone.splitlines() if "asks DHCPv6" in line]
    assert code == GREEN
    for line in asked:
        times = line.partition("(frame ")[2].partition(")")[0].partition(", ")[2]
        assert f", {times})" in said
    assert "2 DHCPv6 servers" not in said


def test_a_relay_whose_server_is_silent(tmp_path: Path) -> None:
    asked = [e for e in relayed(recorded("green-x64-http-ipv6")) if e[1][62:63] == b"\x0c"]
    code, said = told(tmp_path, pcap(asked))
    assert code == RED
    assert "through the relay 2001:db8:1::1 (frame 1, 2 times): nobody answers" in said


def test_frames_that_are_held_in_part_are_no_riddle(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"; \d+ frames are held in part only") as caught:
        told(tmp_path, shortened(recorded("red-missing-script"), 96))
    assert "tcpdump -s 0" in str(caught.value)
    _, said = told(tmp_path, shortened(recorded("green-x64-tftp-ipv4"), 96))
    assert "what it asks DHCP is not held whole, and it fetches files" in said


def test_a_capture_that_begins_late_has_who_fetches_as_loaders_do(tmp_path: Path) -> None:
    frames = recorded("red-missing-script")
    (late,) = [n for n, (_, data) in enumerate(frames) if b"GET /script.ipxe" in data]
    code, said = told(tmp_path, pcap(frames[late - 3 :]))
    assert code == RED
    assert "what it asks DHCP is not in this capture, and it fetches files" in said
    assert "404 to GET /script.ipxe" in said


def test_a_block_in_fragments_comes_whole(tmp_path: Path) -> None:
    before = recorded("green-bios-vendor-rom")[:185]
    at_s = before[-1][0]
    asked = b"\0\1big.img\0octet\0blksize\0004096\0"
    own = [
        datagram(True, 3000, 69, asked),
        datagram(False, 3000, 5000, b"\0\6blksize\0004096\0"),
        datagram(True, 3000, 5000, b"\0\4\0\0"),
        *fragments(datagram(False, 3000, 5000, b"\0\3\0\1" + bytes(4096))),
        datagram(True, 3000, 5000, b"\0\4\0\1"),
        *fragments(datagram(False, 3000, 5000, b"\0\3\0\2" + bytes(1904))),
        datagram(True, 3000, 5000, b"\0\4\0\2"),
    ]
    code, said = told(tmp_path, pcap([*before, *((at_s, data) for data in own)]))
    assert code == GREEN
    assert "fetches big.img over TFTP, IPv4 from 192.0.2.1 (frame 186): 6000 bytes" in said
