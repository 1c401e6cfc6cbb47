"""The document as files and as a service gives it: B27 to B32, with listeners that count."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason
from gates.core.target import OpenApi
from gates.shell.documents import Document, DocumentError, load_document

DEEP = b"[" * 100 + b"]" * 100
OK: dict[str, Any] = {"responses": {"200": {"description": "fine"}}}
GOOD: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "https://prod.example.com/v1"}],
    "paths": {"/a": {"get": OK}},
}


def load(tree: Path, file: str = "openapi.json", **more: Any) -> Document:
    output = tree.parent / "output"
    output.mkdir(exist_ok=True)
    return load_document(tree, OpenApi(file=file, **more), "", (), {}, output)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


class Served:
    """What a real server of this test answers, and what it was asked."""

    def __init__(self, answers: dict[str, tuple[int, bytes]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []
        self.origin = ""


@contextmanager
def serving(answers: dict[str, tuple[int, bytes]], host: str = "127.0.0.1") -> Iterator[Served]:
    served = Served(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.headers.get("X-Key", "")))
            status, body = served.answers.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer((host, 0), Handler) as server:
        served.origin = f"http://{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def test_a_committed_file_becomes_one_document_without_hosts(tree: Path) -> None:
    (tree / "openapi.json").write_text(json.dumps(GOOD))
    document = load(tree)
    written = json.loads(document.path.read_text())
    assert document.path == tree.parent / "output" / "document.json"
    assert [operation.label for operation in document.operations] == ["GET /a"]
    assert (document.base_path, document.version, document.source) == ("/v1", "3.1", "openapi.json")
    assert written["servers"] == [{"url": "/v1"}]
    assert "prod.example.com" not in document.path.read_text()


def test_the_target_files_base_path_wins(tree: Path) -> None:
    (tree / "openapi.json").write_text(json.dumps(GOOD))
    assert load(tree, base_path="/v2").base_path == "/v2"


def test_yaml_over_several_files(tree: Path) -> None:
    (tree / "api").mkdir()
    (tree / "api" / "o.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: t, version: 3.10}\npaths:\n  /a: {$ref: 'paths.json#/a'}\n"
    )
    (tree / "api" / "paths.json").write_text("\ufeff" + json.dumps({"a": {"get": OK, "put": OK}}))
    document = load(tree, "api/o.yaml")
    assert [operation.label for operation in document.operations] == ["GET /a", "PUT /a"]
    assert json.loads(document.path.read_text())["info"]["version"] == "3.10"


def test_swagger_2(tree: Path) -> None:
    old = {"swagger": "2.0", "host": "prod.example.com", "basePath": "/v1", "paths": GOOD["paths"]}
    (tree / "openapi.json").write_text(json.dumps(old))
    document = load(tree)
    assert (document.version, document.base_path) == ("2.0", "/v1")
    assert "prod.example.com" not in document.path.read_text()


@pytest.mark.parametrize(
    ("name", "data", "reason", "words"),
    [
        ("o.json", b"", Reason.EMPTY_RESULT, "o.json is empty"),
        ("o.json", b" \n", Reason.EMPTY_RESULT, "o.json is empty"),
        ("o.json", b'{"openapi": "3.0', Reason.UNREADABLE_RESULT, r"unparsable: .*\(o.json\)"),
        ("o.json", b'{"a": 1, "a": 2}', Reason.UNREADABLE_RESULT, "duplicate-key"),
        ("o.json", b'{"a": NaN}', Reason.UNREADABLE_RESULT, "non-finite number"),
        ("o.json", b"[" * 100_000, Reason.UNREADABLE_RESULT, "too-deep"),
        ("o.json", b'{"a": ' + DEEP + b"}", Reason.UNREADABLE_RESULT, "too-deep"),
        ("o.json", b'{"a": ' + b"1" * 5000 + b"}", Reason.UNREADABLE_RESULT, "number-too-large"),
        ("o.json", '{"openapi": "3.0.3"}'.encode("utf-16"), Reason.UNREADABLE_RESULT, "encoding"),
        ("o.json", b"[]", Reason.UNREADABLE_RESULT, "schema: "),
        ("o.json", b'{"results": []}', Reason.UNREADABLE_RESULT, "schema: "),
        ("o.json", b'{"openapi": "3.0.3"}', Reason.NOTHING_EXAMINED, "no operations"),
        ("o.json", b'{"openapi": "3.0.3", "paths": {}}', Reason.NOTHING_EXAMINED, "no operations"),
        ("o.yaml", b"a: !!python/name:os.system", Reason.UNREADABLE_RESULT, "unsafe tag"),
        ("o.yaml", b"a: &a [*a]", Reason.UNREADABLE_RESULT, "alias-limit"),
        ("o.yaml", b"a: 1\na: 2", Reason.UNREADABLE_RESULT, "duplicate-key"),
        ("o.json", b" " * (16 * 2**20) + b"{}", Reason.OUTPUT_TOO_LARGE, "larger than"),
    ],
)  # fmt: skip
def test_b27_to_b32_bad_documents(
    tree: Path, name: str, data: bytes, reason: Reason, words: str
) -> None:
    (tree / name).write_bytes(data)
    with pytest.raises(DocumentError, match=words) as caught:
        load(tree, name)
    assert caught.value.reason is reason
    assert not (tree.parent / "output" / "document.json").exists()


def test_an_absent_file_is_named(tree: Path) -> None:
    with pytest.raises(DocumentError, match="openapi.json: No such file") as caught:
        load(tree)
    assert caught.value.reason is Reason.NO_RESULT


def test_b29_a_reference_to_a_listener_sends_nothing(tree: Path) -> None:
    with serving({"/x.json": (200, b"{}")}, host="127.0.0.2") as foreign:
        bad = {**GOOD, "components": {"schemas": {"A": {"$ref": f"{foreign.origin}/x.json"}}}}
        (tree / "openapi.json").write_text(json.dumps(bad))
        with pytest.raises(DocumentError, match="ref-outside-allow-list") as caught:
            load(tree)
        assert foreign.asked == []
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY


def test_b29_a_link_out_of_the_tree_is_refused(tree: Path) -> None:
    (tree.parent / "secret.yaml").write_text("a: 1")
    os.symlink(tree.parent / "secret.yaml", tree / "link.yaml")
    bad = {**GOOD, "components": {"schemas": {"A": {"$ref": "link.yaml"}}}}
    (tree / "openapi.json").write_text(json.dumps(bad))
    with pytest.raises(DocumentError, match="link out of the target's folder") as caught:
        load(tree)
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY


def test_a_served_document_is_fetched_with_its_parts_and_headers(tmp_path: Path) -> None:
    root = {**GOOD, "paths": {"/a": {"$ref": "parts/a.json"}}}
    answers = {
        "/api/openapi.json": (200, json.dumps(root).encode()),
        "/api/parts/a.json": (200, json.dumps({"get": OK}).encode()),
    }
    with serving(answers) as served:
        openapi = OpenApi(path="/api/openapi.json")
        document = load_document(
            tmp_path, openapi, served.origin, (served.origin,), {"X-Key": "k"}, tmp_path
        )
        assert served.asked == [("/api/openapi.json", "k"), ("/api/parts/a.json", "k")]
    assert document.source == f"{served.origin}/api/openapi.json"
    assert [operation.label for operation in document.operations] == ["GET /a"]


@pytest.mark.parametrize(
    ("status", "allowed", "reason", "words"),
    [
        (404, True, Reason.NO_RESULT, "answered 404"),
        (302, True, Reason.NO_RESULT, "answered 302"),
        (200, False, Reason.REFUSED_BY_SAFETY, "not an allowed origin"),
    ],
)
def test_a_document_that_is_not_served(
    tmp_path: Path, status: int, allowed: bool, reason: Reason, words: str
) -> None:
    with serving({"/o.json": (status, b"{}")}) as served:
        allow = (served.origin,) if allowed else ()
        with pytest.raises(DocumentError, match=words) as caught:
            load_document(tmp_path, OpenApi(path="/o.json"), served.origin, allow, {}, tmp_path)
        assert len(served.asked) == int(allowed)
    assert caught.value.reason is reason


def test_no_service_and_nobody_listening(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no service runs") as caught:
        load_document(tmp_path, OpenApi(path="/o.json"), "", (), {}, tmp_path)
    assert caught.value.reason is Reason.TARGET_DOWN
    with serving({}) as served:
        gone = served.origin
    with pytest.raises(DocumentError, match="network") as caught:
        load_document(tmp_path, OpenApi(path="/o.json"), gone, (gone,), {}, tmp_path)
    assert caught.value.reason is Reason.TARGET_DOWN
    with pytest.raises(DocumentError, match="names no document") as caught:
        load_document(tmp_path, OpenApi(), gone, (gone,), {}, tmp_path)
    assert caught.value.reason is Reason.NO_RESULT


def test_several_documents_of_one_service_are_one(tree: Path) -> None:
    """Each with its own base path; the tools see full paths, and no host of either (B30)."""
    for name, base in (("a.json", "/v1"), ("b.json", "/admin")):
        servers = [{"url": f"https://prod.example.com{base}"}]
        (tree / name).write_text(json.dumps({**GOOD, "servers": servers}))
    others = (OpenApi(file="b.json"),)
    document = load(tree, "a.json", others=others)
    assert [one.label for one in document.operations] == ["GET /admin/a", "GET /v1/a"]
    assert (document.base_path, document.source) == ("", "a.json, b.json")
    written = json.loads(document.path.read_text())
    assert written["servers"] == [{"url": "/"}]
    assert "prod.example.com" not in document.path.read_text()


def test_a_document_among_several_has_to_have_operations(tree: Path) -> None:
    (tree / "a.json").write_text(json.dumps(GOOD))
    (tree / "b.json").write_text(json.dumps({**GOOD, "paths": {}}))
    with pytest.raises(DocumentError, match=r"no operations: b.json") as caught:
        load(tree, "a.json", others=(OpenApi(file="b.json"),))
    assert caught.value.reason is Reason.NOTHING_EXAMINED


def test_2000_operations_in_10_mb_are_read_within_seconds(tree: Path) -> None:
    """Whatever all of them refer to, circles among it."""
    properties = {f"field_{n}": {"type": "string", "description": "x" * 100} for n in range(30)}
    node = {**properties, "next": {"$ref": "#/components/schemas/Node0"}}
    schemas = {f"Node{n}": {"type": "object", "properties": node} for n in range(1500)}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Node1"}}}
    answer = {"responses": {"200": {"description": "x" * 2_000, "content": content}}}
    paths = {f"/a{n}/{{id}}": {"get": answer, "delete": answer} for n in range(1000)}
    text = json.dumps({**GOOD, "paths": paths, "components": {"schemas": schemas}})
    assert len(text) > 8 * 2**20
    (tree / "openapi.json").write_text(text)
    assert len(load(tree).operations) == 2_000
