"""What is refused over HTTPS, in what words; and whatever comes, the BMC lives on."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import process
from harness.bmc import Ask, Setup, Word
from harness.bmc.chassis import Chassis, Override
from harness.bmc.redfish.access import SESSION_TIMEOUT_S, Access
from harness.bmc.redfish.boot import patched
from harness.bmc.redfish.message import RefusedRequestError, Reply, Request
from harness.bmc.redfish.service import Service
from tests.bmc.conftest import Fitted
from tests.bmc.test_redfish import BY_SUSHY, JSON, SESSIONS, URI, shown, sushy

ROOT = "/redfish/v1"
RESET = "Actions/ComputerSystem.Reset"
NAMES = ("Boot", "HttpBootUri", "BootSourceOverrideTarget", "ResetType", "UserName", "Password")
LOG_IN = f"{SESSIONS}/Sessions"
SENDER = """
import socket, ssl, sys
address, silent, secured, sent = sys.argv[1:]
ends = []
for _ in range(int(silent)):
    ends.append(socket.create_connection((address, 443)))
    if secured == "yes":
        context = ssl._create_unverified_context()
        ends[-1] = context.wrap_socket(ends[-1])
try:
    ends[-1].sendall(bytes.fromhex(sent))
    ends[-1].settimeout(10)
    print(ends[-1].recv(4096).decode(errors="replace"))
except OSError as error:
    print(error)
