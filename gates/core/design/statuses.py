"""Rules for the status codes that a document names."""

import re
from collections.abc import Iterator

from gates.core.design.lists import flattened_or_none, success_schema
from gates.core.design.model import KNOWN_WORDS, Api, Violation
from gates.core.design.paths import VERSION
from gates.core.design.routing import segments
from gates.core.design.words import is_plural
from gates.core.documented import Documented
from gates.core.openapi import JSON

CREATING = re.compile(r"(?:[Cc]reate|[Aa]dd|[Rr]egister|[Ii]nsert)(?![a-z])")
# Members of which two objects of one collection rarely have the same value.
UNIQUE = re.compile(
    r"e-?mail(?:[_-]?address)?|user[_-]?name|login|slug|isbn(?:[_-]?1[03])?|sku|handle|vin|iban|ean",
    re.IGNORECASE,
)
NAMED = re.compile(r"id|uuid|key|slug|self|href|url|links?|_links|location|\w+_id|\w+Id")


def created(api: Api) -> list[Violation]:
    """A new object is answered with 201 (or 202, where it is made later)."""
    return [
        Violation("status-created", op.label, f"success is {_shown(op)}", "201 with `Location`")
        for op in creating(api)
        if not _successes(op) & {"201", "202", "2XX"}
    ]


def located(api: Api) -> list[Violation]:
    """Whoever creates an object learns where it is: `Location`, or a member that names it."""
    return [
        Violation(
            "created-location",
            op.label,
            "201 has no `Location`, and no member of its body names the new object",
            "the header `Location` with the path of the new object",
        )
        for op in creating(api)
        if "201" in op.responses
        and "location" not in headers(op.responses["201"])
        and not _names_itself(op, api.document)
    ]


def deleted(api: Api) -> list[Violation]:
    """A removal is answered with 204, or 200 with what was removed, or 202."""
    return [
        Violation("status-deleted", op.label, f"success is {_shown(op)}", "204")
        for op in api.operations
        if op.operation.method == "DELETE" and _successes(op) - {"200", "202", "204", "2XX"}
    ]


def unauthenticated(api: Api) -> list[Violation]:
    """A protected operation says what nobody gets."""
    return [
        Violation("status-unauthenticated", op.label, "it is protected and has no 401", "add 401")
        for op in api.operations
        if op.protected and not documents(op, "401", "403")
    ]


def forbidden(api: Api) -> list[Violation]:
    """An operation that not every role may use says what the others get."""
    return [
        Violation("status-forbidden", op.label, "not every role may use it: no 403", "add 403")
        for op in api.operations
        if api.named(op, api.settings.forbidden) and not documents(op, "403", "404")
    ]


def not_found(api: Api) -> list[Violation]:
    """An operation on one object says what is answered when it is not there."""
    return [
        Violation("status-not-found", op.label, "its path has an id and there is no 404", "add 404")
        for op in api.operations
        if "{" in op.path and not documents(op, "404", "410") and not _puts_anything(op)
    ]


def conflict(api: Api) -> list[Violation]:
    """An object with a member that has to be unique says what a second one gets."""
    found = []
    makers = {op.label for op in creating(api)}
    for op in api.operations:
        writes = op.label in makers or op.operation.method == "PUT"
        member = _unique(op) if writes else ""
        if member and not documents(op, "409", "422"):
            text = f"`{member}` may be taken and there is no 409"
            found.append(Violation("status-conflict", op.label, text, "add 409"))
    return found


def invalid(api: Api) -> list[Violation]:
    """An operation with a body or a required query says what invalid input gets."""
    wanted = ("400", "422") if api.settings.validation == "either" else (api.settings.validation,)
    words = " or ".join(wanted)
    return [
        Violation(
            "status-validation", op.label, f"it takes input and has no {words}", f"add {words}"
        )
        for op in api.operations
        if _takes_input(op) and not documents(op, *wanted)
    ]


def throttled(api: Api) -> list[Violation]:
    """An operation that is limited says so: 429."""
    return [
        Violation("throttle-documented", op.label, "it is limited and has no 429", "add 429")
        for op in api.operations
        if api.named(op, api.settings.throttled) and not documents(op, "429")
    ]


def retry_after(api: Api) -> list[Violation]:
    """A 429 says when to come back."""
    return [
        Violation(
            "retry-after", op.label, "429 has no header `Retry-After`", "document `Retry-After`"
        )
        for op in api.operations
        if "429" in op.responses and "retry-after" not in headers(op.responses["429"])
    ]


def creating(api: Api) -> tuple[Documented, ...]:
    """The operations that make an object of a collection."""
    split = (op.path.rstrip("/").rpartition("/") for op in api.operations)
    collections = {above for above, _, last in split if last.startswith("{")}
    return tuple(op for op in api.operations if _creates(op, collections))


def _creates(op: Documented, collections: set[str]) -> bool:
    parts = segments(op.path)
    last = parts[-1] if parts else ""
    word = "{" not in last and last not in KNOWN_WORDS and not VERSION.fullmatch(last)
    if op.operation.method != "POST" or not word or not is_plural(last):
        return False
    named = CREATING.match(op.operation.operation_id) is not None
    return named or op.path.rstrip("/") in collections


def documents(op: Documented, *statuses: str) -> bool:
    """Whether a document has one of these statuses, by itself, its class or the default."""
    keys = {key.upper() for key in op.responses}
    wanted = {*statuses, *(f"{status[0]}XX" for status in statuses), "DEFAULT"}
    return bool(keys & wanted)


def headers(response: dict[str, JSON]) -> frozenset[str]:
    """The names of an answer's documented headers in lower case."""
    found = response.get("headers")
    return frozenset(name.lower() for name in found) if isinstance(found, dict) else frozenset()


def _successes(op: Documented) -> set[str]:
    return {key.upper() for key in op.responses if key.startswith("2")}


def _shown(op: Documented) -> str:
    return ", ".join(sorted(_successes(op))) or "not documented"


def _takes_input(op: Documented) -> bool:
    """Whether there is a body, or a query that has to be there; a bad page size may be clamped."""
    return bool(op.body_type) or any(p.required for p in op.parameters if p.place == "query")


def _puts_anything(op: Documented) -> bool:
    """Whether PUT makes what is not there yet."""
    return op.operation.method == "PUT" and "201" in op.responses


def _members(schema: dict[str, JSON] | None) -> Iterator[str]:
    properties = schema.get("properties") if schema else None
    yield from properties if isinstance(properties, dict) else ()


def _unique(op: Documented) -> str:
    return next((name for name in _members(op.body_schema) if UNIQUE.fullmatch(name)), "")


def _names_itself(op: Documented, document: JSON) -> bool:
    schema = success_schema(op, document)
    inner = _dict(schema).get("properties")
    data = inner.get("data") if isinstance(inner, dict) else None
    names = [*_members(schema), *_members(flattened_or_none(data, document))]
    return any(NAMED.fullmatch(name) for name in names)


def _dict(value: dict[str, JSON] | None) -> dict[str, JSON]:
    return value or {}
