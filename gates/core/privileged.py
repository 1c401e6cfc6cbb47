"""Fields that a caller must not set: which to send along, with which values, and what came back."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from gates.core.documented import Documented
from gates.core.identifying import ENVELOPES, nobodys, objects
from gates.core.likeness import TIMES, equal
from gates.core.openapi import JSON
from gates.core.ownership import noun_of
from gates.core.planting import properties
from gates.core.sampling import kind_of

UNKNOWN = "gatescore_unknown"
WORD = "gs-extra"
MOMENT = "2001-02-03T04:05:06Z"
NUMBER = 1_000_003
PRIVILEGED: tuple[tuple[str, JSON], ...] = (
    ("role", "admin"),
    ("is_admin", True),
    ("isAdmin", True),
    ("admin", True),
    ("is_superuser", True),
    ("is_staff", True),
    ("verified", True),
    ("balance", NUMBER),
    ("user_id", NUMBER),
    ("owner_id", NUMBER),
    ("status", WORD),
)
OWNERS = frozenset(("user_id", "owner_id", "customer_id", "account_id", "author_id", "member_id"))


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """A field to send along. `documented`: the document has it among what it answers."""

    name: str
    value: JSON
    documented: bool = False


def answered(ops: Sequence[Documented], document: JSON, noun: str) -> dict[str, dict[str, JSON]]:
    """Name → schema of the fields that successful answers have, envelopes opened."""
    found: dict[str, dict[str, JSON]] = {}
    for op in ops:
        for status, response in op.responses.items():
            if not status.startswith("2"):
                continue
            for schema in _schemas(response):
                found.update(_opened(schema, document, noun))
    return found


def writable(op: Documented, document: JSON) -> dict[str, dict[str, JSON]]:
    """The fields of a request that the document lets a caller set."""
    fields = properties(op.body_schema, document)
    return {name: one for name, one in fields.items() if one.get("readOnly") is not True}


def extras(
    op: Documented,
    document: JSON,
    shown: Mapping[str, Mapping[str, JSON]],
    control: Mapping[str, JSON],
    other_id: str = "",
) -> tuple[Extra, ...]:
    """What to send along: fields of the answers that a caller cannot set, then privileged names.

    `control` is an object that was made without them: no value is one that it has anyway.
    """
    known = writable(op, document)
    fields = properties(op.body_schema, document)
    read_only = {name: part for name, part in fields.items() if name not in known}
    found = [
        Extra(
            name=name,
            value=_value(name, schema, control.get(name), other_id),
            documented=True,
        )
        for name, schema in {**shown, **read_only}.items()
        if name not in known and _is_scalar(schema)
    ]
    names = {noun_of(one.name) for one in found} | {noun_of(name) for name in (*known, *shown)}
    if not allows_any(op):
        found += [
            Extra(name=name, value=_own(name, value, other_id))
            for name, value in PRIVILEGED
            if noun_of(name) not in names
        ]
    return tuple(found)


def allows_any(op: Documented) -> bool:
    """Whether the document says in so many words that any field may be sent."""
    more = op.body_schema.get("additionalProperties")
    return more is True or isinstance(more, dict)


def came_back(extra: Extra, seen: JSON, control: JSON, noun: str) -> bool:
    """Whether an object has the value that was sent, and one made without it has not."""
    mine = [one[extra.name] for one in objects(seen, noun) if extra.name in one]
    others = [one[extra.name] for one in objects(control, noun) if extra.name in one]
    if not mine or not equal(extra.value, mine[0]):
        return False
    return not (others and equal(extra.value, others[0]))


def _schemas(response: Mapping[str, JSON]) -> list[JSON]:
    content = response.get("content")
    kinds = content.values() if isinstance(content, dict) else ()
    found = [kind.get("schema") for kind in kinds if isinstance(kind, dict)]
    return [*found, response["schema"]] if "schema" in response else found


def _opened(schema: JSON, document: JSON, noun: str) -> dict[str, dict[str, JSON]]:
    fields = properties(schema, document)
    for name in (noun, *ENVELOPES):
        if name in fields and kind_of(fields[name]) == "object":
            return properties(fields[name], document)
    return fields


def _is_scalar(schema: Mapping[str, JSON]) -> bool:
    return kind_of(_real(schema)) in ("string", "integer", "number", "boolean")


def _real(schema: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Of a choice with null the other one."""
    choices = schema.get("anyOf", schema.get("oneOf"))
    if not isinstance(choices, list):
        return schema
    real = [one for one in choices if isinstance(one, dict) and one.get("type") != "null"]
    return {**schema, **real[0]} if real else schema


def _value(name: str, said: Mapping[str, JSON], current: JSON, other_id: str) -> JSON:
    """A value of the schema that the control object has not."""
    schema = _real(said)
    values = schema.get("enum")
    if isinstance(values, list):
        return next((one for one in values if one not in (current, None)), None)
    match kind_of(schema):
        case "boolean":
            return not current if isinstance(current, bool) else True
        case "integer" | "number":
            return _own(name, _number(schema, current), other_id)
        case _:
            return _own(name, _text(schema, current), other_id)


def _number(schema: Mapping[str, JSON], current: JSON) -> JSON:
    base = int(current) if isinstance(current, int | float) else 0
    most = schema.get("maximum")
    number = base + NUMBER
    return most if isinstance(most, int) and number > most else number


def _text(schema: Mapping[str, JSON], current: JSON) -> JSON:
    if schema.get("format") == "date-time" or (isinstance(current, str) and TIMES.match(current)):
        return MOMENT
    if schema.get("format") == "date":
        return MOMENT[:10]
    if schema.get("format") == "uuid":
        return str(uuid.uuid5(uuid.NAMESPACE_URL, WORD))
    if schema.get("format") == "email":
        return f"{WORD}@example.com"
    return nobodys(current, {}) if isinstance(current, str) and current.isdecimal() else WORD


def _own(name: str, value: JSON, other_id: str) -> JSON:
    """Where a field says whose it is: the id of somebody else who exists."""
    if noun_of(name) not in OWNERS or not other_id:
        return value
    return int(other_id) if isinstance(value, int) and other_id.isdecimal() else other_id
