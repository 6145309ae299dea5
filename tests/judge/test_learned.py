"""A boot that is held to an approved text: green as it says, red by what an operator changed."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.judge.boot import Boot, Complaint
from harness.judge.judgement import judge
from harness.judge.told_otherwise import told_otherwise
from harness.judge.verdict import When
from harness.learned.describe import describe
from harness.model import Family
from harness.plan.boot_text import BootText
from harness.services.registry import load_site
from harness.site import Site
from harness.site.approved import keep_copies
from harness.witness.journal import DhcpLogged, HttpServed, TftpAsked
from harness.witness.wire import DhcpMessage, HttpExchange, RouterAdvertisement
from tests.judge.recorded import record, showmax

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


DHCPD = "etc/dhcp/dhcpd.conf"
NGINX = "etc/nginx/nginx.conf"
RADVD = "etc/radvd.conf"
SCRIPT = "srv/tftp/script.ipxe"


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (
            "router 192.0.2.1; ",
            "",
            f"the DHCPv4 answer lacks router 192.0.2.1 (option routers, {DHCPD}:46)",
        ),
        (
            "router 192.0.2.1",
            "router 192.0.2.9",
            "the DHCPv4 answer has router 192.0.2.9, approved router 192.0.2.1 "
            f"(option routers, {DHCPD}:46)",
        ),
        (
            "DNS 192.0.2.1",
            "DNS 192.0.2.9",
            "the DHCPv4 answer has DNS 192.0.2.9, approved DNS 192.0.2.1 "
            f"(option domain-name-servers, {DHCPD}:47)",
        ),
        (
            "for 600 s",
            "for 60 s",
            "the DHCPv4 answer has leases for 60 s, approved leases for 600 s "
            f"(default-lease-time, {DHCPD}:5)",
        ),
        (
            "192.0.2.64-192.0.2.127",
            "192.0.2.64-192.0.2.227",
            "the DHCPv4 answer has addresses from 192.0.2.64-192.0.2.227, "
            f"approved addresses from 192.0.2.64-192.0.2.127 (range, {DHCPD}:45)",
        ),
        (
            "DNS 2001:db8::1; ",
            "",
            "the DHCPv6 answer lacks DNS 2001:db8::1 "
            "(option dhcp6.name-servers, etc/dhcp/dhcpd6.conf:47)",
        ),
        (
            "file ipxe.efi\n",
            "file ipxe32.efi\n",
            f"the DHCPv4 answer has file ipxe32.efi, approved file ipxe.efi (filename, {DHCPD}:37)",
        ),
        (
            "; mask 255.255.255.0",
            "; mask 255.255.255.0; domain example.net",
            "the DHCPv4 answer has domain example.net, which is not approved "
            f"(option domain-name, {DHCPD})",
        ),
        (
            "from 2001:db8::1:0-2001:db8::1:ffff for 2592000 s",
            "from 2001:db8::1:0-2001:db8::1:ffff for 25920 s",
            "the DHCPv6 answer has leases for 25920 s, approved leases for 2592000 s "
            "(default-lease-time, etc/dhcp/dhcpd6.conf:7)",
        ),
        (
            "file http://[2001:db8::1]/script.ipxe",
            "file http://[2001:db8::1]/scripts.ipxe",
            "the DHCPv6 answer has file http://[2001:db8::1]/scripts.ipxe, approved file "
            "http://[2001:db8::1]/script.ipxe (option dhcp6.bootfile-url, "
            "etc/dhcp/dhcpd6.conf:25)",
        ),
        (
            "/64 on-link",
            "/64 not on-link",
            "the router advertisement has prefix 2001:db8::/64 not on-link, approved on-link "
            f"(AdvOnLink, {RADVD}:16)",
        ),
        (
            "managed, other",
            "other",
            f"the router advertisement lacks the managed flag (AdvManagedFlag, {RADVD}:6)",
        ),
        (
            "default router for 30 s",
            "not a default router",
            "the router advertisement is not a default router, approved default router for 30 s "
            f"(MaxRtrAdvInterval, {RADVD}:12)",
        ),
        (
            "2001:db8::/64 on-link, not autonomous, valid 86400 s, preferred\n          14400 s",
            "no prefix",
            f"the router advertisement lacks prefix 2001:db8::/64 (prefix, {RADVD}:14)",
        ),
        (
            "counts down 5 s",
            "counts down 500 s",
            "the menu counts down 500 s, approved: it counts down 5 s "
            f"(choose --timeout, {SCRIPT}:39)",
        ),
        (
            "Network boot (UEFI)",
            "Network boot",
            f"the menu is called 'Network boot', approved 'Network boot (UEFI)' (menu, {SCRIPT})",
        ),
        (
            "            Systemrescuecd\n            GRML\n",
            "            GRML\n            Systemrescuecd\n",
            f"the menu's rows 'GRML' and 'Systemrescuecd' are swapped (item, {SCRIPT}:35)",
        ),
        (
            "            EFI shell\n",
            "",
            f"the menu lacks 'EFI shell' (item, {SCRIPT}:37)",
        ),
        (
            "            EFI shell\n",
            "            EFI tool\n",
            f"the menu has 'EFI tool' in the place of 'EFI shell' (item, {SCRIPT}:37)",
        ),
        (
            "boot=live noprompt",
            "noprompt",
            f"the kernel's command line lacks boot=live ({SCRIPT}:55)",
        ),
        (
            "noprompt",
            "noprompt quiet",
            f"the kernel's command line has quiet, which is not approved (kernel, {SCRIPT}:53)",
        ),
        (
            "iPXE      fetches showmax/initrd.img over HTTP, IPv4, from 192.0.2.1\n",
            "",
            "it did not go on as approved: iPXE fetches showmax/initrd.img over HTTP, IPv4, from "
            f"192.0.2.1 (initrd, {SCRIPT}:57)",
        ),
        (
            "fetches script.ipxe over HTTP, IPv4, from 192.0.2.1",
            "fetches script.ipxe over HTTP, IPv6, from 2001:db8::1",
            "iPXE fetches script.ipxe over HTTP, IPv6, from 2001:db8::1, approved over HTTP, IPv4",
        ),
        (
            "switched off by the payload",
            "reset",
            "ends reset; approved: switched off by the payload",
        ),
        (
            "machine   x64-tftp-ipv4\n",
            "machine   x64-tftp-ipv4\n\nwarns     dhcpd -4: host rescue: unknown\n",
            "dhcpd -4: host rescue: unknown",
        ),
    ],
)
def test_the_first_cause_says_what_an_operator_must_change(old: str, new: str, cause: str) -> None:
    # The site's file is as it was: where it gives that still is said behind it.
    assert causes(old, new)[0].partition(": etc/")[0] == cause


@pytest.mark.parametrize(
    ("old", "new", "block"),
    [
        ("next-server 192.0.2.1; file ipxe", "file ipxe", f'`class "pxe"` ({DHCPD}:15)'),
        (
            "file http://192.0.2.1/script.ipxe",
            "file undionly.kpxe",
            f'`if option user-class = "iPXE"` ({DHCPD}:22)',
        ),
        (
            "file ipxe.efi",
            "file undionly.kpxe",
            '`elsif substring(option vendor-class-identifier, 0, 9) = "PXEClient" and option '
            f"client-arch = 00:07` ({DHCPD}:32-33)",
        ),
        (
            "mask 255.255.255.0;\n          router 192.0.2.1; DNS 192.0.2.1; next-server "
            "192.0.2.1; file ipxe.efi",
            "mask 255.255.0.0;\n          router 192.0.2.1; DNS 192.0.2.1; file ipxe.efi",
            f'`class "pxe"` ({DHCPD}:15)',
        ),
    ],
)
def test_a_block_that_a_machine_is_not_served_by_any_more_is_named(
    old: str, new: str, block: str
) -> None:
    assert causes(old, new)[0].endswith(f" still gives that, but only inside {block}")


@pytest.mark.parametrize(
    ("old", "new", "now"),
    [
        ("next-server 192.0.2.1", "next-server 192.0.2.9", "next-server 192.0.2.9;"),
        ("file ipxe.efi", "file ipxee.efi", 'filename "ipxee.efi";'),
    ],
)
def test_what_is_not_given_any_more_is_not_said_to_be(old: str, new: str, now: str) -> None:
    """Neither its own name makes it, nor a longer one that ends like it."""
    was = now.replace("192.0.2.9", "192.0.2.1").replace("ipxee", "ipxe")
    site = showmax().with_file(DHCPD, showmax().read(DHCPD).replace(was, now))
    first = causes(old, new, site=site)[0]
    assert "still gives that" not in first
    assert f", {DHCPD}:" in first


KEA = "etc/kea/kea-dhcp4.conf"


@pytest.mark.parametrize(
    ("old", "new", "slip", "cause"),
    [
        (
            *("file ipxe.efi", "file undionly.kpxe", ("0x0007", "0x0017")),
            f"(boot-file-name, {KEA}:63): {KEA}:43 still gives that, but only inside "
            f'`"name": "tftp-x64"` ({KEA}:40)',
        ),
        (
            *("file ipxe.efi", "file ipxee.efi", ('"ipxe.efi"', '"ipxee.efi"')),
            f"has file ipxee.efi, approved file ipxe.efi (boot-file-name, {KEA}:43)",
        ),
        (
            *("router 192.0.2.1;", "router 192.0.2.2;", ('"192.0.2.1" },', '"192.0.2.2" },')),
            f"has router 192.0.2.2, approved router 192.0.2.1 (routers, {KEA}:58)",
        ),
        (
            *("for 600 s", "for 60 s", ('"valid-lifetime": 600', '"valid-lifetime": 60')),
            f"has leases for 60 s, approved leases for 600 s (valid-lifetime, {KEA}:9)",
        ),
    ],
)
def test_of_kea_the_line_and_the_class_are_named(
    old: str, new: str, slip: tuple[str, str], cause: str
) -> None:
    site = load_site(FIXTURES / "showmax-kea").replaced(KEA, *slip)
    boot = held(APPROVED.replace(old, new, 1), site=site)
    assert next(told_otherwise(boot)).endswith(cause)


def test_where_another_entry_fetches_a_file_of_that_name_is_not_told() -> None:
    gone = "iPXE      fetches showmax/initrd.img over HTTP, IPv4, from 192.0.2.1\n"
    script = showmax().read(SCRIPT).replace("initrd showmax/initrd.img || goto failed\n", "")
    found = causes(gone, "", site=showmax().with_file(SCRIPT, script))
    assert "it did not go on as approved: iPXE fetches showmax/initrd.img" in found[0]
    assert found[0].endswith(f" (behind {SCRIPT}:53-56)")


def test_of_a_menu_that_waits_for_ever_no_other_menus_time_out_is_named() -> None:
    script = showmax().read(SCRIPT).replace(" --timeout 5000", "", 1)
    found = causes("counts down 5 s", "", site=showmax().with_file(SCRIPT, script))
    line = script[: script.index("choose")].count("\n") + 1
    assert f"it counts down 5 s (choose, {SCRIPT}:{line})" in found[0]


def test_a_block_around_others_that_is_not_entered_is_named_first() -> None:
    """What a class gives whoever asks is lost with what it gives by its own conditions."""
    given = (
        'class "netboot" {\n  next-server 192.0.2.1;\n  if option client-arch = 00:07 {\n'
        '    filename "ipxe.efi";\n  }\n}\n'
    )
    site = showmax().with_file(DHCPD, given)
    told = APPROVED.replace("; next-server 192.0.2.1; file ipxe.efi", "")
    first = judge(held(told, site=site)).causes[0]
    assert first.startswith("the DHCPv4 answer lacks next-server 192.0.2.1 (next-server, ")
    assert f'{DHCPD}:2 still gives that, but only inside `class "netboot"` ({DHCPD}:1)' in first


def test_a_line_for_other_tags_is_named() -> None:
    dnsmasq = "etc/dnsmasq.d/20-pxe.conf"
    approved = APPROVED.replace("file ipxe.efi", "option 67 ipxe.efi")
    told = approved.replace("; option 67 ipxe.efi", "").replace(
        ";\n          option 67 ipxe.efi", ""
    )
    boot = held(told, approved=approved, site=load_site(FIXTURES / "sites" / "homelab"))
    assert next(told_otherwise(boot)) == (
        f"the DHCPv4 answer lacks option 67 ipxe.efi (dhcp-boot, {dnsmasq}:13): {dnsmasq}:13 "
        "still gives that, but only to tag:efi64 and tag:!ipxe"
    )


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("exit", "given back to the firmware without an error: it shows its own menu"),
        ("reboot", "reset"),
        ("poweroff", "switched off"),
    ],
)
def test_how_it_was_left_to_the_firmware_goes_before_the_disk(line: str, ends: str) -> None:
    site = showmax().with_file(SCRIPT, f"#!ipxe\nset a b\n{line}\n")
    head = APPROVED.partition("keys  ")[0]
    disk = "says  Could not boot image: Error\nboots  local disk\n"
    approved = f"{head}keys  nobody\n{disk}ends  switched off by the system on its disk\n"
    told = f"{head}keys  nobody\nends  {ends}\n"
    assert (
        judge(held(told, approved=approved, site=site))
        .causes[0]
        .startswith(f"ends {ends} ({SCRIPT}:3); approved: switched off by the system on its disk")
    )


def test_an_error_that_leads_to_the_disk_is_told_by_how_it_ends() -> None:
    site = showmax().with_file(SCRIPT, "#!ipxe\nset a b\nexit 1\n")
    head = f"{APPROVED.partition('keys  ')[0]}keys  nobody\n"
    firmware = "given back to the firmware without an error: it shows its own menu"
    disk = "says  Could not boot image: Error\nboots  local disk\n"
    told = f"{head}{disk}ends  switched off by the system on its disk\n"
    boot = held(told, approved=f"{head}ends  {firmware}\n", site=site)
    assert (
        judge(boot)
        .causes[0]
        .startswith(
            f"ends switched off by the system on its disk ({SCRIPT}:3); approved: {firmware}"
        )
    )


def test_a_menu_in_which_a_machine_stays_is_named() -> None:
    head = APPROVED.partition("menu  ")[0]
    menu = "menu      (no title)\n          > node7\nkeys      nobody presses a key\n"
    told = f'{head}{menu}ends  waits for a key in the menu with "node7"\n'
    approved = f"{head}{APPROVED[APPROVED.index('iPXE      fetches showmax/vmlinuz') :]}"
    assert (
        judge(held(told, approved=approved))
        .causes[0]
        .startswith("not approved: a menu with 'node7' is shown, and waits for a key")
    )


def test_a_script_that_ends_at_a_command_that_need_not_be_there() -> None:
    site = showmax().with_file(SCRIPT, "#!ipxe\nconsole --x 9 ||\ncolour --basic 4\nmenu\n")
    says = "says      console: command not found\nsays      colour: command not found\n"
    approved = APPROVED.replace("\nmenu  ", f"{says}\nmenu  ")
    told = approved.partition("\nmenu  ")[0] + "says  Could not boot image: Exec format error\n"
    boot = replace(held(told, approved=approved, site=site), payload=None)
    assert (
        judge(boot)
        .causes[0]
        .startswith(
            f"{SCRIPT}:3: the script ends when colour fails, for no || is behind it; that there "
            "is no such command has been approved"
        )
    )


def test_a_menu_that_is_there_and_was_not_gone_to_is_named() -> None:
    legacy = APPROVED.replace("(UEFI)", "(legacy)").replace("            EFI shell\n", "")
    assert judge(held(legacy)).causes[0] == (
        f"another menu is shown, 'Network boot (legacy)' ({SCRIPT}:42); the approved one, "
        f"'Network boot (UEFI)', is still there ({SCRIPT}:32): look at {SCRIPT}:29"
    )


def test_an_offer_in_vain_is_compared_with_what_was_taken() -> None:
    told = APPROVED.replace("gives {address6}", "offers in vain {address6}").replace(
        "preferred 604800 s", "preferred 6048000 s"
    )
    assert judge(held(told)).causes[0].startswith("the DHCPv6 answer has preferred 6048000 s")


def test_what_a_server_tells_goes_before_a_name_that_comes_of_it() -> None:
    told = APPROVED.replace("next-server 192.0.2.1; ", "").replace(
        "\nmenu", "\nname      an empty one is refused by the DNS server\n\nmenu"
    )
    found = judge(held(told)).causes
    assert found[0].startswith("the DHCPv4 answer lacks next-server")
    assert not [each for each in found if "an empty one is" in each.partition("\n")[0]]


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


def test_another_answer_of_the_dns_server_is_named() -> None:
    name = "name      local-server is 192.0.2.1, 2001:db8::1\n"
    approved = APPROVED.replace("boots  ", f"{name}boots  ")
    told = approved.replace("local-server is 192.0.2.1", "local-server is 192.0.2.9")
    assert judge(held(told, approved=approved)).causes[0] == (
        "the DNS server says that local-server is 192.0.2.9, 2001:db8::1, approved 192.0.2.1, "
        "2001:db8::1 (host-record, etc/dnsmasq.conf:11)"
    )


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


def test_a_new_warning_names_the_line_of_its_setting() -> None:
    warns = "warns     radvd: MinRtrAdvInterval for eth0 (30.00) must be at least 3.00\n"
    assert causes("machine   x64-tftp-ipv4\n", f"machine   x64-tftp-ipv4\n{warns}")[0] == (
        f"radvd: MinRtrAdvInterval for eth0 (30.00) must be at least 3.00 ({RADVD}:11)"
    )


def test_of_two_settings_the_one_that_goes_before_is_named() -> None:
    site = showmax().replaced(RADVD, "  MinRtrAdv", "  AdvDefaultLifetime 0;\n  MinRtrAdv")
    assert causes("default router for 30 s", "not a default router", site=site)[0].startswith(
        "the router advertisement is not a default router, approved default router for 30 s "
        f"(AdvDefaultLifetime, {RADVD}:11)"
    )


def test_a_word_that_was_mistyped_is_found_on_its_own_line() -> None:
    site = showmax().replaced(
        SCRIPT, "  boot=live noprompt noeject live", "  boot=lve noprompt noeject live"
    )
    assert causes("boot=live noprompt", "boot=lve noprompt", site=site)[0].startswith(
        f"the kernel's command line lacks boot=live, and has boot=lve ({SCRIPT}:55)"
    )


def test_an_address_that_two_hosts_have_is_shown_at_both() -> None:
    host = "host {} {{ hardware ethernet 52:54:00:00:00:0{}; fixed-address 192.0.2.12; }}\n"
    hosts = f"{host.format('a', 1)}{host.format('b', 2)}"
    site = showmax().with_file(DHCPD, f"{hosts}{showmax().read(DHCPD)}")
    pool = "{address} from 192.0.2.64-192.0.2.127 for 600 s"
    approved = APPROVED.replace(pool, "192.0.2.11 for 600 s", 1)
    told = APPROVED.replace(pool, "192.0.2.12 for 600 s", 1)
    assert (
        judge(held(told, approved=approved, site=site))
        .causes[0]
        .startswith(
            "the DHCPv4 answer has address 192.0.2.12, approved address 192.0.2.11 "
            f"(fixed-address, {DHCPD}:1 and {DHCPD}:2)"
        )
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sanboot --drive 0x81", "Boot from SAN device 0x81 failed: Input/output error"),
        ("prossess x", "prossess: command not found"),
        ("exit 1", "Could not boot image: Error"),
        ("prossess x", "error: can't find command `prossess'."),
    ],
)
def test_a_complaint_is_told_with_the_line_that_it_quotes(line: str, said: str) -> None:
    site = showmax().replaced(SCRIPT, "#!ipxe\n", f"#!ipxe\n{line} ||\n")
    keys = "keys      nobody presses a key\n"
    prompt = f'says      {said}\nprompt    "Press a key" waits 5 s for any key\n{keys}'
    assert causes(keys, f"{keys}{prompt}", site=site)[0].startswith(
        f"not approved: says {said} ({'exit 1, ' * line.startswith('exit')}{SCRIPT}:2)"
    )


def test_a_script_that_ends_at_a_file_that_need_not_be_there() -> None:
    old = "imgfetch --name own http://${next-server}/script.ipxe-${netX/mac} && goto chain ||"
    site = showmax().replaced(SCRIPT, old, old.removesuffix(" && goto chain ||"))
    boot = held(APPROVED.partition("menu  ")[0] + "says      Could not boot\n", site=site)
    assert (
        judge(replace(boot, payload=None))
        .causes[0]
        .startswith(
            f"{SCRIPT}:17: the script ends when imgfetch fails, for no || is behind it; that "
            "script.ipxe-{mac} is not found has been approved"
        )
    )
    assert not any("for no ||" in cause for cause in judge(held()).causes)


def test_of_several_lines_the_one_that_names_the_file_ends_a_script() -> None:
    old = "imgfetch --name own http://${next-server}/script.ipxe-${netX/mac} && goto chain ||"
    site = showmax().replaced(SCRIPT, old, old.removesuffix(" && goto chain ||"))
    site = site.replaced(SCRIPT, "initrd showmax/initrd.img || goto failed", "initrd ${a}.img")
    boot = held(APPROVED.partition("menu  ")[0] + "says      Could not boot\n", site=site)
    first = judge(replace(boot, payload=None)).causes[0]
    assert first.startswith(f"{SCRIPT}:17: the script ends when imgfetch fails")


def test_a_boot_file_that_lacks_goes_before_what_comes_with_it() -> None:
    first, *_ = causes(
        "router 192.0.2.1; DNS 192.0.2.1; next-server 192.0.2.1; file ipxe.efi",
        "DNS 192.0.2.1; next-server 192.0.2.1",
    )
    assert first.startswith("the DHCPv4 answer lacks file ipxe.efi")


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


@pytest.mark.parametrize("note", ["   # srv/tftp/script.ipxe:33", ""])
def test_the_exit_that_a_script_reached_is_named(note: str) -> None:
    # Two more stand behind its menus, and nobody has left a menu that was never there.
    said = "iPXE      asks for script.ipxe-{mac} over HTTP, IPv4, from 192.0.2.1: not found"
    end = "ends      given back to the firmware, which has nothing else to boot\n"
    title = "menu      Network boot (UEFI)"
    approved = APPROVED.replace(title, f"{title}{note}")
    site = showmax().replaced(SCRIPT, "isset ${kbmap}", "iseq ${x} y || exit\nisset ${kbmap}")
    boot = held(APPROVED.partition(said)[0] + end, site=site, approved=approved)
    (script,) = [e for e in boot.wire.of(HttpExchange, mac=boot.mac) if e.path == "/script.ipxe"]
    events = tuple(e for e in boot.wire.events if e.frame <= script.frame)
    first = judge(replace(boot, wire=replace(boot.wire, events=events), payload=None)).causes[0]
    assert re.match(r"\S+:8: the script reached its `exit`: iseq", first)


@pytest.mark.parametrize(
    ("gone", "old", "new", "where"),
    [
        ("  AdvManagedFlag on;\n", "managed, other", "other", f"AdvManagedFlag, in {RADVD}:3"),
        ("    AdvOnLink on;\n", "/64 on-link", "/64 not on-link", f"AdvOnLink, in {RADVD}:14"),
    ],
)
def test_a_flag_that_is_gone_is_looked_for_in_its_block(
    gone: str, old: str, new: str, where: str
) -> None:
    told = causes(old, new, site=showmax().replaced(RADVD, gone, ""))
    assert f"({where})" in told[0]


def test_what_is_gone_is_looked_for_beside_what_people_write_it_beside() -> None:
    conf = "etc/dhcp/dhcpd6.conf"
    gone = showmax().replaced(conf, "option dhcp-rebinding-time 7200;\n", "")
    where = f"(option dhcp-rebinding-time, beside {conf}:11)"
    approved = APPROVED.replace("T1 at half", "T1 3600 s; T2 7200 s")
    told = APPROVED.replace("T1 at half", "T1 3600 s")
    first, *_ = judge(held(told, site=gone, approved=approved)).causes
    assert first == f"the DHCPv6 answer lacks T2 7200 s {where}"
    # Where it is, it is named, whatever stands beside it.
    other = told.replace("T1 3600 s", "T1 3600 s; T2 3600 s")
    there = showmax().replaced(conf, "time 7200;", "time 3600;")
    first, *_ = judge(held(other, site=there, approved=approved)).causes
    assert f"(option dhcp-rebinding-time, {conf}:12)" in first


def test_the_rule_by_which_a_web_server_answers_otherwise_is_named() -> None:
    rule = "      deny all;\n"
    site = showmax().replaced(NGINX, "      default_type text/plain;\n", rule)
    boot = held(APPROVED.replace("192.0.2.1: not found", "192.0.2.1: HTTP 403"), site=site)
    (script,) = (e for e in boot.of(HttpExchange) if e.path == "/script.ipxe")
    own = replace(script, path=f"/script.ipxe-{boot.mac}", status=403, frame=script.frame + 1)
    boot = replace(boot, wire=replace(boot.wire, events=(*boot.wire.events, own)))
    assert f"approved: not found; `deny all` ({NGINX}:34)" in judge(boot).causes[0]


@pytest.mark.parametrize("answer", ["not known", "refused by the DNS server"])
def test_a_name_that_nobody_has_and_nobody_approved_is_not_the_dns_servers_fault(
    answer: str,
) -> None:
    menu = "menu      Network boot (UEFI)"
    told = causes(menu, f"name      localserver is {answer}\n\n{menu}")
    assert not any("the DNS server says" in each for each in told)


def test_a_title_that_is_a_part_of_another_menus_is_named() -> None:
    site = showmax().replaced(SCRIPT, "menu Network boot (UEFI)", "menu Network boot")
    found = causes("menu      Network boot (UEFI)", "menu      Network boot", site=site)
    assert found[0] == (
        f"the menu is called 'Network boot', approved 'Network boot (UEFI)' ({SCRIPT}:32)"
    )


def test_what_linux_lacks_is_told_with_the_lines_that_start_it() -> None:
    boot = held(APPROVED.replace("ends  ", "payload   reports: no initrd\nends  "))
    assert boot.payload is not None
    verdict = judge(replace(boot, payload=replace(boot.payload, error="no initrd")))
    assert verdict.causes[0] == (
        f"the payload was not handed what Linux needs: no initrd ({SCRIPT}:53-56)"
    )


@pytest.mark.parametrize("words", ["", " quiet"])
def test_a_card_that_its_words_may_have_told_is_no_fault_of_its_own(words: str) -> None:
    boot = held(APPROVED.replace("noprompt", f"noprompt{words}"))
    assert boot.payload is not None
    verdict = judge(replace(boot, payload=replace(boot.payload, mac="")))
    assert any("MAC address none" in each for each in verdict.causes) is not bool(words)


@pytest.mark.parametrize(("goto", "line"), [("goto boot", 97), ("", 57)])
def test_what_came_and_is_not_started_is_looked_for_where_the_script_goes_on(
    goto: str, line: int
) -> None:
    end = "boot && goto menu ||\n"
    site = showmax().replaced(SCRIPT, end, "")
    started = "showmax/initrd.img || goto failed\n"
    site = site.replaced(SCRIPT, f"{started}goto boot", f"{started}{goto}")
    lost = APPROVED[APPROVED.index("boots ") :]
    boot = held(APPROVED.replace(lost, ""), site=site)
    first = judge(replace(boot, payload=None)).causes[0]
    assert first.endswith(f"boots showmax/vmlinuz with showmax/initrd.img (behind {SCRIPT}:{line})")
