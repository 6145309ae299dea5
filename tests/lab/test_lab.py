"""A whole boot server: the site's files at their real places, the real daemons, and no more."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from harness.errors import GuestError, ServiceError, SiteError, UsageError
from harness.evidence.scenario import Result, Scenario
from harness.lab import Lab, LabOptions
from harness.lab.fault import Misbehaviour, add_rogue_dhcp_server, serve_badly
from harness.machines import BOOT_PATHS, MACHINES
from harness.machines.aarch64 import ARM64
from harness.site import Site
from tests.lab.census import Census
from tests.lab.conftest import SHOWMAX

Options = Callable[[str], LabOptions]
HOME = Path.home()
FETCH = ("busybox", "wget", "-q", "-O", "-")


@pytest.fixture
def server(daemons: None, site: Site, options: Options) -> Iterator[Lab]:
    """Give a running boot server."""
    with Lab(site, options("server")) as lab:
        yield lab


def fetched(lab: Lab, url: str) -> str:
    """Fetch a file inside."""
    return lab.namespace.run([*FETCH, url]).stdout


def test_the_sites_files_are_at_their_real_places(server: Lab) -> None:
    for path in (path for top in ("etc", "srv") for path in (SHOWMAX / top).rglob("*")):
        if path.is_file():
            inside = server.namespace.run(["cat", f"/{path.relative_to(SHOWMAX)}"]).stdout
            assert inside == path.read_text(), path


def test_the_server_is_who_it_is(server: Lab) -> None:
    assert server.namespace.run(["hostname"]).stdout == "local-server\n"
    addresses = server.namespace.run(["ip", "-o", "addr", "show", "dev", "eth0"]).stdout
    assert "192.0.2.1/24" in addresses
    assert "2001:db8::1/64" in addresses


def test_an_architecture_whose_emulator_is_not_installed_is_missed_by_nobody(
    daemons: None, site: Site, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = replace(ARM64.board, emulator="qemu-system-of-nobody")
    others = {"of-nobody": replace(ARM64, board=board)}
    monkeypatch.setattr("harness.lab.start.MACHINES", {**MACHINES, **others})
    with Lab(site, options("few-emulators")) as lab:
        assert fetched(lab, "http://192.0.2.1/script.ipxe")


def test_files_are_served(server: Lab) -> None:
    script = (SHOWMAX / "srv" / "tftp" / "script.ipxe").read_text()
    for host in ("192.0.2.1", "[2001:db8::1]"):
        assert fetched(server, f"http://{host}/script.ipxe") == script
    assert fetched(server, "http://192.0.2.1/showmax/vmlinuz") == "kernel"


def test_a_rogue_dhcp_server_runs_beside_the_lab_s_own(server: Lab) -> None:
    subnet = "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.200 192.0.2.220; }\n"
    add_rogue_dhcp_server(server, subnet, address=IPv4Interface("192.0.2.66/24"))
    serves = {name: server.services[name].last_words() for name in ("dhcpd4", "rogue")}
    assert any("rogue0/" in line for line in serves["rogue"])
    assert any("eth0/" in line for line in serves["dhcpd4"])
    serve_badly(server, "script.ipxe", Misbehaviour.SHORT_LENGTH)
    script = (SHOWMAX / "srv" / "tftp" / "script.ipxe").read_text()
    assert fetched(server, "http://192.0.2.1/script.ipxe") == script[: len(script) // 2]


@pytest.mark.parametrize("place", ["/", "/etc", "/usr", "/srv/tftp", "/var/lib", str(HOME)])
def test_nothing_of_the_host_can_be_written_to(server: Lab, place: str) -> None:
    done = server.namespace.run(["touch", f"{place}/left"], check=False)
    assert done.exit_code == 1
    assert not Path(place, "left").exists()
    assert "left" not in server.namespace.run(["ls", place], check=False).stdout


@pytest.mark.parametrize("place", ["/run", "/tmp", "/var/log", "/var/lib/dhcp", "/var/tmp"])
def test_daemons_have_their_places_to_write_to(server: Lab, place: str) -> None:
    server.namespace.run(["touch", f"{place}/written"])
    assert not Path(place, "written").exists()


def test_the_sites_directory_cannot_be_written_to(server: Lab) -> None:
    done = server.namespace.run(["touch", "/run/harness/layer/site/left"], check=False)
    assert "Read-only file system" in done.stderr


def test_the_cache_is_seen_wherever_it_is_and_not_written_to(server: Lab) -> None:
    place = server.options.cache_dir
    (place / "firmware").write_text("code")
    assert server.namespace.run(["cat", str(place / "firmware")]).stdout == "code"
    done = server.namespace.run(["touch", str(place / "left")], check=False)
    assert "Read-only file system" in done.stderr


def test_logs_and_leases_are_evidence(server: Lab) -> None:
    directory = server.evidence.dir
    fetched(server, "http://192.0.2.1/script.ipxe")
    for path in ("log/dhcpd4.log", "log/nginx/access.log", "leases/dhcpd.leases", "wire.pcap"):
        assert (directory / path).is_file(), path
    assert "Server starting service" in (directory / "log" / "dhcpd6.log").read_text()


def test_nothing_is_left(daemons: None, site: Site, options: Options, census: Census) -> None:
    with Lab(site, options("gone")) as lab:
        made = census.namespaces(lab.namespace.pid)
        assert len(set(census.inhabitants(made))) > 10
    assert census.wait_until_empty(made, timeout_s=1.0) == []
    assert census.host() == census.before


def test_what_ended_the_scenario_is_raised_and_what_the_end_met_is_its_note(
    daemons: None, site: Site, options: Options
) -> None:
    def failing(name: str) -> None:
        raise UsageError(f"{name} cannot be closed")

    def scenario() -> None:
        with lab:
            for name in ("one", "two"):
                lab._open.callback(failing, name)
            raise GuestError("the first")

    lab = Lab(site, options("notes"))
    with pytest.raises(GuestError, match="the first") as caught:
        scenario()
    assert caught.value.__notes__ == [
        f"at the lab's end: UsageError: {name} cannot be closed" for name in ("one", "two")
    ]
    assert lab.evidence.read_summary().why == "the first"


def test_labs_side_by_side_do_not_see_each_other(
    daemons: None, site: Site, options: Options
) -> None:
    one = site.with_file("srv/tftp/who", "one")
    two = site.with_file("srv/tftp/who", "two")
    with Lab(one, options("one")) as first, Lab(two, options("two")) as second:
        for lab, who in ((first, "one"), (second, "two")):
            assert fetched(lab, "http://192.0.2.1/who") == who
            assert fetched(lab, "http://[2001:db8::1]/who") == who


def test_a_daemon_that_dies_is_missed(server: Lab) -> None:
    server.verify_alive()
    (nginx,) = server.namespace.run(["cat", "/run/nginx.pid"]).stdout.split()
    server.namespace.run(["sh", "-c", f"kill -KILL {nginx}"])
    server.service("nginx")._started().wait(30)
    with pytest.raises(ServiceError, match="nginx: died"):
        server.verify_alive()


def test_a_daemon_is_stopped_and_started_again(server: Lab) -> None:
    nginx = server.service("nginx")
    nginx.stop()
    refused = server.namespace.run([*FETCH, "http://192.0.2.1/script.ipxe"], check=False)
    assert refused.exit_code != 0
    server.verify_alive()
    nginx.start()
    nginx.wait_until_ready()
    assert fetched(server, "http://192.0.2.1/script.ipxe")


def test_a_daemon_that_it_does_not_run(server: Lab) -> None:
    with pytest.raises(UsageError, match=r"runs no bind; it runs .*nginx"):
        server.service("bind")


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        pytest.param(
            "etc/dhcp/dhcpd.conf",
            "authoritative;",
            "authoritative",
            r"dhcpd4: refuses its configuration: /etc/dhcp/dhcpd.conf line \d+: .*column \d+",
            id="dhcpd4",
        ),
        pytest.param(
            "etc/radvd.conf",
            "AdvSendAdvert",
            "AdvSendAdverts",
            r"radvd: refuses its configuration: /etc/radvd.conf:\d+ error: syntax error",
            id="radvd",
        ),
        pytest.param(
            "etc/nginx/nginx.conf",
            "root ",
            "rot ",
            r'nginx: refuses its configuration: unknown directive "rot" in /etc/nginx/nginx.conf',
            id="nginx",
        ),
        pytest.param(
            "etc/default/tftpd-hpa",
            "/srv/tftp",
            "/srv/none",
            r"tftpd: did not start: .* \(TFTP_DIRECTORY, .*hpa:4\) \(exit code 66\)",
            id="tftpd",
        ),
        pytest.param(
            "etc/default/tftpd-hpa",
            'TFTP_USERNAME="tftp"',
            'TFTP_USERNAME="nobody-there"',
            r"tftpd: did not start: no user nobody-there.* \(TFTP_USERNAME, .*hpa:3\)",
            id="tftpd's user",
        ),
    ],
)
def test_what_a_real_daemon_refuses(
    daemons: None,
    site: Site,
    options: Options,
    census: Census,
    path: str,
    old: str,
    new: str,
    said: str,
) -> None:
    changed = site.with_file(path, site.read(path).replace(old, new, 1))
    lab = Lab(changed, options("refused"))
    with pytest.raises(ServiceError, match=said) as caught:
        lab.__enter__()
    assert caught.value.last_lines
    left = lab.evidence.read_summary()
    assert (left.verdict, left.outcome, left.why) == ("not judged", "error", caught.value.what)
    assert census.host() == census.before


def test_a_site_that_cannot_be_laid(
    daemons: None, site: Site, options: Options, census: Census
) -> None:
    lab = Lab(site.with_file("run/file", "x"), options("refused"))
    with pytest.raises(SiteError, match="a lab has a /run of its own"):
        lab.__enter__()
    assert census.host() == census.before


def test_a_directory_at_the_top_that_this_host_lacks(
    daemons: None, site: Site, options: Options, census: Census
) -> None:
    with Lab(site.with_file("no-such-top/in/file", "x\n"), options("made")) as lab:
        run = lab.namespace.run
        assert run(["cat", "/no-such-top/in/file"]).output == "x\n"
        assert run(["cat", "/etc/hostname"]).output.strip() == site.server.hostname
        for place in ("/", "/usr", "/no-such-top"):
            made = run(["touch", f"{place}/written"], check=False)
            assert "Read-only file system" in made.output
    assert not Path("/no-such-top").exists()
    assert census.host() == census.before


def test_a_lab_without_guests_leaves_how_its_scenario_ended(
    daemons: None, site: Site, options: Options
) -> None:
    told = Scenario(test="scenarios/it.py", result=lambda: Result(outcome="passed"))
    with Lab(site, replace(options("alone"), scenario=told)) as lab:
        pass
    left = lab.evidence.read_summary()
    assert (left.test, left.outcome, left.verdict) == ("scenarios/it.py", "passed", "not judged")
    assert left.why == "no machine was switched on"


def test_killing_pid_1_is_the_end_of_all(server: Lab, census: Census) -> None:
    made = census.namespaces(server.namespace.pid)
    os.kill(server.namespace.pid, signal.SIGKILL)
    assert census.wait_until_empty(made, timeout_s=1.0) == []


def test_a_guest_can_be_there_and_off(server: Lab) -> None:
    guest = server.add_guest(BOOT_PATHS["bios-ipxe-rom"], has_disk=True)
    assert not guest.power.is_on
    assert guest.power.history == ()
    assert server.namespace.path("/etc/libvirt/qemu/guest0.xml").exists()
    assert guest.record.store.domain_path.exists()
    guest.power.off()
    with pytest.raises(GuestError, match="guest0 is off"):
        guest.power.reset()


def test_a_machine_that_is_to_have_secure_boot_is_held_to_it(
    daemons: None, site: Site, options: Options
) -> None:
    paths = [BOOT_PATHS[name] for name in ("x64-http-ipv4", "bios-ipxe-rom")]
    with Lab(site, replace(options("secured"), secured=frozenset({"x64"}))) as lab:
        assert [lab.add_guest(path).record.boot.is_secured for path in paths] == [True, False]
