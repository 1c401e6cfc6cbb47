"""Contracts of consumers, verified against a service with planted defects and its sound twin."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import Auth, Consumers, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import pacts

MADE_UP = {"Authorization": "Bearer made-up-by-the-consumer"}
A_NOTE = {
    "description": "a note",
    "providerStates": [{"name": "a note exists", "params": {"id": 7, "title": "Bread"}}],
    "request": {"method": "GET", "path": "/v1/notes/7", "headers": MADE_UP},
    "response": {
        "status": 200,
        "headers": {"Content-Type": "application/json"},
        "body": {"id": 1, "title": "any"},
        "matchingRules": {
            "body": {
                "$.id": {"matchers": [{"match": "integer"}]},
                "$.title": {"matchers": [{"match": "type"}]},
            }
        },
    },
}
NOBODY = {
    "description": "a note without a token",
    "request": {"method": "GET", "path": "/v1/notes/8"},
    "response": {"status": 401},
}
WRONG_TOKEN = {
    "description": "a note with a wrong token",
    "request": {"method": "GET", "path": "/v1/notes/9", "headers": {"Authorization": "Bearer x"}},
    "response": {"status": 401, "body": {"code": "unauthenticated"}},
}
LISTED = {
    "description": "the first notes",
    "request": {
        "method": "GET",
        "path": "/v1/notes",
        "query": {"limit": ["1"]},
        "headers": MADE_UP,
    },
    "response": {"status": 200},
}


def pact(*interactions: dict[str, Any], version: str = "3.0.0", **more: Any) -> str:
    whole = {
        "consumer": {"name": "web"},
        "provider": {"name": "notes"},
        "interactions": interactions,
        "metadata": {"pactSpecification": {"version": version}, **more},
    }
    return json.dumps(whole)


@pytest.fixture
def judge(
    tmp_path: Path, run_probe: Callable[..., ToolOutput], notes: Callable[..., str]
) -> Callable[..., ToolReport]:
    """Run adapter and probe over a service with a defect and these files."""

    def run(
        defect: str = "none", states: str = "/_pact/states", url: str = "", **files: str
    ) -> ToolReport:
        url = url or notes(defect)
        tree, output = tmp_path / "tree", tmp_path / "output"
        (tree / "pacts").mkdir(parents=True)
        output.mkdir()
        for name, text in files.items():
            (tree / f"pacts/{name}.json").write_text(text)
        target = Target(
            name="notes",
            service=Service(base_url=url),
            auth=Auth(headers={"Authorization": "Bearer ${TOKEN}"}),
            consumers=Consumers(pacts=("pacts",), states=states),
        )
        options = Options(tree=str(tree), output=str(output), python="x", base_url=url)
        (invocation,) = pacts.commands(target, options)
        auth = json.dumps({"Authorization": "Bearer token-admin"})
        return pacts.parse((run_probe(invocation, GATESCORE_AUTH=auth),))

    return run


def values(report: ToolReport) -> tuple[float | None, float | None]:
    found = report.measurements
    return found["contracts.unmet"].value, found["contracts.interactions"].value


def test_a_sound_service_meets_its_consumers(judge: Callable[..., ToolReport]) -> None:
    report = judge(web=pact(A_NOTE, NOBODY, WRONG_TOKEN, LISTED))
    assert [finding.message for finding in report.findings] == []
    assert report.incomplete == ()
    assert values(report) == (0, 4)
    assert report.version == "pact-python 4.2.0"
    (note,) = report.notes
    assert note.startswith("Authorization of 3 interactions replaced by those of the identity")


def test_version_2_and_4_are_read_alike(judge: Callable[..., ToolReport]) -> None:
    old = {
        "description": "the first notes",
        "request": {"method": "GET", "path": "/v1/notes", "query": "limit=1", "headers": MADE_UP},
        "response": {"status": 200},
    }
    new = {
        "type": "Synchronous/HTTP",
        "key": "k",
        "description": "make a note",
        "pending": False,
        "request": {
            "method": "POST",
            "path": "/v1/notes",
            "headers": {"Authorization": ["Bearer x"], "Content-Type": ["application/json"]},
            "body": {"content": {"title": "Milk"}, "contentType": "application/json"},
        },
        "response": {
            "status": 201,
            "body": {"content": {"title": "Milk"}, "contentType": "application/json"},
        },
    }
    report = judge(two=pact(old, version="2.0.0"), four=pact(new, version="4.0"))
    assert (values(report), report.findings, report.incomplete) == ((0, 2), (), ())


def test_a_broken_expectation_is_named_with_its_consumer(judge: Callable[..., ToolReport]) -> None:
    report = judge("text-id", web=pact(A_NOTE, NOBODY))
    assert values(report) == (1, 2)
    (finding,) = report.findings
    assert finding.message.startswith("web expects: a note (given a note exists): ")
    assert "integer" in finding.message
    assert (finding.path, finding.metric) == ("pacts/web.json", "contracts.unmet")
    assert finding.reproduce == (
        'curl -si -X GET -H "Authorization: $TOKEN" "$BASE_URL"/v1/notes/7'
    )
    assert "token-admin" not in repr(report)


def test_a_pending_interaction_is_told_and_not_counted(judge: Callable[..., ToolReport]) -> None:
    wish = {
        "type": "Synchronous/HTTP",
        "description": "a wish",
        "pending": True,
        "request": {"method": "GET", "path": "/v1/wishes"},
        "response": {"status": 200},
    }
    report = judge(web=pact(wish, version="4.0"))
    assert values(report) == (0, 1)
    assert report.notes == ("pending, not counted: web: a wish",)


def test_without_a_states_path_it_is_said_so(judge: Callable[..., ToolReport]) -> None:
    report = judge(states="", web=pact(A_NOTE, NOBODY))
    assert values(report) == (1, 2)
    assert report.notes[0].startswith("1 interactions name a provider state, and consumers.states")


def test_a_states_path_that_refuses_is_no_broken_contract(
    judge: Callable[..., ToolReport],
) -> None:
    report = judge(states="/nowhere", web=pact(A_NOTE, NOBODY))
    assert report.findings == ()
    assert any("consumers.states: /nowhere refused" in text for text in report.incomplete)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON: unparsable"),
        ("[]", "the file is no object"),
        (pact(), '"interactions" is missing or empty'),
        (pact(NOBODY, plugins=[{"name": "grpc"}]), "needs the plugins grpc"),
        (json.dumps({"interactions": [NOBODY]}), '"consumer.name" is missing'),
    ],
)
def test_a_file_that_cannot_be_verified_is_never_left_out(
    judge: Callable[..., ToolReport], text: str, said: str
) -> None:
    report = judge(bad=text, good=pact(NOBODY))
    assert values(report) == (0, 1)
    (problem,) = report.incomplete
    assert problem.startswith("pacts/bad.json: ")
    assert said in problem


def test_messages_are_named_as_not_judged(judge: Callable[..., ToolReport]) -> None:
    message = {"type": "Asynchronous/Messages", "description": "a note was made", "contents": {}}
    report = judge(web=pact(NOBODY, message, version="4.0"))
    assert report.notes == ("pacts/web.json: not judged, no HTTP interaction: a note was made",)


def test_a_service_that_is_gone_breaks_no_contract(judge: Callable[..., ToolReport]) -> None:
    with pytest.raises(ParseError) as caught:
        judge(url="http://127.0.0.1:9", web=pact(NOBODY))
    assert caught.value.reason is Reason.TARGET_DOWN
