"""Accounts over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import PASSWORD, Login

pytestmark = pytest.mark.integration


def test_life_of_an_account(client: TestClient, login: Login) -> None:
    root = login("root")
    new = {"username": "carol", "password": PASSWORD, "role": "customer"}
    created = client.post("/v1/users", json=new, headers=root)
    assert created.status_code == 201
    assert "password" not in created.text
    path = created.headers["Location"]
    assert client.get(path, headers=login("carol")).json()["username"] == "carol"
    assert client.post("/v1/users", json=new, headers=root).status_code == 409
    assert client.patch(path, json={"role": "admin"}, headers=root).json()["role"] == "admin"
    assert client.patch(path, json={}, headers=root).json()["role"] == "admin"
    assert client.get("/v1/users", headers=login("carol")).json()["total"] == 4


def test_customers_see_themselves_only(client: TestClient, login: Login) -> None:
    ann = login("ann")
    assert client.get("/v1/users/1", headers=ann).status_code == 200
    for path in ("/v1/users/2", "/v1/users/99", "/v1/users"):
        assert client.get(path, headers=ann).status_code == 403


def test_missing_account(client: TestClient, login: Login) -> None:
    root = login("root")
    assert client.get("/v1/users/99", headers=root).status_code == 404
    assert client.patch("/v1/users/99", json={}, headers=root).status_code == 404


def test_nobody_locks_themselves_out(client: TestClient, login: Login) -> None:
    answer = client.patch("/v1/users/3", json={"active": False}, headers=login("root"))
    assert answer.status_code == 409
