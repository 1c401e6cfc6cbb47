"""Several documents of one service as one: nothing lost, nothing mixed up."""

from typing import Any

import pytest

from gates.core.bundling import dangling
from gates.core.merging import Part, merged
from gates.core.openapi import DocumentError, operations, resolve

THING = {"type": "object", "properties": {"id": {"type": "integer"}}}


def document(base: str, paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}}
    return {**head, "servers": [{"url": base}], "paths": paths, **more}


def get(schema: str = "", **more: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    answer = {"description": "ok", **({"content": content} if schema else {})}
    return {"get": {"responses": {"200": answer}, **more}}


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return merged((Part(name="a.json", document=one), Part(name="b.json", document=other)))


def test_a_single_document_stays_as_it_is() -> None:
    one = document("/v1", {"/a": get()})
    assert merged((Part(name="a", document=one),)) is one


def test_paths_are_full_and_names_are_kept_apart() -> None:
    first = document("/v1", {"/a": get("Thing")}, components={"schemas": {"Thing": THING}})
    lists = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
    schemas = {"Thing": lists, "Item": {"type": "string"}}
    second = document("/v2", {"/a": get("Thing")}, components={"schemas": schemas})
    whole = both(first, second)
    assert [one.label for one in operations(whole)] == ["GET /v1/a", "GET /v2/a"]
    assert dangling(whole) == ()
    assert "servers" not in whole
    kinds = []
    for path in ("/v1/a", "/v2/a"):
        said = whole["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        target: Any = resolve(whole, said["schema"]["$ref"])
        kinds.append(target["type"])
    assert kinds == ["object", "array"]
    assert sorted(whole["components"]["schemas"]) == ["Item", "Thing", "Thing.2"]


def test_what_is_equal_is_shared() -> None:
    components = {"schemas": {"Thing": THING}}
    whole = both(
        document("/v1", {"/a": get("Thing")}, components=components),
        document("/v1", {"/b": get("Thing")}, components=components),
    )
    assert list(whole["components"]["schemas"]) == ["Thing"]


def test_what_operations_inherit_stays_with_their_document() -> None:
    schemes = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
    others = {"securitySchemes": {"key": {"type": "http", "scheme": "basic"}}}
    shared = {"name": "q", "in": "query", "schema": {"type": "string"}}
    whole = both(
        document("", {"/a": get()}, security=[{"key": []}], components=schemes),
        document(
            "", {"/b": {**get(), "parameters": [shared]}}, security=[{"key": []}], components=others
        ),
    )
    third = both(whole, document("", {"/c": get()}))
    security = {path: item["get"].get("security") for path, item in third["paths"].items()}
    assert security == {"/a": [{"key": []}], "/b": [{"key.2": []}], "/c": None}
    assert third["paths"]["/b"]["get"]["parameters"] == [shared]
    assert "security" not in third


def test_methods_of_one_path_may_stand_in_two_documents() -> None:
    post = {"post": {"responses": {"204": {"description": "ok"}}, "operationId": "same"}}
    whole = both(
        document("", {"/a": get(operationId="same")}), document("", {"/a": post})
    )  # fmt: skip
    ids = {one.label: one.operation_id for one in operations(whole)}
    assert ids == {"GET /a": "same", "POST /a": "same.2"}


def test_files_of_both_are_kept() -> None:
    reference = {"schema": {"$ref": "#/x-gatescore-files/f1"}}
    item = {"get": {"responses": {"200": {"description": "", "content": {"a/b": reference}}}}}
    whole = both(
        document("", {"/a": item}, **{"x-gatescore-files": {"f1": {"type": "string"}}}),
        document("", {"/b": item}, **{"x-gatescore-files": {"f1": {"type": "integer"}}}),
    )
    assert dangling(whole) == ()
    assert [one["type"] for one in whole["x-gatescore-files"].values()] == ["string", "integer"]
    second = whole["paths"]["/b"]["get"]["responses"]["200"]["content"]["a/b"]["schema"]
    found: Any = resolve(whole, second["$ref"])
    assert found["type"] == "integer"


@pytest.mark.parametrize("path", ["/a/{id}", "/a/{other}"])
def test_one_operation_in_two_documents_is_refused(path: str) -> None:
    with pytest.raises(DocumentError, match="path-conflict: GET .* a.json and in b.json"):
        both(document("", {"/a/{id}": get()}), document("", {path: get()}))


def test_versions_are_not_mixed() -> None:
    newer = {**document("", {"/b": get()}), "openapi": "3.1.0"}
    with pytest.raises(DocumentError, match=r"mixed-versions: a.json is 3.0, b.json is 3.1"):
        both(document("", {"/a": get()}), newer)


def test_swagger_is_merged_too() -> None:
    one = {
        "swagger": "2.0",
        "basePath": "/v1",
        "paths": {"/a": get()},
        "definitions": {"T": {"type": "string"}},
    }
    other = {
        "swagger": "2.0",
        "basePath": "/v2",
        "paths": {"/a": get()},
        "definitions": {"T": {"type": "integer"}},
    }
    whole = both(one, other)
    assert sorted(whole["paths"]) == ["/v1/a", "/v2/a"]
    assert sorted(whole["definitions"]) == ["T", "T.2"]
    assert "basePath" not in whole
