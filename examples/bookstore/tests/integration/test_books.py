"""The catalogue over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Login

pytestmark = pytest.mark.integration

BOOK = {
    "isbn": "9780000000099",
    "title": "Silas Marner",
    "author": "George Eliot",
    "price_cents": 900,
    "stock": 3,
}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Emma", "Middlemarch", "Persuasion"]),
        ("?limit=2", ["Emma", "Middlemarch"]),
        ("?limit=2&offset=2", ["Persuasion"]),
        ("?q=MARCH", ["Middlemarch"]),
        ("?author=Jane Austen&sort=price", ["Persuasion", "Emma"]),
        ("?sort=title", ["Emma", "Middlemarch", "Persuasion"]),
        ("?q=%00", []),
    ],
)
def test_list(client: TestClient, login: Login, query: str, titles: list[str]) -> None:
    answer = client.get(f"/v1/books{query}", headers=login("ann"))
    assert answer.status_code == 200
    assert [book["title"] for book in answer.json()["items"]] == titles


@pytest.mark.parametrize(("limit", "status"), [(0, 422), (1, 200), (100, 200), (101, 422)])
def test_page_size(client: TestClient, login: Login, limit: int, status: int) -> None:
    answer = client.get("/v1/books", params={"limit": limit}, headers=login("ann"))
    assert answer.status_code == status


@pytest.mark.parametrize("query", ["?colour=red", "?limit=1&limit=2"])
def test_undocumented_query_is_refused(client: TestClient, login: Login, query: str) -> None:
    answer = client.get(f"/v1/books{query}", headers=login("ann"))
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"].startswith("query.")


def test_life_of_a_book(client: TestClient, login: Login) -> None:
    headers = login("root")
    created = client.post("/v1/books", json=BOOK, headers=headers)
    assert created.status_code == 201
    path = created.headers["Location"]
    assert client.get(path, headers=headers).json() == created.json()
    for _ in range(2):
        replaced = client.put(path, json={**BOOK, "stock": 4.0}, headers=headers)
        assert replaced.json()["stock"] == 4
    assert client.delete(path, headers=headers).status_code == 204
    gone = [client.get(path, headers=headers), client.delete(path, headers=headers)]
    gone.append(client.put(path, json=BOOK, headers=headers))
    assert [answer.status_code for answer in gone] == [404, 404, 404]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/books"), ("PUT", "/v1/books/1"), ("DELETE", "/v1/books/1")]
)
def test_customers_only_read(client: TestClient, login: Login, method: str, path: str) -> None:
    body = None if method == "DELETE" else BOOK
    answer = client.request(method, path, json=body, headers=login("ann"))
    assert answer.status_code == 403


def test_isbn_is_unique(client: TestClient, login: Login) -> None:
    headers = login("root")
    taken = {**BOOK, "isbn": "9780000000001"}
    assert client.post("/v1/books", json=taken, headers=headers).status_code == 409
    assert client.put("/v1/books/2", json=taken, headers=headers).status_code == 409


def test_ordered_book_stays(client: TestClient, login: Login) -> None:
    order = {"lines": [{"book_id": 1, "quantity": 1}]}
    assert client.post("/v1/orders", json=order, headers=login("ann")).status_code == 201
    assert client.delete("/v1/books/1", headers=login("root")).status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price_cents": -1}, "body.price_cents"),
        ({"price_cents": "900"}, "body.price_cents"),
        ({"price_cents": True}, "body.price_cents"),
        ({"stock": 1.5}, "body.stock"),
        ({"stock": 1_000_001}, "body.stock"),
        ({"isbn": "978000000009X"}, "body.isbn"),
        ({"title": ""}, "body.title"),
        ({"title": "x" * 201}, "body.title"),
        ({"colour": "red"}, "body.colour"),
    ],
)
def test_wrong_field_is_named(
    client: TestClient, login: Login, change: dict[str, object], field: str
) -> None:
    answer = client.post("/v1/books", json={**BOOK, **change}, headers=login("root"))
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == [field]
