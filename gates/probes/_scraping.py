"""Reads a service's metrics for what they count, without authentication where that suffices."""

from gates.core.exposition import Family
from gates.probes import _exposition
from gates.probes._caller import Caller
from gates.shell.network import NetworkError


class Unreadable(Exception):
    """The metrics cannot be read; the text says why."""


def scraped(caller: Caller, path: str) -> tuple[Family, ...]:
    """Every family of now. Raises Unreadable, Exhausted."""
    headers = (("Accept", _exposition.ACCEPT),)
    try:
        answer = caller.ask("GET", path, identity=None, headers=headers)
        if answer.status in (401, 403):
            answer = caller.ask("GET", path, headers=headers)
    except NetworkError as error:
        raise Unreadable(f"GET {path} has no answer: {error.kind.value}") from None
    if not 200 <= answer.status < 300:
        raise Unreadable(f"GET {path} answers {answer.status}")
    try:
        return _exposition.read(answer.body, answer.header("Content-Type") or "")
    except ValueError as error:
        raise Unreadable(f"GET {path} cannot be read as metrics: {error}") from None
