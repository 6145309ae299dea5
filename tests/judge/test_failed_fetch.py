"""Why a file did not arrive, in words that name the server and what it did."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.judge.facts import Complaint
from harness.judge.judgement import judge
from harness.judge.verdict import When
from harness.services.registry import load_site
from harness.witness.journal import DaemonLife, HttpFault, Journal, TftpAsked
from harness.witness.wire import HttpExchange, IscsiLogin, Outcome, TftpTransfer, WireEvent
from tests.judge.fetched import NGINX, ROOT, loader, script
from tests.judge.recorded import MAC, SHOWMAX, explained, record, showmax, with_events


def test_nginx_says_why_it_refuses() -> None:
    boot = script(outcome=Outcome.REFUSED, status=403)
    exchange = next(boot.wire.of(HttpExchange, mac=MAC))
    fault = HttpFault(
        daemon="nginx", line="", client=exchange.client, path="/script.ipxe", why="open() failed"
    )
    told = replace(boot, journal=replace(boot.journal, events=(*boot.journal.events, fault)))
    cause = judge(told).causes[0]
    assert cause.startswith("nginx answered 403 to GET /script.ipxe over IPv4 (frame ")
    assert cause.endswith("; nginx says: open() failed")


@pytest.mark.parametrize("status", [0, 0x0203])
def test_a_target_that_is_not_there(status: int) -> None:
    boot = script()
    fetch = next(boot.wire.of(HttpExchange, mac=MAC))
    login = IscsiLogin(
        time_s=fetch.time_s,
        frame=fetch.frame,
        family=fetch.family,
        client_mac=MAC,
        server="192.0.2.1",
        target="iqn.2026-11.example:a",
        status=status,
    )
    causes = judge(with_events(boot, *boot.wire.events, login)).causes
    words = "opens iqn.2026-11.example:a over iSCSI, IPv4, from 192.0.2.1: no such target"
    assert [words in each for each in causes] == ([True] if status else [])


def test_a_redirection() -> None:
    boot = script(outcome=Outcome.REDIRECTED, status=302, location="http://192.0.2.1/new")
    cause = judge(boot).causes[0]
    assert cause.startswith("nginx answered 302 to GET /script.ipxe over IPv4 (frame ")
    assert "it sends the client on to http://192.0.2.1/new" in cause


def test_firmware_does_not_go_where_it_is_sent() -> None:
    boot = record("green-x64-http-ipv4")
    fetched = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.method == "GET")
    sent = replace(fetched, outcome=Outcome.REDIRECTED, status=308, location="http://x/y")
    events = (sent if e is fetched else e for e in boot.wire.events)
    told = " ".join(judge(with_events(boot, *events)).causes)
    assert "it sends the client on to http://x/y, where firmware does not go" in told


def test_an_answer_without_a_file() -> None:
    empty = "location = /script.ipxe { return 204; }"
    site = showmax().replaced("etc/nginx/nginx.conf", "root /srv/tftp;", f"root /srv/tftp; {empty}")
    cause = judge(replace(script(outcome=Outcome.REFUSED, status=204), site=site)).causes[0]
    assert (
        "nginx answered 204 to GET /script.ipxe over IPv4 (frame 26): there is no file in" in cause
    )
    assert "`return 204` (etc/nginx/nginx.conf:30)" in cause


@pytest.mark.parametrize("outcome", [Outcome.UNFINISHED, Outcome.COMPLETE])
def test_firmware_that_may_not_ask_for_a_size(outcome: Outcome) -> None:
    """OVMF 2022.11 then asks by GET, and reads its answer no further than it holds at once."""
    told = "location = /ipxe.efi { if ($request_method = HEAD) { return 405; } }\nroot /srv"
    site = showmax().replaced("etc/nginx/nginx.conf", "root /srv", told)
    boot = record("green-x64-http-ipv4", site=site)

    def changed(event: WireEvent) -> WireEvent:
        if not isinstance(event, HttpExchange) or event.path != "/ipxe.efi":
            return event
        if event.method == "HEAD":
            return replace(event, status=405, outcome=Outcome.REFUSED)
        return replace(event, outcome=outcome)

    causes = judge(with_events(boot, *map(changed, boot.wire.events))).causes
    said = [each for each in causes if each.startswith("nginx answered 405 to HEAD /ipxe.efi")]
    assert said[:1] == (list(causes[:1]) if outcome is Outcome.UNFINISHED else [])
    assert all("`return 405`" in each and "etc/nginx/nginx.conf:30" in each for each in said)


def test_a_disk_is_read_in_parts() -> None:
    site = showmax().replaced("etc/nginx/nginx.conf", "root /srv", "max_ranges 0;\nroot /srv")
    boot = replace(script(part="bytes=0-511", outcome=Outcome.COMPLETE), payload=None, site=site)
    (cause,) = [each for each in explained(boot) if "only a part" in each]
    assert "only a part was asked for (bytes=0-511)" in cause
    assert cause.endswith("as of a disk; `max_ranges 0` (etc/nginx/nginx.conf:30)")
    parts = replace(script(part="bytes=0-511", status=206), payload=None)
    assert not any("only a part" in each for each in explained(parts))


def test_a_file_that_is_packed_for_the_way() -> None:
    told = explained(script(coding="gzip", outcome=Outcome.COMPLETE))
    assert not any("packed" in each for each in told)  # for what was booted has come up
    boot = replace(script(coding="x-gzip, chunked", outcome=Outcome.COMPLETE), payload=None)
    site = boot.site.replaced("etc/nginx/nginx.conf", "root", "gzip_static always;\nroot")
    said = Complaint(what="no script", causes=("its first line is not #!ipxe",), leads=True)
    cause = judge(replace(boot, site=site, complaint=said), When.WAITING).causes[0]
    assert cause.startswith("nginx sends the file packed (Content-Encoding: x-gzip) to GET /script")
    assert cause.endswith("unpacks it; `gzip_static always` (etc/nginx/nginx.conf:30)")


@pytest.mark.parametrize("what", ["reset", "closed"])
def test_who_ended_it(what: str) -> None:
    boot = script(outcome=Outcome.RESET, bytes=17, ended_by=f"the server {what} the connection")
    assert f"is reset: the server {what} the connection: 17 of" in judge(boot).causes[0]


@pytest.mark.parametrize(
    ("rule", "change", "said"),
    [
        (
            "location ~ ipxe$ { deny all; }",
            {"status": 403},
            f"; `deny all` ({NGINX}:31) in `location ~ ipxe$` ({NGINX}:31)",
        ),
        (
            "location = /script.ipxe { return 503; }",
            {"status": 503},
            f"; `return 503` ({NGINX}:31) in `location = /script.ipxe` ({NGINX}:31)",
        ),
        (
            "if ($http_user_agent ~ iPXE) { return 429; }",
            {"status": 429},
            f"; `return 429` if ($http_user_agent ~ iPXE) ({NGINX}:31)",
        ),
        (
            "auth_basic x; auth_basic_user_file /etc/passwords;",
            {"status": 401},
            f"; `auth_basic x` ({NGINX}:31)",
        ),
        (
            "location = /script.ipxe { return 301 /new; }",
            {"status": 301, "outcome": Outcome.REDIRECTED},
            f"; `return 301 /new` ({NGINX}:31) in `location = /script.ipxe` ({NGINX}:31)",
        ),
        (
            "limit_rate 1;",
            {"outcome": Outcome.UNFINISHED, "bytes": 3},
            f"; `limit_rate 1` ({NGINX}:31)",
        ),
        ("location /other { deny all; }", {"status": 403}, ""),
        ("location = /script.ipxe { deny all; }", {"status": 500}, ""),
    ],
)
def test_the_rule_by_which_a_web_server_did_it(
    rule: str, change: dict[str, Any], said: str
) -> None:
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    {rule}")
    boot = replace(script(**{"outcome": Outcome.REFUSED, **change}), site=site)
    cause = judge(boot).causes[0]
    assert cause.endswith(said)
    assert (NGINX in cause) is bool(said)


@pytest.mark.parametrize("answered", [False, True])
def test_a_web_server_that_had_ended_is_blamed_unless_another_answers_in_its_place(
    *, answered: bool
) -> None:
    """As where a firmware asks by HEAD first, and hears from who hangs up at the GET."""
    hung_up = {"status": None, "ended_by": "the server closed the connection"}
    boot = script(outcome=Outcome.RESET, **hung_up)
    get = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.path == "/script.ipxe")
    ended = DaemonLife(daemon="nginx", line="", time_s=get.time_s - 2.0, what="stopped")
    head = replace(get, method="HEAD", status=200, ended_by="", time_s=get.time_s - 1.0)
    others = [e for e in boot.wire.events if not isinstance(e, HttpExchange)]
    boot = with_events(boot, *others, *([head] if answered else []), get)
    boot = replace(boot, journal=Journal(events=(*boot.journal.events, ended)))
    (told,) = [e for e in judge(boot).causes if e.startswith("nothing answered GET /script.ipxe")]
    assert ("nginx was stopped" in told) is not answered


def test_a_web_server_that_hangs_up_by_a_rule() -> None:
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    return 444;")
    boot = script(outcome=Outcome.RESET, status=None, ended_by="the server closed the connection")
    cause = judge(replace(boot, site=site)).causes[0]
    assert cause.endswith(f"closed the connection without a word; `return 444` ({NGINX}:31)")
    other = replace(boot, site=site.replaced(NGINX, "return 444", "return 404"))
    assert judge(other).causes[0].endswith("closed the connection without a word")


@pytest.mark.parametrize(
    ("call", "error", "status"),
    [
        ("open", "40: Too many levels of symbolic links", 403),
        ("openat", "20: Not a directory", 404),
    ],
)
def test_a_link_that_a_web_server_does_not_follow(call: str, error: str, status: int) -> None:
    site = showmax().replaced(NGINX, ROOT, f"{ROOT}\n    disable_symlinks on;")
    boot = script(outcome=Outcome.REFUSED, status=status)
    asked = next(boot.of(HttpExchange))
    why = f'{call}() "/srv/tftp/script.ipxe" failed ({error})'
    fault = HttpFault(daemon="nginx", line=why, client=asked.client, path=asked.path, why=why)
    journal = replace(boot.journal, events=(fault,))
    cause = judge(replace(boot, site=site, journal=journal)).causes[0]
    assert f"; nginx says: {why}; `disable_symlinks on` ({NGINX}:31)" in cause


@pytest.mark.parametrize(("late_s", "is_told"), [(0.5, True), (60.0, False)])
def test_what_a_server_lacks_itself_is_told_with_its_line(late_s: float, *, is_told: bool) -> None:
    path, file = "etc/apache2/sites-enabled/boot.conf", "/etc/apache2/htpasswd"
    site = replace(showmax(), daemons=("dhcpd4", "tftpd", "apache2"))
    site = site.with_file(path, f"DocumentRoot /srv/tftp\nAuthUserFile {file}\n")
    boot = script(outcome=Outcome.REFUSED, status=500)
    asked = next(boot.of(HttpExchange))
    why = f"Could not open password file: {file}"
    fault = HttpFault(
        daemon="apache2",
        line=why,
        time_s=asked.time_s + late_s,
        client=asked.client,
        path="",
        file=file,
        why=why,
    )
    journal = replace(boot.journal, events=(fault,))
    cause = judge(replace(boot, site=site, journal=journal)).causes[0]
    assert (f"; apache2 says: {why} ({path}:2)" in cause) is is_told


@pytest.mark.parametrize(
    ("rules", "remapped", "said"),
    [
        ("# none\nr ^ipxe xpie", "xpie.efi", "; in.tftpd remapped it to xpie.efi (etc/map:2)"),
        ("r ^other x", "", "; none of its rules renames it"),
        ("a ^ipxe\nr i y", "", "; etc/map:1 refuses it"),
    ],
)
def test_what_tftpds_rules_made_of_a_name(rules: str, remapped: str, said: str) -> None:
    site = showmax().replaced("etc/default/tftpd-hpa", "--secure", "--secure -m /etc/map")
    site = site.with_file("etc/map", rules)
    boot = loader(outcome=Outcome.REFUSED, error="File not found")
    fetch = [e for e in boot.wire.of(TftpTransfer, mac=MAC) if e.file == "ipxe.efi"][-1]
    line = TftpAsked(
        daemon="tftpd", line="", client=fetch.client, file="ipxe.efi", remapped=remapped
    )
    told = replace(boot, site=site, journal=replace(boot.journal, events=(line,)))
    assert f", asked for over IPv4 (frame {fetch.frame}){said}" in judge(told).causes[0]


def test_no_word_at_all() -> None:
    boot = script(outcome=Outcome.RESET, status=None, ended_by="the server closed the connection")
    cause = judge(boot).causes[0]
    assert cause.startswith("nothing answered GET /script.ipxe")
    assert cause.endswith("the server closed the connection without a word")


def test_more_than_was_announced() -> None:
    cause = judge(script(excess=99)).causes[0]
    assert cause.startswith("the web server announced 3134 bytes for GET /script.ipxe over IPv4")
    assert "and sent 99 more" in cause


def test_a_block_that_does_not_get_through() -> None:
    boot = loader(outcome=Outcome.UNFINISHED, bytes=1468, blocks=1, block_size=1468, stuck=5)
    cause = judge(boot).causes[0]
    assert "is unfinished after 0 bytes: block 1 was sent 6 times and never acknowledged" in cause
    assert "a frame with 1468 bytes of a file does not reach the machine" in cause


def test_a_name_that_tftpd_refuses_names_the_option() -> None:
    site = showmax().replaced("etc/default/tftpd-hpa", "--secure ", "")
    boot = loader(outcome=Outcome.REFUSED, error="Only absolute filenames allowed")
    cause = judge(replace(boot, site=site)).causes[0]
    assert cause.startswith("tftpd: only absolute filenames allowed: ipxe.efi, asked for over IPv4")
    assert "(TFTP_OPTIONS, etc/default/tftpd-hpa:" in cause


def test_a_link_that_leads_out_of_the_servers_chroot(tmp_path: Path) -> None:
    shutil.copytree(SHOWMAX, tmp_path / "site", symlinks=True)
    beyond = tmp_path / "site" / "opt" / "ipxe.efi"
    beyond.parent.mkdir()
    beyond.write_bytes(b"MZ")
    (tmp_path / "site" / "srv" / "tftp" / "ipxe.efi").symlink_to("/opt/ipxe.efi")
    boot = loader(outcome=Outcome.REFUSED, error="File not found", error_code=1)
    cause = judge(replace(boot, site=load_site(tmp_path / "site"))).causes[0]
    assert cause.startswith("tftpd: file not found: ipxe.efi, asked for over IPv4")
    assert "/srv/tftp/ipxe.efi is a link to /opt/ipxe.efi, and in.tftpd sees only" in cause
    assert "names it" not in cause


@pytest.mark.parametrize(
    ("path", "kind", "is_told"),
    [
        ("/loader", "application/octet-stream", True),
        ("/loader", "", True),
        ("/loader", "Application/EFI; charset=x", True),
        ("/loader", "Application/EFI", False),
        ("/loader.EFI", "text/plain", False),
    ],
)
def test_firmware_that_hangs_up_is_asked_why(path: str, kind: str, *, is_told: bool) -> None:
    boot = record("green-x64-http-ipv4")
    fetched = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.method == "GET")
    cut = replace(fetched, path=path, content_type=kind, outcome=Outcome.RESET, bytes=9)
    events = (cut if e is fetched else e for e in boot.wire.events)
    told = " ".join(judge(with_events(boot, *events)).causes)
    assert ("the firmware hung up: it takes application/efi" in told) is is_told
    assert ("is reset" in told) is not is_told


def test_firmware_is_to_be_told_how_long_a_file_is() -> None:
    off = "chunked_transfer_encoding off;\nroot"
    site = showmax().replaced("etc/nginx/nginx.conf", "root", off)
    boot = record("green-x64-http-ipv4", site=site)
    fetched = next(e for e in boot.wire.of(HttpExchange, mac=MAC) if e.method == "GET")
    for coding, is_told in (("", True), ("chunked", False)):
        cut = replace(fetched, content_length=None, coding=coding, outcome=Outcome.RESET)
        events = (cut if e is fetched else e for e in boot.wire.events)
        told = " ".join(judge(with_events(boot, *events)).causes)
        assert (
            "and nginx says neither; `chunked_transfer_encoding off` (etc/nginx/nginx.conf:30)"
            in told
        ) is is_told


def test_a_client_that_says_why_it_broke_off_is_believed() -> None:
    boot = script(outcome=Outcome.UNFINISHED, bytes=9)
    said = Complaint(what="script.ipxe... No space left", causes=("no room",), leads=True)
    assert judge(replace(boot, complaint=said), When.WAITING).causes[0] == "no room"
    assert "unfinished" not in " ".join(judge(replace(boot, complaint=said), When.WAITING).causes)
