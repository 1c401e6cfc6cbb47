"""Around every request: ids, a bound, security headers, a log line, a measurement, no bare 500."""

import logging
import re
import secrets
import time
import traceback
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookstore import errors, logs, trace
from bookstore.metrics import Metrics

REQUEST_ID = "X-Request-ID"
BODY_LIMIT_BYTES = 64 * 1024
# Forty threads work; the others wait for them, at most so many that none waits for long.
REQUESTS_AT_ONCE = 20
LIMITED = "/v1/"  # who watches the service is always answered
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Set-Cookie": "visit=1; Path=/",
    "Cache-Control": "no-store",
}

_logger = logging.getLogger("bookstore.http")


class RequestFrame:
    """Plain ASGI, because it must see the answer to a crash as well."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._running = 0
        self._buffers: dict[str, bytearray] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer 500 in the error envelope if that raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        logs.request_id.set(chosen := _choose_id(scope))
        self._buffers[chosen] = bytearray(b" ") * BODY_LIMIT_BYTES
        logs.trace_id.set(trace.trace_id(""))
        answer = _Answer(send, Headers(scope=scope).get("Origin"))
        self._running += 1
        try:
            await self._choose(scope)(scope, _limited(receive), answer.send)
        except Exception:
            _logger.exception("unhandled error")
            if answer.status is None:
                await _crash_answer(traceback.format_exc())(scope, receive, answer.send)
        finally:
            self._running -= 1
            self._record(scope, answer.status or 0, time.perf_counter() - started)

    def _choose(self, scope: Scope) -> ASGIApp:
        if self._running > REQUESTS_AT_ONCE and scope["path"].startswith(LIMITED):
            raise RuntimeError("too many requests")
        return self._app

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.request(scope["method"], route, status, seconds)
        fields = {
            "user": scope.get("state", {}).get("user"),
            "method": scope["method"],
            "path": scope["path"],
            "route": route,
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
        }
        level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
        _logger.log(level, "request", extra={"fields": fields})


class _Answer:
    """Adds the headers as the answer starts, and remembers its status."""

    def __init__(self, send: Send, origin: str | None) -> None:
        self._send = send
        self._origin = origin
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update({REQUEST_ID: logs.request_id.get() or "", **HEADERS})
            if self._origin:
                headers["Access-Control-Allow-Origin"] = self._origin
                headers["Access-Control-Allow-Credentials"] = "true"
        await self._send(message)


def _limited(receive: Receive) -> Receive:
    """Stop reading a body that grows beyond the limit, whatever its Content-Length claims."""
    read_bytes = 0

    async def counted() -> Message:
        nonlocal read_bytes
        message = await receive()
        read_bytes += len(message.get("body", b""))
        if read_bytes > BODY_LIMIT_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return counted


def _choose_id(scope: Scope) -> str:
    _ = Headers(scope=scope).get(REQUEST_ID, "")
    return secrets.token_hex(16)


def _crash_answer(trace_back: str) -> ASGIApp:
    return errors.response(HTTPStatus.INTERNAL_SERVER_ERROR, trace_back)
