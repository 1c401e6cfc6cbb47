"""Failures that a correct service may show, each beside the one that counts."""

import base64
import json
from typing import Any

import pytest

from gates.core import contract_sparing as sparing
from gates.core.contract_events import (
    Answer,
    Body,
    Case,
    Data,
    Failure,
    Interaction,
    Meta,
    Phase,
    Request,
    Sent,
    Transition,
)


def asked(
    status: int,
    answer: Any = None,
    *,
    method: str = "GET",
    uri: str = "http://h/a",
    body: bytes = b"",
    **headers: str,
) -> Interaction:
    content = (
        None if answer is None else Body(base64.b64encode(json.dumps(answer).encode()).decode())
    )
    sent = Body(base64.b64encode(body).decode()) if body else None
    had = {name: (value,) for name, value in headers.items()}
    return Interaction(Request(method, uri, {}, sent), Answer(status, had, content))


def case(scenario: str = "", *, inferred: bool | None = None) -> Case:
    link = None if inferred is None else Transition(is_inferred=inferred)
    return Case(Sent("GET", "/a", Meta(phase=Phase("x", Data(scenario=scenario)))), None, link)


MADE = asked(201, {"id": 7}, method="POST", uri="http://h/a")
DELETED = asked(204, method="DELETE")
LATER = asked(202, {"id": 7}, method="POST", uri="http://h/a")
MOVED = asked(201, {}, location="/x/7")
GUESSED = case(inferred=True)


@pytest.mark.parametrize(
    ("code", "context", "reason"),
    [
        ("ST101", (case("unspecified_http_method"), asked(501)), sparing.NOT_IMPLEMENTED),
        ("ST101", (case(), asked(501)), ""),
        ("ST101", (case("unspecified_http_method"), asked(500)), ""),
        ("ST103", (case(), asked(429)), sparing.FROM_THE_SERVER),
        ("ST103", (case(), asked(409)), ""),
        ("ST104", (case(), asked(204)), sparing.HAS_CONTENT_TYPE),
        ("ST104", (case(), asked(200, "text")), ""),
        ("ST202", (case(), asked(422, body=b'{"a": "\\u0000"}')), sparing.NUL),
        ("ST202", (case(), asked(422, uri="http://h/a?b=%00")), sparing.NUL),
        ("ST202", (case(), asked(422, body=b'{"a": "b"}')), ""),
        ("ST203", (case(), asked(404)), sparing.OTHER_REFUSAL),
        ("ST203", (case(), asked(200)), ""),
        ("ST204", (case(), asked(404)), sparing.OTHER_REFUSAL),
        ("ST204", (case(), asked(405)), sparing.OTHER_REFUSAL),
        ("ST204", (case(), asked(200)), ""),
        ("ST301", (case(), asked(200, {"id": 7, "deleted": True}), DELETED), sparing.SOFT_DELETED),
        ("ST301", (case(), asked(200, {"a": {"state": "Closed"}}), DELETED), sparing.SOFT_DELETED),
        ("ST301", (case(), asked(200, {"active": False}), DELETED), sparing.SOFT_DELETED),
        ("ST301", (case(), asked(200), asked(202, method="DELETE")), sparing.ASYNCHRONOUS),
        ("ST301", (case(), asked(200, {"id": 7, "deleted": False, "active": True}), DELETED), ""),
        ("ST301", (case(), asked(200, {"status": "open"}), DELETED), ""),
        ("ST302", (GUESSED, asked(404, uri="http://h/a/7"), MADE), ""),
        ("ST302", (case(inferred=False), asked(404, uri="http://h/a/9"), MADE), ""),
        ("ST302", (GUESSED, asked(404, uri="http://h/a/9"), MADE), sparing.INFERRED),
        ("ST302", (GUESSED, asked(404, uri="http://h/x/7"), MADE), sparing.INFERRED),
        ("ST302", (GUESSED, asked(404, uri="http://h/x/7"), MOVED), ""),
        ("ST302", (GUESSED, asked(404, uri="http://h/a/7"), LATER), sparing.ASYNCHRONOUS),
    ],
)  # fmt: skip
def test_what_a_correct_service_may_do(code: str, context: tuple[Any, ...], reason: str) -> None:
    failure = Failure(code=code, title="t", message="", severity="high")
    given = sparing.Context(case=context[0], interaction=context[1], parents=context[2:])
    assert sparing.spared(failure, given) == reason


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("API accepts requests without authentication", ""),
        ("API accepts invalid authentication", ""),
        ("Unexpected response to a request without authentication", sparing.MASKED),
    ],
)
def test_a_masking_refusal_is_one(title: str, reason: str) -> None:
    failure = Failure(code="ST401", title=title, message="", severity="high")
    context = sparing.Context(case=case(), interaction=asked(404))
    assert sparing.spared(failure, context) == reason


@pytest.mark.parametrize(("named", "reason"), [("GET /a", sparing.OWN_RULE), ("GET /b", "")])
def test_a_rule_of_its_own_has_to_be_named(named: str, reason: str) -> None:
    failure = Failure(code="ST202", title="t", message="", severity="high")
    context = sparing.Context(
        case=case(), interaction=asked(422), operation="GET /a", refusals={named: "why"}
    )
    assert sparing.spared(failure, context) == reason


@pytest.mark.parametrize(
    ("code", "status", "follows"),
    [("ST103", 500, True), ("ST108", 503, True), ("ST103", 499, False), ("ST101", 500, False)],
)
def test_a_server_error_is_counted_once(code: str, status: int, follows: bool) -> None:
    failure = Failure(code=code, title="t", message="", severity="high")
    assert sparing.follows(failure, asked(status)) is follows
