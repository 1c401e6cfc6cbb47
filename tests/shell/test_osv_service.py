"""Many questions to an OSV service at once, over real sockets: silence is never clean."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gates.shell.osv_service import BATCH, ServiceError, ask_many

ONE = {"id": "A-1", "affected": []}


@contextmanager
def service(answers: Mapping[str, Any], seen: list[str]) -> Iterator[str]:
    """A service with one answer for each path; any other is 404."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(self.path)
            found = answers.get(self.path)
            body = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

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


def test_each_record_is_fetched_once() -> None:
    results = [{"vulns": [{"id": "A-1"}]}, {}, {"vulns": [{"id": "A-1"}]}, None]
    seen: list[str] = []
    asked = [("a", "1.0.0"), ("b", "1.0.0"), ("a", "1.1.0"), ("c", "1.0.0")]
    with service({"/v1/querybatch": {"results": results}, "/v1/vulns/A-1": ONE}, seen) as origin:
        found = ask_many(origin, asked, "npm")
    assert found == {asked[0]: (ONE,), asked[1]: (), asked[2]: (ONE,), asked[3]: ()}
    assert seen == ["/v1/querybatch", "/v1/vulns/A-1"]


def test_more_than_a_page_is_asked_again_alone() -> None:
    answers = {
        "/v1/querybatch": {"results": [{"vulns": [{"id": "B-1"}], "next_page_token": "t"}]},
        "/v1/query": {"vulns": [ONE]},
    }
    with service(answers, []) as origin:
        assert ask_many(origin, [("a", "1")], "npm") == {("a", "1"): (ONE,)}


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"/v1/querybatch": []},
        {"/v1/querybatch": {}},
        {"/v1/querybatch": {"results": []}},
        {"/v1/querybatch": {"results": [{}, {}]}},
        {"/v1/querybatch": {"results": ["x"]}},
        {"/v1/querybatch": {"results": [{"vulns": [{}]}]}},
        {"/v1/querybatch": {"results": [{"vulns": [{"id": "../x"}]}]}},
        {"/v1/querybatch": {"results": [{"vulns": [{"id": "A-1"}]}]}},
        {"/v1/querybatch": {"results": [{"vulns": [{"id": "A-1"}]}]}, "/v1/vulns/A-1": {"id": "B"}},
        {"/v1/querybatch": {"results": [{"other": 1}]}},
    ],
)
def test_b25_an_answer_that_is_not_whole_is_an_error(answers: Mapping[str, Any]) -> None:
    with service(answers, []) as origin, pytest.raises(ServiceError):
        ask_many(origin, [("a", "1")], "npm")


def test_questions_are_asked_in_parts() -> None:
    seen: list[str] = []
    asked = [(f"a{number}", "1") for number in range(BATCH + 1)]
    with (
        service({"/v1/querybatch": {"results": [{}] * BATCH}}, seen) as origin,
        pytest.raises(ServiceError, match=f"{BATCH} results for 1 questions"),
    ):
        ask_many(origin, asked, "npm")
    assert seen == ["/v1/querybatch"] * 2
    with service({}, []) as origin:
        assert ask_many(origin, [], "npm") == {}
