"""The schema gate's adapter with its real probe over real documents."""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import OpenApi, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import openapi
from tests.invocations import left_by, surrounded

OK: dict[str, Any] = {"responses": {"200": {"description": "fine"}}}


def run(tree: Path, file: str = "openapi.json") -> ToolReport:
    """Run the adapter's program as the runner does, and parse what it left."""
    output = tree.parent / "output"
    output.mkdir(exist_ok=True)
    options = Options(tree=str(tree), output=str(output), python=sys.executable)
    target = Target(name="t", openapi=OpenApi(file=file))
    (invocation,) = openapi.commands(target, options)
    return openapi.parse((left_by(invocation, output, surrounded()),))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def good(version: str) -> dict[str, Any]:
    info = {"title": "t", "version": "1"}
    paths = {"/a": {"get": OK, "put": OK}}
    return {
        "swagger" if version == "2.0" else "openapi": version,
        "info": info,
        "paths": copy.deepcopy(paths),
    }


@pytest.mark.parametrize("version", ["2.0", "3.0.3", "3.1.0"])
def test_a_valid_document_has_no_violation(tree: Path, version: str) -> None:
    (tree / "openapi.json").write_text(json.dumps(good(version)))
    report = run(tree)
    assert report.measurements["schema.violations"].value == 0
    assert report.measurements["schema.operations"].value == 2
    assert (report.examined, report.examined_unit, report.findings) == (2, "operations", ())
    assert report.measurements.keys() == openapi.METRICS.keys()


def test_all_violations_are_listed_with_their_places(tree: Path) -> None:
    bad = good("3.0.3")
    del bad["info"]["version"]
    bad["paths"] = {
        "/a/{id}": {
            "get": {
                "parameters": [
                    {"name": "q", "in": "query"},
                    {"name": "r", "in": "query", "schema": {"type": "strin"}},
                ],
                "responses": {"abc": {}},
            },
            "post": {
                "responses": {
                    "200": {
                        "description": "d",
                        "content": {"a/b": {"schema": {"$ref": "#/components/schemas/Nope"}}},
                    }
                }
            },
        }
    }
    (tree / "openapi.json").write_text(json.dumps(bad))
    report = run(tree)
    places = {finding.message.split(": ")[0]: finding.message for finding in report.findings}
    assert report.measurements["schema.violations"].value == len(report.findings) == 6
    assert {finding.metric for finding in report.findings} == {"schema.violations"}
    assert list(places) == [
        "#",
        "#/info",
        "#/paths/~1a~1{id}/get/parameters/0",
        "#/paths/~1a~1{id}/get/parameters/1/schema/type",
        "#/paths/~1a~1{id}/get/responses",
        "#/paths/~1a~1{id}/post/responses/200/content/a~1b/schema/$ref",
    ]
    assert "'strin' is not one of" in places["#/paths/~1a~1{id}/get/parameters/1/schema/type"]
    assert [f.rule for f in report.findings[:1]] == ["UnresolvableParameterError"]
    assert all(finding.path == "openapi.json" for finding in report.findings)


@pytest.mark.parametrize(
    ("parameter", "place", "words"),
    [
        ({"in": "path", "type": "string"}, "", "'required' is a required property"),
        ({"in": "path", "required": True, "type": "int"}, "/type", "'int' is not one of"),
        ({"in": "header"}, "", "'type' is a required property"),
        ({"in": "query", "type": "list"}, "/type", "'list' is not one of"),
        ({"in": "body", "schema": {"type": "int"}}, "/schema/type", "'int' is not one of"),
        ({"in": "cookie", "type": "string"}, "/in", "'cookie' is not one of"),
    ],
)
def test_a_parameter_is_judged_as_what_it_says_it_is(
    tree: Path, parameter: dict[str, Any], place: str, words: str
) -> None:
    """Not as a body parameter with the wrong `in`, which says nothing of what to mend."""
    bad = good("2.0")
    bad["paths"] = {"/a/{n}": {"get": {"parameters": [{"name": "n", **parameter}], **OK}}}
    (tree / "openapi.json").write_text(json.dumps(bad))
    messages = [finding.message for finding in run(tree).findings]
    expected = f"#/paths/~1a~1{{n}}/get/parameters/0{place}: {words}"
    assert any(message.startswith(expected) for message in messages), messages


