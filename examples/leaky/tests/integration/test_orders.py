"""Orders over HTTP: stock, ownership, states, repetitions."""

import secrets

import httpx2
import pytest

from tests.integration.conftest import Headers, Login, new_book

pytestmark = pytest.mark.integration

CANCEL = {"status": "cancelled"}
SHIP = {"status": "shipped"}

Shelf = tuple[int, int]


@pytest.fixture
def shelf(client: httpx2.Client, login: Login) -> Shelf:
    """Two books that nobody else orders, ten copies each."""
    return new_book(client, login("admin")), new_book(client, login("admin"))


def _lines(*wanted: tuple[int, int]) -> dict[str, list[dict[str, int]]]:
    return {"lines": [{"book_id": number, "quantity": quantity} for number, quantity in wanted]}


def _stock(client: httpx2.Client, headers: Headers, shelf: Shelf) -> list[int]:
    found = [client.get(f"/v1/books/{number}", headers=headers).json() for number in shelf]
    return [book["stock"] for book in found]


def _place(client: httpx2.Client, headers: Headers, shelf: Shelf) -> str:
    order = _lines((shelf[0], 2), (shelf[1], 1))
    answer = client.post("/v1/orders", json=order, headers=headers)
    assert answer.status_code == 201
    return answer.headers["Location"]


@pytest.mark.requirement("FR-003")
def test_order_takes_stock_and_keeps_prices(
    client: httpx2.Client, login: Login, shelf: Shelf
) -> None:
    headers = login("demo")
    order = client.get(_place(client, headers, shelf), headers=headers).json()
    assert order["total_cents"] == 3000
    assert [line["quantity"] for line in order["lines"]] == [2, 1]
    assert _stock(client, headers, shelf) == [8, 9]


def test_lines_of_one_book_are_added_up(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    lines = _lines((shelf[0], 2), (shelf[0], 3))
    order = client.post("/v1/orders", json=lines, headers=login("demo")).json()
    assert [line["quantity"] for line in order["lines"]] == [5]


@pytest.mark.requirement("FR-003.1")
@pytest.mark.parametrize("too_much", ["copies", "missing"])
def test_failed_order_leaves_nothing_behind(
    client: httpx2.Client, login: Login, shelf: Shelf, too_much: str
) -> None:
    headers = login("demo")
    before = client.get("/v1/orders", headers=headers).json()["total"]
    last = (shelf[1], 11) if too_much == "copies" else (2_147_483_647, 1)
    answer = client.post("/v1/orders", json=_lines((shelf[0], 2), last), headers=headers)
    assert answer.status_code == 409
    assert str(last[0]) in answer.json()["error"]["message"]
    assert _stock(client, headers, shelf) == [10, 10]
    assert client.get("/v1/orders", headers=headers).json()["total"] == before


@pytest.mark.parametrize("quantity", [0, 101, 1.5, "2"])
def test_wrong_quantity_is_named(client: httpx2.Client, login: Login, quantity: object) -> None:
    order = {"lines": [{"book_id": 1, "quantity": quantity}]}
    answer = client.post("/v1/orders", json=order, headers=login("demo"))
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "body.lines.0.quantity"


@pytest.mark.requirement("FR-004")
def test_orders_of_others_are_missing(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    path = _place(client, login("demo"), shelf)
    guest = login("guest")
    assert client.get(path, headers=guest).status_code == 404
    assert client.patch(path, json=CANCEL, headers=guest).status_code == 404
    assert client.delete(path, headers=guest).status_code == 404
    listed = client.get("/v1/orders", headers=guest).json()["items"]
    assert path not in [f"/v1/orders/{order['id']}" for order in listed]


def test_administrators_see_all(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    paths = [_place(client, login(name), shelf) for name in ("demo", "guest")]
    listed = client.get("/v1/orders?limit=2", headers=login("admin")).json()["items"]
    assert [f"/v1/orders/{order['id']}" for order in listed] == paths[::-1]
    assert all(len(order["lines"]) == 2 for order in listed)
    oldest = client.get("/v1/orders?sort=oldest", headers=login("admin")).json()["items"]
    assert [order["id"] for order in oldest] == sorted(order["id"] for order in oldest)


def test_orders_of_one_status(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    headers = login("demo")
    kept, dropped = (_place(client, headers, shelf) for _ in range(2))
    client.patch(dropped, json=CANCEL, headers=headers)
    query = "/v1/orders?status=cancelled&sort=oldest&limit=100"
    listed = client.get(query, headers=headers).json()["items"]
    paths = [f"/v1/orders/{order['id']}" for order in listed]
    assert dropped in paths
    assert kept not in paths
    assert client.get("/v1/orders?status=lost", headers=headers).status_code == 422


@pytest.mark.requirement("FR-005")
def test_cancelling_gives_the_stock_back_once(
    client: httpx2.Client, login: Login, shelf: Shelf
) -> None:
    headers = login("demo")
    path = _place(client, headers, shelf)
    assert client.patch(path, json=CANCEL, headers=headers).json()["status"] == "cancelled"
    assert client.patch(path, json=CANCEL, headers=headers).status_code == 409
    assert _stock(client, headers, shelf) == [10, 10]


@pytest.mark.requirement("FR-005.1")
def test_only_administrators_ship(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    path = _place(client, login("demo"), shelf)
    assert client.patch(path, json=SHIP, headers=login("demo")).status_code == 403
    assert client.patch(path, json=SHIP, headers=login("admin")).status_code == 200
    assert client.patch(path, json=CANCEL, headers=login("demo")).status_code == 409
    assert client.delete(path, headers=login("demo")).status_code == 409


@pytest.mark.parametrize("cancelled", [True, False])
def test_removed_order_gives_the_stock_back_once(
    client: httpx2.Client, login: Login, shelf: Shelf, cancelled: bool
) -> None:
    headers = login("demo")
    path = _place(client, headers, shelf)
    if cancelled:
        client.patch(path, json=CANCEL, headers=headers)
    assert [client.delete(path, headers=headers).status_code for _ in range(2)] == [204, 404]
    assert client.get(path, headers=headers).status_code == 404
    assert _stock(client, headers, shelf) == [10, 10]


@pytest.mark.requirement("FR-003.2")
def test_repeated_key_makes_one_order(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    headers = {**login("demo"), "Idempotency-Key": secrets.token_hex(16)}
    order = _lines((shelf[0], 2))
    answers = [client.post("/v1/orders", json=order, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert _stock(client, headers, shelf) == [8, 10]
    other = client.post("/v1/orders", json=_lines((shelf[0], 3)), headers=headers)
    assert other.status_code == 409
    theirs = {**login("guest"), "Idempotency-Key": headers["Idempotency-Key"]}
    guest = client.post("/v1/orders", json=order, headers=theirs)
    assert guest.json()["id"] != answers[0].json()["id"]


def test_key_is_checked(client: httpx2.Client, login: Login, shelf: Shelf) -> None:
    headers = {**login("demo"), "Idempotency-Key": "short"}
    answer = client.post("/v1/orders", json=_lines((shelf[0], 1)), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "header.Idempotency-Key"
