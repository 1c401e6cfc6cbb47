"""Sends one request of a load and says what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Protocol
from urllib.parse import urlsplit

import gevent
import msgspec
from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

from gates.core import load
from gates.core.load import Operation, Scenario
from gates.load.captures import Captures, Filled
from gates.load.recorder import Outcome

_BLOCK = 65536
_SLACK_S = 0.1  # the socket's own time-out comes first: it gives its connection back
_MOST_READ = 2**20  # of an answer from which something is kept
_JSON = {"Content-Type": "application/json"}

NOTHING = "not sent: nothing is known of what it needs"
UNTOLD = "the answer does not have what later requests need"


class Identity(msgspec.Struct, frozen=True):
    """Who sends: a name, and the headers that prove it."""

    name: str = ""
    headers: Mapping[str, str] = {}


class Request(msgspec.Struct, frozen=True):
    """One request, ready to be sent. `operation` is the one that is counted."""

    operation: Operation
    filled: Filled | None = None
    identity: Identity = Identity()


class Sender(Protocol):
    """What the engine asks for: the request of an arrival, and its sending."""

    def ready(self, operation: Operation) -> Request:
        """The request to send, of this operation or of the one that has to come first."""

    def send(self, request: Request) -> Outcome:
        """Send it, and wait for its whole answer."""


class Client:
    """Sends to one origin (scheme://host[:port]) as several identities in turn.

    Connections are kept and reused, redirects are not followed, bodies are thrown away.
    `Scenario.timeout_s` bounds a whole exchange. At most `connections` are open at once.
    """

    def __init__(
        self, origin: str, scenario: Scenario, identities: Sequence[Identity], connections: int
    ) -> None:
        self._client = _client(origin, scenario.timeout_s, connections)
        self._timeout_s = scenario.timeout_s
        self._captures = Captures(scenario, scenario.share, scenario.shares)
        self._turns = cycle(identities or (Identity(),))

    def ready(self, operation: Operation) -> Request:
        """The request to send, as the next identity."""
        identity = next(self._turns)
        filled = self._captures.ready(operation, identity.name)
        return Request(filled.operation if filled else operation, filled, identity)

    def send(self, request: Request) -> Outcome:
        """Send it within the time-out."""
        timer = gevent.Timeout(self._timeout_s + _SLACK_S)
        try:
            with timer:
                return self._exchange(request)
        except gevent.Timeout as raised:
            if raised is not timer:
                raise
            return Outcome(load.TIMEOUT)

    def _exchange(self, request: Request) -> Outcome:
        if request.filled is None:
            return Outcome(NOTHING)
        try:
            return self._answer(request.filled, request.identity)
        except ConnectionRefusedError:
            return Outcome(load.REFUSED)
        except TimeoutError:
            return Outcome(load.TIMEOUT)
        except (HTTPConnectionClosed, OSError):
            return Outcome(load.BROKEN)
        except HTTPParseError:
            return Outcome(load.PROTOCOL)
        except ValueError as error:
            return Outcome(f"cannot be sent: {error}")

    def _answer(self, filled: Filled, identity: Identity) -> Outcome:
        operation = filled.operation
        headers = {**(_JSON if filled.body else {}), **identity.headers, **operation.headers}
        answer = self._client.request(operation.method, filled.path, filled.body, headers)
        kept, size = bytearray(), 0
        while block := answer.read(_BLOCK):
            size += len(block)
            if operation.capture and size <= _MOST_READ:
                kept += block
        status = answer.get_code()
        if not (status in operation.status if operation.status else status < 400):
            return Outcome(f"status {status}", size)
        if not operation.capture:
            return Outcome("", size)
        location = answer.get("location") or ""
        place = location if isinstance(location, str) else location[0]
        known = self._captures.learn(filled, bytes(kept), place, identity.name)
        return Outcome("" if known else UNTOLD, size)


def identities(
    headers: Mapping[str, str], known: Mapping[str, Mapping[str, str]], many: int
) -> tuple[Identity, ...]:
    """Return at most `many` identities: first the one of `headers`, then those `known` by name."""
    others = (Identity(name, one) for name, one in sorted(known.items()) if one and one != headers)
    return (Identity("", headers), *_first(others, many - 1))


def _first(every: Iterable[Identity], many: int) -> tuple[Identity, ...]:
    return tuple(one for one, _ in zip(every, range(max(0, many)), strict=False))


def _client(origin: str, timeout_s: float, connections: int) -> HTTPClient:
    parts = urlsplit(origin)
    secure = parts.scheme == "https"
    return HTTPClient(
        parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        ssl=secure,
        headers={"User-Agent": "gatescore-load", "Accept": "*/*"},
        connection_timeout=timeout_s,
        network_timeout=timeout_s,
        concurrency=connections,
        block_size=_BLOCK,
    )
