"""The only door to the network: exact origins, pinned addresses, a wall-clock deadline, a cap.

A check without a listed origin sends nothing, not even a name look-up. There are no redirects, no
proxies, no cookies and no retries: one call is at most one connection.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from enum import StrEnum

import msgspec

from gates.shell.exchange import Headers, Response, exchange
from gates.shell.origins import (
    LOOPBACK,
    Address,
    Origin,
    Refused,
    is_standard_loopback,
    literal,
    never_allowed,
    read_origin,
    request_path,
)
from gates.shell.wire import Line, addresses_of

__all__ = [
    "NetworkError",
    "Origin",
    "Problem",
    "Refused",
    "Response",
    "allow_list",
    "check",
    "connected",
    "request",
]

Resolver = Callable[[str, int], tuple[str, ...]]  # host, port -> addresses as text


class Problem(StrEnum):
    """Why there is no answer: a closed list."""

    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    BODY_TOO_LARGE = "body-too-large"
    MALFORMED = "malformed"
    TLS = "tls"


class NetworkError(Exception):
    """There is no whole answer. `response` holds what came of one whose body was too large."""

    def __init__(self, kind: Problem, detail: str, response: Response | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.response = response


def allow_list(own: str, extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The origins that a run may speak to: the target's own and those its file names.

    The target's own origin counts by itself only if it is localhost, 127.0.0.1 or [::1]; any other
    must be among `extra` too. Raises Refused.
    """
    named = tuple(read_origin(entry) for entry in extra)
    origin = read_origin(own)
    if not is_standard_loopback(origin) and origin not in named:
        raise Refused(f'{origin} is not this machine; to allow it: service.allow = ["{origin}"]')
    return tuple(dict.fromkeys(str(entry) for entry in (origin, *named)))


def check(url: str, allow: tuple[str, ...], *, resolve: Resolver = addresses_of) -> Origin:
    """The origin of `url`, if `allow` lists exactly that origin and its addresses are harmless.

    `localhost` also stands for a listed 127.0.0.1 or [::1] of the same scheme and port, and the
    other way round. Every address of a name must be one machine's: all loopback (127.0.0.1 or ::1,
    others only if listed themselves) or none. Raises Refused.
    """
    return _approved(url, allow, resolve)[0]


def request(
    method: str,
    url: str,
    *,
    allow: tuple[str, ...],
    headers: Headers = (),
    body: bytes = b"",
    deadline_s: float = 10.0,
    max_bytes: int = 2**20,
    resolve: Resolver = addresses_of,
    tls: ssl.SSLContext | None = None,
) -> Response:
    """Send one request and read its whole answer within `deadline_s` of wall-clock time.

    Redirects are answers like any other. Nothing is decoded: send `Accept-Encoding` to get a
    compressed body as it is. Raises Refused before any packet, NetworkError afterwards.
    """
    origin, pinned = _approved(url, allow, resolve)
    started = time.monotonic()
    tls = tls or (ssl.create_default_context() if origin.scheme == "https" else None)
    with Line(deadline_s) as line:
        try:
            line.connect(pinned, origin.port, tls, origin.host)
            answer = exchange(line, origin, method, request_path(url), headers, body, max_bytes)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _problem(error, origin, line.expired, deadline_s) from None
    if line.expired:
        raise _timeout(origin, deadline_s)
    answer = msgspec.structs.replace(answer, elapsed_s=time.monotonic() - started)
    if answer.truncated:
        detail = f"{origin} sent a body of more than {max_bytes} bytes"
        raise NetworkError(Problem.BODY_TOO_LARGE, detail, answer)
    return answer


def connected(
    url: str, allow: tuple[str, ...], deadline_s: float, *, resolve: Resolver = addresses_of
) -> tuple[Origin, socket.socket]:
    """A connection to an allowed origin, for what is no single request; the caller closes it.

    Raises Refused before any packet, NetworkError afterwards.
    """
    origin, pinned = _approved(url, allow, resolve)
    problem: OSError = OSError("no address")
    for address in pinned:
        try:
            line = socket.create_connection((address, origin.port), timeout=deadline_s)
            if origin.scheme == "https":
                secure = ssl.create_default_context()
                return origin, secure.wrap_socket(line, server_hostname=origin.host)
        except OSError as error:
            problem = error
        else:
            return origin, line
    raise _problem(problem, origin, False, deadline_s)


