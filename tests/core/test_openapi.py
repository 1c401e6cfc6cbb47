"""What a document says, and one document out of several: B28, B29, B30."""

from typing import Any

import pytest

from gates.core import bundling, openapi
from gates.core.model import Reason
from gates.core.openapi import DocumentError

OK: dict[str, Any] = {"responses": {"200": {"description": "fine"}}}


def document(**parts: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, **parts}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"openapi": "3.0.0"}, "3.0"),
        ({"openapi": "3.0.4"}, "3.0"),
        ({"openapi": "3.1.1"}, "3.1"),
        ({"openapi": "3.1"}, "3.1"),
        ({"swagger": "2.0"}, "2.0"),
    ],
)
def test_versions_that_are_judged(said: dict[str, Any], expected: str) -> None:
    assert openapi.version(said) == expected


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"openapi": "2.0"}, "allowed: swagger 2.0"),
        ({"swagger": "3.0.0"}, "allowed"),
        ({"openapi": "3.2.0"}, "allowed"),
        ({"openapi": "30.1"}, "allowed"),
        ({"openapi": 3.0}, "write it in quotes"),
        ({"results": []}, "neither"),
        (["openapi"], "no object"),
        (None, "no object"),
    ],
)
def test_b13_other_formats_are_refused(said: Any, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as caught:
        openapi.version(said)
    assert caught.value.reason is Reason.UNREADABLE_RESULT
    assert caught.value.detail.startswith("schema: ")


def test_operations_are_sorted_and_follow_path_references() -> None:
    found = openapi.operations(
        document(
            paths={
                "/b": {"$ref": "#/components/pathItems/B"},
                "/a": {"post": {"operationId": "make", **OK}, "get": OK, "parameters": []},
                "x-note": {"get": OK},
                "/c": {"get": "no operation"},
                "/d": {"$ref": "#/nowhere"},
            },
            components={"pathItems": {"B": {"delete": OK}}},
        )
    )
    assert [operation.label for operation in found] == ["GET /a", "POST /a", "DELETE /b"]
    assert found[1].operation_id == "make"


@pytest.mark.parametrize(
    "broken", [{}, {"paths": None}, {"paths": []}, {"paths": {"/a": 3}}, [], 1]
)
def test_b27_no_operations(broken: Any) -> None:
    assert openapi.operations(broken) == ()


def test_path_items_that_refer_to_each_other_end() -> None:
    paths = {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a", "get": OK}}
    labels = [operation.label for operation in openapi.operations(document(paths=paths))]
    assert labels == ["GET /a", "GET /b"]


@pytest.mark.parametrize(
    ("said", "named", "expected"),
    [
        ({"openapi": "3.0.3"}, "", ""),
        (
            {"openapi": "3.0.3", "servers": [{"url": "https://prod.example.com/api/v1/"}]},
            "",
            "/api/v1",
        ),
        ({"openapi": "3.0.3", "servers": [{"url": "/"}]}, "", ""),
        ({"openapi": "3.0.3", "servers": [{"url": "v2"}]}, "", "/v2"),
        ({"openapi": "3.0.3", "servers": [{"url": "//other.example/x?y=1#z"}]}, "", "/x"),
        (
            {
                "openapi": "3.0.3",
                "servers": [{"url": "https://h/{v}", "variables": {"v": {"default": "v3"}}}],
            },
            "",
            "/v3",
        ),
        ({"openapi": "3.0.3", "servers": [{"url": "/api"}]}, "/named/", "/named"),
        ({"openapi": "3.0.3", "servers": "none"}, "", ""),
        ({"swagger": "2.0", "basePath": "/v1"}, "", "/v1"),
        ({"swagger": "2.0"}, "", ""),
    ],
)
def test_b30_only_the_path_of_a_server_is_used(said: Any, named: str, expected: str) -> None:
    assert openapi.base_path(said, named) == expected


def test_b30_no_host_is_left_in_the_relocated_document() -> None:
    foreign = [{"url": "https://prod.example.com/v1"}]
    three = openapi.relocated(
        document(
            servers=foreign, paths={"/a": {"servers": foreign, "get": {**OK, "servers": foreign}}}
        ),
        "/v1",
    )
    two = openapi.relocated(
        {"swagger": "2.0", "host": "prod.example.com", "schemes": ["https"], "paths": {}}, ""
    )
    assert "prod.example.com" not in repr(three) + repr(two)
    assert three["servers"] == [{"url": "/v1"}]
    assert two["basePath"] == "/"
    assert openapi.operations(three)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("#", {"a/b": [1, {"~x": 2}], "ä": 3}),
        ("#/a~1b/1/~0x", 2),
        ("#/%C3%A4", 3),
        ("#/a~1b/0", 1),
    ],
)
def test_pointers(reference: str, expected: Any) -> None:
    assert openapi.resolve({"a/b": [1, {"~x": 2}], "ä": 3}, reference) == expected


@pytest.mark.parametrize("reference", ["#/b", "#/a/2", "#/a/-1", "#/a/x", "#/a/0/b", "a", ""])
def test_pointers_to_nothing(reference: str) -> None:
    with pytest.raises(LookupError):
        openapi.resolve({"a": [1, 2]}, reference)


