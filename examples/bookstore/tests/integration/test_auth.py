"""Log in, refresh, log out; what a thief or a guesser meets."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from bookstore import clock, tokens
from bookstore.settings import Settings
from tests.conftest import PASSWORD, Login

pytestmark = pytest.mark.integration

WRONG = PASSWORD[::-1]


def _log_in(client: TestClient, username: str = "ann", password: str = PASSWORD) -> dict[str, str]:
    answer = client.post("/v1/auth/login", json={"username": username, "password": password})
    assert answer.status_code == 200
    pair: dict[str, str] = answer.json()
    return pair


def _refresh(client: TestClient, token: str) -> int:
    return client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code


def test_access_token_opens_the_catalogue(client: TestClient) -> None:
    pair = _log_in(client)
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert client.get("/v1/books", headers=headers).status_code == 200
    assert str(pair["expires_in"]) == "900"


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x.y.z", "Basic YTpi"])
def test_other_headers_do_not(client: TestClient, value: str) -> None:
    answer = client.get("/v1/books", headers={"Authorization": value})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "unauthenticated"


def test_refresh_token_is_no_access_token(client: TestClient) -> None:
    headers = {"Authorization": f"Bearer {_log_in(client)['refresh_token']}"}
    assert client.get("/v1/books", headers=headers).status_code == 401


def test_expired_access_token(client: TestClient, settings: Settings) -> None:
    token = tokens.issue_access(settings.jwt_secret, 1, clock.now(), timedelta(seconds=-1))
    answer = client.get("/v1/books", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_unknown_user_and_wrong_password_look_the_same(client: TestClient) -> None:
    answers = [
        client.post("/v1/auth/login", json={"username": name, "password": WRONG})
        for name in ("ann", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def test_sixth_wrong_password_has_to_wait(client: TestClient) -> None:
    body = {"username": "ann", "password": WRONG}
    answers = [client.post("/v1/auth/login", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert _log_in(client, "bob")


def test_right_passwords_are_never_throttled(client: TestClient) -> None:
    assert all(_log_in(client) for _ in range(12))


def test_refresh_rotates(client: TestClient) -> None:
    first = _log_in(client)["refresh_token"]
    answer = client.post("/v1/auth/refresh", json={"refresh_token": first})
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] != first
    assert _refresh(client, answer.json()["refresh_token"]) == 200


def test_used_refresh_token_ends_the_session(client: TestClient) -> None:
    first = _log_in(client)["refresh_token"]
    second = client.post("/v1/auth/refresh", json={"refresh_token": first}).json()["refresh_token"]
    other_login = _log_in(client)["refresh_token"]
    assert _refresh(client, first) == 401
    assert _refresh(client, second) == 401
    assert _refresh(client, other_login) == 200


def test_logout_ends_the_session_and_no_other(client: TestClient) -> None:
    mine, other = (_log_in(client)["refresh_token"] for _ in range(2))
    for token in (mine, mine, "unknown"):
        answer = client.post("/v1/auth/logout", json={"refresh_token": token})
        assert answer.status_code == 204
    assert _refresh(client, mine) == 401
    assert _refresh(client, other) == 200


def test_deactivated_account_is_out_at_once(client: TestClient, login: Login) -> None:
    pair = _log_in(client)
    client.patch("/v1/users/1", json={"active": False}, headers=login("root"))
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert client.get("/v1/books", headers=headers).status_code == 401
    assert _refresh(client, pair["refresh_token"]) == 401
    answer = client.post("/v1/auth/login", json={"username": "ann", "password": PASSWORD})
    assert answer.status_code == 401
