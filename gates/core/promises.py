"""What a document promises of one answer, in one piece that needs no document any more."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON, resolve

MOST_SCHEMAS = 300


class Promise(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Statuses as the document writes them; media types, headers and schema for `status`."""

    statuses: tuple[str, ...]
    status: int
    media_types: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()  # that the answer has to have
    body_schema: dict[str, Any] | None = None  # JSON Schema 2020-12, without outer references


def promise(document: JSON, operation: Documented, status: int) -> Promise:
    """What an answer with this status has to be."""
    said = response(operation, status) or {}
    content = said.get("content")
    types = content if isinstance(content, dict) else {}
    media = next((part for name, part in types.items() if "json" in name), None)
    schema = media.get("schema") if isinstance(media, dict) else said.get("schema")
    return Promise(
        statuses=tuple(sorted(operation.responses)),
        status=status,
        media_types=tuple(sorted(name.partition(";")[0].strip().lower() for name in types)),
        headers=tuple(required_headers(said)),
        body_schema=standalone(document, schema) if isinstance(schema, dict) else None,
    )


def response(operation: Documented, status: int) -> dict[str, JSON] | None:
    """The response that describes a status, None if none does."""
    wanted = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
    return next((operation.responses[key] for key in wanted if key in operation.responses), None)


def required_headers(said: dict[str, JSON]) -> Iterator[str]:
    """Names of the headers that a response has to have, in lower case."""
    headers = said.get("headers")
    for name, header in headers.items() if isinstance(headers, dict) else ():
        if isinstance(header, dict) and header.get("required") is True:
            yield name.lower()


def standalone(document: JSON, schema: dict[str, JSON]) -> dict[str, Any] | None:
    """The schema with everything that it refers to; None where that is too much, or not there."""
    names: dict[str, str] = {}
    whole = _local(schema, names)
    held: dict[str, Any] = {}
    try:
        for reference in iter(lambda: next((r for r in names if names[r] not in held), ""), ""):
            held[names[reference]] = _local(resolve(document, reference), names)
            if len(held) > MOST_SCHEMAS:
                return None
    except LookupError:
        return None
    return {**whole, "$defs": held} if held else whole


def _local(value: Any, names: dict[str, str]) -> Any:
    match value:
        case dict():
            made = {key: _part(key, part, names) for key, part in value.items()}
            return _nullable(made) if made.get("nullable") is True else made
        case list():
            return [_local(part, names) for part in value]
        case _:
            return value


def _part(key: str, part: Any, names: dict[str, str]) -> Any:
    if key == "$ref" and isinstance(part, str) and part.startswith("#"):
        return f"#/$defs/{names.setdefault(part, f'd{len(names)}')}"
    return _local(part, names)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`nullable` of OpenAPI 3.0 in the words of JSON Schema."""
    kept = {key: value for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [kept, {"type": "null"}]}
