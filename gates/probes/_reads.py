"""Repeated reads of a service: what it documents, and what the expected load reads."""

import time
from collections.abc import Iterable

import msgspec

from gates.core.documented import documented
from gates.probes import _openapi
from gates.probes._caller import DEFAULT, Caller, Exhausted
from gates.probes._reachable import readable
from gates.shell.network import NetworkError

MOST = 12  # kinds of reads
LIMITED = 429
LIMIT_S, PAUSE_S = 12.0, 0.5


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be read without knowing any id."""

    label: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()


def reads(caller: Caller, document: str, loaded: Iterable[str], own: Iterable[str]) -> list[Read]:
    """Reads that are answered with a success; `own` paths are of those who watch the service.

    Where a limit refuses them all, its end is awaited for a while. Raises ProbeError for a document
    that cannot be read.
    """
    said, watching = _openapi.document(document), set(own)
    operations = documented(said) if isinstance(said, dict) else ()
    candidates = {path: Read(label=f"GET {path.partition('?')[0]}", path=path) for path in loaded}
    for op, made in readable(operations, said):
        read = Read(label=op.label, path=made.path, headers=made.headers)
        candidates.setdefault(made.path, read)
    chosen = [read for path, read in candidates.items() if path not in watching]
    seen = [(read, _status(caller, read)) for read in chosen]
    if limited := [read for read, status in seen if status == LIMITED]:
        if not any(_is_fine(status) for _, status in seen):
            _awaited(caller, limited[0])
        seen = [(r, s if s != LIMITED else _status(caller, r)) for r, s in seen]
    return [read for read, status in seen if _is_fine(status)][:MOST]


def repeated(caller: Caller, chosen: list[Read], *, most: int, seconds: float) -> int:
    """Ask them in turn; how many were answered with a success. One that is refused is left out."""
    end, fine, left = time.monotonic() + seconds, 0, list(chosen)
    while left and fine < most:
        for read in tuple(left):
            if fine >= most or time.monotonic() > end:
                return fine
            if _is_fine(_status(caller, read)):
                fine += 1
            else:
                left.remove(read)
    return fine


def headers(caller: Caller, read: Read) -> tuple[tuple[str, str], ...]:
    """Everything that is sent with it, authentication included."""
    known = caller.identities.get(DEFAULT)
    return (*(known.headers.items() if known else ()), *read.headers)


def _awaited(caller: Caller, read: Read) -> None:
    """Wait until a limit lets us in again, or for as long as that is worth."""
    end = time.monotonic() + LIMIT_S
    while _status(caller, read) == LIMITED and time.monotonic() < end:
        time.sleep(PAUSE_S)


def _is_fine(status: int) -> bool:
    return 200 <= status < 300


def _status(caller: Caller, read: Read) -> int:
    """The status of the answer, 0 where there is none."""
    try:
        return caller.ask("GET", read.path, headers=read.headers, operation=read.label).status
    except (NetworkError, Exhausted):
        return 0
