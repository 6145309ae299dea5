"""Real boots that went right are judged green, and their paths are told."""

from dataclasses import replace

import pytest

from harness.judge.judgement import judge
from harness.model import Family
from harness.site import Site
from tests.judge.recorded import IPXE_PATHS, MAC, record, showmax


@pytest.mark.parametrize("path", IPXE_PATHS)
def test_each_boot_path_is_green(path: str) -> None:
    boot = record(f"green-{path}")
    assert judge(boot).causes == ()
    assert boot.path.id == path


@pytest.mark.parametrize("path", IPXE_PATHS)
def test_ipxe_takes_the_script_over_ipv4_where_both_are_served(path: str) -> None:
    assert judge(record(f"green-{path}")).script_family is Family.IPV4


def test_the_path_is_told_in_full() -> None:
    seen = judge(record("green-x64-http-ipv6")).seen
    assert seen == (
        "DHCPv6 as HTTPClient, client arch 0x0010",
        "ipxe.efi over HTTP, IPv6",
        "DHCPv4 as iPXE, client arch 0x0007",
        "DHCPv6 as iPXE, client arch 0x0007",
        "script.ipxe over HTTP, IPv4",
        "showmax/vmlinuz over HTTP, IPv4",
        "showmax/initrd.img over HTTP, IPv4",
        f"payload as showmax, uefi, {MAC}",
    )


def test_another_entry_is_green_when_it_was_the_one_to_boot() -> None:
    assert judge(record("green-picked-grml", entry="grml")).green


def with_machine_script(site: Site) -> Site:
    return site.with_file(site.machine_script_path(MAC), "#!ipxe\n")


def test_a_machine_script_over_ipv4() -> None:
    site = with_machine_script(showmax())
    verdict = judge(record("green-machine-script-ipv4", entry="grml", site=site))
    assert verdict.causes == ()
    assert verdict.machine_script_family is Family.IPV4


def test_a_machine_script_over_ipv6_where_nothing_else_is_served() -> None:
    site = with_machine_script(showmax().without_daemons("dhcpd4"))
    verdict = judge(record("green-machine-script-ipv6", entry="grml", site=site))
    assert verdict.causes == ()
    assert verdict.machine_script_family is Family.IPV6


def test_upper_case_macs_are_the_same() -> None:
    boot = record("green-bios-ipxe-rom")
    assert boot.payload is not None
    shouted = replace(boot, payload=replace(boot.payload, mac=boot.payload.mac.upper()))
    assert judge(shouted).green


def test_the_headline_of_a_green_verdict_is_the_path() -> None:
    boot = record("green-bios-ipxe-rom")
    assert judge(boot).headline.startswith("green: DHCPv4 as iPXE, client arch 0x0000 → ")
