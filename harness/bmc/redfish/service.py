"""The resources of a BMC: a root, the one machine, sessions; what may be done to each."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import unquote

from harness.bmc import Ask, Setup
from harness.bmc.chassis import AskRefusedError, Chassis, Code, RefusedError
from harness.bmc.redfish.access import SESSION_TIMEOUT_S, Access
from harness.bmc.redfish.boot import boot_object, chosen, patched, unknown_property, wrong_type
from harness.bmc.redfish.message import JsonObject, RefusedRequestError, Reply, Request

_ROOT = "/redfish/v1"
_SYSTEMS, _SERVICE = f"{_ROOT}/Systems", f"{_ROOT}/SessionService"
_SESSIONS = f"{_SERVICE}/Sessions"
_METADATA = f"{_ROOT}/$metadata"
_SCHEMAS = "http://redfish.dmtf.org/schemas/v1"
_RESET = "Actions/ComputerSystem.Reset"
_TYPES = {
    "ServiceRoot": "v1_16_0",
    "ComputerSystem": "v1_20_0",
    "ComputerSystemCollection": "",
    "SessionService": "v1_1_9",
    "SessionCollection": "",
    "Session": "v1_7_0",
}
"""The schemas of what is shown, and which version of them."""
_RESETS = {
    "On": Ask.ON,
    "ForceOn": Ask.ON,
    "ForceOff": Ask.OFF,
    "GracefulShutdown": Ask.SOFT,
    "GracefulRestart": Ask.SOFT,
    "ForceRestart": Ask.RESET,
    "PowerCycle": Ask.CYCLE,
    "PushPowerButton": Ask.SOFT,
}
"""What each type of reset is; the button switches on what is off."""

Handler: TypeAlias = Callable[[Request], Awaitable[Reply]]


class Service:
    """Answers requests for the resources of one BMC."""

    def __init__(self, setup: Setup, chassis: Chassis, log: Callable[[str], None]) -> None:
        """Keep what it shows."""
        self._setup, self._chassis, self._log = setup, chassis, log
        self._access = Access(setup.passwords, log)
        self._system = f"{_SYSTEMS}/{setup.name}"
        self._open = {
            ("GET", place) for place in ("/redfish", _ROOT, f"{_ROOT}/odata", _METADATA)
        } | {("POST", _SESSIONS)}
        """What may be asked by anybody."""

    async def answer(self, request: Request) -> Reply:
        """Answer a request, if only by an error."""
        try:
            return await self._answer(request)
        except RefusedRequestError as refused:
            asked = f"{request.method} {request.target[:80]}"
            self._log(f"refused: {asked}: {' '.join(str(refused).split())}")
            return refused.reply

    async def _answer(self, request: Request) -> Reply:
        place, _, query = request.target.partition("?")
        place = unquote(place).rstrip("/").removesuffix("/Members")
        method = "GET" if request.method == "HEAD" else request.method
        _verify_asked(request, query)
        if (method, place) not in self._open:
            self._access.verify(request)
        methods = self._methods(place)
        if not methods:
            raise _missing(place)
        allow = {"Allow": ", ".join(("HEAD", *methods) if "GET" in methods else methods)}
        if method not in methods:
            raise RefusedRequestError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "OperationNotAllowed",
                f"{place} does not take {request.method[:20]}",
                cure=f"It takes {allow['Allow']}.",
                headers=allow,
            )
        if method in ("PATCH", "DELETE") and "if-match" in request.headers:
            await self._verify_unchanged(request, methods)
        try:
            reply = await methods[method](request)
        except RefusedError as refused:
            raise _refusal(refused) from refused
        return _tagged(reply, allow, request) if method == "GET" else reply

    def _methods(self, place: str) -> Mapping[str, Handler]:
        """Say what can be done at a place; nothing where there is none."""
        if place.startswith(f"{_SESSIONS}/"):
            number = place.removeprefix(f"{_SESSIONS}/")
            if number not in self._access.sessions:
                return {}
            log_out = partial(self._log_out, number)
            return {"GET": partial(self._session, number), "DELETE": log_out}
        table: dict[str, Mapping[str, Handler]] = {
            "/redfish": {"GET": _shown({"v1": f"{_ROOT}/"})},
            _ROOT: {"GET": _shown(self._root)},
            f"{_ROOT}/odata": {"GET": _shown(_ODATA)},
            _METADATA: {"GET": _metadata},
            _SYSTEMS: {"GET": _shown(_collection(_SYSTEMS, "ComputerSystem", [self._system]))},
            self._system: {"GET": self._show_system, "PATCH": self._patch_system},
            f"{self._system}/{_RESET}": {"POST": self._reset},
            _SERVICE: {"GET": _shown(_SESSION_SERVICE)},
            _SESSIONS: {"GET": self._show_sessions, "POST": self._log_in},
        }
        return table.get(place, {})

    async def _verify_unchanged(self, request: Request, methods: Mapping[str, Handler]) -> None:
        """Raise a RefusedRequestError when what is to be changed is not what was read."""
        now = _tagged(await methods["GET"](request), {}, request).headers["ETag"]
        wanted = [
            each.strip().removeprefix("W/") for each in request.headers["if-match"].split(",")
        ]
        if "*" not in wanted and now not in wanted:
            raise RefusedRequestError(
                HTTPStatus.PRECONDITION_FAILED,
                "PreconditionFailed",
                "it is not what its ETag says any more",
                cure="Read it again.",
            )

    @property
    def _root(self) -> JsonObject:
        return _resource(_ROOT, "ServiceRoot", "RootService", "BMC") | {
            "RedfishVersion": "1.18.0",
            "UUID": str(self._setup.guid),
            "Systems": {"@odata.id": _SYSTEMS},
            "SessionService": {"@odata.id": _SERVICE},
            "Links": {"Sessions": {"@odata.id": _SESSIONS}},
        }

    async def _show_system(self, _request: Request) -> Reply:
        setup, target = self._setup, f"{self._system}/{_RESET}"
        state = "On" if await self._chassis.is_on() else "Off"
        boot = boot_object(self._chassis.override, is_uefi=setup.is_uefi)
        shown = _resource(self._system, "ComputerSystem", setup.name, setup.name) | {
            "SystemType": "Virtual",
            "UUID": str(setup.guid),
            "PowerState": state,
            "Status": {"State": "Enabled" if state == "On" else "StandbyOffline", "Health": "OK"},
            "Boot": boot,
            "Actions": {
                "#ComputerSystem.Reset": {
                    "target": target,
                    "ResetType@Redfish.AllowableValues": list(_RESETS),
                }
            },
        }
        return Reply(body=shown)

    async def _patch_system(self, request: Request) -> Reply:
        body = _object(request)
        for name in body:
            if name != "Boot" and "@" not in name:
                raise unknown_property(name)
        boot = _required(body, "Boot")
        if not isinstance(boot, dict):
            raise wrong_type(boot, "Boot", "an object")
        is_uefi = self._setup.is_uefi
        override = patched(self._chassis.override, boot, is_uefi=is_uefi)
        await self._chassis.set_override(override, is_uefi=is_uefi)
        return await self._show_system(request)

    async def _reset(self, request: Request) -> Reply:
        body = _object(request)
        for name in body:
            if name != "ResetType":
                raise unknown_property(name)
        wanted = chosen(_required(body, "ResetType"), list(_RESETS), "ResetType")
        order = _RESETS[wanted]
        if wanted == "PushPowerButton" and not await self._chassis.is_on():
            order = Ask.ON
        await self._chassis.order(order, restarts=wanted == "GracefulRestart")
        return Reply(status=HTTPStatus.NO_CONTENT)

    async def _show_sessions(self, _request: Request) -> Reply:
        places = [f"{_SESSIONS}/{number}" for number in self._access.sessions]
        return Reply(body=_collection(_SESSIONS, "Session", places))

    async def _log_in(self, request: Request) -> Reply:
        body = _object(request)
        words: dict[str, str] = {}
        for name in ("UserName", "Password"):
            value = _required(body, name)
            if not isinstance(value, str):
                raise wrong_type("", name, "a string")
            words[name] = value
        session = self._access.log_in(words["UserName"], words["Password"], request)
        self._log(f"session of {session.user} over HTTPS")
        place = f"{_SESSIONS}/{session.id}"
        shown = await self._session(session.id, request)
        headers = {"X-Auth-Token": session.token, "Location": place}
        return Reply(status=HTTPStatus.CREATED, body=shown.body, headers=headers)

    async def _session(self, number: str, _request: Request) -> Reply:
        session = self._access.sessions[number]
        shown = _resource(f"{_SESSIONS}/{number}", "Session", number, f"session of {session.user}")
        return Reply(body=shown | {"UserName": session.user, "Password": None})

    async def _log_out(self, number: str, _request: Request) -> Reply:
        del self._access.sessions[number]
        return Reply(status=HTTPStatus.NO_CONTENT)


def _verify_asked(request: Request, query: str) -> None:
    """Raise a RefusedRequestError for what no resource understands."""
    if request.headers.get("odata-version", "4.0") != "4.0":
        raise RefusedRequestError(
            HTTPStatus.PRECONDITION_FAILED, "GeneralError", "OData-Version is not 4.0"
        )
    if any(word.startswith(("$", "%24", "only", "excerpt")) for word in query.split("&")):
        raise RefusedRequestError(
            HTTPStatus.NOT_IMPLEMENTED,
            "QueryNotSupportedOnResource",
            "parameters of a query are not supported",
        )


def _object(request: Request) -> JsonObject:
    """Give the JSON object that is a request's body; raises a RefusedRequestError otherwise."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.lower() != "application/json":
        raise RefusedRequestError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "GeneralError",
            f"the body is said to be {kind[:40]}, not application/json",
            cure="Say Content-Type: application/json (curl: --json instead of --data).",
        )
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise RefusedRequestError(
            HTTPStatus.BAD_REQUEST, "MalformedJSON", f"the body is not JSON: {error}"
        ) from error
    if not isinstance(body, dict):
        raise wrong_type(body, "", "an object")
    return body


