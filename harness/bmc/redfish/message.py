"""A request and its reply, and how Redfish says no (DSP0266, 8.6 "Error responses")."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]
_REGISTRY = "Base.1.18"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name; of one that comes twice the last."""
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The response to one."""

    status: HTTPStatus = HTTPStatus.OK
    body: JsonObject | bytes = b""
    """JSON, or a document whose type is among the headers."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, indent=2).encode() + b"\n"


class RefusedRequestError(Exception):
    """A request that is answered by an error."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        why: str,
        *,
        cure: str = "",
        args: tuple[str, ...] = (),
        about: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what is wrong.

        `message` is the name of its message in DMTF's base registry and `args` that message's;
        `about` is the property of the request that it is about, as a JSON pointer.
        """
        super().__init__(why)
        self.status = status
        self._message, self._why, self._cure = f"{_REGISTRY}.{message}", why, cure
        self._args, self._about, self._headers = args, about, headers or {}

    @property
    def reply(self) -> Reply:
        """The error, as a client is told it."""
        severity = "Critical" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Warning"
        info: JsonObject = {
            "@odata.type": "#Message.v1_1_2.Message",
            "MessageId": self._message,
            "Message": self._why,
            "MessageArgs": list(self._args),
            "MessageSeverity": severity,
            "Resolution": self._cure or "None.",
        }
        if self._about:
            info["RelatedProperties"] = [f"#/{self._about}"]
        error = {"code": self._message, "message": self._why, "@Message.ExtendedInfo": [info]}
        return Reply(status=self.status, body={"error": error}, headers=self._headers)
