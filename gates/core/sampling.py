"""A valid value of a schema, made without chance: what the document offers first, else built.

Covers the schemas of OpenAPI 2.0 to 3.1 as far as requests need them. Where a schema gives an
example, a default or a list of values, that is used; else the smallest value within its bounds.
"""

import base64
import math
import uuid
from collections.abc import Mapping
from typing import Any

from gates.core.openapi import JSON, resolve
from gates.core.patterns import text_for

DEPTH = 24
WORD = "sample"
FORMATS = {
    "date": "2026-01-{day:02d}",
    "date-time": "2026-01-{day:02d}T12:00:00Z",
    "time": "12:00:{day:02d}Z",
    "duration": "P{day}D",
    "email": "sample{salt}@example.com",
    "idn-email": "sample{salt}@example.com",
    "hostname": "sample{salt}.example.com",
    "uri": "https://example.com/sample{salt}",
    "url": "https://example.com/sample{salt}",
    "uri-reference": "/sample{salt}",
    "iri": "https://example.com/sample{salt}",
    "ipv4": "192.0.2.{day}",
    "ipv6": "2001:db8::{day}",
    "json-pointer": "/sample{salt}",
    "password": "Sample-{salt}-Pass-9x",  # pragma: allowlist secret
}


class NoSample(Exception):
    """No value of the schema could be made; the text says why."""


def sample(schema: JSON, document: JSON, salt: int = 0, *, offered: bool = True) -> JSON:
    """A value that the schema allows. Raises NoSample.

    `salt` makes texts and numbers without an offered value differ; with `offered` False examples
    and defaults are left aside, so that salted values of one schema differ where they can.
    """
    return _Maker(document, salt, offered).value(schema, 0)


