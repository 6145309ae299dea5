"""A boot that is held to an approved text: what is compared, and what is not."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.describe.boot import describe
from harness.judge.boot import Boot
from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.model import Family
from harness.services.registry import load_site
from harness.site import Site
from harness.site.approved import keep_copies
from harness.witness.journal import DhcpLogged, HttpServed, TftpAsked
from harness.witness.wire import DhcpMessage, RouterAdvertisement
from tests.judge.approved import APPROVED, DHCPD, NGINX, SCRIPT, causes, held
from tests.judge.recorded import record, showmax


def test_what_does_as_its_text_says_is_green() -> None:
    verdict = judge(held())
    assert verdict.green, verdict.causes
    assert verdict.expected[0] == "DHCPv4 as PXEClient, client arch 0x0007"
    assert "showmax/vmlinuz over HTTP, IPv4" in verdict.expected


def with_payload(boot: Boot, payload: str) -> Boot:
    assert boot.payload is not None
    return replace(boot, payload=replace(boot.payload, payload=payload))


def test_what_only_a_system_tells_is_compared_where_both_had_one() -> None:
    got = "answer    192.0.2.1 gives {address}\n"
    system = f"system    asks DHCPv4\n{got}has       {{address}}\nends"
    linux, stub = APPROVED.replace("ends", system), APPROVED
    assert judge(with_payload(held(linux, approved=linux), "linux")).green
    assert judge(with_payload(held(linux, approved=stub), "linux")).green
    assert judge(with_payload(held(stub, approved=linux), "stub")).green
    for told, payload in ((linux.replace(got, ""), "linux"), (stub, "linux")):
        assert not judge(with_payload(held(told, approved=linux), payload)).green
    other = stub.replace("boot=live", "boot=dead")
    assert not judge(with_payload(held(other, approved=linux), "stub")).green


def test_it_needs_nothing_that_site_toml_says_of_menus_scripts_and_loaders() -> None:
    site = replace(showmax(), menu=type(showmax().menu)(), script="", loaders={})
    assert judge(held(site=site)).green
    verdict = judge(held(APPROVED.replace("boot=live", "boot=dead"), site=site))
    assert "(srv/tftp/script.ipxe:55)" in verdict.causes[0]


def test_the_difference_comes_last_in_the_words_of_the_file() -> None:
    told = causes("router 192.0.2.1", "router 192.0.2.9")
    assert told[-1].startswith("it differs from what was approved (-: approved, +: seen):\n")
    assert "    - answer    192.0.2.1 gives" in told[-1]
    assert "    + answer    192.0.2.1 gives" in told[-1]


def test_a_boot_that_was_told_otherwise_may_end_before_it_has_asked_all() -> None:
    told = APPROVED.partition("iPXE      asks DHCPv6")[0].replace("file ipxe.efi", "file ipxe.elf")
    boot = held(told)
    early = [
        each
        for each in boot.wire.events
        if not isinstance(each, RouterAdvertisement)
        and not (isinstance(each, DhcpMessage) and each.family is Family.IPV6)
    ]
    found = judge(replace(boot, wire=replace(boot.wire, events=tuple(early)))).causes
    assert found[0].startswith("the DHCPv4 answer has file ipxe.elf")
    assert not [each for each in found if "never asked" in each or "is silent" in each]


def test_a_web_server_that_kept_no_log_when_it_was_approved_needs_none(tmp_path: Path) -> None:
    copy = shutil.copytree(showmax().dir, tmp_path / "site")
    nginx = copy / NGINX
    logging = nginx.read_text()
    nginx.write_text(re.sub(r"access_log [^;]+", "access_log off", logging))
    keep_copies(copy)
    (copy / "boots" / "x.boot").write_text(APPROVED)

    def judged(site: Site) -> tuple[str, ...]:
        boot = held(site=site)
        left = tuple(each for each in boot.journal.events if not isinstance(each, HttpServed))
        return judge(replace(boot, journal=replace(boot.journal, events=left))).causes

    assert judged(load_site(copy)) == ()
    nginx.write_text(logging)
    assert any("nginx's log" in cause for cause in judged(load_site(copy)))


def test_what_was_changed_since_is_said_beside_the_first_cause(tmp_path: Path) -> None:
    copy = shutil.copytree(showmax().dir, tmp_path / "site")
    keep_copies(copy)
    (copy / "boots" / "x.boot").write_text(APPROVED)
    site = load_site(copy)
    edited = site.replaced(DHCPD, "  option routers 192.0.2.1;", "  option routers 192.0.2.9;")
    edited = edited.replaced(DHCPD, "# UEFI, 15", "# EFI, 15")
    told = APPROVED.replace("router 192.0.2.1", "router 192.0.2.9")
    assert (
        judge(held(told, site=edited))
        .causes[0]
        .endswith(
            f"(option routers, {DHCPD}:46); changed since it was approved: {DHCPD}:46 is "
            "'option routers 192.0.2.9;', and was 'option routers 192.0.2.1;'"
        )
    )
    gone = site.replaced(DHCPD, "  option routers 192.0.2.1;\n", "")
    told = APPROVED.replace("router 192.0.2.1; ", "")
    assert judge(held(told, site=gone)).causes[0] == (
        f"the DHCPv4 answer lacks router 192.0.2.1 (option routers, in {DHCPD}:44); changed since "
        f"it was approved: {DHCPD}:46 was 'option routers 192.0.2.1;', which is gone"
    )
    assert judge(held(site=edited)).green, "what changes nothing for the machine is not red"


def test_a_key_that_was_changed_since_is_not_shown(tmp_path: Path) -> None:
    """A web server's key is renewed: its lines do not say one by one that they are of a key."""
    copy = shutil.copytree(showmax().dir, tmp_path / "site")
    key = copy / "etc/nginx/tls/server.key"
    key.parent.mkdir()
    keys = [
        f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\nlast {number}\n"
        for number, body in enumerate(("MIIold\nolder==", "MIInew\nnewer=="))
    ]
    key.write_text(keys[0])
    keep_copies(copy)
    (copy / "boots" / "x.boot").write_text(APPROVED)
    key.write_text(keys[1])
    told = APPROVED.replace("router 192.0.2.1", "router 192.0.2.9")
    said = judge(held(told, site=load_site(copy))).causes[0]
    for word in ("MIIold", "older", "MIInew", "newer"):
        assert word not in said
    assert "server.key:5 is 'last 1', and was 'last 0'" in said