"""


def send(fitted: Fitted, data: bytes, *, silent: int = 1, secured: bool = True) -> str:
    """Open connections, say this on the last; give what is answered."""
    words = (str(fitted.bmc.addresses[0]), str(silent), "yes" if secured else "no", data.hex())
    return fitted.namespace.run(["python3", "-c", SENDER, *words], timeout_s=60).stdout


def refused(
    fitted: Fitted, path: str, *words: str, user: str = "", password: str = ""
) -> tuple[int, str]:
    """Give the status, and the words, of an error that curl is answered."""
    status = ("-w", "\n%{http_code}")
    done = fitted.bmc.curl(path, *status, *words, user=user, password=password, check=False)
    body, _, code = done.stdout.rpartition("\n")
    error = json.loads(body)["error"]
    (info,) = error["@Message.ExtendedInfo"]
    assert info["MessageId"] == error["code"]
    assert info["MessageId"].startswith("Base.1.")
    return int(code), info["Message"]


def lives(fitted: Fitted) -> bool:
    """Whether the machine is shown, as it was: off, and as usual."""
    system = shown(fitted)
    boot = system["Boot"]
    assert isinstance(boot, dict)
    return (system["PowerState"], boot["BootSourceOverrideEnabled"]) == ("Off", "Disabled")


def body(text: str, *, method: str = "POST") -> tuple[str, ...]:
    return (*JSON, "-X", method, "-d", text)


@pytest.fixture
def alive(uefi: Fitted) -> Iterator[Fitted]:
    """Give a BMC that answers before it is asked something wrong, and after."""
    assert lives(uefi)
    yield uefi
    assert lives(uefi)
    assert uefi.machine.told == []
    assert "Traceback" not in uefi.daemon.log_path.read_text()


def test_only_the_user_with_the_password(alive: Fitted) -> None:
    """By basic authentication, and for a session; who asks is not told which is wrong."""
    wrong = 401, "unknown user, or wrong password"
    assert refused(alive, alive.bmc.system, password="wrong") == wrong
    assert refused(alive, alive.bmc.system, user="nobody") == wrong
    for user, password in (("admin", "wrong"), ("nobody", alive.bmc.password)):
        said = json.dumps({"UserName": user, "Password": password})
        assert refused(alive, LOG_IN, *body(said)) == wrong
    assert "'nobody': no such user" in alive.daemon.log_path.read_text()
    for given_ in ("Authorization;", "Authorization: Basic !", "Authorization: Bearer x"):
        assert refused(alive, alive.bmc.system, "-H", given_)[0] == 401
    failed = alive.bmc.run_client(BY_SUSHY, "session", "show", password="wrong", check=False)
    assert "AccessError" in failed.output


def test_a_session_until_it_is_deleted(alive: Fitted) -> None:
    said = json.dumps({"UserName": "admin", "Password": alive.bmc.password})
    head = alive.bmc.curl(LOG_IN, "-D", "-", "-o", "/dev/null", *body(said), user="nobody").stdout
    fields = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
    token, place = f"X-Auth-Token: {fields['X-Auth-Token']}", fields["Location"]
    inside = ("-H", token, "-H", "Authorization;")
    assert shown(alive, place, *inside)["UserName"] == "admin"
    assert shown(alive, LOG_IN, *inside)["Members"] == [{"@odata.id": place}]
    alive.bmc.curl(place, "-X", "DELETE", *inside)
    ended = 401, "the session of this X-Auth-Token has ended"
    assert refused(alive, alive.bmc.system, *inside) == ended
    assert refused(alive, place) == (404, f"there is no {place}")


def test_bodies_that_say_nothing(alive: Fitted) -> None:
    not_json, no_object = "the body is not JSON", "the body is not an object"
    for text, why in (
        ("", not_json),
        ('{"Boot": ', not_json),
        ("\xff", not_json),
        ("[" * 40000, not_json),
        ("[]", no_object),
        ("null", no_object),
        ("{}", "Boot is missing"),
        ('{"Boot": "Pxe"}', "Boot is not an object"),
        ('{"Boot": null}', "Boot is not an object"),
        ('{"PowerState": "On", "Boot": {}}', "PowerState is not a property that can be set"),
        ('{"Boot": {"Next": "Pxe"}}', "Boot/Next is not a property that can be set"),
    ):
        code, said = refused(alive, alive.bmc.system, *body(text, method="PATCH"))
        assert (code, said[: len(why)]) == (400, why)


def test_values_that_there_are_not(alive: Fitted) -> None:
    """Nothing of such a request is done."""
    for name, value, why in (
        ("BootSourceOverrideTarget", "Floppy", "cannot be 'Floppy'"),
        ("BootSourceOverrideTarget", 1, "is not a string"),
        ("BootSourceOverrideEnabled", "Twice", "cannot be 'Twice'"),
        ("BootSourceOverrideMode", "Legacy", "cannot be 'Legacy'"),
        ("HttpBootUri", 1, "is not a string"),
    ):
        boot = {"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once", name: value}
        text = json.dumps({"Boot": boot})
        told = refused(alive, alive.bmc.system, *body(text, method="PATCH"))
        assert told == (400, f"Boot/{name} {why}")


def test_a_bios_boots_from_no_uri(fitted: Fitted) -> None:
    for boot, why in (
        ({"BootSourceOverrideTarget": "UefiHttp"}, "has a BIOS, only UEFI firmware can"),
        ({"HttpBootUri": URI}, "has a BIOS, which fetches none"),
        ({"BootSourceOverrideMode": "UEFI"}, "Boot/BootSourceOverrideMode cannot be 'UEFI'"),
    ):
        text = json.dumps({"Boot": boot | {"BootSourceOverrideEnabled": "Once"}})
        code, said = refused(fitted, fitted.bmc.system, *body(text, method="PATCH"))
        assert code == 400
        assert why in said
    assert lives(fitted)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("ftp://192.0.2.1/a.efi", "by http or https only"),
        ("/a.efi", "by http or https only"),
        ("a", "by http or https only"),
        ("http:///a.efi", "names no host"),
        ("http://:80/a.efi", "names no host"),
        ("http://host:0/", "no port that there is"),
        ("http://host:65536/", "Port out of range"),
        ("http://host:http/", "Port could not be cast"),
        ("http://[::1/a.efi", "Invalid IPv6 URL"),
        ("http://[1.2.3.4]/a.efi", "IP"),
        ("http://host/a b.efi", "characters that no URI has"),
        ("http://host/a.efi\n", "characters that no URI has"),
        ("http://host/%zz", "characters that no URI has"),
        ("http://h\u00f6st/a.efi", "characters that no URI has"),
        ("http://host/" + "a" * 244, "longer than 255"),
    ],
)
def test_uris_that_no_firmware_takes(uri: str, why: str) -> None:
    with pytest.raises(RefusedRequestError, match=why):
        patched(Override(), {"HttpBootUri": uri}, is_uefi=True)


@pytest.mark.parametrize(
    "uri", [URI, "https://[2001:db8::1]:8443/a%20b.efi?x=1", "HTTP://boot.example"]
)
def test_uris_that_firmware_takes(uri: str) -> None:
    assert patched(Override(), {"HttpBootUri": uri}, is_uefi=True).uri == uri


def test_a_uri_that_no_firmware_takes_is_told(alive: Fitted) -> None:
    text = json.dumps({"Boot": {"HttpBootUri": "ftp://boot.example/a.efi"}})
    code, said = refused(alive, alive.bmc.system, *body(text, method="PATCH"))
    assert (code, "by http or https only" in said) == (400, True)


PLACES = ("/redfish/v1/Systems/guest0", LOG_IN, f"{ROOT}/Systems/guest0/{RESET}")
JSONS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(NAMES), inner),
)


class AnyMachine:
    """Does all that it is asked for."""

    async def ask(self, what: Ask, word: Word = None) -> bool | None:
        return what is Ask.IS_ON or None


def answered(method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
    """Give what the user is answered by a BMC without a process."""
    setup = Setup(
        name="guest0",
        guid=UUID(int=1),
        is_uefi=True,
        addresses=(),
        passwords={"admin": "secret"},
        certificate_path=Path("/nowhere"),
    )
    who = {"authorization": "Basic YWRtaW46c2VjcmV0"}
    request = Request(method=method, target=target, headers=who | headers, body=body)
    service = Service(setup, Chassis(AnyMachine()), list[str]().append)
    return asyncio.run(service.answer(request))


@given(
    method=st.sampled_from(["GET", "PATCH", "POST", "DELETE", "X"]),
    target=st.sampled_from(PLACES) | st.from_regex(r"[!-~]+", fullmatch=True),
    headers=st.dictionaries(
        st.sampled_from(["if-match", "if-none-match", "x-auth-token", "content-type"]), st.text()
    ),
    body=st.binary() | JSONS.map(lambda value: json.dumps(value).encode()),
)
def test_whatever_is_asked_is_answered(
    method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    """With JSON, or nothing; by an error that is not the BMC's own."""
    reply = answered(method, target, headers, body)
    assert reply.status is not HTTPStatus.INTERNAL_SERVER_ERROR
    assert not reply.content or reply.content.startswith((b"{", b"<?xml"))


