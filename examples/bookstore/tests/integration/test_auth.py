"""Log in, refresh, log out; what a thief or a guesser meets."""

import httpx2
import pytest

from tests.integration.conftest import PASSWORD, Account, Login, bearer, log_in, new_name

pytestmark = pytest.mark.integration

WRONG = PASSWORD[::-1]


def _refresh(client: httpx2.Client, token: str) -> int:
    return client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code


@pytest.mark.requirement("FR-006")
def test_access_token_opens_the_catalogue(client: httpx2.Client, account: Account) -> None:
    pair = log_in(client, account.username, PASSWORD)
    assert client.get("/v1/books", headers=bearer(pair)).status_code == 200
    assert (str(pair["expires_in"]), str(pair["user_id"])) == ("900", str(account.id))
    assert str(pair["refresh_expires_in"]) == str(7 * 24 * 3600)


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x.y.z", "Basic YTpi"])
def test_other_headers_do_not(client: httpx2.Client, value: str) -> None:
    answer = client.get("/v1/books", headers={"Authorization": value})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "unauthenticated"


def test_refresh_token_is_no_access_token(client: httpx2.Client, account: Account) -> None:
    pair = log_in(client, account.username, PASSWORD)
    headers = {"Authorization": f"Bearer {pair['refresh_token']}"}
    assert client.get("/v1/books", headers=headers).status_code == 401


@pytest.mark.requirement("FR-006.3")
def test_unknown_user_and_wrong_password_look_the_same(
    client: httpx2.Client, account: Account
) -> None:
    answers = [
        client.post("/v1/auth/login", json={"username": name, "password": WRONG})
        for name in (account.username, new_name())
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


@pytest.mark.requirement("FR-006.1")
def test_sixth_wrong_password_has_to_wait(client: httpx2.Client, account: Account) -> None:
    body = {"username": account.username, "password": WRONG}
    answers = [client.post("/v1/auth/login", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300


def test_refresh_rotates(client: httpx2.Client, account: Account) -> None:
    first = log_in(client, account.username, PASSWORD)["refresh_token"]
    answer = client.post("/v1/auth/refresh", json={"refresh_token": first})
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] != first
    assert _refresh(client, answer.json()["refresh_token"]) == 200


@pytest.mark.requirement("FR-006.2")
def test_used_refresh_token_ends_the_session(client: httpx2.Client, account: Account) -> None:
    first = log_in(client, account.username, PASSWORD)["refresh_token"]
    second = client.post("/v1/auth/refresh", json={"refresh_token": first}).json()["refresh_token"]
    other_login = log_in(client, account.username, PASSWORD)["refresh_token"]
    assert _refresh(client, first) == 401
    assert _refresh(client, second) == 401
    assert _refresh(client, other_login) == 200


@pytest.mark.requirement("FR-006")
def test_logout_ends_the_session_and_no_other(client: httpx2.Client, account: Account) -> None:
    mine, other = (log_in(client, account.username, PASSWORD)["refresh_token"] for _ in range(2))
    for token in (mine, mine, "unknown"):
        answer = client.post("/v1/auth/logout", json={"refresh_token": token})
        assert answer.status_code == 204
    assert _refresh(client, mine) == 401
    assert _refresh(client, other) == 200


@pytest.mark.parametrize("step", ["login", "refresh", "logout"])
def test_missing_field_is_named(client: httpx2.Client, step: str) -> None:
    answer = client.post(f"/v1/auth/{step}", json={})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"].startswith("body.")


@pytest.mark.requirement("FR-007.2")
def test_deactivated_account_is_out_at_once(
    client: httpx2.Client, login: Login, account: Account
) -> None:
    pair = log_in(client, account.username, PASSWORD)
    path = f"/v1/users/{account.id}"
    change = client.patch(path, json={"active": False}, headers=login("admin"))
    assert change.json()["active"] is False
    assert client.get("/v1/books", headers=bearer(pair)).status_code == 401
    assert _refresh(client, pair["refresh_token"]) == 401
    body = {"username": account.username, "password": PASSWORD}
    assert client.post("/v1/auth/login", json=body).status_code == 401