class _Maker:
    def __init__(self, document: JSON, salt: int, offered: bool) -> None:
        self._document = document
        self._salt = salt
        self._offered = offered

    def value(self, schema: JSON, depth: int) -> JSON:
        if depth > DEPTH:
            raise NoSample("the schema refers to itself without an end")
        if not isinstance(schema, dict):
            return WORD if schema is not False else _impossible()
        whole = flattened(schema, self._document)
        if "const" in whole:
            return whole["const"]
        if self._offered and (found := offer(whole)):
            return found[0]
        values = whole.get("enum")
        if isinstance(values, list):
            return values[self._salt % len(values)] if values else _impossible()
        for key in ("oneOf", "anyOf"):
            choices = whole.get(key)
            if isinstance(choices, list) and choices:
                return self._choice(whole, key, choices, depth)
        return self._typed(whole, depth)

    def _choice(self, whole: dict[str, JSON], key: str, choices: list[JSON], depth: int) -> JSON:
        rest = {name: part for name, part in whole.items() if name != key}
        problem = NoSample(f"{key} has no choice that can be made")
        for choice in sorted(choices, key=_is_null):
            try:
                return self.value(merged([rest, choice], self._document), depth + 1)
            except NoSample as error:
                problem = error
        raise problem

    def _typed(self, schema: dict[str, JSON], depth: int) -> JSON:
        match kind_of(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer":
                return int(self._number(schema, whole=True))
            case "number":
                return self._number(schema, whole=False)
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return self._text(schema)

    def _object(self, schema: dict[str, JSON], depth: int) -> JSON:
        properties = schema.get("properties")
        known = properties if isinstance(properties, dict) else {}
        required = [name for name in _list(schema.get("required")) if isinstance(name, str)]
        made: dict[str, JSON] = {}
        for name in dict.fromkeys((*required, *known)):
            part = known.get(name, {})
            if isinstance(part, dict) and flattened(part, self._document).get("readOnly"):
                continue
            try:
                made[name] = self.value(part, depth + 1)
            except NoSample:
                if name in required:
                    raise
        return made

    def _array(self, schema: dict[str, JSON], depth: int) -> JSON:
        least = max(int(_bound(schema, "minItems", 0)), 0)
        most = _bound(schema, "maxItems", math.inf)
        size = int(min(max(least, 1), most))
        if size > 1000:
            raise NoSample(f"an array of at least {size} entries is not made")
        salts = range(self._salt, self._salt + size)
        distinct = bool(schema.get("uniqueItems")) or size > 1
        return [
            _Maker(self._document, salt, self._offered and not (distinct and size > 1)).value(
                schema.get("items", {}), depth + 1
            )
            for salt in salts
        ]

    def _number(self, schema: dict[str, JSON], *, whole: bool) -> float:
        low, high = limits(schema, whole=whole)
        step = _bound(schema, "multipleOf", 1.0 if whole else 0.0) or (1.0 if whole else 0.5)
        start = low if math.isfinite(low) else min(1.0, high)
        first = math.ceil(start / step - 1e-9) * step
        if first > high:
            if whole or low > high:
                raise NoSample(f"no number from {low:g} to {high:g} is a multiple of {step:g}")
            return (low + high) / 2
        room = (high - first) // step if math.isfinite(high) else math.inf
        moved = first + step * (self._salt % (int(min(room, 1_000_000)) + 1))
        return int(moved) if float(moved).is_integer() else moved

    def _text(self, schema: dict[str, JSON]) -> str:
        least = int(_bound(schema, "minLength", 0))
        most = _bound(schema, "maxLength", math.inf)
        if least > 1_000_000 or least > most:
            raise NoSample(f"no text of {least} to {most:g} characters is made")
        pattern, form = schema.get("pattern"), schema.get("format")
        if isinstance(pattern, str):
            made = text_for(pattern, self._salt, least)
            if made is None or len(made) > most:
                raise NoSample(f"no text for the pattern {pattern[:80]} is made")
            return made
        text = formatted(form, self._salt) if isinstance(form, str) else ""
        text = text or (f"{WORD}{self._salt}" if self._salt else WORD)
        if len(text) < least:
            text += "x" * (least - len(text))
        return text if len(text) <= most else text[-int(most) :] if most else ""


def formatted(form: str, salt: int) -> str:
    """A text of a format, "" for one that is not known."""
    match form:
        case "uuid":
            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sample{salt}"))
        case "byte" | "base64":
            return base64.b64encode(f"{WORD}{salt}".encode()).decode()
        case _:
            return FORMATS.get(form, "").format(salt=salt, day=salt % 28 + 1)


def offer(schema: Mapping[str, JSON]) -> list[JSON]:
    """What the document itself offers as a value, as a list of none or one."""
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return [examples[0]]
    for key in ("example", "x-example", "default"):
        if schema.get(key) is not None:
            return [schema[key]]
    return []


def flattened(schema: JSON, document: JSON) -> dict[str, JSON]:
    """The schema with its reference followed and its allOf merged. Raises NoSample."""
    return merged([schema], document)


def merged(schemas: list[JSON], document: JSON, depth: int = 0) -> dict[str, JSON]:
    """All schemas as one: properties and required together, bounds as narrow as any says."""
    if depth > DEPTH:
        raise NoSample("the schema refers to itself without an end")
    whole: dict[str, JSON] = {}
    for schema in schemas:
        if not isinstance(schema, dict):
            continue
        parts: list[JSON] = []
        reference = schema.get("$ref")
        if isinstance(reference, str):
            try:
                parts.append(resolve(document, reference))
            except LookupError:
                raise NoSample(f"{reference} leads nowhere") from None
        parts += _list(schema.get("allOf"))
        below = merged(parts, document, depth + 1) if parts else {}
        own = {name: part for name, part in schema.items() if name not in ("$ref", "allOf")}
        whole = _joined(_joined(whole, below), own)
    return whole


def _joined(one: dict[str, JSON], two: dict[str, JSON]) -> dict[str, JSON]:
    both = {**one, **two}
    for key in ("properties",):
        first, second = one.get(key), two.get(key)
        if isinstance(first, dict) and isinstance(second, dict):
            both[key] = {**first, **second}
    if "required" in one and "required" in two:
        both["required"] = [*dict.fromkeys((*_names(one), *_names(two)))]
    for key, pick in (("minimum", max), ("minLength", max), ("maximum", min), ("maxLength", min)):
        first, second = one.get(key), two.get(key)
        if isinstance(first, int | float) and isinstance(second, int | float):
            both[key] = pick(first, second)
    return both


def kind_of(schema: Mapping[str, JSON]) -> str:
    """The type to make: the first that is not null, or what the other keys speak of."""
    said = schema.get("type")
    if isinstance(said, list):
        named = [kind for kind in said if isinstance(kind, str) and kind != "null"]
        return named[0] if named else "null"
    if isinstance(said, str):
        return said
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    numeric = ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum")
    return "number" if any(key in schema for key in numeric) else "string"


def limits(schema: Mapping[str, JSON], *, whole: bool) -> tuple[float, float]:
    """The smallest and the largest number; exclusive bounds of 3.0 (flags) and 3.1 (numbers)."""
    step = 1.0 if whole else 1e-6
    low, high = _bound(schema, "minimum", -math.inf), _bound(schema, "maximum", math.inf)
    for key, sign in (("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
        said: Any = schema.get(key)
        if said is True:
            low, high = (low + step, high) if sign > 0 else (low, high - step)
        elif isinstance(said, int | float) and not isinstance(said, bool):
            edge = said + sign * step
            low, high = (max(low, edge), high) if sign > 0 else (low, min(high, edge))
    return low, high


def _bound(schema: Mapping[str, JSON], key: str, default: float) -> float:
    found = schema.get(key)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number else default  # type: ignore[arg-type]


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _names(schema: Mapping[str, JSON]) -> list[JSON]:
    return _list(schema.get("required"))


def _is_null(schema: JSON) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def _impossible() -> JSON:
    raise NoSample("the schema allows no value")