def test_values_as_deep_as_json_goes() -> None:
    for depth in range(100, 1000, 50):
        deep = "[" * depth + "]" * depth
        for text in (f'{{"Boot": {deep}}}', f'{{"Boot": {{"HttpBootUri": {deep}}}}}'):
            assert answered("PATCH", PLACES[0], {}, text.encode()).status == 400


@given(st.text())
def test_whatever_is_given_as_a_uri_is_taken_or_refused(uri: str) -> None:
    for each in (uri, f"http://{uri}", f"http://[{uri}"):
        with suppress(RefusedRequestError):
            patched(Override(), {"HttpBootUri": each}, is_uefi=True)


def test_orders_that_there_are_not(alive: Fitted) -> None:
    action = f"{alive.bmc.system}/Actions/ComputerSystem.Reset"
    for text, code, why in (
        ("{}", 400, "ResetType is missing"),
        ('{"ResetType": "Nmi"}', 400, "ResetType cannot be 'Nmi'"),
        ('{"ResetType": 1}', 400, "ResetType is not a string"),
        ('{"ResetType": "On", "Delay": 1}', 400, "Delay is not a property that can be set"),
    ):
        assert refused(alive, action, *body(text)) == (code, why)
    for kind in ("ForceRestart", "GracefulRestart", "GracefulShutdown", "PowerCycle"):
        assert refused(alive, action, *body(json.dumps({"ResetType": kind}))) == (
            409,
            "the machine is off",
        )


def test_places_and_methods_that_there_are_not(alive: Fitted) -> None:
    system, action = alive.bmc.system, f"{alive.bmc.system}/Actions/ComputerSystem.Reset"
    for path in ("/", f"{ROOT}/Managers", f"{ROOT}/Systems/guest1", f"{LOG_IN}/0", f"{ROOT}/%00"):
        assert refused(alive, path)[0] == 404
    for path, method in ((action, "GET"), (system, "DELETE"), (system, "PUT"), (ROOT, "POST")):
        assert refused(alive, path, "-X", method)[0] == 405
    head = alive.bmc.curl(system, "-i", "-X", "PUT", check=False).stdout
    assert "Allow: HEAD, GET, PATCH" in head
    assert refused(alive, f"{system}?$expand=*")[0] == 501
    assert "HTTP/1.1 200" in alive.bmc.curl(f"{system}/", "-I").stdout


def test_conditions(alive: Fitted) -> None:
    """What has changed since it was read stays as it is; what has not is not sent again."""
    head = alive.bmc.curl(alive.bmc.system, "-I").stdout
    (tag,) = (line.split(": ")[1] for line in head.splitlines() if line.startswith("ETag"))
    text = '{"Boot": {"HttpBootUri": null}}'
    patch = body(text, method="PATCH")
    assert refused(alive, alive.bmc.system, *patch, "-H", 'If-Match: "other"')[0] == 412
    alive.bmc.curl(alive.bmc.system, *patch, "-H", f"If-Match: {tag}")
    again = alive.bmc.curl(alive.bmc.system, "-i", "-H", f"If-None-Match: {tag}")
    assert "304 Not Modified" in again.stdout
    assert refused(alive, alive.bmc.system, "-H", "OData-Version: 3.0")[0] == 412
    text_plain = ("-H", "Content-Type: text/plain", "-X", "PATCH", "-d", text)
    assert refused(alive, alive.bmc.system, *text_plain)[0] == 415


