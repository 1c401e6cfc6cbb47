"""One form for schemas that mean the same: references followed, allOf merged, null taken out.

Nullability is written in four ways (nullable, x-nullable, a type "null", a choice of null); here
it is a flag. A constant is a list of one value. Exclusive bounds are numbers, as in OpenAPI 3.1.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from gates.core.bundling import escaped
from gates.core.openapi import JSON, resolve

DEPTH = 40
NUMERIC_TIGHTER = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "minContains": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "maxContains": min,
}
KINDS = ("oneOf", "anyOf")
_SAYS_NOTHING = {"$ref", "description", "summary", "title", "example", "examples"}
ANYTHING = frozenset({".*", "^.*$", "^.*", ".*$", "", "(.*)", "[\\s\\S]*", "^[\\s\\S]*$"})


class Located(NamedTuple):
    """A schema and the JSON pointer to it."""

    schema: JSON
    pointer: str


class Form(NamedTuple):
    """A schema in the one form. `types` None: any; `values` None: not enumerated."""

    pointer: str
    said: dict[str, JSON]
    types: frozenset[str] | None
    nullable: bool
    properties: dict[str, Located]
    required: frozenset[str]
    values: tuple[JSON, ...] | None
    choices: tuple[tuple[str, tuple[Located, ...]], ...]
    patterns: frozenset[str]


class Forms:
    """The forms of one document's schemas; each that is referred to is read once."""

    def __init__(self, document: JSON) -> None:
        self.document = document
        self._known: dict[str, Form] = {}
        self._targets: dict[str, Located] = {}

    def of(self, located: Located, depth: int = 0) -> Form:
        """The schema in the one form; what refers to nothing, or to itself, allows everything."""
        schema, pointer = located
        if schema is False:
            return _empty(pointer)._replace(types=frozenset())
        if not isinstance(schema, dict) or depth > DEPTH:
            return _empty(pointer)
        own = whole = _own(schema, pointer)
        if "$ref" in schema or "allOf" in schema:
            for part in self._parts(schema, pointer, depth):
                whole = merged(part, whole)
            if own.nullable and own.types is None:  # an author means it, whatever 3.0.3 says
                whole = whole._replace(nullable=True)
        return self._unwrapped(whole, depth) if whole.choices else whole

    def target(self, located: Located) -> Located:
        """What a schema that is a bare reference leads to; any other schema itself."""
        reference = _bare_reference(located.schema)
        if reference is None:
            return located
        if reference not in self._targets:
            self._targets[reference] = _target(located, self.document)
        return self._targets[reference]

    def _parts(self, schema: Mapping[str, JSON], pointer: str, depth: int) -> Iterator[Form]:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield self._named(reference, pointer, depth)
        parts = schema.get("allOf")
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            yield self.of(Located(part, f"{pointer}/allOf/{index}"), depth + 1)

    def _named(self, reference: str, pointer: str, depth: int) -> Form:
        if reference not in self._known:
            self._known[reference] = _empty(pointer)
            with suppress(LookupError):
                found = resolve(self.document, reference)
                self._known[reference] = self.of(Located(found, reference), depth + 1)
        return self._known[reference]

    def _unwrapped(self, whole: Form, depth: int) -> Form:
        """Choices without null, which is a flag; a single one that is left is no choice."""
        kept: list[tuple[str, tuple[Located, ...]]] = []
        single: list[Located] = []
        nullable = whole.nullable
        for kind, listed in whole.choices:
            others = tuple(one for one in listed if not _is_null(self.target(one).schema))
            nullable = nullable or len(others) < len(listed)
            if len(others) == 1:
                single.append(others[0])
            elif others:
                kept.append((kind, others))
        changed = whole._replace(choices=tuple(kept), nullable=nullable)
        for one in single:
            below = self.of(one, depth + 1)
            both = merged(changed._replace(nullable=True), below)
            changed = both._replace(pointer=whole.pointer, nullable=nullable or below.nullable)
        return changed


def _target(located: Located, document: JSON) -> Located:
    """What references lead to, one after the other, until a schema says something."""
    for _ in range(DEPTH):
        reference = _bare_reference(located.schema)
        if reference is None:
            return located
        try:
            located = Located(resolve(document, reference), reference)
        except LookupError:
            return Located(True, located.pointer)
    return Located(True, located.pointer)


def merged(one: Form, two: Form) -> Form:
    """Both at once, as allOf means it; the place is that of the second."""
    return Form(
        pointer=two.pointer,
        said=_said(one.said, two.said),
        types=_common(one.types, two.types),
        nullable=(one.nullable or one.types is None) and (two.nullable or two.types is None),
        properties=_properties(one.properties, two.properties),
        required=one.required | two.required,
        values=_values(one.values, two.values),
        choices=one.choices + two.choices,
        patterns=one.patterns | two.patterns,
    )


