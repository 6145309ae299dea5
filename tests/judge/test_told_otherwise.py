"""A machine that was told otherwise than approved: the line of the daemon's file is named."""

from dataclasses import replace

import pytest

from harness.judge.judgement import judge
from harness.judge.told_otherwise import told_otherwise
from harness.services.registry import load_site
from harness.witness.wire import HttpExchange
from tests.judge.approved import APPROVED, DHCPD, FIXTURES, NGINX, RADVD, SCRIPT, causes, held
from tests.judge.recorded import showmax

MATCH = 'match if substring(option vendor-class-identifier, 0, 9) = "PXEClient"'
KEA = "etc/kea/kea-dhcp4.conf"


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
        (
            "next-server 192.0.2.1; file ipxe",
            "file ipxe",
            f'`class "pxe"` ({DHCPD}:15) by `{MATCH}` ({DHCPD}:16)',
        ),
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
            f'`class "pxe"` ({DHCPD}:15) by `{MATCH}` ({DHCPD}:16)',
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


@pytest.mark.parametrize(
    ("old", "new", "slip", "cause"),
    [
        (
            *("file ipxe.efi", "file undionly.kpxe", ("0x0007", "0x0017")),
            f"(boot-file-name, {KEA}:63): {KEA}:43 still gives that, but only inside "
            f'`"name": "tftp-x64"` ({KEA}:40) by `"test": "member(\'pxe\') and option[93].hex == '
            f'0x0017"` ({KEA}:42)',
        ),
        (
            *("file ipxe.efi", "file ipxee.efi", ('"ipxe.efi"', '"ipxee.efi"')),
            f"has file ipxee.efi, approved file ipxe.efi (boot-file-name, {KEA}:43)",
        ),
        (
            *("file ipxe.efi", "file ipxe32.efi", ('"ipxe.efi"', '"ipxe32.efi"')),
            f"has file ipxe32.efi, approved file ipxe.efi (boot-file-name, {KEA}:43 and {KEA}:48)",
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


def test_a_condition_that_was_met_before_the_right_one_is_named() -> None:
    """A machine that came to `and` is stopped by an `or` above it."""
    told = 'substring(option vendor-class-identifier, 0, 9) = "PXEClient"\n        {} '
    arch = "option client-arch = 00:07"
    site = showmax().replaced(DHCPD, told.format("and") + arch, told.format("or") + arch)
    approved = APPROVED.replace("file ipxe.efi", "file undionly.kpxe")
    boot = held(APPROVED, site=site, approved=approved)
    first = next(told_otherwise(boot))
    assert f"{DHCPD}:41 still gives that, but only inside `else` ({DHCPD}:38); `elsif " in first
    assert first.endswith(f" or {arch}` ({DHCPD}:32-33) is asked before, and was met")


def test_what_is_told_in_the_place_of_something_else_is_named_with_it() -> None:
    now = 'option tftp-server-name "192.0.2.1";'
    site = showmax().replaced(DHCPD, "next-server 192.0.2.1;", now)
    told = APPROVED.replace("next-server 192.0.2.1; file ipxe", "TFTP server 192.0.2.1; file ipxe")
    first = next(told_otherwise(held(told, site=site)))
    assert first.startswith("the DHCPv4 answer lacks next-server 192.0.2.1 ")
    assert first.endswith(
        f"; it has TFTP server 192.0.2.1 in its place (option tftp-server-name, {DHCPD}:17)"
    )


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


def test_what_a_host_alone_is_given_leads_to_its_address() -> None:
    host = 'host rescue {\n  hardware ethernet 52:54:00:00:00:09;\n  option host-name "r9";\n}\n'
    site = showmax().replaced(DHCPD, "authoritative;\n", f"authoritative;\n{host}")
    approved = APPROVED.replace("; next-server", "; host name r9; next-server", 1)
    assert (
        judge(held(APPROVED, approved=approved, site=site))
        .causes[0]
        .endswith(
            f"{DHCPD}:7 still gives that, but only inside `host rescue` ({DHCPD}:5) by "
            f"`hardware ethernet 52:54:00:00:00:09` ({DHCPD}:6)"
        )
    )


def test_who_is_answered_all_at_once_leads_to_the_rule_that_lets_it_in() -> None:
    site = showmax().replaced(DHCPD, "authoritative;\n", "authoritative;\nallow unknown-clients;\n")
    answer = APPROVED[APPROVED.index("answer ") : APPROVED.index("firmware  fetches")]
    approved = APPROVED.replace(answer, "answer    nobody\n")
    assert judge(held(APPROVED, approved=approved, site=site)).causes[0] == (
        "the DHCPv4 answer is not approved: 192.0.2.1 gives {address} from 192.0.2.64-192.0.2.127 "
        f"for 600 s (allow unknown-clients, {DHCPD}:5)"
    )


def test_a_line_for_other_tags_is_named() -> None:
    dnsmasq = "etc/dnsmasq.d/20-pxe.conf"
    approved = APPROVED.replace("file ipxe.efi", "option 67 ipxe.efi")
    told = approved.replace("; option 67 ipxe.efi", "").replace(
        ";\n          option 67 ipxe.efi", ""
    )
    boot = held(told, approved=approved, site=load_site(FIXTURES / "sites" / "homelab"))
    assert next(told_otherwise(boot)) == (
        f"the DHCPv4 answer lacks option 67 ipxe.efi (dhcp-boot, {dnsmasq}:13): {dnsmasq}:13 "
        f"still gives that, but only to tag:efi64 ({dnsmasq}:5 and {dnsmasq}:6) and tag:!ipxe"
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


def test_another_answer_of_the_dns_server_is_named() -> None:
    name = "name      local-server is 192.0.2.1, 2001:db8::1\n"
    approved = APPROVED.replace("boots  ", f"{name}boots  ")
    told = approved.replace("local-server is 192.0.2.1", "local-server is 192.0.2.9")
    assert judge(held(told, approved=approved)).causes[0] == (
        "the DNS server says that local-server is 192.0.2.9, 2001:db8::1, approved 192.0.2.1, "
        "2001:db8::1 (host-record, etc/dnsmasq.conf:11)"
    )


def test_a_name_of_the_server_s_own_is_the_script_s_who_looks_it_up() -> None:
    site = showmax().replaced(SCRIPT, "kernel showmax/", "kernel http://local-server/showmax/")
    name = "name      local-server is 192.0.2.1, 2001:db8::1\n"
    told = APPROVED.replace("boots  ", f"{name}boots  ")
    assert judge(held(told, site=site)).causes[0] == (
        f"local-server is looked up, which is not approved; {SCRIPT}:53 names it"
    )


def test_a_new_warning_names_the_line_of_its_setting() -> None:
    warns = "warns     radvd: MinRtrAdvInterval for eth0 (30.00) must be at least 3.00\n"
    assert causes("machine   x64-tftp-ipv4\n", f"machine   x64-tftp-ipv4\n{warns}")[0] == (
        f"radvd: MinRtrAdvInterval for eth0 (30.00) must be at least 3.00 ({RADVD}:11)"
    )


def test_of_two_networks_that_overlap_both_are_named() -> None:
    network = "subnet 192.0.2.0 netmask 255.255.255.0 {\n}\n"
    site = showmax().with_file(DHCPD, f"{network}{showmax().read(DHCPD)}")
    said = "Warning: subnet 192.0.2.0/24 overlaps subnet 192.0.2.0/24"
    told = APPROVED.replace("menu  ", f"warns     dhcpd -4: {said}\n\nmenu  ", 1)
    assert f"dhcpd -4: {said} ({DHCPD}:1 and {DHCPD}:46)" in judge(held(told, site=site)).causes


def test_an_option_of_several_blocks_is_looked_for_beside_the_file_that_was_told() -> None:
    """Its value may be none that stands in the file: bytes, whose length is wrong."""
    url, slip = "http://[2001:db8::1]/ipxe.efi", "vendor class 0x0000000000094854"
    six = "etc/dhcp/dhcpd6.conf"
    site = showmax().replaced(
        six,
        f'"{url}";\n  option dhcp6.vendor-class 0 10',
        f'"{url}";\n  option dhcp6.vendor-class 0 9',
    )
    was = "DNS 2001:db8::1; file http://[2001:db8::1]/script.ipxe"
    approved = APPROVED.replace(was, f"DNS 2001:db8::1; vendor class HTTPClient; file {url}")
    told = approved.replace("vendor class HTTPClient", slip)
    first = next(told_otherwise(held(told, site=site, approved=approved)))
    assert first.endswith(f"(option dhcp6.vendor-class, {six}:29)")


def test_of_two_settings_the_one_that_goes_before_is_named() -> None:
    site = showmax().replaced(RADVD, "  MinRtrAdv", "  AdvDefaultLifetime 0;\n  MinRtrAdv")
    assert causes("default router for 30 s", "not a default router", site=site)[0].startswith(
        "the router advertisement is not a default router, approved default router for 30 s "
        f"(AdvDefaultLifetime, {RADVD}:11)"
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


def test_a_boot_file_that_lacks_goes_before_what_comes_with_it() -> None:
    first, *_ = causes(
        "router 192.0.2.1; DNS 192.0.2.1; next-server 192.0.2.1; file ipxe.efi",
        "DNS 192.0.2.1; next-server 192.0.2.1",
    )
    assert first.startswith("the DHCPv4 answer lacks file ipxe.efi")


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