def test_of_a_boot_that_has_failed_only_what_it_came_to_is_compared() -> None:
    told = APPROVED.partition("menu  ")[0].replace("DNS 192.0.2.1", "DNS 192.0.2.9")
    boot = replace(held(told), complaint=Complaint(what="it failed", causes=("why",)))
    found = judge(boot, When.WAITING).causes
    assert found[0].startswith("the DHCPv4 answer has DNS 192.0.2.9")
    assert not any("menu" in cause or "vmlinuz" in cause for cause in found)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("red-missing-nbp-http", "nginx answered 404 to GET /ipxe.efi over IPv4 (frame 28); "),
        ("red-stopped-dhcpd4", "no DHCPv4 offer: 8 of the firmware's DISCOVERs unanswered "),
        ("red-rogue-dhcpv4", "two DHCPv4 servers answered: 192.0.2.1 (52:54:00:00:00:01), "),
        ("red-wrong-filename", "the DHCPv4 answer has file nope.efi, approved file ipxe.efi ("),
        ("red-wrong-default", "iPXE fetches grml/vmlinuz.grml over HTTP, IPv4, from 192.0.2.1, "),
    ],
)
def test_one_fault_is_told_by_its_cause_not_by_what_came_of_it(name: str, cause: str) -> None:
    boot = record(name, entry="")
    approved = describe(record(f"green-{boot.path.id}", entry=""))
    first, *others = judge(replace(boot, learned=approved, told=describe(boot))).causes
    assert first.startswith(cause)
    assert not any("answer has" in each or "did not go on" in each for each in others)


def test_a_log_that_tells_nothing_of_a_role_contradicts_nothing() -> None:
    boot = held()
    silent = tuple(replace(each, logs_nothing_of=each.roles) for each in showmax().daemon_facts.all)
    site = replace(showmax())
    object.__setattr__(site, "daemon_facts", replace(site.daemon_facts, all=silent))
    journal = replace(
        boot.journal,
        events=tuple(e for e in boot.journal.events if not isinstance(e, DhcpLogged | TftpAsked)),
    )
    assert not judge(replace(boot, journal=journal)).green
    assert judge(replace(boot, journal=journal, site=site)).green


@pytest.mark.parametrize("is_approved", [True, False])
def test_what_a_payload_lacks_is_red_unless_it_is_approved(*, is_approved: bool) -> None:
    told = APPROVED.replace("ends  ", "payload   reports: damaged\nends  ")
    boot = held(told, approved=told if is_approved else APPROVED)
    assert boot.payload is not None
    verdict = judge(replace(boot, payload=replace(boot.payload, error="damaged")))
    assert any("not handed what Linux needs" in each for each in verdict.causes) is not is_approved


def test_what_linux_lacks_is_told_with_the_lines_that_start_it() -> None:
    boot = held(APPROVED.replace("ends  ", "payload   reports: no initrd\nends  "))
    assert boot.payload is not None
    verdict = judge(replace(boot, payload=replace(boot.payload, error="no initrd")))
    assert verdict.causes[0] == (
        f"the payload was not handed what Linux needs: no initrd ({SCRIPT}:53-56)"
    )


@pytest.mark.parametrize("pipe", [" | goto failed", " ||goto failed"])
def test_words_behind_an_initrd_s_name_are_why_linux_has_none(pipe: str) -> None:
    """A boot showed it: iPXE takes an operator that it does not know for a file's name."""
    line = "initrd showmax/initrd.img"
    site = showmax().replaced(SCRIPT, f"{line} || goto failed", f"{line}{pipe}")
    error = "an initrd is cut short or damaged"
    boot = held(APPROVED.replace("ends  ", f"payload   reports: {error}\nends  "), site=site)
    assert boot.payload is not None
    verdict = judge(replace(boot, payload=replace(boot.payload, error=error)))
    assert verdict.causes[0].startswith(
        f"the payload was not handed what Linux needs: {error}: {SCRIPT}:57 has '{pipe.strip()}' "
        "behind showmax/initrd.img: "
    )


@pytest.mark.parametrize("words", ["", " quiet"])
def test_a_card_that_its_words_may_have_told_is_no_fault_of_its_own(words: str) -> None:
    boot = held(APPROVED.replace("noprompt", f"noprompt{words}"))
    assert boot.payload is not None
    verdict = judge(replace(boot, payload=replace(boot.payload, mac="")))
    assert any("MAC address none" in each for each in verdict.causes) is not bool(words)
