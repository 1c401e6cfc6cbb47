"""Checks that each operation of an OpenAPI document says what a caller has to know."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gates.core import openapi
from gates.core.model import Finding, Severity
from gates.probes.documentation import text

_DEPTH = 12  # of schemas within schemas; examples deeper than this help nobody


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: its label ("GET /books/{id}"), its own object and all its parameters."""

    label: str
    method: str
    path: str
    operation: dict[str, Any]
    parameters: tuple[dict[str, Any], ...] = ()

    @property
    def responses(self) -> dict[str, Any]:
        found = self.operation.get("responses")
        return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def described(document: dict[str, Any]) -> tuple[Described, ...]:
    """Return the operations of a document in the order of `openapi.operations`."""
    return tuple(_described(document, operation) for operation in openapi.operations(document))


def lacking(document: dict[str, Any], one: Described) -> tuple[str, ...]:
    """Return what the operation does not say, in words; nothing if it is complete."""
    operation = one.operation
    return tuple(
        name
        for name, stated in (
            ("summary", _said(operation, "summary")),
            ("description", _said(operation, "description") and not _repeats(operation)),
            ("example", _has_example(document, one)),
            ("error answer (4xx or default)", _tells_errors(document, one)),
            ("security", _states_security(document, operation)),
        )
        if not stated
    )


def check(document: dict[str, Any], one: Described, path: str) -> Finding | None:
    """Return one finding that names all that is missing, None if nothing is."""
    missing = lacking(document, one)
    if not missing:
        return None
    return Finding(
        tool="documentation",
        rule="operation-incomplete",
        severity=Severity.MEDIUM,
        message=f"{one.label} lacks: {', '.join(missing)}",
        path=path,
        fix="Add it where the operation is defined, then write the document anew.",
        context=one.label,
    )


def resolved(document: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return an object with its local reference followed; empty for anything else."""
    seen: set[str] = set()
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        reference = value["$ref"]
        if reference in seen:
            return {}
        seen.add(reference)
        try:
            value = openapi.resolve(document, reference)
        except LookupError:
            return {}
    return value if isinstance(value, dict) else {}


def _described(document: dict[str, Any], operation: openapi.Operation) -> Described:
    written = document["paths"][operation.path]
    item = {**resolved(document, written), **written}
    own = item[operation.method.lower()]
    listed = [*_list(item.get("parameters")), *_list(own.get("parameters"))]
    return Described(
        label=operation.label,
        method=operation.method,
        path=operation.path,
        operation=own,
        parameters=tuple(resolved(document, parameter) for parameter in listed),
    )


def _has_example(document: dict[str, Any], one: Described) -> bool:
    """Tell whether a body or a parameter has an example, or there is none that could have one."""
    places = tuple(_places(document, one))
    return not places or any(_exemplified(document, place, 0) for place in places)


def _places(document: dict[str, Any], one: Described) -> Iterator[dict[str, Any]]:
    yield from one.parameters
    body = resolved(document, one.operation.get("requestBody"))
    for holder in (body, *(resolved(document, answer) for answer in one.responses.values())):
        content = holder.get("content")
        if isinstance(content, dict):
            yield from (media for media in content.values() if isinstance(media, dict))
        elif "schema" in holder or "examples" in holder:  # Swagger 2.0
            yield holder


def _exemplified(document: dict[str, Any], place: Any, depth: int) -> bool:
    place = resolved(document, place)
    if depth > _DEPTH or not place:
        return False
    if "example" in place or "x-example" in place or place.get("examples"):
        return True
    inner = [place.get(key) for key in ("schema", "items", "additionalProperties")]
    for key in ("allOf", "anyOf", "oneOf"):
        inner.extend(_list(place.get(key)))
    properties = place.get("properties")
    if isinstance(properties, dict):
        inner.extend(properties.values())
    return any(_exemplified(document, one, depth + 1) for one in inner if isinstance(one, dict))


def _said(operation: dict[str, Any], key: str) -> bool:
    value = operation.get(key)
    return isinstance(value, str) and not text.is_placeholder(value)


def _repeats(operation: dict[str, Any]) -> bool:
    """Whether the description is the summary once more."""
    summary, description = (
        str(operation.get(key, "")).strip(" .\n").casefold() for key in ("summary", "description")
    )
    return summary == description and len(summary.split()) > 1


def _states_security(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    """Tell whether it is said who may call it, by schemes that the document describes."""
    said = operation.get("security", document.get("security"))
    components = document.get("components")
    described = components.get("securitySchemes") if isinstance(components, dict) else None
    known = {**_mapping(described), **_mapping(document.get("securityDefinitions"))}
    named = {name for one in _list(said) if isinstance(one, dict) for name in one}
    return isinstance(said, list) and named <= known.keys()


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tells_errors(document: dict[str, Any], one: Described) -> bool:
    """Tell whether an error answer is there; who sends nothing of their own can do no wrong."""
    security = one.operation.get("security", document.get("security"))
    takes = one.parameters or "requestBody" in one.operation or any(_list(security))
    return not takes or any(
        status == "default" or status.startswith("4") for status in one.responses
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
