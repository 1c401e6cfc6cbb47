"""Finds parameters of paths that name something which is there, by reading the lists above them."""

from collections.abc import Iterator, Mapping
from typing import Any

from gates.core.documented import Documented, made
from gates.core.openapi import JSON
from gates.core.sampling import NoSample
from gates.probes._auth_login import decoded
from gates.probes._caller import Caller, Exhausted
from gates.shell.network import NetworkError

_MOST_LISTS = 12


def found_values(
    caller: Caller,
    operations: tuple[Documented, ...],
    document: Mapping[str, Any],
    identity: str,
) -> dict[str, dict[str, JSON]]:
    """By path template, the values of its parameters that were seen in an answer.

    Only lists whose own path needs no parameter are read; () of them is no error.
    """
    readable = {op.path: op for op in operations if op.operation.method == "GET"}
    seen: dict[str, list[Any]] = {}
    values: dict[str, dict[str, JSON]] = {}
    for path in sorted({op.path for op in operations if op.path.count("{") == 1}):
        above, _, rest = path.partition("/{")
        name = rest.partition("}")[0]
        if above not in readable or (above not in seen and len(seen) >= _MOST_LISTS):
            continue
        if above not in seen:
            seen[above] = list(_entries(_read(caller, readable[above], document, identity)))
        ids = [found for entry in seen[above] if (found := _id(entry, name)) is not None]
        if ids:
            values[path] = {name: ids[0]}
    return values


def _read(caller: Caller, op: Documented, document: Mapping[str, Any], identity: str) -> Any:
    try:
        request = made(op, dict(document))
        answer = caller.ask(
            "GET", request.path, identity=identity, headers=request.headers, operation=op.label
        )
    except (NoSample, NetworkError, Exhausted):
        return None
    return decoded(answer) if answer.status == 200 else None


def _entries(value: Any) -> Iterator[Any]:
    """The entries of a list, or of the first list within an envelope of one or two levels."""
    if isinstance(value, list):
        yield from value[:5]
    elif isinstance(value, dict):
        for part in value.values():
            if isinstance(part, list) and part and isinstance(part[0], dict):
                yield from part[:5]
                return
        for part in value.values():
            if isinstance(part, dict):
                yield from _entries({k: v for k, v in part.items() if isinstance(v, list)})


def _id(entry: Any, name: str) -> JSON:
    if not isinstance(entry, dict):
        return None
    short = name.lower().removesuffix("_id").removesuffix("id").strip("_-")
    last = (key for key in entry if key.lower() in ("uuid", "slug", "key", "name", short))
    for key in (name, "id", "_id", *last):
        value = entry.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return value
    return None
