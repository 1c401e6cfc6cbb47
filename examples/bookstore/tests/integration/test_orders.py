"""Orders over HTTP: stock, ownership, states."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Login

pytestmark = pytest.mark.integration

ORDER = {"lines": [{"book_id": 1, "quantity": 2}, {"book_id": 2, "quantity": 1}]}


def _stock(client: TestClient, headers: dict[str, str]) -> list[int]:
    items = client.get("/v1/books", headers=headers).json()["items"]
    return [book["stock"] for book in items]


def _place(client: TestClient, headers: dict[str, str]) -> str:
    answer = client.post("/v1/orders", json=ORDER, headers=headers)
    assert answer.status_code == 201
    return answer.headers["Location"]


def test_order_takes_stock_and_keeps_prices(client: TestClient, login: Login) -> None:
    headers = login("ann")
    order = client.get(_place(client, headers), headers=headers).json()
    assert order["total_cents"] == 2 * 3000 + 2000
    assert [line["quantity"] for line in order["lines"]] == [2, 1]
    assert _stock(client, headers) == [8, 9, 10]


def test_lines_of_one_book_are_added_up(client: TestClient, login: Login) -> None:
    lines = {"lines": [{"book_id": 1, "quantity": 2}, {"book_id": 1, "quantity": 3}]}
    order = client.post("/v1/orders", json=lines, headers=login("ann")).json()
    assert [line["quantity"] for line in order["lines"]] == [5]


@pytest.mark.parametrize("line", [{"book_id": 2, "quantity": 11}, {"book_id": 99, "quantity": 1}])
def test_failed_order_leaves_nothing_behind(
    client: TestClient, login: Login, line: dict[str, int]
) -> None:
    headers = login("ann")
    order = {"lines": [{"book_id": 1, "quantity": 2}, line]}
    answer = client.post("/v1/orders", json=order, headers=headers)
    assert answer.status_code == 409
    assert str(line["book_id"]) in answer.json()["error"]["message"]
    assert _stock(client, headers) == [10, 10, 10]
    assert client.get("/v1/orders", headers=headers).json()["total"] == 0


def test_orders_of_others_are_missing(client: TestClient, login: Login) -> None:
    path = _place(client, login("ann"))
    bob = login("bob")
    assert client.get(path, headers=bob).status_code == 404
    assert client.patch(path, json={"status": "cancelled"}, headers=bob).status_code == 404
    assert client.get("/v1/orders", headers=bob).json()["items"] == []


def test_administrators_see_all(client: TestClient, login: Login) -> None:
    paths = [_place(client, login(name)) for name in ("ann", "bob")]
    listed = client.get("/v1/orders", headers=login("root")).json()
    assert [f"/v1/orders/{order['id']}" for order in listed["items"]] == paths[::-1]
    assert all(len(order["lines"]) == 2 for order in listed["items"])


def test_cancelling_gives_the_stock_back_once(client: TestClient, login: Login) -> None:
    headers = login("ann")
    path = _place(client, headers)
    cancel = {"status": "cancelled"}
    assert client.patch(path, json=cancel, headers=headers).json()["status"] == "cancelled"
    assert client.patch(path, json=cancel, headers=headers).status_code == 409
    assert _stock(client, headers) == [10, 10, 10]


def test_only_administrators_ship(client: TestClient, login: Login) -> None:
    path = _place(client, login("ann"))
    ship = {"status": "shipped"}
    assert client.patch(path, json=ship, headers=login("ann")).status_code == 403
    assert client.patch(path, json=ship, headers=login("root")).status_code == 200
    cancel = {"status": "cancelled"}
    assert client.patch(path, json=cancel, headers=login("ann")).status_code == 409
