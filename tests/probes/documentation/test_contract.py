"""A contract names only what the OpenAPI document has."""

from typing import Any

import pytest

from gates.probes.documentation import contract, operations, text

DOCUMENT: dict[str, Any] = {
    "paths": {
        "/books": {"get": {"responses": {"200": {}, "4XX": {}}}},
        "/books/{id}": {
            "get": {"responses": {"200": {}, "404": {}}},
            "delete": {"responses": {"204": {}, "default": {}}},
        },
    }
}
OPERATIONS = operations.described(DOCUMENT)
GOOD = """# Contract

## Base URL and version
`https://shop.example.com/v1`, version 1.

## Authentication flow
Send a token with every request.

## Errors
GET /books/{id} answers 404.

## Real-time events
The service sends none.

## Limits
A list has at most 100 entries.
"""


def rules(content: str, base: str = "") -> list[str]:
    return [finding.rule for finding in contract.check(content, "c.md", OPERATIONS, base)]


def test_a_complete_contract_has_no_violation() -> None:
    assert rules(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "violations"),
    [
        ("## Limits", "## Other", 1),
        ("The service sends none.", "", 1),
        ("The service sends none.", "TODO", 1),
        ("The service sends none.", "None.", 1),
        ("`https://shop.example.com/v1`, version 1.", "Ask the team for it.", 1),
        ("## Errors", "### Errors", 0),
        ("## Authentication flow", "## Logging in", 0),
    ],
)
def test_each_section_has_to_say_something(old: str, new: str, violations: int) -> None:
    assert old in GOOD
    assert rules(GOOD.replace(old, new)) == ["contract-section"] * violations


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("`GET /books`", []),
        ("GET /books?limit=20 HTTP/1.1", []),
        ("curl -X GET http://127.0.0.1:8000/books.", []),
        ("`GET` `/books/7`", []),
        ("GET /books/:id, DELETE /books/<id>", []),
        ("| GET | /books |", []),
        ("| GET | `/carts` | 200 |", ["contract-route"]),
        ("| GET | `/books` | 201 |", ["contract-status"]),
        ("POST /books", ["contract-route"]),
        ("GET /book", ["contract-route"]),
        ("GET /books/7/pages", ["contract-route"]),
        ("GET /nothing and GET /nothing", ["contract-route"]),
        ("GET /books/7 → 404", []),
        ("GET /books/7 → 410", ["contract-status"]),
        ("| `GET /books/{id}` | 200, 404, 422 |", ["contract-status"]),
        ("`GET /books/{id}` answers `200` or `418`", ["contract-status"]),
        ("GET /books answers 422", []),  # 4XX
        ("GET /books answers 201", ["contract-status"]),
        ("DELETE /books/7 answers 500", []),  # default
        ("DELETE /books/7 answers 201", ["contract-status"]),
        ("GET /books/7 (200) after DELETE /books/7 (204)", []),
        ("GET /books/7 (204) after DELETE /books/7 (204)", ["contract-status"]),
        ("GET /books gives at most 100 entries in 200 ms", []),
        ("GET /books returns 100 entries", []),
        ("the target of GETs is /books", []),
    ],
)
def test_routes_and_the_statuses_beside_them_are_looked_up(line: str, expected: list[str]) -> None:
    assert rules(f"{GOOD}\n{line}\n") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| 404 | there is no such book |", []),
        ("| 410 | it was there |", []),  # one operation has a default
        ("Whoever asks too often gets 429.", []),
        ("| 301 | it has moved |", ["contract-status"]),
        ("- `202`: it is done later", ["contract-status"]),
        ("A text has at most 302 characters, with 302 items", []),
        ("GET /books/7 answers 200, or 204", ["contract-status"]),
    ],
)
def test_a_status_by_itself_has_to_be_one_of_some_operation(line: str, expected: list[str]) -> None:
    assert rules(GOOD.replace("answers 404.", f"answers 404.\n\n{line}")) == expected
    assert rules(GOOD.replace("100 entries.", "100 entries.\n| page | 301 |")) == []


@pytest.mark.parametrize(("base", "expected"), [("/v1", []), ("", ["contract-route"])])
def test_a_route_may_be_written_with_the_base_path(base: str, expected: list[str]) -> None:
    assert rules(f"{GOOD}\nGET /v1/books\n", base) == expected
    assert rules(f"{GOOD}\nGET /books\n", base) == []


def test_a_route_in_code_counts_and_has_its_line() -> None:
    found = contract.routes(text.lines("a\n```\nPATCH /x/1 -> 200\n```\n"))
    assert found == (contract.Route(method="PATCH", path="/x/1", line=3, statuses=("200",)),)
