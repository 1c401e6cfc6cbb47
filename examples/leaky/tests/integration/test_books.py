"""The catalogue over HTTP."""

import httpx2
import pytest

from tests.integration.conftest import RUN, Login, book, new_book

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shelf(client: httpx2.Client, login: Login) -> str:
    """An author of this run with three books, whose titles and prices run against each other."""
    author = f"Shelf {RUN}"
    for number, title in enumerate(("Emma", "Middlemarch", "Persuasion"), start=1):
        data = book(author=author, title=title, price_cents=1000 * (4 - number))
        assert client.post("/v1/books", json=data, headers=login("admin")).status_code == 201
    return author


@pytest.mark.requirement("FR-001.1")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, ["Emma", "Middlemarch", "Persuasion"]),
        ({"limit": "2"}, ["Emma", "Middlemarch"]),
        ({"limit": "2", "offset": "2"}, ["Persuasion"]),
        ({"q": "MARCH"}, ["Middlemarch"]),
        ({"sort": "price"}, ["Persuasion", "Middlemarch", "Emma"]),
        ({"sort": "title"}, ["Emma", "Middlemarch", "Persuasion"]),
        ({"q": "\x00"}, []),
    ],
)
def test_list(
    client: httpx2.Client, login: Login, shelf: str, query: dict[str, str], titles: list[str]
) -> None:
    answer = client.get("/v1/books", params={"author": shelf, **query}, headers=login("demo"))
    assert answer.status_code == 200
    assert [found["title"] for found in answer.json()["items"]] == titles


@pytest.mark.requirement("FR-001.2")
@pytest.mark.parametrize(("limit", "status"), [(0, 422), (1, 200), (100, 200), (101, 422)])
def test_page_size(client: httpx2.Client, login: Login, limit: int, status: int) -> None:
    answer = client.get("/v1/books", params={"limit": limit}, headers=login("demo"))
    assert answer.status_code == status


def test_answer_says_what_is_left_of_the_quota(client: httpx2.Client, login: Login) -> None:
    headers = client.get("/v1/books", headers=login("demo")).headers
    assert 0 <= int(headers["RateLimit-Remaining"]) < int(headers["RateLimit-Limit"])
    assert 0 < int(headers["RateLimit-Reset"]) <= 10


@pytest.mark.parametrize("query", ["?colour=red", "?limit=1&limit=2"])
def test_undocumented_query_is_refused(client: httpx2.Client, login: Login, query: str) -> None:
    answer = client.get(f"/v1/books{query}", headers=login("demo"))
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"].startswith("query.")


@pytest.mark.requirement("FR-002")
def test_life_of_a_book(client: httpx2.Client, login: Login) -> None:
    headers, data = login("admin"), book()
    created = client.post("/v1/books", json=data, headers=headers)
    assert created.status_code == 201
    path = created.headers["Location"]
    assert client.get(path, headers=headers).json() == created.json()
    for _ in range(2):
        replaced = client.put(path, json={**data, "stock": 4.0}, headers=headers)
        assert replaced.json()["stock"] == 4
    assert client.delete(path, headers=headers).status_code == 204
    gone = [client.get(path, headers=headers), client.delete(path, headers=headers)]
    gone.append(client.put(path, json=data, headers=headers))
    assert [answer.status_code for answer in gone] == [404, 404, 404]


@pytest.mark.requirement("FR-002.1")
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/books"), ("PUT", "/v1/books/1"), ("DELETE", "/v1/books/1")]
)
def test_customers_only_read(client: httpx2.Client, login: Login, method: str, path: str) -> None:
    body = None if method == "DELETE" else book()
    answer = client.request(method, path, json=body, headers=login("demo"))
    assert answer.status_code == 403


@pytest.mark.requirement("FR-002.2")
def test_isbn_is_unique(client: httpx2.Client, login: Login) -> None:
    headers, data = login("admin"), book()
    assert client.post("/v1/books", json=data, headers=headers).status_code == 201
    other = new_book(client, headers)
    assert client.post("/v1/books", json=data, headers=headers).status_code == 409
    assert client.put(f"/v1/books/{other}", json=data, headers=headers).status_code == 409


@pytest.mark.requirement("FR-002.3")
def test_ordered_book_stays(client: httpx2.Client, login: Login) -> None:
    number = new_book(client, login("admin"))
    order = {"lines": [{"book_id": number, "quantity": 1}]}
    assert client.post("/v1/orders", json=order, headers=login("demo")).status_code == 201
    answer = client.delete(f"/v1/books/{number}", headers=login("admin"))
    assert answer.status_code == 409


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
    client: httpx2.Client, login: Login, change: dict[str, object], field: str
) -> None:
    answer = client.post("/v1/books", json=book(**change), headers=login("admin"))
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == [field]
