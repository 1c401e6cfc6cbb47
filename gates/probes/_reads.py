"""Repeated reads of a service: what it documents, and what the expected load reads."""

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from gates.core.documented import documented
from gates.core.openapi import JSON
from gates.probes import _common
from gates.probes._caller import DEFAULT, Caller, Exhausted
from gates.probes._reachable import readable
from gates.shell.network import NetworkError

MOST = 12  # kinds of reads


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be read without knowing any id."""

    label: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()


def reads(caller: Caller, document: str, loaded: Iterable[str], own: Iterable[str]) -> list[Read]:
    """Reads that are answered with a success; `own` paths are of those who watch the service.

    Raises ProbeError for a document that cannot be read, Exhausted.
    """
    said, watching = _document(document), set(own)
    operations = documented(said) if isinstance(said, dict) else ()
    candidates = {path: Read(label=f"GET {path.partition('?')[0]}", path=path) for path in loaded}
    for op, made in readable(operations, said):
        read = Read(label=op.label, path=made.path, headers=made.headers)
        candidates.setdefault(made.path, read)
    chosen = [read for path, read in candidates.items() if path not in watching]
    return [read for read in chosen if _fine(caller, read)][:MOST]


def repeated(caller: Caller, chosen: list[Read], *, most: int, seconds: float) -> int:
    """Ask them in turn; how many were answered with a success. One that is refused is left out."""
    end, fine, left = time.monotonic() + seconds, 0, list(chosen)
    while left and fine < most:
        for read in tuple(left):
            if fine >= most or time.monotonic() > end:
                return fine
            if _fine(caller, read):
                fine += 1
            else:
                left.remove(read)
    return fine


def headers(caller: Caller, read: Read) -> tuple[tuple[str, str], ...]:
    """Everything that is sent with it, authentication included."""
    known = caller.identities.get(DEFAULT)
    return (*(known.headers.items() if known else ()), *read.headers)


def _fine(caller: Caller, read: Read) -> bool:
    try:
        answer = caller.ask("GET", read.path, headers=read.headers, operation=read.label)
    except (NetworkError, Exhausted):
        return False
    return 200 <= answer.status < 300


def _document(path: str) -> JSON:
    try:
        value: JSON = msgspec.json.decode(Path(path).read_bytes()) if path else None
    except (OSError, msgspec.DecodeError) as error:
        raise _common.ProbeError(f"OpenAPI document {path}: {error}") from None
    return value
