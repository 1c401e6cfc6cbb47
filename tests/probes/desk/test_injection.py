"""The injection probe: each kind is caught where it is, and no service that only looks like it."""

from collections.abc import Callable

import pytest

from gates.core.model import ToolReport
from gates.tools import injection

Start = Callable[..., object]


def told(report: ToolReport) -> list[tuple[str, str]]:
    return [
        (finding.rule.removeprefix("injection."), finding.context) for finding in report.findings
    ]


@pytest.mark.parametrize(
    ("defects", "expected"),
    [
        ("sql-search", [("sql", "GET /articles query q")]),
        ("sql-search quiet", [("sql", "GET /articles query q")]),
        ("sql-order", [("sql", "GET /articles query sort")]),
        ("sql-order quiet", [("sql", "GET /articles query sort")]),
        ("sql-limit quiet", [("sql", "GET /articles query limit")]),
        ("sql-number quiet", [("sql", "GET /articles/{article_id} path article_id")]),
        (
            "sql-login quiet",
            [("sql", "POST /login body name"), ("sql", "POST /login body password")],
        ),
        ("sql-name quiet", [("sql", "POST /login body name")]),
        ("sql-insert", [("sql", "POST /notes body text"), ("sql", "POST /notes body title")]),
        ("sql-insert quiet", [("sql", "POST /notes body text"), ("sql", "POST /notes body title")]),
        ("sql-word quiet", [("sql", "GET /tools/find/{word} path word")]),
        ("template", [("template", "GET /tools/render query name")]),
        ("path", [("path", "GET /tools/file query name")]),
        ("header", [("header", "GET /tools/go query name")]),
        ("command", [("command", "GET /tools/ping query name")]),
    ],
)
def test_an_injection_is_caught(desk: Start, defects: str, expected: list[tuple[str, str]]) -> None:
    """Also where the service says nothing of the error."""
    report = desk(*defects.split()).look(injection)
    assert told(report) == expected
    assert report.measurements["injection.parameters"].value == len(expected)
    assert all(finding.metric == "injection.parameters" for finding in report.findings)


@pytest.mark.parametrize(
    "shape", ["", "fulltext", "waf", "reflect", "jitter", "strict", "envelope", "uuid", "slug"]
)
def test_a_correct_service_is_not_accused(desk: Start, shape: str) -> None:
    """Bound values, a search that drops signs, a filter, errors that repeat input, slow answers."""
    report = desk(*shape.split()).look(injection)
    assert (told(report), report.incomplete) == ([], ())
    assert report.measurements["injection.parameters"].value == 0
    assert report.examined > 25


def test_a_service_that_answers_everything_200_is_no_pass(desk: Start) -> None:
    report = desk("all-200").look(injection, document=desk().document())
    assert report.measurements["injection.parameters"].value is None


def test_a_service_that_is_not_ours_is_left_alone(desk: Start) -> None:
    running = desk("sql-search")
    report = running.look(injection, ours=False)
    assert report.measurements["injection.parameters"].value is None
    assert running.requests() == 0


def test_what_could_delete_is_not_tried_and_said(desk: Start) -> None:
    report = desk().look(injection)
    assert "not tried: DELETE /notes/{note_id}: a text of attack could delete" in report.notes


def test_findings_hold_no_secret_and_can_be_repeated(desk: Start) -> None:
    """P64: of a login the one field is shown that is injectable."""
    report = desk("sql-login", "sql-search").look(injection)
    text = " ".join(finding.reproduce for finding in report.findings)
    assert "pw-alice-1" not in text
    assert "t-alice" not in text
    assert 'curl -si -X GET -H "Authorization: $TOKEN" "$BASE_URL"' in text


def test_it_is_the_same_in_each_run_and_thrifty(desk: Start) -> None:
    running = desk("sql-search", "sql-insert", "quiet", "template")
    first = running.look(injection)
    sent = running.requests()
    assert sent <= 500
    assert told(running.look(injection)) == told(first)