def _required(body: JsonObject, name: str) -> object:
    if name not in body:
        raise RefusedRequestError(
            HTTPStatus.BAD_REQUEST,
            "PropertyMissing",
            f"{name} is missing",
            args=(name,),
            about=name,
        )
    return body[name]


def _refusal(refused: RefusedError) -> RefusedRequestError:
    """Say in Redfish's way what the chassis has refused."""
    if refused.code == Code.NOT_IN_THIS_STATE:
        return RefusedRequestError(
            HTTPStatus.CONFLICT,
            "ResourceInStandby",
            "the machine is off",
            cure="Switch it on: ResetType On.",
        )
    why = refused.why if isinstance(refused, AskRefusedError) else str(refused)
    is_gone = refused.code == Code.MACHINE_GONE
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_gone else HTTPStatus.INTERNAL_SERVER_ERROR
    return RefusedRequestError(status, "GeneralError" if is_gone else "InternalError", why)


def _missing(place: str) -> RefusedRequestError:
    return RefusedRequestError(
        HTTPStatus.NOT_FOUND,
        "ResourceMissingAtURI",
        f"there is no {place[:80] or '/'}",
        cure=f"What there is begins at {_ROOT}/.",
        args=(place[:80],),
    )


def _tagged(reply: Reply, headers: Mapping[str, str], request: Request) -> Reply:
    """Give what is shown with its ETag and its schema, or that it is as the client has it."""
    tag = f'"{hashlib.sha256(reply.content).hexdigest()[:16]}"'
    headers = {**reply.headers, **headers, "ETag": tag}
    if isinstance(reply.body, dict) and "@odata.type" in reply.body:
        schema = str(reply.body["@odata.type"]).removeprefix("#").rpartition(".")[0]
        headers["Link"] = f"<{_SCHEMAS}/{schema}.json>; rel=describedby"
    if request.headers.get("if-none-match") == tag:
        return Reply(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Reply(status=reply.status, body=reply.body, headers=headers)


def _resource(place: str, schema: str, id_: str, name: str) -> JsonObject:
    """Give what every resource has."""
    version = _TYPES[schema]
    kind = ".".join(("#" + schema, *([version] if version else []), schema))
    return {"@odata.id": place, "@odata.type": kind, "Id": id_, "Name": name}


def _collection(place: str, schema: str, members: list[str]) -> JsonObject:
    shown = _resource(place, f"{schema}Collection", "", f"{schema}s")
    del shown["Id"]
    return shown | {
        "Members": [{"@odata.id": each} for each in members],
        "Members@odata.count": len(members),
    }


def _shown(body: JsonObject) -> Handler:
    async def show(_request: Request) -> Reply:
        return Reply(body=body)

    return show


_SESSION_SERVICE = _resource(_SERVICE, "SessionService", "SessionService", "sessions") | {
    "ServiceEnabled": True,
    "SessionTimeout": SESSION_TIMEOUT_S,
    "Sessions": {"@odata.id": _SESSIONS},
}
_ODATA: JsonObject = {
    "@odata.context": _METADATA,
    "value": [
        {"name": name, "kind": "Singleton", "url": place}
        for name, place in (
            ("Service", f"{_ROOT}/"),
            ("Systems", _SYSTEMS),
            ("SessionService", _SERVICE),
        )
    ],
}


async def _metadata(_request: Request) -> Reply:
    """Name the schemas, as OData wants it; DMTF has them."""
    references = "".join(
        f'<edmx:Reference Uri="{_SCHEMAS}/{name}_v1.xml">'
        f'<edmx:Include Namespace="{name}"/>'
        + (f'<edmx:Include Namespace="{name}.{version}"/>' if version else "")
        + "</edmx:Reference>\n"
        for name, version in _TYPES.items()
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">\n'
        f"{references}"
        '<edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm"'
        ' Namespace="Service">'
        '<EntityContainer Name="Service" Extends="ServiceRoot.v1_16_0.ServiceContainer"/>'
        "</Schema></edmx:DataServices>\n</edmx:Edmx>\n"
    )
    return Reply(body=document.encode(), headers={"Content-Type": "application/xml"})
