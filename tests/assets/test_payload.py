"""The payload is made from packages alone, the same every time, and reports valid JSON."""

import gzip
import json
import re
from pathlib import Path

import pytest

from harness.assets import payload as payload_module
from harness.assets.cache import Cache
from harness.assets.payload import (
    MODULES,
    SOURCE_DIR,
    entry_archive,
    has_parts,
    load_order,
    payload,
    whole,
)
from harness.errors import PrerequisiteError
from harness.process import run
from tests.assets.debian import FakeMirror, build_deb

RELEASE = "6.1.0-1-cloud-amd64"


@pytest.fixture(scope="session")
def debs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make everything that the payload is made from, in small."""
    directory = tmp_path_factory.mktemp("debs")
    modules = f"lib/modules/{RELEASE}/kernel"
    kernel = f"linux-image-{RELEASE}"
    contents: dict[str, dict[str, bytes]] = {
        "linux-image-cloud-amd64": {},
        kernel: {
            f"boot/vmlinuz-{RELEASE}": b"kernel",
            f"{modules}/virtio_pci.ko": b"\0depends=virtio,virtio_ring\0",
            f"{modules}/virtio_ring.ko": b"\0depends=\0",
            f"{modules}/virtio.ko": b"\0depends=virtio_ring\0",
            f"{modules}/virtio_net.ko": b"\0depends=net-failover\0",
            f"{modules}/net_failover.ko": b"\0depends=\0",
            f"{modules}/virtio-rng.ko": b"no modinfo",
            f"{modules}/evdev.ko": b"\0depends=\0",
            f"{modules}/button.ko": b"\0depends=\0",
        },
        "busybox-static": {"bin/busybox": b"busybox"},
        "dhcpcd-base": {"usr/sbin/dhcpcd": b"dhcpcd"},
        "libc6": {
            "lib/x86_64-linux-gnu/libc.so.6": b"libc",
            "lib64/ld-linux-x86-64.so.2": b"ld",
        },
    }
    return {
        name: build_deb(directory, name, files, depends="" if files else f"{kernel} (= 1)")
        for name, files in contents.items()
    }


@pytest.fixture
def debian(mirror: FakeMirror, debs: dict[str, Path]) -> FakeMirror:
    """Give a mirror with those packages."""
    mirror.debs |= debs
    return mirror


def unpack(initrd: bytes, directory: Path) -> Path:
    """Unpack an initrd as cpio(1) does; it says no to device nodes unless it is root."""
    (directory / "initrd").write_bytes(initrd)
    root = directory / "root"
    root.mkdir()
    run(["cpio", "-i", "--quiet", "-F", str(directory / "initrd")], cwd=root, check=False)
    return root


def test_the_initramfs_holds_what_init_needs(
    debian: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    made = payload(cache=cache)
    root = unpack(gzip.decompress(made.initrd_path.read_bytes()), tmp_path)
    assert made.kernel_path.read_bytes() == b"kernel"
    assert (root / "init").read_bytes() == (SOURCE_DIR / "init").read_bytes()
    assert (root / "bin/sh").readlink() == Path("busybox")
    assert (root / "lib/modules/order").read_text().split() == [
        *("virtio_ring.ko", "virtio.ko", "virtio_pci.ko"),
        *("net_failover.ko", "virtio_net.ko", "virtio-rng.ko"),
    ]


def test_the_same_packages_give_the_same_bytes(
    debian: FakeMirror, cache: Cache, tmp_path: Path
) -> None:
    first = payload(cache=cache)
    second = payload(cache=Cache(dir=tmp_path / "another"))
    assert first.initrd_path != second.initrd_path
    assert first.initrd_path.read_bytes() == second.initrd_path.read_bytes()
    assert first.initrd_sha256 == second.initrd_sha256
    assert first.initrd_path.read_bytes()[4:8] == bytes(4), "gzip wrote the time"


def test_another_init_makes_another_payload(
    debian: FakeMirror, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = payload(cache=cache)
    for source in SOURCE_DIR.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes() + b"# changed\n")
    monkeypatch.setattr(payload_module, "SOURCE_DIR", tmp_path)
    assert payload(cache=cache).initrd_path != first.initrd_path


def test_a_damaged_payload_is_made_anew(debian: FakeMirror, cache: Cache) -> None:
    made = payload(cache=cache)
    made.initrd_path.write_bytes(b"damaged")
    said: list[str] = []
    again = whole(lambda: payload(cache=cache), cache=cache, say=said.append)
    assert again == made
    assert again.initrd_path.read_bytes() != b"damaged"
    assert said == [f"{made.initrd_path} is damaged; making the payload anew"]


def test_parts_are_known_to_be_there_or_not(debian: FakeMirror, cache: Cache) -> None:
    assert not has_parts(cache)
    payload(cache=cache)
    assert has_parts(cache)


def test_an_entry_may_follow_the_packed_archive(debian: FakeMirror, cache: Cache) -> None:
    assert payload(cache=cache).initrd_path.stat().st_size % 4 == 0
    assert len(entry_archive(token="t", entry="longer")) % 4 == 0


def test_an_entrys_archive_names_it(tmp_path: Path) -> None:
    root = unpack(entry_archive(token="0123", entry="showmax"), tmp_path)
    assert (root / "etc/harness/token").read_text() == "0123\n"
    assert (root / "etc/harness/entry").read_text() == "showmax\n"


def test_a_module_that_the_kernel_lacks_is_named() -> None:
    with pytest.raises(PrerequisiteError, match="no module e1000"):
        load_order(("e1000",), {})


def test_every_module_comes_after_what_it_needs() -> None:
    depends = {"a": ("b", "c"), "b": ("c",), "c": ()}
    assert load_order(("a",), depends) == ("c", "b", "a")
    assert MODULES


NASTY = 'x="a\\b" \t é @@ }@@ BOOTIF=01-52-54-00-12-34-56'


def test_the_report_is_json_whatever_the_command_line_is(tmp_path: Path) -> None:
    cmdline = tmp_path / "cmdline"
    cmdline.write_text(NASTY + "\n")
    script = (SOURCE_DIR / "report.awk").read_text().replace("/proc/cmdline", str(cmdline))
    (tmp_path / "report.awk").write_text(script)
    addresses = (
        "2: eth0    inet 192.0.2.64/24 scope global eth0\\  valid_lft forever\n"
        "2: eth0    inet6 2001:db8::1:2/128 scope global \\  valid_lft forever\n"
        "2: eth0    inet6 2001:db8::3/64 scope global flags 02 \\  valid_lft forever\n"
        "2: eth0    inet6 fe80::1/64 scope link \\  valid_lft forever\n"
    )
    awk = ["busybox", "awk", "-v", "firmware=bios", "-v", "mac=52:54:00:12:34:56"]
    said = run([*awk, "-f", str(tmp_path / "report.awk")], stdin=addresses).stdout
    line = re.fullmatch(r"\n@@HARNESS-PAYLOAD (.*)@@\n", said)
    assert line
    assert "@@" not in line[1]
    report = json.loads(line[1])
    assert " ".join(report) == "token entry firmware mac cmdline ipv4 ipv6 source resolved kernel"
    assert report["cmdline"] == NASTY.replace("\t", "")
    assert (report["ipv4"], report["ipv6"]) == (["192.0.2.64"], ["2001:db8::1:2", "2001:db8::3"])
    assert report["token"] == ""


def test_the_report_without_an_interface_is_json(tmp_path: Path) -> None:
    awk = ["busybox", "awk", "-v", "firmware=uefi", "-v", "mac="]
    said = run([*awk, "-f", str(SOURCE_DIR / "report.awk"), "/dev/null"]).stdout
    report = json.loads(said.strip().removeprefix("@@HARNESS-PAYLOAD ").removesuffix("@@"))
    assert (report["mac"], report["ipv4"], report["ipv6"]) == ("", [], [])


@pytest.mark.parametrize(
    ("said", "resolved"),
    [
        (
            "Name:\tx\nAddress: 192.0.2.1\n\nName:\tx\nAddress: 2001:db8::1\n",
            ["192.0.2.1", "2001:db8::1"],
        ),
        ("** server can't find local-server: NXDOMAIN\n", []),
        ("", []),
    ],
    ids=["found", "unknown", "silent"],
)
def test_what_the_dns_server_said_is_reported(
    tmp_path: Path, said: str, resolved: list[str]
) -> None:
    answer = tmp_path / "resolved"
    answer.write_text(f"Server:\t\t192.0.2.1\nAddress:\t192.0.2.1:53\n\n{said}" if said else "")
    script = (SOURCE_DIR / "report.awk").read_text().replace("/tmp/resolved", str(answer))
    (tmp_path / "report.awk").write_text(script)
    awk = ["busybox", "awk", "-v", "firmware=bios", "-v", "mac=", "-v", "source=local-server"]
    line = run([*awk, "-f", str(tmp_path / "report.awk"), "/dev/null"]).stdout
    report = json.loads(line.strip().removeprefix("@@HARNESS-PAYLOAD ").removesuffix("@@"))
    assert (report["source"], report["resolved"]) == ("local-server", resolved)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("fetch=http://local-server/stretch/filesystem.squashfs boot=live", "local-server"),
        ("boot=live fetch=http://local-server:8080/f", "local-server"),
        ("nfsboot=local-server:/srv/tftp/sysrescd", "local-server"),
        ("root=/dev/nfs nfsroot=192.0.2.1:/srv/tftp/grml", ""),
        ("fetch=http://[2001:db8::1]/f", ""),
        ("fetch=http://192.0.2.1:8080/f", ""),
        ("boot=live noprompt", ""),
    ],
)
def test_the_server_that_the_command_line_names(tmp_path: Path, words: str, named: str) -> None:
    assert printed_by_init("named_source", words, tmp_path) == named


@pytest.mark.parametrize(
    ("words", "end"),
    [("boot=live harness.end=stay BOOTIF=01-", "stay"), ("harness.end=reset", "reset"), ("", "")],
)
def test_the_end_that_the_command_line_wants(tmp_path: Path, words: str, end: str) -> None:
    assert printed_by_init("wanted_end", words, tmp_path) == end


def printed_by_init(function: str, words: str, directory: Path) -> str:
    """Give what a function of init prints where this is the command line."""
    (directory / "cmdline").write_text(f"{words}\n")
    _, _, rest = (SOURCE_DIR / "init").read_text().partition(f"\n{function}() {{")
    body, _, _ = rest.partition("\n}\n")
    script = body.replace("/proc/cmdline", str(directory / "cmdline"))
    return run(["busybox", "sh", "-uc", f"{function}() {{{script}\n}}\n{function}"]).stdout.strip()