def inside(wide: frozenset[str] | None, narrow: frozenset[str] | None) -> bool:
    """Whether every value of the types `narrow` is one of the types `wide`."""
    if wide is None:
        return True
    if narrow is None:
        return False
    return all(kind in wide or (kind == "integer" and "number" in wide) for kind in narrow)


def _bare_reference(schema: JSON) -> str | None:
    """What a schema refers to; None where something beside the reference changes its meaning."""
    if not isinstance(schema, dict) or schema.keys() - _SAYS_NOTHING:
        return None
    reference = schema.get("$ref")
    return reference if isinstance(reference, str) else None


def _own(schema: dict[str, JSON], pointer: str) -> Form:
    types, nullable = _types(schema)
    properties = schema.get("properties")
    values = _listed(schema)
    if values is not None and None in values:
        nullable = nullable or types is None or "nullable" not in schema
        values = tuple(value for value in values if value is not None)
    pattern = schema.get("pattern")
    return Form(
        pointer=pointer,
        said=_exclusive(schema),
        types=types,
        nullable=nullable,
        properties={
            name: Located(part, f"{pointer}/properties/{escaped(name)}")
            for name, part in (properties.items() if isinstance(properties, dict) else ())
        },
        required=_names(schema.get("required")),
        values=values,
        choices=tuple(
            (kind, tuple(Located(c, f"{pointer}/{kind}/{n}") for n, c in enumerate(listed)))
            for kind in KINDS
            if isinstance(listed := schema.get(kind), list) and listed
        ),
        patterns=frozenset(
            {pattern} if isinstance(pattern, str) and pattern not in ANYTHING else ()
        ),
    )


def _empty(pointer: str) -> Form:
    return Form(pointer, {}, None, False, {}, frozenset(), None, (), frozenset())


def _types(schema: Mapping[str, JSON]) -> tuple[frozenset[str] | None, bool]:
    said = schema.get("type")
    nullable = schema.get("nullable") is True or schema.get("x-nullable") is True
    if isinstance(said, str):
        said = [said]
    if not isinstance(said, list):
        return None, nullable
    kinds = frozenset(kind for kind in said if isinstance(kind, str))
    if kinds == {"null"}:
        return kinds, True
    return kinds - {"null"}, nullable or "null" in kinds


def _listed(schema: Mapping[str, JSON]) -> tuple[JSON, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    values = schema.get("enum")
    return tuple(values) if isinstance(values, list) else None


def _exclusive(schema: dict[str, JSON]) -> dict[str, JSON]:
    """The keywords with the flags of OpenAPI 3.0 turned into the numbers of 3.1."""
    said = schema
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(flag), bool):
            said = {key: part for key, part in said.items() if key != flag}
            if schema[flag] is True and bound in said:
                said = {**said, flag: said[bound]}
                del said[bound]
    return said


def _is_null(schema: JSON) -> bool:
    if not isinstance(schema, dict):
        return False
    return schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None]


def _said(one: Mapping[str, JSON], two: Mapping[str, JSON]) -> dict[str, JSON]:
    both = {**one, **two}
    for key in one.keys() & two.keys():
        first, second = one[key], two[key]
        pick = NUMERIC_TIGHTER.get(key)
        if pick and is_number(first) and is_number(second):
            both[key] = pick(first, second)  # type: ignore[type-var]
        elif key in ("additionalProperties", "unevaluatedProperties") and first is False:
            both[key] = False
        elif key in ("readOnly", "writeOnly", "uniqueItems"):
            both[key] = bool(first or second)
    return both


def is_number(value: JSON) -> bool:
    """Whether it is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _common(one: frozenset[str] | None, two: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or two is None:
        return two if one is None else one
    both = set(one & two)
    if "integer" in one | two and "number" in one | two:
        both.add("integer")
    return frozenset(both)


def _properties(one: dict[str, Located], two: dict[str, Located]) -> dict[str, Located]:
    both = {**one, **two}
    for name in one.keys() & two.keys():
        parts: list[JSON] = [one[name].schema, two[name].schema]
        if parts[0] != parts[1]:
            both[name] = Located({"allOf": parts}, two[name].pointer)
    return both


def _values(one: tuple[JSON, ...] | None, two: tuple[JSON, ...] | None) -> tuple[JSON, ...] | None:
    if one is None or two is None:
        return two if one is None else one
    return tuple(value for value in one if value in two)


def _names(value: JSON) -> frozenset[str]:
    names = value if isinstance(value, list) else []
    return frozenset(name for name in names if isinstance(name, str))
