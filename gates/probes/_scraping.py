"""Reads a service's metrics for what they count, without authentication where that suffices."""

from gates.core.exposition import Family
from gates.probes import _exposition
from gates.probes._caller import Caller
from gates.shell.network import NetworkError, Response


class Unreadable(Exception):
    """The metrics cannot be read; the text says why."""


def scraped(caller: Caller, path: str) -> tuple[Family, ...]:
    """Every family of now. Raises Unreadable, Exhausted."""
    try:
        answer = asked(caller, path)
    except NetworkError as error:
        raise Unreadable(f"GET {path} has no answer: {error.kind.value}") from None
    if not 200 <= answer.status < 300:
        raise Unreadable(f"GET {path} answers {answer.status}")
    try:
        return families(answer)
    except ValueError as error:
        raise Unreadable(f"GET {path} cannot be read as metrics: {error}") from None


def asked(caller: Caller, path: str) -> Response:
    """The answer with the metrics, or what is in their place. Raises NetworkError, Exhausted."""
    headers = (("Accept", _exposition.ACCEPT),)
    answer = caller.ask("GET", path, identity=None, headers=headers)
    if answer.status in (401, 403):
        answer = caller.ask("GET", path, headers=headers)
    return answer


def families(answer: Response) -> tuple[Family, ...]:
    """What an answer of success says. Raises ValueError."""
    return _exposition.read(answer.body, answer.header("Content-Type") or "")
