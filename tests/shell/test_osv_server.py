"""The OSV endpoint over real sockets, in front of a snapshot and in front of a service."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gates.shell.osv_server import Record, serving
from gates.shell.osv_service import ServiceError
from gates.shell.osv_service import ask as ask_service

QUERY = {"package": {"name": "a", "ecosystem": "PyPI"}, "version": "1"}
BAD: Record = {"id": "A-1", "aliases": ["CVE-1"], "database_specific": {"severity": "LOW"}}


def post(url: str, value: Any, path: str = "/v1/query") -> tuple[int, Any]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    request = urllib.request.Request(url + path, data=body, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@contextmanager
def listening(answers: list[Any], seen: list[Any]) -> Iterator[str]:
    """A service that gives these answers, one after the other."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(answers[len(seen) - 1]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_answers_and_severities() -> None:
    asked: list[tuple[str, str]] = []

    def answer(name: str, version: str) -> tuple[Record, ...]:
        asked.append((name, version))
        rated = {"id": "B-1", "aliases": ["CVE-1"], "database_specific": {"severity": "HIGH"}}
        return (BAD, rated, {"id": "C-1"}) if name == "a" else ()

    with serving(answer) as endpoint:
        assert endpoint.url.startswith("http://127.0.0.1:")
        status, found = post(endpoint.url, QUERY)
        clean = post(endpoint.url, {**QUERY, "package": {"name": "b", "ecosystem": "PyPI"}})
    assert (status, [item["id"] for item in found["vulns"]]) == (200, ["A-1", "B-1", "C-1"])
    assert clean == (200, {})
    assert asked == [("a", "1"), ("b", "1")]
    assert endpoint.severities == {"A-1": "low", "B-1": "high", "CVE-1": "high", "C-1": ""}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (QUERY, "/v1/other"),
        (b"{", "/v1/query"),
        (b"", "/v1/query"),
        ([], "/v1/query"),
        ({"package": {"name": "a", "ecosystem": "npm"}, "version": "1"}, "/v1/query"),
        ({"package": {"name": "a", "ecosystem": "PyPI"}}, "/v1/query"),
        (b" " * 70_000, "/v1/query"),
    ],
)
def test_other_questions_are_refused(value: Any, path: str) -> None:
    with serving(lambda _name, _version: ()) as endpoint:
        assert post(endpoint.url, value, path)[0] == 400


def test_a_failure_is_never_an_empty_answer() -> None:
    def answer(_name: str, _version: str) -> tuple[Record, ...]:
        raise ServiceError("gone")

    with serving(answer) as endpoint:
        assert post(endpoint.url, QUERY)[0] == 502
    assert endpoint.errors == ["gone"]


def test_a_service_is_asked_over_all_pages() -> None:
    answers = [{"vulns": [BAD], "next_page_token": "t"}, {"vulns": [{"id": "B-1"}]}]
    seen: list[Any] = []
    with listening(answers, seen) as origin:
        found = ask_service(origin, "a", "1")
    assert [item["id"] for item in found] == ["A-1", "B-1"]
    assert seen == [QUERY, {**QUERY, "page_token": "t"}]


@pytest.mark.parametrize("answer", [[], {"results": []}, {"vulns": 3}, {"vulns": ["x"]}, "text"])
def test_an_answer_of_another_kind_is_an_error(answer: Any) -> None:
    with (
        listening([answer], []) as origin,
        pytest.raises(ServiceError, match="no OSV answer"),
    ):
        ask_service(origin, "a", "1")


def test_nobody_listens() -> None:
    with serving(lambda _name, _version: ()) as endpoint:
        gone = endpoint.url
    with pytest.raises(ServiceError, match="refused"):
        ask_service(gone, "a", "1")


def test_a_refusing_service() -> None:
    def answer(_name: str, _version: str) -> tuple[Record, ...]:
        raise RuntimeError

    with serving(answer) as endpoint, pytest.raises(ServiceError, match="answered 502"):
        ask_service(endpoint.url, "a", "1")
