"""The envelope of errors: presets, what a document declares, what answers have in common."""

import pytest

from gates.core import envelopes
from gates.core.documented import documented
from gates.core.envelopes import PRESETS, Envelope, Shape, chosen, error_in_success
from gates.core.openapi import JSON

NESTED: JSON = {"error": {"code": "not_found", "message": "no", "details": []}}
FLAT: JSON = {"error": "no such book", "code": "not_found"}
PROBLEM: JSON = {"type": "about:blank", "title": "Not Found", "status": 404}
JSON_TYPE, PROBLEM_TYPE = "application/json", "application/problem+json"


@pytest.mark.parametrize(
    ("preset", "media", "body", "inside"),
    [
        ("error-code", JSON_TYPE, NESTED, True),
        ("error-code", JSON_TYPE, FLAT, True),
        ("error-code", JSON_TYPE, {"error": "no"}, False),
        ("error-code", JSON_TYPE, {"error": {"message": "no"}}, False),
        ("error-code", JSON_TYPE, {"detail": "Not Found"}, False),
        ("error-code", JSON_TYPE, [NESTED], False),
        ("problem+json", PROBLEM_TYPE, PROBLEM, True),
        ("problem+json", PROBLEM_TYPE, {"detail": "no"}, True),
        ("problem+json", PROBLEM_TYPE, {"message": "no"}, False),
        ("problem+json", JSON_TYPE, PROBLEM, False),
    ],
)
def test_presets(preset: str, media: str, body: JSON, inside: bool) -> None:
    assert PRESETS[preset].holds(media, body) is inside


@pytest.mark.parametrize("option", [None, "", "documented"])
def test_the_document_decides_unless_the_policy_does(option: object) -> None:
    assert chosen(option) is None


def test_pointers_are_an_envelope_of_ones_own() -> None:
    one = chosen(["/fault/id", "/fault/text"])
    assert one is not None
    assert one.holds(JSON_TYPE, {"fault": {"id": 1, "text": "no"}})
    assert not one.holds(JSON_TYPE, {"fault": {"id": 1}})
    assert chosen("/code") == Envelope("pointers", (Shape("object", ("/code",)),))


@pytest.mark.parametrize("option", ["problem", ["code"], 7, []])
def test_what_is_no_envelope(option: object) -> None:
    with pytest.raises(ValueError, match="documented, error-code, problem\\+json"):
        chosen(option)


def document(*schemas: JSON) -> dict[str, JSON]:
    """One operation that answers each of its failures with one of these schemas."""
    responses: dict[str, JSON] = {
        str(400 + number): {"content": {JSON_TYPE: {"schema": schema}}}
        for number, schema in enumerate(schemas)
    }
    return {"openapi": "3.1.0", "paths": {"/books": {"get": {"responses": responses}}}}


def majority(*schemas: JSON) -> Envelope | None:
    whole = document(*schemas)
    found = envelopes.declared(documented(whole), whole)
    return envelopes.commonest(shape for _, shape, _ in found)


ERROR: JSON = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}
OTHER: JSON = {"type": "object", "properties": {"fault": {"type": "string"}}, "required": ["fault"]}


def test_the_commonest_form_is_the_envelope() -> None:
    one = majority(ERROR, OTHER, ERROR)
    assert one is not None
    assert one.words == "{error: {code, message}}"
    assert one.holds(JSON_TYPE, NESTED)
    assert not one.holds(JSON_TYPE, {"fault": "no"})
    assert majority() is None


def test_a_validation_error_that_says_more_is_of_the_same_envelope() -> None:
    """What kin have in common is demanded of answers that the document does not name."""
    flat = {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}}
    more: JSON = {**flat, "required": ["code", "fields"]}
    more = {**more, "properties": {"code": {"type": "string"}, "fields": {"type": "array"}}}
    one = majority(more, more, flat)
    assert one is not None
    assert one.holds(JSON_TYPE, {"code": "not_found"})


def test_forms_by_reference_choice_and_kind() -> None:
    whole: dict[str, JSON] = {"components": {"schemas": {"E": ERROR}}}
    reference: JSON = {"$ref": "#/components/schemas/E"}
    assert [one.needed for one in envelopes.shapes(reference, whole)] == [
        ("/error/code", "/error/message")
    ]
    choice: JSON = {"oneOf": [reference, {"type": "string"}]}
    assert {one.kind for one in envelopes.shapes(choice, whole)} == {"object", "string"}
    assert envelopes.shapes({}, whole) == ()
    assert envelopes.shapes({"$ref": "#/nowhere"}, whole) == ()


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        ([NESTED, NESTED, {"detail": "x"}], "{error: {code}} or {code, error}"),
        ([{"detail": "x"}, {"detail": "y"}, NESTED], "{detail}"),
    ],
)
def test_what_answers_have_in_common(bodies: list[JSON], words: str) -> None:
    one = envelopes.detected((JSON_TYPE, body) for body in bodies)
    assert one is not None
    assert one.words == words


def test_no_object_no_envelope() -> None:
    assert envelopes.detected([(JSON_TYPE, "no"), (JSON_TYPE, ["no"])]) is None


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"success": False}, "success: false"),
        ({"success": False, "message": "no"}, "success: false"),
        ({"ok": False, "error": "channel_not_found"}, "ok: false"),
        (NESTED, "error"),
        ({"error": "no", "data": None}, "error"),
        ({"errors": [{"message": "no"}]}, "errors"),
        ({"status": "error", "message": "no"}, "status: error"),
        ({"success": True}, ""),
        ({"status": "failed"}, ""),  # the state of a job, and nothing else
        ({"status": "ok", "message": "done"}, ""),
        ({"error": None, "data": [1]}, ""),
        ({"errors": [], "data": {"id": 1}}, ""),
        ({"errors": [{"message": "part"}], "data": {"id": 1}}, ""),
        ({"id": 7, "error": {"code": "paper_jam"}}, ""),  # a resource with an error of its own
        ({"id": 7, "success": False}, ""),  # a payment that failed
        ({"code": "de", "title": "German"}, ""),
        ({}, ""),
        ([], ""),
        ("error", ""),
    ],
)
def test_failures_in_answers_of_success(body: JSON, word: str) -> None:
    assert error_in_success(body) == word
