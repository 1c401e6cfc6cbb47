"""An OSV endpoint on loopback: POST /v1/query, answered from a snapshot or by the service."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gates.core import severity
from gates.core.model import Severity
from gates.shell import json_strict, network

SERVICE = "https://api.osv.dev"
MAX_QUERY_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 32 * 2**20
MAX_PAGES = 50

Record = dict[str, Any]
Answer = Callable[[str, str], tuple[Record, ...]]  # package, version -> records that affect it


class Endpoint:
    """A running endpoint. `severities` maps ids and aliases of what it served to "" or a word."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.severities: dict[str, str] = {}
        self.errors: list[str] = []


class ServiceError(Exception):
    """The vulnerability service gave no usable answer."""


def ask_service(
    service: str, name: str, version: str, *, deadline_s: float = 20.0
) -> tuple[Record, ...]:
    """Ask an OSV service about one version of a PyPI package, all pages. Raises ServiceError."""
    records: list[Record] = []
    query: dict[str, Any] = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
    for _ in range(MAX_PAGES):
        answer = _ask(service, query, deadline_s)
        records.extend(answer.get("vulns") or ())
        token = answer.get("next_page_token")
        if not token:
            return tuple(records)
        query = {**query, "page_token": token}
    raise ServiceError(f"{service} gave more than {MAX_PAGES} pages for {name} {version}")


@contextmanager
def serving(answer: Answer) -> Iterator[Endpoint]:
    """Serve `answer` at a free port of 127.0.0.1 while the context lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        endpoint = Endpoint(f"http://127.0.0.1:{server.server_address[1]}")
        server.RequestHandlerClass = _handler(answer, endpoint)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()


def _ask(service: str, query: Mapping[str, Any], deadline_s: float) -> dict[str, Any]:
    url = f"{service.rstrip('/')}/v1/query"
    try:
        response = network.request(
            "POST",
            url,
            allow=(service,),
            headers=(("Content-Type", "application/json"),),
            body=json.dumps(query).encode(),
            deadline_s=deadline_s,
            max_bytes=MAX_ANSWER_BYTES,
        )
        if response.status != 200:
            raise ServiceError(f"{url} answered {response.status}")
        answer = json_strict.decode(response.body.decode("utf-8"))
    except (network.NetworkError, network.Refused) as error:
        raise ServiceError(f"{url}: {error}") from None
    except (UnicodeDecodeError, json_strict.JsonError) as error:
        raise ServiceError(f"{url} gave no OSV answer: {error}") from None
    return _shaped(answer, url)


def _shaped(answer: object, url: str) -> dict[str, Any]:
    """An answer with nothing in it is `{}`; what an answer of another kind is nobody knows."""
    if not isinstance(answer, dict) or not answer.keys() <= {"vulns", "next_page_token"}:
        raise ServiceError(f"{url} gave no OSV answer: not an object with vulns")
    vulns = answer.get("vulns") or []
    if not isinstance(vulns, list) or not all(isinstance(item, dict) for item in vulns):
        raise ServiceError(f"{url} gave no OSV answer: vulns is no list of records")
    return answer


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
                endpoint.severities.update(_severities(records, endpoint.severities))
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


def _severities(records: tuple[Record, ...], known: Mapping[str, str]) -> dict[str, str]:
    """The worst known word of every id and alias; "" where a record does not say."""
    found = dict(known)
    for record in records:
        word = severity.of_record(record)
        for name in (record.get("id"), *(record.get("aliases") or ())):
            before = found.get(str(name), "")
            rated = tuple(Severity(item) for item in (before, word or "") if item)
            worst = severity.worst(rated)
            found[str(name)] = worst.value if worst else ""
    return found
