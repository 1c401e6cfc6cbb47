"""Makes bodies that are valid, unlike any other, and known again by a text planted in them."""

from collections.abc import Mapping

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.core.patterns import text_for
from gates.core.sampling import NoSample, flattened, formatted, kind_of, sample

UNIQUE_FORMATS = ("email", "idn-email", "uuid", "uri", "url", "hostname")
FREE_NAMES = frozenset(
    (
        *("name", "title", "description", "note", "notes", "comment", "text", "content"),
        *("message", "subject", "body", "summary", "label", "caption", "bio", "details", "memo"),
    )
)
SECRET_WORDS = ("password", "passwd", "secret", "token", "pin", "otp")
SHORTEST = 18  # characters of a canary


class Planted(msgspec.Struct, frozen=True):
    """A body, and the text that is in it and nowhere else; "" if no field has room for one."""

    body: JSON
    canary: str = ""


def canary_of(number: int) -> str:
    """A text that no other number has in it."""
    return f"gs-canary-{number:07d}z"


def planted(
    op: Documented, document: JSON, number: int, *, salt: int = 0, careful: bool = False
) -> Planted:
    """A body for an operation. Raises NoSample.

    `salt` asks for other values than those that the document offers; `careful` plants only in
    fields that by their name take any text, for services that check more than they document.
    """
    if not op.body_type:
        return Planted(None)
    body = op.body_example if op.body_example is not None and not salt else None
    if body is None:
        body = sample(op.body_schema, document, salt, offered=not salt)
    writer = _Writer(document, number, careful)
    return Planted(writer.value(body, op.body_schema, ""), writer.canary)


def text_fields(op: Documented, document: JSON) -> dict[str, dict[str, JSON]]:
    """The fields of an operation's body with their schemas, the outermost ones."""
    return properties(op.body_schema, document)


def properties(schema: JSON, document: JSON) -> dict[str, dict[str, JSON]]:
    """Name → schema of an object's fields, references followed; choices are joined."""
    try:
        whole = flattened(schema, document)
    except NoSample:
        return {}
    found: dict[str, dict[str, JSON]] = {}
    for key in ("oneOf", "anyOf"):
        choices = whole.get(key)
        for choice in choices if isinstance(choices, list) else ():
            found.update(properties(choice, document))
    known = whole.get("properties")
    for name, part in known.items() if isinstance(known, dict) else ():
        found[name] = _flat(part, document)
    return found


def moved(body: JSON, current: JSON, fields: Mapping[str, Mapping[str, JSON]]) -> JSON:
    """The body with other values where it says what the object says already."""
    if not isinstance(body, dict) or not isinstance(current, dict):
        return body
    return {
        name: _other(value, fields.get(name, {})) if current.get(name, body) == value else value
        for name, value in body.items()
    }


def _other(value: JSON, schema: Mapping[str, JSON]) -> JSON:
    values = schema.get("enum")
    if isinstance(values, list):
        return next((one for one in values if one not in (value, None)), value)
    match value:
        case bool():
            return not value
        case int() | float():
            most = schema.get("maximum")
            up = not isinstance(most, int | float) or value + 1 <= most
            return value + 1 if up else value - 1
        case _:
            return value


class _Writer:
    """Walks a body along its schema; `canary` is what it planted."""

    def __init__(self, document: JSON, number: int, careful: bool) -> None:
        self.canary = ""
        self._document = document
        self._number = number
        self._careful = careful

    def value(self, value: JSON, schema: JSON, name: str) -> JSON:
        flat = _flat(schema, self._document)
        match value:
            case dict():
                known = properties(flat, self._document)
                return {key: self.value(part, known.get(key), key) for key, part in value.items()}
            case list():
                return [self.value(part, flat.get("items"), "") for part in value]
            case str() if kind_of(_plain(flat)) == "string":
                return self._text(value, _plain(flat), name)
            case _:
                return value

    def _text(self, value: str, schema: dict[str, JSON], name: str) -> str:
        word = name.lower()
        if "enum" in schema or "const" in schema or any(one in word for one in SECRET_WORDS):
            return value
        pattern, form = schema.get("pattern"), schema.get("format")
        if isinstance(pattern, str):
            least = schema.get("minLength")
            made = text_for(pattern, self._number, least if isinstance(least, int) else 0)
            return made if made and len(made) <= _most(schema) else value
        if isinstance(form, str):
            unique = formatted(form, self._number) if form in UNIQUE_FORMATS else ""
            return unique or value
        if self._careful and word not in FREE_NAMES:
            return value
        return self._free(value, schema)

    def _free(self, value: str, schema: dict[str, JSON]) -> str:
        text = canary_of(self._number)
        if len(text) > _most(schema):
            short = f"g{self._number}"
            return short if len(short) <= _most(schema) else value
        least = schema.get("minLength")
        self.canary = text
        return text.ljust(least, "x") if isinstance(least, int) else text


def _most(schema: Mapping[str, JSON]) -> int:
    most = schema.get("maxLength")
    return most if isinstance(most, int) else 1_000_000


def _flat(schema: JSON, document: JSON) -> dict[str, JSON]:
    try:
        return flattened(schema, document)
    except NoSample:
        return schema if isinstance(schema, dict) else {}


def _plain(schema: dict[str, JSON]) -> dict[str, JSON]:
    """Of a choice with null the other one."""
    choices = schema.get("anyOf", schema.get("oneOf"))
    if not isinstance(choices, list):
        return schema
    real = [one for one in choices if isinstance(one, dict) and one.get("type") != "null"]
    return {**schema, **real[0]} if real else schema
