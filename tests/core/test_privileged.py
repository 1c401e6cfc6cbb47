"""Which fields are sent along, with which values, and when one has stayed."""

from typing import Any

import pytest

from gates.core.documented import Documented, documented
from gates.core.privileged import Extra, allows_any, answered, came_back, extras

NOTE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string"},
        "owner_id": {"type": "integer"},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "made": {"type": "string", "format": "date-time"},
        "paid": {"type": "boolean"},
        "lines": {"type": "array", "items": {}},
    },
}


def op(body: dict[str, Any], answer: dict[str, Any] | None = None) -> Documented:
    said = {
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"201": {"content": {"application/json": {"schema": answer or NOTE}}}},
    }
    return documented({"openapi": "3.1.0", "paths": {"/notes": {"post": said}}})[0]


GIVEN = {"type": "object", "properties": {"title": {"type": "string"}, "role": {"type": "string"}}}
CONTROL = {"id": 4, "owner_id": 1, "state": "open", "made": "2026-01-01T00:00:00Z", "paid": False}


def test_only_what_a_caller_cannot_set_is_sent() -> None:
    """A field that the document lets a caller write is none, whatever its name: `role` here."""
    note = op(GIVEN)
    shown = answered([note], {}, "note")
    sent = {one.name: one for one in extras(note, {}, shown, CONTROL, "2")}
    documented_ones = {name: one.value for name, one in sent.items() if one.documented}
    assert documented_ones == {
        "id": 1_000_007,
        "owner_id": 2,
        "state": "closed",
        "made": "2001-02-03T04:05:06Z",
        "paid": True,
    }
    assert {"is_admin", "balance", "user_id"} < set(sent)
    assert not {"title", "role", "lines"} & set(sent)


def test_read_only_fields_of_the_request_are_sent() -> None:
    fields = {one.name for one in extras(op(NOTE), {}, {}, CONTROL)}
    assert "id" in fields
    assert not {"owner_id", "state", "paid"} & fields


def test_an_envelope_is_opened() -> None:
    wrapped = {"type": "object", "properties": {"data": NOTE, "meta": {"type": "object"}}}
    assert set(answered([op(GIVEN, wrapped)], {}, "note")) == set(NOTE["properties"])


def test_where_any_field_may_be_sent_names_alone_are_not() -> None:
    open_one = op({**GIVEN, "additionalProperties": True})
    assert allows_any(open_one) is True
    assert not [one for one in extras(open_one, {}, {}, CONTROL) if not one.documented]
    assert allows_any(op({**GIVEN, "additionalProperties": False})) is False


@pytest.mark.parametrize(
    ("seen", "control", "expected"),
    [
        ({"role": "admin"}, {"role": "user"}, True),
        ({"role": "admin"}, {}, True),
        ({"data": {"role": "admin"}}, {"data": {"role": "user"}}, True),
        ({"role": "user"}, {"role": "user"}, False),
        ({"role": "admin"}, {"role": "admin"}, False),
        ({"received": {"role": "admin"}, "role": "user"}, {"role": "user"}, False),
        ({}, {}, False),
        (None, None, False),
    ],
)
def test_a_field_that_stayed(seen: Any, control: Any, expected: bool) -> None:
    """Not one that everybody's object has, nor what an answer repeats of the request."""
    assert came_back(Extra(name="role", value="admin"), seen, control, "note") is expected
