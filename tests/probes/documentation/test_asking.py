"""Request collections of every kind: read, and compared with the document."""

import json
from pathlib import Path
from typing import Any

import pytest

from gates.probes._looks import Look
from gates.probes.documentation import asking, operations
from gates.probes.documentation.collection import CollectionError, is_collection, requests

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://shop.example/v1"}],
    "paths": {
        "/books": {"get": {}, "post": {}},
        "/books/{id}": {"get": {}},
        "/v1/health": {"get": {}},
    },
}


def postman(*requests: Any, **more: Any) -> str:
    items = [{"name": f"r{n}", "request": one} for n, one in enumerate(requests)]
    return json.dumps({"info": {"name": "Shop"}, "item": items, **more})


def raw(method: str, url: str) -> dict[str, Any]:
    return {"method": method, "url": {"raw": url}}


INSOMNIA_4 = {
    "_type": "export",
    "resources": [
        {"_type": "workspace", "name": "Shop"},
        {"_type": "request", "name": "one", "method": "GET", "url": "{{ _.base }}/books"},
    ],
}
INSOMNIA_5 = """type: collection.insomnia.rest/5.0
collection:
  - name: folder
    children:
      - {name: one, method: GET, url: "{{ _.base }}/books"}
"""
HTTP = """@host = http://localhost:8000
@base = {{host}}/v1
### list
GET {{base}}/books?limit=1 HTTP/1.1
Accept: application/json

### create
# @name create
POST {{base}}/books
Content-Type: application/json

{"title": "GET /nothing"}
"""
BRUNO = "meta {\n  name: one\n}\n\nget {\n  url: {{base}}/books/:id\n  body: none\n}\n"


def looked(tmp_path: Path, files: dict[str, str], named: str = "") -> Look:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    known = operations.described(DOCUMENT)
    servers = asking.hosts(DOCUMENT)
    return asking.looked(tmp_path, named, tuple(sorted(files)), known, "/v1", servers)


def rules(look: Look) -> list[str]:
    assert look.measurement.value == len(look.findings)
    return [finding.rule for finding in look.findings]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.postman_collection.json", postman("http://x/books"), [("GET", "http://x/books")]),
        ("a.insomnia.json", json.dumps(INSOMNIA_4), [("GET", "{{ _.base }}/books")]),
        ("insomnia.yaml", INSOMNIA_5, [("GET", "{{ _.base }}/books")]),
        (
            "a.http",
            HTTP,
            [
                ("GET", "http://localhost:8000/v1/books?limit=1"),
                ("POST", "http://localhost:8000/v1/books"),
            ],
        ),
        ("one.bru", BRUNO, [("GET", "{{base}}/books/:id")]),
    ],
)
def test_every_kind_is_read(name: str, content: str, expected: list[tuple[str, str]]) -> None:
    assert is_collection(name)
    assert [(one.method, one.url) for one in requests(name, content)] == expected


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.postman_collection.json", "{", "unparsable"),
        ("a.postman_collection.json", "[]", "no object"),
        ("a.postman_collection.json", '{"info": {}, "info": {}}', "duplicate-key"),
        ("a.postman_collection.json", '{"info": {}, "item": []}', "no request"),
        ("a.postman_collection.json", '{"info": {}, "item": [{"name": "x"}]}', "neither a folder"),
        ("a.postman_collection.json", '{"info": {}, "item": [{"request": {}}]}', "no address"),
        ("a.postman_collection.json", "{}", "none of the kinds"),
        ("insomnia.yaml", "a: [", "unparsable"),
        ("a.http", "nothing here\n", "no request"),
        ("one.bru", "meta {\n}\n", "no request"),
    ],
)
def test_a_broken_collection_says_why(name: str, content: str, said: str) -> None:
    with pytest.raises(CollectionError, match=said):
        requests(name, content)


def test_folders_without_end_are_refused() -> None:
    item: dict[str, Any] = {"name": "r", "request": "http://x/"}
    for _ in range(30):
        item = {"item": [item]}
    with pytest.raises(CollectionError, match="nested"):
        requests("a.postman_collection.json", json.dumps({"info": {}, "item": [item]}))


@pytest.mark.parametrize(
    ("request_", "known"),
    [
        (raw("GET", "{{baseUrl}}/books"), True),
        (raw("GET", "{{baseUrl}}/books?limit=2#x"), True),
        (raw("GET", "{{baseUrl}}/v1/books/:id"), True),
        (raw("get", "http://localhost:8000/v1/books/{{book}}"), True),
        (raw("POST", "https://shop.example/v1/books"), True),
        (raw("POST", "https://shop.example/v1/authors"), False),
        (raw("GET", "{{host}}/health"), True),
        (raw("DELETE", "{{baseUrl}}/books"), False),
        (raw("GET", "{{baseUrl}}/authors"), False),
        (raw("GET", "http://127.0.0.1/health/deep"), False),
        (raw("GET", "{{baseUrl}}/books/1/pages"), False),
        (raw("GET", "http://localhost:8000/v2/books"), False),
    ],
)
def test_each_request_has_to_be_documented(
    tmp_path: Path, request_: dict[str, Any], known: bool
) -> None:
    look = looked(tmp_path, {"a.postman_collection.json": postman(request_)})
    assert rules(look) == ([] if known else ["collection-route"])
    assert look.examined == 1


def test_variables_of_the_collection_are_filled_in(tmp_path: Path) -> None:
    values = [{"key": "base", "value": "http://localhost:8000/v2"}]
    look = looked(
        tmp_path,
        {"a.postman_collection.json": postman(raw("GET", "{{base}}/books"), variable=values)},
    )
    assert look.findings[0].message.endswith("which the OpenAPI document does not have")
    assert "GET /v2/books" in look.findings[0].message


def test_requests_to_other_hosts_are_not_ours_to_judge(tmp_path: Path) -> None:
    files = {"a.postman_collection.json": postman(raw("POST", "https://id.example/token"))}
    look = looked(tmp_path, files)
    assert rules(look) == []
    assert look.notes == ("1 requests of the collections go to other hosts: not looked at",)


def test_a_missing_and_a_broken_collection_each_count(tmp_path: Path) -> None:
    assert rules(looked(tmp_path, {})) == ["collection-missing"]
    assert rules(looked(tmp_path, {}, "requests.json")) == ["collection-missing"]
    assert rules(looked(tmp_path, {"a.http": "nothing\n"})) == ["collection-unreadable"]


def test_a_folder_or_a_file_may_be_named(tmp_path: Path) -> None:
    files = {"http/one.http": HTTP, "other/two.http": "GET /nothing\n"}
    assert rules(looked(tmp_path, files, "http")) == []
    assert rules(looked(tmp_path, files, "other/two.http")) == ["collection-route"]
    assert rules(looked(tmp_path, files)) == ["collection-route"]
