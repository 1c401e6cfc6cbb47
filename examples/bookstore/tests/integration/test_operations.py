"""Probes, metrics, headers, and answers to what no client should send."""

import httpx2
import pytest

from bookstore.middleware import BODY_LIMIT_BYTES, HEADERS

pytestmark = pytest.mark.integration

PROBES = ("/health", "/ready", "/metrics")


@pytest.mark.requirement("FR-008")
def test_probes(client: httpx2.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ok"}


@pytest.mark.requirement("FR-008")
def test_metrics_are_those_of_requests(client: httpx2.Client) -> None:
    client.get("/health")
    text = client.get("/metrics").text
    assert 'http_request_duration_seconds_count{method="GET",route="/health",status="200"}' in text


@pytest.mark.parametrize("path", PROBES)
def test_probes_have_no_parameters(client: httpx2.Client, path: str) -> None:
    answer = client.get(f"{path}?verbose=1")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "query.verbose"


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
def test_every_answer_is_protected(
    client: httpx2.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_method_not_allowed_lists_the_others(client: httpx2.Client) -> None:
    assert client.delete("/v1/books").headers["Allow"] == "GET, POST"
    assert client.post("/v1/books/1").headers["Allow"] == "DELETE, GET, PUT"
    assert client.post("/openapi.json").headers["Allow"]


@pytest.mark.parametrize(
    ("sent", "echoed"), [("abc-1.2_3", True), ("a" * 65, False), ("a b", False), ("", False)]
)
def test_request_id(client: httpx2.Client, sent: str, echoed: bool) -> None:
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
def test_broken_bodies(client: httpx2.Client, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/auth/login", content=body, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "details"}
