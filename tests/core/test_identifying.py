"""Ids in answers of many spellings, and ids that nobody has."""

import base64
import json
from typing import Any

import pytest

from gates.core.identifying import as_sent, claims, identifier, listed, nobodys, own_ids
from gates.core.ownership import Resource

NOTE = Resource(shape="/v1/notes/{}", key="note_id", noun="note")
SLUG = Resource(shape="/v1/posts/{}", key="slug", noun="post")


@pytest.mark.parametrize(
    ("resource", "body", "location", "expected"),
    [
        (NOTE, {"id": 7}, "", "7"),
        (NOTE, {"noteId": "a", "id": 7}, "", "a"),
        (NOTE, {"data": {"id": 7}, "meta": {"id": 9}}, "", "7"),
        (NOTE, {"note": {"uuid": "u"}}, "", "u"),
        (NOTE, {"made": {"id": 3}}, "", "3"),
        (NOTE, "abc", "", "abc"),
        (NOTE, 12, "", "12"),
        (NOTE, None, "/v1/notes/9", "9"),
        (NOTE, {"id": 7}, "https://x.example/v1/notes/a%20b?x=1", "a b"),
        (NOTE, {"id": 7}, "/v1/other/9", "7"),
        (NOTE, None, "9", "9"),
        (SLUG, {"id": 4, "slug": "my-post"}, "", "my-post"),
        (NOTE, {"ok": True}, "", ""),
        (NOTE, True, "", ""),
        (NOTE, {"id": True}, "", ""),
    ],
)
def test_the_id_of_an_answer(resource: Resource, body: Any, location: str, expected: str) -> None:
    assert identifier(resource, body, location) == expected


def test_the_id_of_a_link_and_of_what_was_sent() -> None:
    linked = Resource(shape="/n/{}", key="k", noun="n", link="$response.body#/made/number")
    assert identifier(linked, {"made": {"number": 5}, "id": 6}) == "5"
    headed = Resource(shape="/n/{}", key="k", noun="n", link="$response.header.Location")
    assert identifier(headed, None, "/elsewhere/8") == "8"
    assert identifier(SLUG, {"ok": True}, "", {"slug": "sent"}) == "sent"


@pytest.mark.parametrize(
    "body",
    [
        [{"id": 1}, {"id": 2}],
        {"items": [{"id": 1}, {"id": 2}], "tags": ["x"]},
        {"data": {"notes": [{"id": 1}, {"id": 2}]}},
        {"total": 2, "notes": [{"note_id": 1}, {"note_id": 2}]},
    ],
)
def test_the_entries_of_a_list(body: Any) -> None:
    assert list(listed(NOTE, body)) == ["1", "2"]


@pytest.mark.parametrize(
    ("known", "schema"),
    [
        ("7", {"type": "integer"}),
        ("2147483647", {"type": "integer", "maximum": 2147483647}),
        ("d290f1ee-6c54-4b01-90e6-d701748f0851", {"format": "uuid"}),
        ("my-slug", {}),
        ("2024", {}),
        ("---", {}),
    ],
)
def test_an_id_that_nobody_has_is_of_the_same_kind(known: str, schema: dict[str, Any]) -> None:
    other = nobodys(known, schema)
    assert other != known
    assert other == nobodys(known, schema)
    assert known.isdecimal() == other.isdecimal()
    assert not known.isdecimal() or int(other) <= schema.get("maximum", 10**9)


def token(said: dict[str, Any]) -> str:
    parts = ({"alg": "HS256"}, said)
    texts = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return f"Bearer {texts[0]}.{texts[1]}.c2lnbg"


def test_whose_account_it_is() -> None:
    headers = {"Authorization": token({"sub": "9", "name": "x"})}
    assert own_ids({"access_token": "t", "user": {"id": 4, "username": "ann"}}, headers) == (
        "4",
        "9",
        "ann",
    )
    assert own_ids({"user_id": 2}, {}) == ("2",)
    assert own_ids(None, {"X-Key": "k"}) == ()


@pytest.mark.parametrize("header", ["Bearer a.b.c", "Bearer abc", "", "Bearer a.!!.c"])
def test_what_is_no_token_has_no_claims(header: str) -> None:
    assert claims(header) == {}


def test_an_id_as_a_body_carries_it() -> None:
    assert as_sent("7", {"type": "integer"}) == 7
    assert as_sent("7", {"type": "string"}) == "7"
    assert as_sent("x7", {"type": "integer"}) == "x7"
