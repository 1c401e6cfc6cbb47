"""What joins failures: words that are the same in every run, and nothing that was generated."""

import base64
import json
from typing import Any

import pytest

from gates.core.contract_causes import cause, detail, parts
from gates.core.contract_events import (
    Answer,
    Body,
    Case,
    Data,
    Failure,
    Meta,
    Mutation,
    Phase,
    Sent,
)


def answer(status: int = 200, body: object = None, kind: str = "application/json") -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    content = Body(base64.b64encode(text.encode()).decode())
    return Answer(status, {"Content-Type": (kind,)}, content)


def failure(code: str, message: str = "", title: str = "t") -> Failure:
    return Failure(code=code, title=title, message=message, severity="high")


def case(method: str = "POST", **data: Any) -> Case:
    return Case(Sent(method, "/a", Meta(phase=Phase("coverage", Data(**data)))))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ZeroDivisionError at 17", "500 ZeroDivisionError"),
        ('Traceback\nKeyError: 1\nsqlite3.OperationalError: no "x9"', "500 OperationalError"),
        ({"error": "boom"}, "500 boom"),
        ({"error": {"code": "internal", "id": "a81f"}}, "500 internal"),
        ({"error": "no order 4711 of user 12"}, "500"),  # a number of this run
        ({"request_id": "8f3a"}, "500"),
        ("", "500"),
        ("<html>", "500"),
    ],
)
def test_a_server_error_is_named_by_what_broke(body: object, expected: str) -> None:
    assert cause(failure("ST101"), None, answer(500, body)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"parameter": "limit", "parameter_location": "query"}, "query limit"),
        (
            {
                "parameter": "application/json",
                "parameter_location": "body",
                "location": "/properties/lines/items/properties/quantity/minimum",
            },
            "body lines.quantity",
        ),
        (
            {
                "scenario": "object_missing_required_property",
                "description": "Missing required property: name",
                "parameter_location": "body",
            },
            "body name",
        ),
        ({"parameter_location": "body", "location": "/type"}, "body"),
        (
            {
                "mutations": (
                    Mutation(parameter_location="query", parameter="b"),
                    Mutation(parameter_location="body", schema_pointer="/properties/a"),
                )
            },
            "body a + query b",
        ),
        ({}, ""),
    ],
)
def test_accepted_input_is_named_by_what_was_wrong(given: dict[str, Any], expected: str) -> None:
    assert cause(failure("ST201"), case(**given), answer()) == expected


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("ST103", "Received: 418\nDocumented: 200", "418"),
        ("ST105", "", "text/html"),
        ("ST107", "missing:\n- `X-B`\n- `X-A`", "X-A, X-B"),
        ("ST108", '"x" is not of type "integer"\n\nSchema at /a/id:\n', "418 /a/id"),
        ("ST108", '"name" is a required property\n\nSchema:\n', "418 / required name"),
        ("ST202", "", "418"),
        ("ST204", "", "POST"),
        ("ST401", "", ""),
    ],
)  # fmt: skip
def test_other_failures_are_named_by_their_place(code: str, message: str, expected: str) -> None:
    given = answer(418, kind="text/HTML; charset=utf-8")
    assert cause(failure(code, message), case(), given) == expected


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("ST108", '"x9" is not of type "integer"\n\n', 'is not of type "integer"'),
        ("ST108", "-4 is less than the minimum of 0\n", "is less than the minimum of 0"),
        ("ST108", "something new about 4711", ""),
        ("ST103", "Received: 418\nDocumented: 200", "Received: 418; Documented: 200"),
        ("ST201", "Invalid component: x9", ""),
    ],
)
def test_details_hold_no_value_of_the_run(code: str, message: str, expected: str) -> None:
    assert detail(failure(code, message)) == expected


def test_several_causes_are_taken_apart() -> None:
    assert parts("body a + query b") == {"body a", "query b"}
