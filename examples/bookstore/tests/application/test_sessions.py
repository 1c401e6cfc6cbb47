"""Sessions, seen from inside: expired tokens, right passwords, a list that is used up."""

from dataclasses import replace
from datetime import timedelta

from fastapi.testclient import TestClient

from bookstore import clock, tokens
from bookstore.main import create_app
from bookstore.settings import Settings
from tests.application.conftest import Login
from tests.conftest import PASSWORDS

GUEST_ID = 2


def test_expired_access_token(client: TestClient, settings: Settings) -> None:
    token = tokens.issue_access(settings.jwt_secret, 1, clock.now(), timedelta(seconds=-1))
    answer = client.get("/v1/books", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_right_passwords_are_never_throttled(login: Login) -> None:
    assert all(login("demo") for _ in range(7))


def test_used_up_list_is_refused_to_that_account_only(login: Login, settings: Settings) -> None:
    demo, guest = login("demo"), login("guest")
    with TestClient(create_app(replace(settings, list_limit=2))) as strict:
        answers = [strict.get("/v1/books", headers=demo) for _ in range(3)]
        others = [strict.get("/v1/orders", headers=demo), strict.get("/v1/books", headers=guest)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 10
    assert answers[2].json()["error"]["code"] == "too_many_requests"
    assert [answer.status_code for answer in others] == [200, 200]


def test_deactivated_account_is_out_at_once(client: TestClient, login: Login) -> None:
    body = {"username": "guest", "password": PASSWORDS["guest"]}
    pair = client.post("/v1/auth/login", json=body).json()
    change = client.patch(f"/v1/users/{GUEST_ID}", json={"active": False}, headers=login("admin"))
    assert change.status_code == 200
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert client.get("/v1/books", headers=headers).status_code == 401
    renewal = {"refresh_token": pair["refresh_token"]}
    assert client.post("/v1/auth/refresh", json=renewal).status_code == 401
    assert client.post("/v1/auth/login", json=body).status_code == 401
