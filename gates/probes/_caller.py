"""Sends the requests of a probe: within its budget, as the target's identities, and on record.

Input keys: base_url, deadline_s, max_requests, max_seconds, recorded (folder or "").
"""

import os
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from gates.core import exchanges
from gates.core.exchanges import Exchange
from gates.core.model import Reason
from gates.probes import _common
from gates.shell.network import NetworkError, Problem, Response, request

IDENTITIES = "GATESCORE_IDENTITIES"
DEFAULT = "default"
Headers = tuple[tuple[str, str], ...]


class Exhausted(Exception):
    """The budget of requests or seconds is used up."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One identity. `login` is its request {method, path, body, form}; `answer` the JSON of it."""

    role: str = "user"
    rank: int = 0
    headers: dict[str, str] = {}
    login: dict[str, Any] | None = None
    answer: Any = None


class Caller:
    """Speaks to the service. Raises Exhausted once a budget is used up."""

    def __init__(
        self, given: Mapping[str, Any], probe: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.base_url: str = given["base_url"]
        self.identities = identities()
        self.sent = 0
        self._probe = probe
        self._deadline_s = float(given.get("deadline_s", 10.0))
        self._most = int(given.get("max_requests", 500))
        self._clock = clock
        self._end = clock() + float(given.get("max_seconds", 60.0))
        self._record = _opened(given.get("recorded", ""), probe)

    @property
    def left(self) -> int:
        """Requests that may still be sent."""
        return max(self._most - self.sent, 0)

    def ask(
        self,
        method: str,
        path: str,
        *,
        identity: str | None = DEFAULT,
        headers: Headers = (),
        body: bytes = b"",
        operation: str = "",
        deadline_s: float = 0.0,
    ) -> Response:
        """The answer to one request; `identity` None sends no authentication.

        `headers` win over those of the identity. A body over the cap gives the answer with what
        was read of it. Raises NetworkError and Exhausted.
        """
        seconds = self._spent(deadline_s or self._deadline_s)
        sent = self._headers(identity, headers)
        begin = self._clock()
        error: NetworkError | None = None
        answer: Response | None = None
        try:
            answer = request(
                method,
                self.base_url + path,
                allow=(self.base_url,),
                headers=sent,
                body=body,
                deadline_s=seconds,
            )
        except NetworkError as problem:
            error = problem
            answer = problem.response if problem.kind is Problem.BODY_TOO_LARGE else None
        self._note(
            Exchange(
                probe=self._probe,
                method=method,
                path=path,
                identity=identity or "",
                operation=operation,
                request_headers=sent,
                request_body=exchanges.text_of(body),
                status=answer.status if answer else 0,
                headers=tuple(answer.headers) if answer else (),
                body=exchanges.text_of(answer.body) if answer else "",
                elapsed_s=round(self._clock() - begin, 6),
                error=str(error) if error else "",
            )
        )
        if answer is None:
            raise error or _common.ProbeError("no answer", Reason.TARGET_DOWN)
        return answer

    def _spent(self, deadline_s: float) -> float:
        left_s = self._end - self._clock()
        if self.left == 0 or left_s <= 0:
            raise Exhausted(f"{self.sent} requests sent: the budget of this probe is used up")
        self.sent += 1
        return min(deadline_s, max(left_s, 0.1))

    def _headers(self, identity: str | None, headers: Headers) -> Headers:
        own = {name.lower() for name, _ in headers}
        known = self.identities.get(identity) if identity else None
        auth = known.headers.items() if known else ()
        return (*((n, v) for n, v in auth if n.lower() not in own), *headers)

    def _note(self, exchange: Exchange) -> None:
        if self._record is not None:
            self._record.write(exchanges.line(exchange))
            self._record.flush()


def identities(environ: Mapping[str, str] | None = None) -> dict[str, Known]:
    """Identities by name, from GATESCORE_IDENTITIES, else the default one from GATESCORE_AUTH."""
    given = os.environ if environ is None else environ
    text = given.get(IDENTITIES, "")
    if not text:
        headers = _common.auth_headers(given)
        return {DEFAULT: Known(headers=headers)} if headers else {}
    try:
        return msgspec.json.decode(text, type=dict[str, Known])
    except msgspec.DecodeError:
        detail = f"{IDENTITIES} is not a JSON object of identities"
        raise _common.ProbeError(detail, Reason.ADAPTER_BUG) from None


def recorded(folder: str) -> list[Exchange]:
    """Every exchange that the gates of this run have noted so far; none without a folder."""
    found: list[Exchange] = []
    for file in sorted(Path(folder).glob("*.ndjson")) if folder else ():
        with file.open("rb") as stream:
            found += exchanges.lines(stream)
    return found


def curl(
    method: str, path: str, *, headers: Headers = (), body: bytes = b"", token: str = ""
) -> str:
    """A command that a person can run; `token` names the variable with the Authorization value."""
    words = ["curl", "-si", "-X", method]
    words += [word for name, value in headers for word in ("-H", f"{name}: {value}")]
    if body:
        words += ["--data-binary", exchanges.text_of(body)]
    command = shlex.join(words)
    if token:
        command += f' -H "Authorization: ${token}"'
    return f'{command} "$BASE_URL"{shlex.quote(path)}'


def _opened(folder: str, probe: str) -> IO[bytes] | None:
    return Path(folder, f"{probe}.ndjson").open("ab") if folder else None