def reading(files: dict[str, Any]) -> tuple[bundling.Reader, list[str]]:
    asked: list[str] = []

    def read(path: str) -> Any:
        asked.append(path)
        return files[path]

    return read, asked


def schema(reference: str) -> dict[str, Any]:
    return document(components={"schemas": {"A": {"$ref": reference}}})


@pytest.mark.parametrize(
    "reference",
    [
        "http://169.254.169.254/latest/meta-data",
        "HTTPS://example.com/x.json#/a",
        "file:///etc/passwd",
        "//example.com/x",
        "../../x",
        "..",
        "sub/../../x.yaml",
        "%2e%2e/x.yaml",
        "/etc/passwd",
        "..\\x.yaml",
        "ftp://example.com/x",
        "jar:file.json",
    ],
)
@pytest.mark.parametrize("key", ["$ref", "operationRef", "$dynamicRef"])
def test_b29_references_abroad_are_refused_and_nothing_is_read(reference: str, key: str) -> None:
    read, asked = reading({})
    with pytest.raises(DocumentError, match="ref-outside-allow-list") as caught:
        bundling.bundle(document(x={"deep": [{key: reference}]}), "openapi.json", read)
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY
    assert asked == []


def test_b29_a_metaschema_of_strangers_is_a_reference() -> None:
    read, _ = reading({})
    with pytest.raises(DocumentError, match="ref-outside-allow-list"):
        bundling.bundle(document(jsonSchemaDialect="http://127.0.0.2:1/d"), "openapi.json", read)
    known = document(jsonSchemaDialect="https://spec.openapis.org/oas/3.1/dialect/base")
    assert bundling.bundle(known, "openapi.json", read).document == known


def test_addresses_of_examples_are_dropped_since_fuzzers_fetch_them() -> None:
    examples = {"e": {"summary": "s", "externalValue": "http://127.0.0.2:1/e"}}
    read, _ = reading({})
    bundled = bundling.bundle(document(examples=examples), "openapi.json", read).document
    assert bundled["examples"] == {"e": {"summary": "s"}}


def test_files_are_bundled_with_their_own_references() -> None:
    files = {
        "api/schemas/user.yaml": {
            "User": {"properties": {"pet": {"$ref": "../pet.yaml"}, "me": {"$ref": "#/User"}}}
        },
        "api/pet.yaml": {"properties": {"owner": {"$ref": "schemas/user.yaml#/User"}}},
    }
    read, asked = reading(files)
    root = document(
        components={
            "schemas": {"U": {"$ref": "schemas/user.yaml#/User"}, "Self": {"$ref": "o.yaml#/info"}}
        }
    )
    bundled = bundling.bundle(root, "api/o.yaml", read)
    assert asked == ["api/schemas/user.yaml", "api/pet.yaml"]
    assert bundled.files == ("api/schemas/user.yaml", "api/pet.yaml")
    schemas: Any = openapi.resolve(bundled.document, "#/components/schemas")
    assert schemas["Self"] == {"$ref": "#/info"}
    assert schemas["U"] == {"$ref": "#/x-gatescore-files/f1/User"}
    user: Any = openapi.resolve(bundled.document, "#/x-gatescore-files/f1/User/properties")
    assert user["pet"] == {"$ref": "#/x-gatescore-files/f2"}
    assert user["me"] == {"$ref": "#/x-gatescore-files/f1/User"}
    assert bundling.dangling(bundled.document) == ()
    place = bundling.original("#/x-gatescore-files/f2/properties", bundled.files)
    assert place == ("api/pet.yaml", "#/properties")
    assert bundling.original("#/paths", bundled.files) == ("", "#/paths")


def test_a_file_may_not_lead_further_out_than_the_document() -> None:
    read, asked = reading({"a/b.yaml": {"$ref": "../../etc/passwd"}})
    with pytest.raises(DocumentError, match="ref-outside-allow-list: a/b.yaml"):
        bundling.bundle(schema("a/b.yaml"), "openapi.yaml", read)
    assert asked == ["a/b.yaml"]


def test_an_endless_row_of_files_ends() -> None:
    def read(path: str) -> Any:
        return {"$ref": f"{int(path.partition('.')[0]) + 1}.yaml"}

    with pytest.raises(DocumentError, match="too-many-files"):
        bundling.bundle(schema("1.yaml"), "openapi.yaml", read)


def test_b28_a_circle_of_schemas_is_fine_and_one_of_bare_references_is_refused() -> None:
    read, _ = reading({})
    node = {"properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    fine = document(components={"schemas": {"Node": node}})
    assert bundling.bundle(fine, "openapi.json", read).document == fine
    bad = document(
        components={
            "schemas": {
                "A": {"$ref": "#/components/schemas/B"},
                "B": {"$ref": "#/components/schemas/A"},
            }
        }
    )
    with pytest.raises(DocumentError, match="ref-cycle: .*schemas/A"):
        bundling.bundle(bad, "openapi.json", read)


def test_references_to_nothing_are_named() -> None:
    assert bundling.dangling(schema("#/components/schemas/Nope")) == (
        ("#/components/schemas/A/$ref", "#/components/schemas/Nope"),
    )
