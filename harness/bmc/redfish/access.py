"""Who may: users by basic authentication, or by the token of a session (DSP0266, 13)."""

import base64
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_hex

from harness.bmc.redfish.message import RefusedRequestError, Request

SESSION_TIMEOUT_S = 1800
"""A session that has asked for nothing for so long is over."""
_MOST_SESSIONS = 16
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="BMC", charset="UTF-8"'}


@dataclass(kw_only=True)
class Session:
    """A user who has logged in."""

    user: str
    id: str = field(default_factory=lambda: token_hex(4))
    token: str = field(default_factory=lambda: token_hex(16))
    used_s: float = 0.0


class Access:
    """The users of a BMC, and their sessions."""

    def __init__(
        self,
        passwords: dict[str, str],
        log: Callable[[str], None],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep who is let in, by what."""
        self._passwords, self._log, self._clock_s = passwords, log, clock_s
        self._sessions: dict[str, Session] = {}

    @property
    def sessions(self) -> dict[str, Session]:
        """Those that are open, by id."""
        oldest = self._clock_s() - SESSION_TIMEOUT_S
        alive = {id_: each for id_, each in self._sessions.items() if each.used_s >= oldest}
        self._sessions = alive
        return alive

    def verify(self, request: Request) -> None:
        """Raise a RefusedRequestError unless it comes from a user, or in a session."""
        if (token := request.headers.get("x-auth-token")) is not None:
            for session in self.sessions.values():
                if _are_same(session.token, token):
                    session.used_s = self._clock_s()
                    return
            raise self._refusal("NoValidSession", "the session of this X-Auth-Token has ended")
        kind, _, credentials = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            raise self._refusal("NoValidSession", "neither an X-Auth-Token nor a user is given")
        try:
            user, _, password = base64.b64decode(credentials.strip(), validate=True).partition(b":")
        except ValueError:
            raise self._refusal("NoValidSession", "the credentials are not base64") from None
        self._verify_user(user.decode(errors="replace"), password.decode(errors="replace"), request)

    def log_in(self, user: str, password: str, request: Request) -> Session:
        """Begin a session; raises a RefusedRequestError when it is not this user's password."""
        self._verify_user(user, password, request)
        if len(self.sessions) >= _MOST_SESSIONS:
            raise RefusedRequestError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "SessionLimitExceeded",
                f"{_MOST_SESSIONS} sessions are open",
                cure="Delete one: any of them may, and so may a user without a session.",
            )
        session = Session(user=user, used_s=self._clock_s())
        self._sessions[session.id] = session
        return session

    def _verify_user(self, user: str, password: str, request: Request) -> None:
        known = self._passwords.get(user)
        if known is None or not _are_same(known, password):
            why = "no such user" if known is None else "wrong password"
            self._log(f"refused: {user!r}: {why}")
            # Who asks is not told which of the two is wrong.
            raise self._refusal(
                "ResourceAtUriUnauthorized", "unknown user, or wrong password", request.target
            )

    def _refusal(self, message: str, why: str, *args: str) -> RefusedRequestError:
        return RefusedRequestError(
            HTTPStatus.UNAUTHORIZED,
            message,
            why,
            cure="Log in: POST UserName and Password to /redfish/v1/SessionService/Sessions, or"
            " send them by basic authentication.",
            args=args,
            headers=_CHALLENGE,
        )


def _are_same(known: str, given: str) -> bool:
    """Compare a secret, in as much time whatever is given."""
    return hmac.compare_digest(known.encode(), given.encode(errors="replace"))