def _approved(
    url: str, allow: tuple[str, ...], resolve: Resolver
) -> tuple[Origin, tuple[str, ...]]:
    origin = read_origin(url)
    listed = frozenset(read_origin(entry) for entry in allow)
    if origin not in listed and not _aliases(origin) & listed:
        allowed = ", ".join(sorted(str(entry) for entry in listed)) or "none"
        raise Refused(f"{origin} is not an allowed origin; allowed: {allowed}")
    addresses = _addresses(origin, resolve)
    _judge_addresses(origin, addresses, listed)
    return origin, tuple(str(a) for a in _reachable(origin, addresses, listed))


def _aliases(origin: Origin) -> frozenset[Origin]:
    """The other words for the same loopback listener."""
    if origin.host == "localhost":
        hosts: tuple[str, ...] = tuple(str(address) for address in LOOPBACK)
    else:
        hosts = ("localhost",) if is_standard_loopback(origin) else ()
    return frozenset(msgspec.structs.replace(origin, host=host) for host in hosts)


def _addresses(origin: Origin, resolve: Resolver) -> tuple[Address, ...]:
    spelled = literal(origin.host)
    if spelled:
        return (spelled,)
    texts = resolve(origin.host, origin.port)
    found = tuple(dict.fromkeys(address for text in texts if (address := literal(text))))
    if not found:
        raise NetworkError(Problem.REFUSED, f"the name {origin.host} has no address")
    return found


def _judge_addresses(
    origin: Origin, addresses: tuple[Address, ...], listed: frozenset[Origin]
) -> None:
    for address in addresses:
        if why := never_allowed(address):
            raise Refused(f"{origin} leads to {address}: {why}")
    loopback = [address for address in addresses if address.is_loopback]
    if loopback and (len(loopback) < len(addresses)):
        raise Refused(f"{origin} leads both to this machine and to another: a rebinding name")
    if not loopback and origin.host == "localhost":
        raise Refused(f"{origin} leads to {addresses[0]}, which is not this machine")
    for address in loopback:
        if address not in LOOPBACK and _at(origin, address) not in listed:
            raise Refused(f"{origin} leads to {address}, which is not an allowed origin")


def _reachable(
    origin: Origin, addresses: tuple[Address, ...], listed: frozenset[Origin]
) -> tuple[Address, ...]:
    """Where to connect: an alias of listed addresses leads to those alone."""
    if origin in listed or origin.host != "localhost":
        return addresses
    chosen = tuple(address for address in addresses if _at(origin, address) in listed)
    if not chosen:
        raise Refused(f"{origin} leads to none of the allowed addresses")
    return chosen


def _at(origin: Origin, address: Address) -> Origin:
    return msgspec.structs.replace(origin, host=str(address))


def _timeout(origin: Origin, deadline_s: float) -> NetworkError:
    return NetworkError(Problem.TIMEOUT, f"{origin} gave no whole answer within {deadline_s:g} s")


def _problem(error: Exception, origin: Origin, expired: bool, deadline_s: float) -> NetworkError:
    """What an exception of the standard library means to a reader."""
    if expired or isinstance(error, TimeoutError):
        return _timeout(origin, deadline_s)
    match error:
        case ssl.SSLError():
            return NetworkError(Problem.TLS, f"{origin}: {error.reason or error}")
        case ConnectionResetError() | BrokenPipeError() | http.client.RemoteDisconnected():
            return NetworkError(Problem.RESET, f"{origin} closed the connection without an answer")
        case OSError():
            return NetworkError(Problem.REFUSED, f"{origin}: {error.strerror or error}")
        case http.client.IncompleteRead():
            return NetworkError(Problem.MALFORMED, f"{origin}: the body ended early")
        case http.client.LineTooLong():
            return NetworkError(Problem.MALFORMED, f"{origin}: headers too large")
        case _:
            return NetworkError(Problem.MALFORMED, f"{origin}: {ascii(str(error))[1:-1][:200]}")
