"""Requests that can be made from a document alone: to read, with two ids, and to write."""

import uuid
from collections.abc import Iterable, Iterator

import msgspec

from gates.core.behaviour import Upstream
from gates.core.documented import Documented, Made, Parameter, made
from gates.core.openapi import JSON
from gates.core.sampling import NoSample, kind_of

NUMBERS = (90817263, 90817264)
WORDS = ("gatescore-901001", "gatescore-901002")
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def readable(operations: Iterable[Documented], document: JSON) -> Iterator[tuple[Documented, Made]]:
    """Operations that are read without knowing any id."""
    for op in operations:
        if op.operation.method == "GET" and "{" not in op.path:
            try:
                yield op, made(op, document)
            except NoSample:
                continue


def with_ids(
    operations: Iterable[Documented], document: JSON
) -> Iterator[tuple[Documented, tuple[Made, ...], tuple[str, ...]]]:
    """Operations that are read by an id, as requests for two ids, and the ids."""
    for op in operations:
        inner = [one for one in op.parameters if one.place == "path"]
        if op.operation.method != "GET" or not inner:
            continue
        chosen = [(id_of(inner[-1], n), {one.name: id_of(one, n) for one in inner}) for n in (0, 1)]
        try:
            asked = tuple(made(op, document, values) for _, values in chosen)
        except NoSample:
            continue
        yield op, asked, tuple(str(one) for one, _ in chosen)


def labels_of(names: Iterable[str], operations: Iterable[Documented]) -> tuple[str, ...]:
    """Labels of operations that a target file names: by operationId, with or without base path."""
    known = {
        name: op.label
        for op in operations
        for name in (op.operation.operation_id, op.operation.label, op.label)
        if name
    }
    return tuple(dict.fromkeys(known.get(name, name) for name in names))


def led(upstreams: Iterable[Upstream], operations: tuple[Documented, ...]) -> tuple[Upstream, ...]:
    """The upstreams with their operations named by labels."""
    return tuple(
        msgspec.structs.replace(one, operations=labels_of(one.operations, operations))
        for one in upstreams
    )


def id_of(parameter: Parameter, number: int) -> JSON:
    """An id that stands out, of the type that the parameter has."""
    schema = parameter.schema
    if kind_of(schema) in ("integer", "number"):
        return NUMBERS[number]
    if schema.get("format") == "uuid":
        return str(uuid.uuid5(uuid.NAMESPACE_URL, WORDS[number]))
    return WORDS[number]


def writing(operations: Iterable[Documented], skip: Iterable[str]) -> list[Documented]:
    """Operations that write: those that make things first, those that remove them last."""
    left_out = set(skip)
    found = [
        op
        for op in operations
        if op.operation.method in WRITES and op.path not in left_out and not _session(op)
    ]
    return sorted(
        found, key=lambda op: (WRITES.index(op.operation.method), op.path.count("{"), op.path)
    )


def _session(op: Documented) -> bool:
    """Whether it ends or renews a session: it would take our own away."""
    last = op.path.rstrip("/").rpartition("/")[2].lower().replace("-", "").replace("_", "")
    return last in ("logout", "signout", "refresh", "revoke", "shutdown", "reset")


def collection(path: str) -> str:
    """The path of the collection that the last id of a path lies in: "" where there is no id."""
    return path[: path.rfind("{")].rstrip("/") if "{" in path else ""


def identifier(value: JSON) -> JSON:
    """The id of an object in an answer, or of the first of a list; None where none is seen."""
    match value:
        case list():
            return identifier(value[0]) if value else None
        case dict():
            return _own_id(value) or _listed_id(value)
        case _:
            return None


def _own_id(value: dict[str, JSON]) -> JSON:
    for name in ("id", "uuid", "key", "slug", *sorted(n for n in value if n.endswith("_id"))):
        found = value.get(name)
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
            return found
    return None


def _listed_id(value: dict[str, JSON]) -> JSON:
    for part in value.values():
        if isinstance(part, list | dict) and (found := identifier(part)) is not None:
            return found
    return None
