"""Served and committed documents: what differs, and what does not."""

import copy

import pytest

from gates.core.bundling import FILES
from gates.core.parity.documents import differences

DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "https://a.example/v1"}],
    "paths": {
        "/a": {
            "get": {
                "tags": ["x", "y"],
                "parameters": [
                    {"name": "q", "in": "query", "schema": {"type": "string"}},
                    {"name": "r", "in": "query", "required": True},
                ],
                "responses": {"200": {"description": "fine", "content": {}}},
                "security": [{"one": []}, {"two": []}],
            }
        }
    },
    "components": {"schemas": {"A": {"type": "object", "required": ["p", "q"]}}},
}


def changed(*place, value):
    """The document with one value replaced; None takes it away."""
    made = copy.deepcopy(DOCUMENT)
    holder = made
    for step in place[:-1]:
        holder = holder[step]
    if value is None:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return made


GET = ("paths", "/a", "get")
PARAMETERS = DOCUMENT["paths"]["/a"]["get"]["parameters"]
ALIKE = [
    ("hosts", changed("servers", value=[{"url": "http://127.0.0.1:8000/v1"}])),
    ("tags in another order", changed(*GET, "tags", value=["y", "x"])),
    ("parameters in another order", changed(*GET, "parameters", value=PARAMETERS[::-1])),
    ("ways in, in another order", changed(*GET, "security", value=[{"two": []}, {"one": []}])),
    (
        "required in another order",
        changed("components", "schemas", "A", "required", value=["q", "p"]),
    ),
    ("what holds anyway", changed(*GET, "deprecated", value=False)),
    ("servers of an operation", changed(*GET, "servers", value=[{"url": "/"}])),
]


@pytest.mark.parametrize("other", [case[1] for case in ALIKE], ids=[case[0] for case in ALIKE])
def test_what_says_the_same_does_not_differ(other):
    assert differences(DOCUMENT, other) == differences(other, DOCUMENT) == ()


def test_a_base_path_in_the_servers_or_in_the_paths_is_the_same():
    moved = copy.deepcopy(DOCUMENT)
    moved["paths"] = {"/v1/a": moved["paths"]["/a"]}
    moved["servers"] = [{"url": "/"}]
    assert differences(DOCUMENT, moved) == ()


DIFFERENT = [
    (changed("info", "version", value="2"), "#/info/version", '"1"', '"2"'),
    (changed(*GET, value=None), "#/paths/~1v1~1a/get", None, "nothing"),
    (changed(*GET, "tags", value=["x"]), "#/paths/~1v1~1a/get/tags", '["x", "y"]', '["x"]'),
    (
        changed(*GET, "parameters", value=PARAMETERS[1:]),
        "#/paths/~1v1~1a/get/parameters/query q",
        None,
        "nothing",
    ),
    (
        changed(*GET, "responses", "200", "description", value="good"),
        "#/paths/~1v1~1a/get/responses/200/description",
        '"fine"',
        '"good"',
    ),
    (
        changed("components", "schemas", "A", "type", value="string"),
        "#/components/schemas/A/type",
        '"object"',
        '"string"',
    ),
    (changed("servers", value=[{"url": "/v2"}]), "#/paths/~1v1~1a", None, "nothing"),
    (changed("info", "x-n", value=1), "#/info/x-n", "nothing", "1"),
]


@pytest.mark.parametrize(("other", "place", "committed", "served"), DIFFERENT)
def test_a_difference_names_the_place_and_both_values(other, place, committed, served):
    first = differences(DOCUMENT, other)[0]
    assert first.place == place
    assert committed is None or first.committed == committed
    assert first.served == served


def test_true_is_not_one():
    one, two = ({"openapi": "3.0.3", "info": {"x": value}} for value in (True, 1))
    assert len(differences(one, two)) == 1


def test_a_document_in_several_files_is_the_same_in_one_piece():
    """References are followed where they are written in different ways, circles too."""
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    use = {"get": {"responses": {"200": {"content": {"a/b": {"schema": None}}}}}}

    def using(reference):
        made = copy.deepcopy(use)
        media = made["get"]["responses"]["200"]["content"]["a/b"]
        media["schema"] = {"$ref": reference}
        return {"/a": made}

    single = {
        "openapi": "3.0.3",
        "paths": using("#/components/schemas/Node"),
        "components": {"schemas": {"Node": node}},
    }
    apart = {"type": "object", "properties": {"next": {"$ref": f"#/{FILES}/f1"}}}
    several = {"openapi": "3.0.3", "paths": using(f"#/{FILES}/f1"), FILES: {"f1": apart}}
    assert differences(single, several) == differences(several, single) == ()
    apart["type"] = "array"
    (found,) = differences(single, several)
    assert (found.committed, found.served) == ('"object"', '"array"')
