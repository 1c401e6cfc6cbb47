"""Sends one request of a load and says what became of it."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import gevent
from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

from gates.core import load
from gates.core.load import Operation
from gates.load.recorder import Outcome

Send = Callable[[Operation], Outcome]

_BLOCK = 65536
_SLACK_S = 0.1  # the socket's own time-out comes first: it gives its connection back


def sender(origin: str, headers: Mapping[str, str], *, timeout_s: float, connections: int) -> Send:
    """Return a function that sends an operation to `origin` (scheme://host[:port]).

    Connections are kept and reused, redirects are not followed, bodies are read and thrown away.
    `timeout_s` bounds the whole exchange. At most `connections` are open at once.
    """
    client = _client(origin, headers, timeout_s, connections)
    bodies: dict[str, bytes] = {}

    def send(operation: Operation) -> Outcome:
        body = bodies.setdefault(operation.name, (operation.body or "").encode())
        timer = gevent.Timeout(timeout_s + _SLACK_S)
        try:
            with timer:
                return _exchange(client, operation, body)
        except gevent.Timeout as raised:
            if raised is not timer:
                raise
            return Outcome(load.TIMEOUT)

    return send


def _client(
    origin: str, headers: Mapping[str, str], timeout_s: float, connections: int
) -> HTTPClient:
    parts = urlsplit(origin)
    secure = parts.scheme == "https"
    return HTTPClient(
        parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        ssl=secure,
        headers={"User-Agent": "gatescore-load", "Accept": "*/*", **headers},
        connection_timeout=timeout_s,
        network_timeout=timeout_s,
        concurrency=connections,
        block_size=_BLOCK,
    )


def _exchange(client: HTTPClient, operation: Operation, body: bytes) -> Outcome:
    try:
        return _answer(client, operation, body)
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


def _answer(client: HTTPClient, operation: Operation, body: bytes) -> Outcome:
    headers = {"Content-Type": "application/json"} if body else {}
    answer = client.request(operation.method, operation.path, body, headers)
    size = 0
    while block := answer.read(_BLOCK):
        size += len(block)
    status = answer.get_code()
    accepted = status in operation.status if operation.status else status < 400
    return Outcome("" if accepted else f"status {status}", size)
