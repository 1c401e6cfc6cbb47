"""Rules for the bodies that a document names: one form of success, one of failure, known codes."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gates.core import envelopes
from gates.core.design.lists import flattened_or_none, listings, success_schema
from gates.core.design.model import KNOWN_WORDS, Api, Violation
from gates.core.design.routing import segments
from gates.core.documented import Documented
from gates.core.envelopes import Envelope, Shape
from gates.core.openapi import JSON
from gates.core.sampling import kind_of

# What may stand beside `data` in an envelope of success.
BESIDE_DATA = frozenset(
    {
        *("data", "meta", "links", "pagination", "paging", "page", "included", "message", "code"),
        *("permissions", "actions", "warnings"),
        *("success", "status", "error", "errors", "request_id", "jsonapi", "total", "next"),
    }
)
CODE_NAMES = ("code", "error_code", "errorcode", "type", "error")


def success(api: Api) -> list[Violation]:
    """Answers of success are all bare objects, or all below `data`."""
    styles = {op.label: style for op in api.operations if (style := _style(op, api.document))}
    wanted = api.settings.success
    if wanted == "auto":
        wanted = _most(styles.values())
    return [
        Violation("success-envelope", label, f"its success is {_said(style)}", _said(wanted))
        for label, style in styles.items()
        if style != wanted
    ]


def lists(api: Api) -> list[Violation]:
    """Lists all stand at the same place of their answers."""
    found = {one.op.label: one.pointer for one in listings(api)}
    wanted = _most(found.values())
    return [
        Violation("list-envelope", label, f"its list is {_place(at)}", _place(wanted))
        for label, at in found.items()
        if at != wanted
    ]


def errors(api: Api) -> list[Violation]:
    """Errors are all in the envelope that the policy wants, or in the one that most are in."""
    declared = list(envelopes.declared(api.operations, api.document))
    if not declared:
        if not api.operations:
            return []
        text = "no error answer of the document has a schema"
        better = "one schema for all errors, e.g. {error: {code, message}}"
        return [Violation("error-envelope", "#/paths", text, better)]
    chosen = envelopes.chosen(api.settings.envelope)
    wanted = chosen or envelopes.commonest(shape for _, shape, _ in declared)
    if wanted is None:
        return []
    found = {
        (label, shape.words): Violation(
            "error-envelope", label, f"an error is {shape.words}", wanted.words
        )
        for label, shape, media in declared
        if not _within(shape, media, wanted)
    }
    return [found[key] for key in sorted(found)]


def codes(api: Api) -> list[Violation]:
    """The codes of errors are listed: a program can only tell apart what it knows."""
    found = {}
    for op in api.operations:
        for status, schema, place in _error_schemas(op):
            listed = has_codes(schema, api.document, 0)
            if not listed:
                found[place] = Violation(
                    "error-codes",
                    place or f"{op.label} {status}",
                    "no member of the error has an enum of its codes",
                    "an enum for `code`, e.g. [not_found, conflict]",
                )
    return [found[key] for key in sorted(found)]


def has_codes(schema: JSON, document: JSON, depth: int) -> bool:
    """Whether a schema has a member for the code whose values are listed."""
    whole = flattened_or_none(schema, document)
    if whole is None or depth > 3:
        return False
    for key in ("oneOf", "anyOf"):
        choices = whole.get(key)
        if isinstance(choices, list) and choices:
            return any(has_codes(one, document, depth + 1) for one in choices)
    properties = whole.get("properties")
    for name, part in (properties if isinstance(properties, dict) else {}).items():
        inner = flattened_or_none(part, document) or {}
        if name.lower() in CODE_NAMES and ("enum" in inner or "const" in inner):
            return True
        if kind_of(inner) == "object" and has_codes(inner, document, depth + 1):
            return True
    return False


def _error_schemas(op: Documented) -> Iterator[tuple[str, JSON, str]]:
    """Status, schema and place of each JSON body of an error; the place is where it is defined."""
    for status, response in sorted(op.responses.items()):
        content = response.get("content")
        if not envelopes.is_error(status) or not isinstance(content, dict):
            continue
        for media, holder in content.items():
            schema = holder.get("schema") if isinstance(holder, dict) else None
            if "json" in media.lower() and isinstance(schema, dict) and schema:
                yield status, schema, str(schema.get("$ref", ""))


def _within(shape: Shape, media: str, wanted: Envelope) -> bool:
    """Whether a declared form is in the envelope: every member that it needs is there."""
    if wanted.media and media != wanted.media:
        return False
    return any(_same(shape, one) for one in wanted.shapes)


def _same(shape: Shape, wanted: Shape) -> bool:
    if shape.kind != wanted.kind:
        return False
    known = {part for name in (*shape.known, *shape.needed) for part in _above(name)}
    if wanted.needed:
        return set(wanted.needed) <= known
    return not wanted.known or bool(set(wanted.known) & known)


def _above(pointer: str) -> Iterator[str]:
    """A pointer and those above it: what has /error/code has /error too."""
    yield pointer
    first = pointer[1:].partition("/")[0]
    yield f"/{first}"


def _style(op: Documented, document: JSON) -> str:
    """How a success is wrapped; "" for what has no JSON or is a session, whose form is OAuth's."""
    last = (segments(op.path) or ("",))[-1].lower()
    schema = success_schema(op, document)
    if schema is None or last in KNOWN_WORDS:
        return ""
    properties = schema.get("properties")
    names = set(properties) if isinstance(properties, dict) else set()
    wrapped = "data" in names and names <= BESIDE_DATA
    return "data" if wrapped else "bare"


def _most(values: Iterable[str]) -> str:
    counted = Counter(values)
    return min(counted, key=lambda one: (-counted[one], one)) if counted else ""


def _said(style: str) -> str:
    return "below `data`" if style == "data" else "the bare object"


def _place(pointer: str) -> str:
    return f"at {pointer}" if pointer else "the whole body"
