"""What `boot.json` keeps of a boot is enough to judge it again, and no password is in it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.evidence.boot_json import SCHEMA, BootFile, UnreadableBundleError, Witnessed
from harness.evidence.directory import EvidenceDirectory
from harness.evidence.site_copy import SiteCopy
from harness.judge.boot import Boot
from harness.judge.earlier_entries import EarlierEntry
from harness.judge.facts import Complaint, ExpectedFile, ExpectedRoot, Word
from harness.judge.judgement import judge
from harness.model import EntryEnding
from harness.plan.boot_text import BootText
from harness.plan.live_root import root_source
from harness.secret import masked
from harness.site import Site
from harness.step import StepRole
from harness.witness.journal import HttpFault, HttpServed
from harness.witness.shown import Ended, KeysPressed, MenuShown, Prompted, Said
from tests.judge.recorded import MAC, record, showmax, unpack

NAME = "green-x64-http-ipv4"
REFUSED = (
    '2026/11/22 11:00:00 [error] 7#7: *1 open() "/srv/tftp/autoexec.ipxe" failed, client: '
    '192.0.2.9, server: , request: "GET /autoexec.ipxe HTTP/1.1", host: "192.0.2.1"\n'
)
LEARNED = BootText.parse(
    "machine   x64\niPXE      fetches a over HTTP, IPv4, from 192.0.2.1\n\nmay   iPXE  fetches a\n",
    path=Path("x.boot"),
)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceDirectory:
    """A real bundle."""
    return EvidenceDirectory(unpack(NAME, tmp_path / NAME))


def kept(store: EvidenceDirectory, boot: Boot) -> Boot:
    """Give what is left of a boot when it was written and read."""
    said = store.console_raw_path.stat().st_size
    seen = Witnessed.of(boot, console_bytes=said)
    site = SiteCopy.of(boot.site)
    BootFile(judged="verdict", witnessed=seen, boot=boot, site=site).write(store)
    return BootFile.read(store).boot


def with_site(boot: Boot, site: Site) -> Boot:
    return replace(boot, site=site)


def test_a_boot_is_kept_whole(store: EvidenceDirectory) -> None:
    source = root_source(showmax(), showmax().menu.entries["showmax"])
    assert source is not None
    boot = replace(
        record(NAME),
        earlier=(EarlierEntry(entry="sysrescd", ending=EntryEnding.MISSING),),
        nbp=ExpectedFile(size=3, head=b"\x00MZ"),
        roots={"showmax": ExpectedRoot(source=source, sha256s=frozenset({"a" * 64}))},
        marks={"menu": 3.5},
        learned=LEARNED,
        told=replace(LEARNED, head=("seen now",)),
        shown=(
            MenuShown(
                at_s=3.5,
                after_fetches=2,
                title="Boot",
                rows=("one", "two"),
                selected=1,
                counts_down_s=None,
            ),
            KeysPressed(at_s=4, after_fetches=2, chose="two"),
            Prompted(at_s=5.5, after_fetches=3, what="iPXE shell"),
            Said(at_s=6.5, after_fetches=3, line="No such file"),
            Ended(at_s=7.5, after_fetches=3, how="reset"),
        ),
        word=Word(text="a shell", faults=("it is not here",)),
        complaint=Complaint(what="it did not come", causes=("look first at: it",), leads=True),
        cannot_boot="No bootable device.",
    )
    again = kept(store, boot)
    assert again.site.menu.entries["showmax"] == boot.site.menu.entries["showmax"]
    assert again.daemons == boot.daemons
    assert again.expected == boot.expected
    assert again.path == boot.path
    console = again.console
    assert replace(again, site=boot.site) == replace(boot, console=console)


def test_the_scenarios_changes_are_kept(store: EvidenceDirectory) -> None:
    site = showmax().replaced("etc/dhcp/dhcpd.conf", "ipxe.efi", "nope.efi", count=2)
    site = site.without("etc/radvd.conf").with_file("srv/tftp/new.ipxe", "")
    again = kept(store, with_site(record(NAME), site)).site
    assert again.read("etc/dhcp/dhcpd.conf") == site.read("etc/dhcp/dhcpd.conf")
    assert not again.has("etc/radvd.conf")
    assert again.read("srv/tftp/new.ipxe") == ""
    assert again.read("srv/tftp/script.ipxe") == masked(site.read("srv/tftp/script.ipxe"))
    assert not again.has("etc/passwd")


@pytest.mark.parametrize("content", [b"MZ\0\xff", 300 * 1024 * b"long "])
def test_what_is_no_short_text_is_kept_by_its_hash(
    store: EvidenceDirectory, content: bytes
) -> None:
    kept(store, with_site(record(NAME), showmax()))
    without = store.boot_path.stat().st_size
    site = showmax().with_file("srv/tftp/showmax/vmlinuz", content)
    kept(store, with_site(record(NAME), site))
    written = json.loads(store.boot_path.read_text())["site"]["files"]["srv/tftp/showmax/vmlinuz"]
    assert (written["text"], written["size"]) == (None, len(content))
    assert len(written["sha256"]) == 64
    assert store.boot_path.stat().st_size - without < 1_000


def test_a_loader_is_known_again_without_its_file(store: EvidenceDirectory) -> None:
    grub = b"MZ\0 GNU GRUB  version %s"
    boot = with_site(record(NAME), showmax().with_file("srv/tftp/ipxe.efi", grub))
    again = kept(store, boot)
    assert (again.loader.id, again.loader.kind) == (boot.loader.id, "grub")
    assert again.expected == boot.expected


def test_no_password_is_kept_and_its_word_still_counts(store: EvidenceDirectory) -> None:
    boot = record(NAME)
    assert boot.payload is not None
    entry = boot.site.menu.entries["showmax"]
    secret = replace(entry, cmdline=(*entry.cmdline, "rootpass=s3cret"))
    menu = replace(boot.site.menu, entries={**boot.site.menu.entries, "showmax": secret})
    site = replace(boot.site, menu=menu).with_file("srv/tftp/a", "set rootpass s3cret\n")
    again = kept(store, with_site(boot, site))
    assert "s3cret" not in store.boot_path.read_text()
    assert [*judge(again).causes] == ["the payload's command line lacks rootpass=***"]
    told = replace(boot.payload, cmdline=f"{boot.payload.cmdline} rootpass=s3cret")
    assert judge(replace(again, payload=told)).green


def test_what_came_after_the_verdict_is_not_judged(store: EvidenceDirectory) -> None:
    refusal = store.log_dir / "nginx" / "error.log"
    refusal.write_text(REFUSED)
    boot = kept(store, replace(record(NAME), journal=store.read_logs()))
    assert judge(boot).green
    assert [fault.path for fault in boot.journal.of(HttpFault)] == ["/autoexec.ipxe"]
    log = store.log_dir / "nginx" / "access.log"
    log.write_text(log.read_text() + log.read_text())
    with store.console_raw_path.open("ab") as console:
        console.write(store.console_raw_path.read_bytes().replace(b'"showmax"', b'"grml"'))
    with store.wire_path.open("ab") as wire:
        wire.write(store.wire_path.read_bytes()[24:])
    assert BootFile.read(store).boot == boot
    whole = replace(BootFile.read(store), judged="")
    whole.write(store)
    later = BootFile.read(store).boot
    assert len(list(later.journal.of(HttpServed))) == 2 * len(list(boot.journal.of(HttpServed)))
    assert not judge(later).green


def test_a_guest_beside_the_first_has_its_labs_witnesses(tmp_path: Path) -> None:
    lab = EvidenceDirectory(unpack(NAME, tmp_path / NAME))
    guest = EvidenceDirectory(lab.dir / "guest1")
    guest.dir.mkdir()
    guest.console_raw_path.write_bytes(lab.console_raw_path.read_bytes())
    replace(BootFile.read(lab), lab="..").write(guest)
    boot = BootFile.read(guest).boot
    assert boot.mac == MAC
    assert boot.found(StepRole.NBP) is not None
    assert judge(boot).green


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": SCHEMA + 1}, f"has schema {SCHEMA + 1}, this harness reads up to {SCHEMA}"),
        ({"schema": "one"}, "has schema 'one'"),
        ({"boot": {}}, "cannot be read"),
        ({"boot": 7}, "boot: 7 is not dict"),
        ({"lab": None}, "lab: None is not str"),
        ({"site": {"files": {"a": {"size": "much"}}}}, "site.files.a.size: 'much' is not int"),
    ],
)
def test_another_format_is_an_error_that_says_so(
    store: EvidenceDirectory, change: dict[str, object], why: str
) -> None:
    content = json.loads(store.boot_path.read_text())
    store.boot_path.write_text(json.dumps({**content, **change}))
    with pytest.raises(UnreadableBundleError, match=why):
        BootFile.read(store)


def test_a_file_that_is_not_there_or_half_written(store: EvidenceDirectory) -> None:
    store.boot_path.write_text(store.boot_path.read_text()[:1000])
    with pytest.raises(UnreadableBundleError, match="is not there or broken"):
        BootFile.read(store)
