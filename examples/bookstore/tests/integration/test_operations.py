"""Probes, metrics, logs, headers, and answers to what no client should send."""

import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bookstore import logs
from bookstore.main import create_app
from bookstore.middleware import BODY_LIMIT_BYTES, HEADERS
from bookstore.settings import Settings
from tests.conftest import PASSWORD, Login

pytestmark = pytest.mark.integration


def test_probes(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ok"}


def test_not_ready_without_schema(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "not_ready"


def test_not_ready_without_database(settings: Settings) -> None:
    settings.database.mkdir()
    with TestClient(create_app(settings)) as client:
        assert client.get("/ready").status_code == 503


def test_metrics_use_templates(client: TestClient, login: Login) -> None:
    client.get("/v1/books/1", headers=login("ann"))
    client.request("BREW", "/no/such/path")
    text = client.get("/metrics").text
    name = "http_request_duration_seconds_count"
    assert f'{name}{{method="GET",route="/v1/books/{{book_id}}",status="200"}} 1.0' in text
    assert f'{name}{{method="OTHER",route="unmatched",status="404"}} 1.0' in text
    assert 'db_transaction_duration_seconds_count{kind="read"}' in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/v1/books", 401),
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/books", 405),
        ("POST", "/v1/auth/login", 422),
    ],
)
def test_every_answer_is_protected(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_method_not_allowed_lists_the_others(client: TestClient) -> None:
    assert client.delete("/v1/books").headers["Allow"] == "GET, POST"
    assert client.post("/v1/books/1").headers["Allow"] == "DELETE, GET, PUT"
    assert client.post("/openapi.json").headers["Allow"]


@pytest.mark.parametrize(
    ("sent", "echoed"), [("abc-1.2_3", True), ("a" * 65, False), ("a b", False), ("", False)]
)
def test_request_id(client: TestClient, sent: str, echoed: bool) -> None:
    answer = client.get("/health", headers={"X-Request-ID": sent})
    assert answer.headers["X-Request-ID"]
    assert (answer.headers["X-Request-ID"] == sent) is echoed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b'"\xff"', 400),
        (b'{"username": "a", "password": "\\ud800"}', 422),
        (b'{"\\ud800": 1}', 422),
        (b"9" * 5000, 400),
        (b" " * (BODY_LIMIT_BYTES + 1), 413),
    ],
)
def test_broken_bodies(client: TestClient, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/auth/login", content=body, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "details"}


def test_crash_is_answered_and_logged(
    app: FastAPI,
    client: TestClient,
    login: Login,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    headers = login("ann")
    logs.configure("INFO")
    app.state.services.database.close()
    settings.database.unlink()
    settings.database.mkdir()
    answer = client.get("/v1/books", headers={**headers, "X-Request-ID": "crash-1"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert answer.headers["X-Frame-Options"] == "DENY"
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    crash = next(entry for entry in entries if entry["message"] == "unhandled error")
    assert crash["request_id"] == "crash-1"
    assert "OperationalError" in crash["exception"]


def test_logs_name_the_user_and_no_secret(
    client: TestClient, login: Login, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    headers = login("ann")
    client.get("/v1/books", headers={**headers, "X-Request-ID": "find-me"})
    text = capsys.readouterr().out
    entries = [json.loads(line) for line in text.splitlines()]
    found = next(entry for entry in entries if entry["request_id"] == "find-me")
    assert (found["level"], found["user"], found["status"]) == ("INFO", "ann", 200)
    assert found["route"] == "/v1/books"
    assert any(entry.get("action") == "login.accepted" for entry in entries)
    assert PASSWORD not in text
    assert headers["Authorization"].removeprefix("Bearer ") not in text
