"""Probes, metrics and logs; a database that is gone, a crash, too many requests at once."""

import json
from contextlib import closing

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bookstore import logs, middleware
from bookstore.database import connect
from bookstore.main import create_app
from bookstore.settings import Settings
from tests.application.conftest import Login
from tests.conftest import PASSWORDS

TRACE = "ab" * 16


def _entries(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.requirement("FR-008.1")
def test_not_ready_without_schema(settings: Settings) -> None:
    connect(settings.database, create=True).close()
    with TestClient(create_app(settings)) as client:
        answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "not_ready"


def test_not_ready_without_database_and_none_is_made(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        assert client.get("/ready").status_code == 503
    assert not settings.database.exists()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 99])
def test_not_ready_with_another_file(settings: Settings, content: bytes) -> None:
    settings.database.write_bytes(content)
    with TestClient(create_app(settings)) as client:
        assert client.get("/ready").status_code == 503


@pytest.mark.requirement("FR-009")
def test_database_may_go_and_come_back(
    client: TestClient, login: Login, settings: Settings
) -> None:
    headers = login("demo")
    away = settings.database.with_suffix(".away")
    settings.database.rename(away)
    answer = client.get("/v1/books", headers=headers)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200
    away.rename(settings.database)
    assert client.get("/ready").status_code == 200
    assert client.get("/v1/books", headers=headers).json()["total"] == 1


def test_replaced_database_is_noticed(client: TestClient, login: Login, settings: Settings) -> None:
    headers = login("demo")
    copy = settings.database.with_suffix(".copy")
    with closing(connect(settings.database)) as opened:
        opened.execute("VACUUM INTO ?", (str(copy),))
    with closing(connect(copy)) as opened:
        opened.execute("DELETE FROM books")
    copy.replace(settings.database)
    for name in ("-wal", "-shm"):
        settings.database.with_name(settings.database.name + name).unlink(missing_ok=True)
    assert client.get("/v1/books", headers=headers).json()["total"] == 0


def test_metrics_use_templates(client: TestClient, login: Login) -> None:
    client.get("/v1/books/1", headers=login("demo"))
    client.request("BREW", "/no/such/path")
    text = client.get("/metrics").text
    name = "http_request_duration_seconds_count"
    assert f'{name}{{method="GET",route="/v1/books/{{book_id}}",status="200"}} 1.0' in text
    assert f'{name}{{method="OTHER",route="unmatched",status="404"}} 1.0' in text
    assert 'db_transaction_duration_seconds_count{kind="read"}' in text


def test_crash_is_answered_and_logged(
    client: TestClient, login: Login, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = login("demo")
    logs.configure("INFO")
    with closing(connect(settings.database)) as connection:
        connection.execute("DROP TABLE order_lines")
    answer = client.get("/v1/orders", headers={**headers, "X-Request-ID": "crash-1"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert answer.headers["X-Frame-Options"] == "DENY"
    entries = _entries(capsys.readouterr().out)
    crash = next(entry for entry in entries if entry["message"] == "unhandled error")
    assert crash["request_id"] == "crash-1"
    assert "OperationalError" in str(crash["exception"])


def test_logs_name_the_user_and_the_trace_and_no_secret(
    client: TestClient, login: Login, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    headers = login("demo")
    sent = {"X-Request-ID": "find-me", "traceparent": f"00-{TRACE}-{TRACE[:16]}-01"}
    client.get("/v1/books", headers={**headers, **sent})
    text = capsys.readouterr().out
    entries = _entries(text)
    found = next(entry for entry in entries if entry["request_id"] == "find-me")
    assert (found["level"], found["user"], found["status"]) == ("INFO", "demo", 200)
    assert (found["route"], found["trace_id"]) == ("/v1/books", TRACE)
    assert any(entry.get("action") == "login.accepted" for entry in entries)
    assert PASSWORDS["demo"] not in text
    assert headers["Authorization"].removeprefix("Bearer ") not in text


def test_who_logs_out_is_in_the_audit_log(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    body = {"username": "demo", "password": PASSWORDS["demo"]}
    pair = client.post("/v1/auth/login", json=body).json()
    for token in (pair["refresh_token"], "unknown"):
        client.post("/v1/auth/logout", json={"refresh_token": token})
    lines = [entry for entry in _entries(capsys.readouterr().out) if "action" in entry]
    told = [(line["action"], line["user"]) for line in lines]
    assert told[-2:] == [("session.ended", "user/1"), ("session.unknown", "anonymous")]


@pytest.mark.parametrize(("path", "status"), [("/v1/books", 503), ("/health", 200)])
def test_too_many_requests_at_once(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    """Whoever watches the service is answered all the same."""
    monkeypatch.setattr(middleware, "REQUESTS_AT_ONCE", 0)
    with TestClient(app) as client:
        answer = client.get(path)
    assert answer.status_code == status
    if status == 503:
        assert answer.json()["error"]["code"] == "not_ready"
        assert answer.headers["Retry-After"] == "1"


def test_no_writer_waits_for_long(
    app: FastAPI, client: TestClient, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = login("demo")
    monkeypatch.setattr("bookstore.database.BUSY_TIMEOUT_S", 0.01)
    order = {"lines": [{"book_id": 1, "quantity": 1}]}
    with app.state.services.database.write():
        assert client.post("/v1/orders", json=order, headers=headers).status_code == 503
    assert client.post("/v1/orders", json=order, headers=headers).status_code == 201