def test_too_much(alive: Fitted) -> None:
    """Announced or not: it is told before all of it is there."""
    large = "x" * 100_000
    assert refused(alive, LOG_IN, *body(large))[0] == 413
    chunked = ("-H", "Transfer-Encoding: chunked")
    assert refused(alive, LOG_IN, *chunked, *body(large))[0] == 413
    assert refused(alive, alive.bmc.system, "-H", f"X: {'x' * 80_000}")[0] == 431


def test_what_is_not_http(alive: Fitted) -> None:
    assert send(alive, b"nonsense\r\n\r\n").startswith("HTTP/1.1 400 ")
    assert send(alive, b"GET /redfish HTTP/1.1\r\n\r\n").startswith("HTTP/1.1 400 ")
    both = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"
    assert send(alive, both).startswith("HTTP/1.1 400 ")
    assert send(alive, b"GET /redfish HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 200 ")
    assert "HTTP" not in send(alive, b"GET /redfish HTTP/1.1\r\nHost: a\r\n\r\n", secured=False)
    assert "HTTP" not in send(alive, b"\x16\x03\x01" + b"\xff" * 300, secured=False)


def test_connections_that_say_nothing_do_not_shut_others_out(alive: Fitted) -> None:
    """Neither before TLS nor behind it."""
    for secured in (True, False):
        request = b"GET /redfish HTTP/1.1\r\nHost: a\r\n\r\n"
        said = send(alive, request, silent=100, secured=secured)
        assert said.startswith("HTTP/1.1 200 ") is secured


def test_what_does_not_start_is_told(uefi: Fitted) -> None:
    action = f"{uefi.bmc.system}/Actions/ComputerSystem.Reset"
    uefi.machine.fails = True
    code, said = refused(uefi, action, *body('{"ResetType": "On"}'))
    assert (code, said) == (500, "it failed: it does not start")
    assert lives(uefi)


def test_the_machine_may_be_gone(uefi: Fitted) -> None:
    assert lives(uefi)
    uefi.gone.append("libvirtd")
    gone = 503, "the machine is gone: libvirtd has ended"
    assert refused(uefi, uefi.bmc.system) == gone
    action = f"{uefi.bmc.system}/Actions/ComputerSystem.Reset"
    assert refused(uefi, action, *body('{"ResetType": "On"}')) == gone
    text = '{"Boot": {"BootSourceOverrideTarget": "Pxe", "BootSourceOverrideEnabled": "Once"}}'
    assert refused(uefi, uefi.bmc.system, *body(text, method="PATCH")) == gone
    uefi.gone.clear()
    assert lives(uefi)


def test_nobody_outside_of_the_lab_reaches_it(uefi: Fitted) -> None:
    for address in uefi.bmc.addresses:
        command = uefi.bmc.curl_command("/redfish", "-k", "-m", "1", over=address)
        assert "v1" in uefi.namespace.run(command).stdout
        without = [each for each in command if each != "--cacert" and not each.endswith(".pem")]
        assert "v1" not in process.run(without, check=False).output


def test_who_shows_another_certificate_is_not_believed(uefi: Fitted) -> None:
    """Curl and sushy go by that of this BMC."""
    assert sushy(uefi, "basic", "show") == ["Off Disabled None"]
    other = uefi.bmc.curl("/redfish", "--cacert", "/etc/ssl/certs/ca-certificates.crt", check=False)
    assert "certificate" in other.stderr


def test_a_session_that_is_not_used_ends_and_there_are_not_too_many() -> None:
    now_s = 0.0
    access = Access({"admin": "secret"}, list[str]().append, clock_s=lambda: now_s)
    request = Request(method="GET", target="/", headers={})
    first = access.log_in("admin", "secret", request)
    inside = Request(method="GET", target="/", headers={"x-auth-token": first.token})
    now_s = SESSION_TIMEOUT_S
    access.verify(inside)
    now_s = 2 * SESSION_TIMEOUT_S
    access.verify(inside)
    now_s = 3 * SESSION_TIMEOUT_S + 1
    with pytest.raises(RefusedRequestError, match="has ended"):
        access.verify(inside)
    for _ in range(16):
        access.log_in("admin", "secret", request)
    with pytest.raises(RefusedRequestError, match="16 sessions are open"):
        access.log_in("admin", "secret", request)
