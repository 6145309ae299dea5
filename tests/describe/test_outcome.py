"""What was started, with which initrds, and what the booted system has."""

from dataclasses import replace
from hashlib import sha256

import pytest

from harness.assets.payload import entry_archive, initrd_archive
from harness.describe.boot import describe
from harness.judge.boot import Boot
from harness.judge.facts import PowerNote, Word
from harness.model import HandedFile, MountReport, RootReport
from harness.site import LaidKind
from harness.witness.shown import Ended
from tests.judge.recorded import MAC, record

TOKEN = "0c82e36c4a9960fc"
KERNEL, INITRD = "srv/tftp/showmax/vmlinuz", "srv/tftp/showmax/initrd.img"


def told(boot: Boot, *subjects: str) -> list[str]:
    return [each.text for each in describe(boot).statements if each.subject in subjects]


def booted(**facts: object) -> Boot:
    """Give a recorded boot whose payload reports something else."""
    boot = replace(record("green-x64-http-ipv4"), token=TOKEN)
    report = boot.payload
    assert report is not None
    return replace(boot, payload=replace(report, **facts))  # type: ignore[arg-type]


def handed(*archives: bytes) -> tuple[HandedFile, ...]:
    return tuple(HandedFile(size=len(e), sha256=sha256(e).hexdigest()) for e in archives)


def laid(boot: Boot) -> Boot:
    """Let the site have no menu, and its kernel and initrd be laid alone."""
    kinds = {KERNEL: LaidKind.KERNEL, INITRD: LaidKind.INITRD}
    empty = replace(boot.site.menu, entries={})
    return replace(boot, site=replace(boot.site, laid=kinds, menu=empty))


def test_a_kernel_that_is_laid_says_its_path_and_an_initrd_is_known_by_its_hash() -> None:
    archive = initrd_archive(token=TOKEN, path=INITRD)
    boot = laid(booted(payload="stub", entry=KERNEL, archives=handed(archive)))
    assert told(boot, "boots") == ["showmax/vmlinuz with showmax/initrd.img"]


def test_what_lies_behind_an_alias_is_told_as_it_was_asked_for() -> None:
    boot = booted(payload="stub", entry="srv/images/one/vmlinuz", archives=())
    nginx = "etc/nginx/nginx.conf"
    alias = "location /showmax/ { alias /srv/images/one/; }"
    text = boot.site.read(nginx).replace("root /srv/tftp;", f"root /srv/tftp; {alias}")
    kinds = {"srv/images/one/vmlinuz": LaidKind.KERNEL}
    site = replace(laid(boot).site.with_file(nginx, text), laid=kinds)
    assert told(replace(boot, site=site), "boots") == ["showmax/vmlinuz"]


def test_a_kernel_that_gets_no_initrd_is_told_without_one_though_one_was_fetched() -> None:
    boot = laid(booted(payload="stub", entry=KERNEL, archives=()))
    assert told(boot, "boots") == ["showmax/vmlinuz"]


@pytest.mark.parametrize("is_handed", [True, False])
def test_of_what_the_stub_cannot_read_the_files_that_came_are_told(*, is_handed: bool) -> None:
    initrds = handed(b"another form")[:is_handed]
    boot = laid(booted(payload="stub", entry=KERNEL, error="damaged", initrds=initrds))
    wanted = "showmax/vmlinuz with showmax/initrd.img" if is_handed else "showmax/vmlinuz"
    assert told(boot, "boots") == [wanted]


def test_what_an_earlier_try_left_goes_to_the_next_kernel_and_is_told() -> None:
    left, own = (entry_archive(token=TOKEN, entry=each) for each in ("grml", "showmax"))
    boot = booted(payload="stub", archives=handed(left, own, b"something else"))
    assert told(boot, "boots") == [
        "showmax/vmlinuz with grml/initrd.grml.img, showmax/initrd.img, 14 bytes of another file"
    ]


def test_linux_is_told_with_what_was_fetched() -> None:
    assert told(laid(booted()), "boots") == ["showmax/vmlinuz with showmax/initrd.img"]


def test_linux_where_both_are_laid_says_only_its_initrds_path() -> None:
    boot = laid(booted(payload="linux", entry=INITRD, archives=()))
    assert told(boot, "boots") == ["showmax/vmlinuz with showmax/initrd.img"]


def test_words_have_names_and_no_password() -> None:
    boot = booted(cmdline=f"quiet  rootpass=rescue BOOTIF=01-{MAC.replace(':', '-')}")
    digits = sha256(b"rescue").hexdigest()[:4]
    assert told(boot, "words") == [f"quiet {{rootpass:{digits}}} BOOTIF=01-{{mac:hexhyp}}"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"ipv4": (), "ipv6": ()}, "no address"),
        ({"ipv6": ("2001:db8::5054:ff:fe12:3456",)}, "an address of its own in 2001:db8::/64"),
        (
            {"ipv4": ("198.51.100.7",), "source": "nas", "resolved": ("2001:db8::9", "192.0.2.9")},
            "198.51.100.7; nas is 192.0.2.9, 2001:db8::9",
        ),
        ({"source": "nas", "resolved": ()}, "no address; nas is not known to it"),
    ],
)
def test_what_linux_has(facts: dict[str, object], words: str) -> None:
    assert told(booted(**{"ipv4": (), "ipv6": (), **facts}), "has") == [words]


def test_a_live_systems_root_is_told() -> None:
    medium = MountReport(
        source="192.0.2.1:/srv/grml", place="/live", type="nfs", options=("vers=3",)
    )
    root = RootReport(image="grml.squashfs", image_sha256="", medium=medium, root=medium)
    assert told(booted(root=root), "root") == ["grml.squashfs on 192.0.2.1:/srv/grml (nfs, NFS 3)"]


def test_a_payload_that_was_not_handed_what_it_needs_says_so() -> None:
    assert told(booted(error="no initrd"), "payload") == ["reports: no initrd"]


@pytest.mark.parametrize(
    ("facts", "how"),
    [
        ({"shown": (Ended(at_s=1, after_fetches=0, how="stands still"),)}, "stands still"),
        ({}, "switched off by the payload"),
        ({"payload": None, "word": Word(text="the UEFI Shell")}, "in the UEFI Shell"),
        (
            {"payload": None, "power": (PowerNote(time_s=1, what="was reset"),)},
            "the machine was reset",
        ),
    ],
)
def test_how_it_ended(facts: dict[str, object], how: str) -> None:
    boot = replace(record("green-x64-http-ipv4"), **facts)  # type: ignore[arg-type]
    assert told(boot, "ends") == [how]
