"""What a TLS connection says of itself: its version and how long its certificate is valid."""

import ssl
from datetime import UTC, datetime

import msgspec

from gates.shell.network import NetworkError, Problem, request


class Tls(msgspec.Struct, frozen=True):
    """`problem` says why no trusted connection came about; then the rest is empty."""

    version: str = ""
    days_left: float = 0.0
    accepts_old: bool = False  # a client that knows only TLS 1.1 and older gets an answer
    problem: str = ""


def inspect(url: str, allow: tuple[str, ...], *, now: datetime, deadline_s: float) -> Tls:
    """Ask `url` over a trusted and over an outdated connection. Raises NetworkError, Refused."""
    seen: list[tuple[str, str]] = []
    try:
        request("GET", url, allow=allow, deadline_s=deadline_s, tls=_watching(seen))
    except NetworkError as error:
        if error.kind is not Problem.TLS:
            raise
        return Tls(problem=error.detail)
    version, until = seen[0] if seen else ("", "")
    return Tls(version, _days(until, now), _accepts_old(url, allow, deadline_s))


def unverified() -> ssl.SSLContext:
    """A context for looking at headers where trust has failed already: never with secrets."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _days(until: str, now: datetime) -> float:
    """Days from now until a date in the form of `SSLSocket.getpeercert`."""
    if not until:
        return 0.0
    end = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)
    return (end - now).total_seconds() / 86400


def _watching(seen: list[tuple[str, str]]) -> ssl.SSLContext:
    """A default context that notes version and end date of each connection."""

    class Watched(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            until = (self.getpeercert() or {}).get("notAfter", "")
            seen.append((self.version() or "", str(until)))

    context = ssl.create_default_context()
    context.sslsocket_class = Watched
    return context


def _accepts_old(url: str, allow: tuple[str, ...], deadline_s: float) -> bool:
    context = unverified()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # else our own side refuses before asking
    try:
        request("GET", url, allow=allow, deadline_s=deadline_s, tls=context)
    except NetworkError as error:
        return error.kind is not Problem.TLS and error.kind is not Problem.RESET
    return True