def test_rules_beyond_the_form_are_checked(tree: Path) -> None:
    bad = good("3.1.0")
    same = {"operationId": "twice", **OK}
    bad["paths"] = {"/a/{id}": {"get": same, "put": same}}
    (tree / "openapi.json").write_text(json.dumps(bad))
    messages = [finding.message for finding in run(tree).findings]
    assert any("'id'" in message for message in messages)
    assert any("twice" in message for message in messages)


def test_a_violation_in_another_file_names_that_file(tree: Path) -> None:
    root = good("3.0.3")
    root["paths"]["/a"]["get"]["responses"]["200"]["content"] = {
        "a/b": {"schema": {"$ref": "parts/s.yaml#/S"}}
    }
    (tree / "parts").mkdir()
    (tree / "parts" / "s.yaml").write_text("S: {$ref: '#/Lost'}\n")
    (tree / "openapi.json").write_text(json.dumps(root))
    report = run(tree)
    assert [(f.path, f.message) for f in report.findings] == [
        ("parts/s.yaml", "#/S/$ref: refers to #/x-gatescore-files/f1/Lost, which does not exist")
    ]


def test_b28_a_circle_of_schemas_ends(tree: Path) -> None:
    root = good("3.0.3")
    node = {"type": "object", "properties": {"n": {"$ref": "#/components/schemas/N"}}}
    root["components"] = {"schemas": {"N": node}}
    (tree / "openapi.json").write_text(json.dumps(root))
    assert run(tree).measurements["schema.violations"].value == 0


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        ('{"openapi": "3.0.3", "x": {"$ref": "file:///etc/passwd"}}', Reason.REFUSED_BY_SAFETY,
         "ref-outside-allow-list"),
        ('{"openapi": "3.0.3", "paths": {}}', Reason.NOTHING_EXAMINED, "no operations"),
        ('{"openapi": "3.0.3", "paths"', Reason.UNREADABLE_RESULT, "unparsable"),
        ("", Reason.EMPTY_RESULT, "is empty"),
        ("null", Reason.UNREADABLE_RESULT, "schema"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_judged(
    tree: Path, text: str, reason: Reason, words: str
) -> None:
    (tree / "openapi.json").write_text(text)
    with pytest.raises(ParseError, match=words) as caught:
        run(tree)
    assert caught.value.reason is reason


def test_an_absent_document(tree: Path) -> None:
    with pytest.raises(ParseError, match="openapi.json") as caught:
        run(tree)
    assert caught.value.reason is Reason.NO_RESULT


def test_the_control_is_detected(tree: Path) -> None:
    control = openapi.control()
    for name, text in control.files.items():
        (tree / name).write_text(text)
    assert control.rule in {finding.rule for finding in run(tree).findings}


def test_authentication_is_asked_for_only_where_the_document_is_served() -> None:
    options = Options(tree="/t", output="/o", python="python", base_url="http://127.0.0.1:1")
    service = Service(base_url="http://127.0.0.1:1")
    served = Target(name="t", service=service, openapi=OpenApi(path="/o.json"))
    committed = Target(name="t", service=service, openapi=OpenApi(path="/o.json", file="o.json"))
    assert openapi.commands(served, options)[0].secrets == ("GATESCORE_AUTH",)
    assert openapi.commands(committed, options)[0].secrets == ()
    assert openapi.commands(Target(name="t"), options) == ()


@pytest.mark.parametrize("stdout", [b"", b"null", b"[]", b"{}", b'{"tool": "op', b"\xff"])
def test_output_that_is_no_report_is_refused(stdout: bytes) -> None:
    with pytest.raises(ParseError):
        openapi.parse((ToolOutput(exit_code=0, stdout=stdout),))
    with pytest.raises(ParseError):
        openapi.parse(())
