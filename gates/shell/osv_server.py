"""An OSV endpoint on loopback: POST /v1/query, answered from a snapshot or by the service."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gates.core import severity
from gates.core.model import Severity
from gates.shell import osv_rating

MAX_QUERY_BYTES = 64 * 1024

Record = dict[str, Any]
Answer = Callable[[str, str], tuple[Record, ...]]  # package, version -> records that affect it


class Endpoint:
    """A running endpoint, and what pip-audit leaves out of the records that it served.

    `severities` maps ids and aliases to "" or a word; `exploited` are those known to be exploited.
    """

    def __init__(self, url: str, exploited: frozenset[str] = frozenset()) -> None:
        self.url = url
        self.severities: dict[str, str] = {}
        self.exploited: set[str] = set()
        self.errors: list[str] = []
        self._known_exploited = exploited

    def learn(self, records: Iterable[Record]) -> None:
        """Remember the worst known severity of every id and alias."""
        for record in records:
            word = osv_rating.rated(record)
            names = osv_rating.names(record)
            for name in names:
                before = self.severities.get(name, "")
                rated = (*([Severity(before)] if before else []), *([word] if word else []))
                worst = severity.worst(rated)
                self.severities[name] = worst.value if worst else ""
            if osv_rating.exploited(record) or self._known_exploited & {*names}:
                self.exploited |= {*names}


@contextmanager
def serving(answer: Answer, exploited: frozenset[str] = frozenset()) -> Iterator[Endpoint]:
    """Serve `answer` at a free port of 127.0.0.1 while the context lasts.

    `exploited` are ids of vulnerabilities that are known to be exploited.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        endpoint = Endpoint(f"http://127.0.0.1:{server.server_address[1]}", exploited)
        server.RequestHandlerClass = _handler(answer, endpoint)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()


def _handler(answer: Answer, endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer one query; what goes wrong is a 4xx or 5xx and is remembered."""
            try:
                name, version = _asked(self)
                records = answer(name, version)
            except ValueError as error:
                _send(self, 400, {"code": 3, "message": str(error)})
            except Exception as error:  # noqa: BLE001  (pip-audit must never read it as clean)
                endpoint.errors.append(f"{error}")
                _send(self, 502, {"code": 14, "message": "no answer"})
            else:
                endpoint.learn(records)
                _send(self, 200, {"vulns": list(records)} if records else {})

        def log_message(self, *_: object) -> None:
            """Say nothing: stderr belongs to the probe."""

    return Handler


def _asked(handler: BaseHTTPRequestHandler) -> tuple[str, str]:
    """Package and version of a query. Raises ValueError."""
    length = int(handler.headers.get("Content-Length") or 0)
    if handler.path != "/v1/query" or not 0 < length <= MAX_QUERY_BYTES:
        raise ValueError("only POST /v1/query with a small body is answered")
    query = json.loads(handler.rfile.read(length))
    try:
        package = query["package"]
        if package["ecosystem"] != "PyPI":
            raise ValueError("only packages of the ecosystem PyPI are known")
        return str(package["name"]), str(query["version"])
    except (KeyError, TypeError):
        raise ValueError("a query needs package.name, package.ecosystem and version") from None


def _send(handler: BaseHTTPRequestHandler, status: int, value: object) -> None:
    body = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
