"""Accounts over HTTP."""

import httpx2
import pytest

from tests.integration.conftest import PASSWORD, Account, Login, bearer, log_in, new_name

pytestmark = pytest.mark.integration


@pytest.mark.requirement("FR-007")
def test_life_of_an_account(client: httpx2.Client, login: Login) -> None:
    admin = login("admin")
    new = {"username": new_name(), "password": PASSWORD, "role": "customer"}
    created = client.post("/v1/users", json=new, headers=admin)
    assert created.status_code == 201
    assert "password" not in created.text
    path = created.headers["Location"]
    own = bearer(log_in(client, new["username"], PASSWORD))
    assert client.get(path, headers=own).json()["username"] == new["username"]
    assert client.post("/v1/users", json=new, headers=admin).status_code == 409
    assert client.patch(path, json={"role": "admin"}, headers=admin).json()["role"] == "admin"
    assert client.patch(path, json={}, headers=admin).json()["role"] == "admin"
    assert client.get("/v1/users", headers=own).json()["total"] >= 4


@pytest.mark.parametrize("query", ["role=admin", "role=admin&sort=username"])
def test_list_of_one_role(client: httpx2.Client, login: Login, query: str) -> None:
    items = client.get(f"/v1/users?{query}", headers=login("admin")).json()["items"]
    assert {user["role"] for user in items} == {"admin"}
    key = "username" if "sort" in query else "id"
    assert [user[key] for user in items] == sorted(user[key] for user in items)


def test_customers_see_themselves_only(client: httpx2.Client, account: Account) -> None:
    own = bearer(log_in(client, account.username, PASSWORD))
    assert client.get(f"/v1/users/{account.id}", headers=own).status_code == 200
    for path in ("/v1/users/1", "/v1/users/2147483647", "/v1/users"):
        assert client.get(path, headers=own).status_code == 403
    new = {"username": new_name(), "password": PASSWORD, "role": "admin"}
    assert client.post("/v1/users", json=new, headers=own).status_code == 403
    answer = client.patch(f"/v1/users/{account.id}", json={"role": "admin"}, headers=own)
    assert answer.status_code == 403


@pytest.mark.requirement("FR-007.1")
@pytest.mark.parametrize(
    "password",
    ["Short-1", "no-upper-case-1", "NO-LOWER-CASE-1", "No-Digit-At-All", "Password-2026"],
)
def test_weak_password_is_refused(client: httpx2.Client, login: Login, password: str) -> None:
    new = {"username": new_name(), "password": password, "role": "customer"}
    answer = client.post("/v1/users", json=new, headers=login("admin"))
    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["error"]["details"]] == ["body.password"]
    assert password not in answer.text


def test_missing_account(client: httpx2.Client, login: Login) -> None:
    admin = login("admin")
    assert client.get("/v1/users/2147483647", headers=admin).status_code == 404
    assert client.patch("/v1/users/2147483647", json={}, headers=admin).status_code == 404


def test_nobody_locks_themselves_out(client: httpx2.Client, login: Login) -> None:
    accounts = client.get("/v1/users?role=admin", headers=login("admin")).json()["items"]
    own = next(account["id"] for account in accounts if account["username"] == "admin")
    answer = client.patch(f"/v1/users/{own}", json={"active": False}, headers=login("admin"))
    assert answer.status_code == 409
