"""The difference of two runs: what came, went, changed, and what must not be called either."""

import base64
import hashlib
import html
import json
import re

import msgspec
import pytest

from gates.core.model import (
    CriterionResult,
    Finding,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Status,
    Verdict,
    Weight,
)
from reports import diff_html, diff_text
from reports.diff import change
from tests.reports import hostile, samples

TAGS = {
    *("!doctype", "html", "head", "meta", "title", "style", "body", "header", "main", "div", "h1"),
    *("h2", "dl", "dt", "dd", "p", "span", "table", "thead", "tbody", "tr", "th", "td"),
}


def finding(name: str, **more: object) -> Finding:
    fields = {"tool": "ruff", "rule": name, "severity": Severity.HIGH, "message": f"{name}!"}
    return Finding(**(fields | {"path": "a.py", "line": 3, "fingerprint": name} | more))


def gate(*names: str, status: GateStatus = GateStatus.FAIL, value: float | None = 1) -> GateResult:
    criterion = CriterionResult(
        id="lint.errors",
        title="Errors",
        metric="lint.errors",
        unit="",
        weight=Weight.BLOCK,
        status=Status.PASS if status is GateStatus.PASS else Status.FAIL,
        decided_by="",
        value=value,
        passes="== 0",
    )
    found = tuple(finding(name) for name in names)
    return GateResult(
        id="lint", title="Lint", level=1, status=status, criteria=(criterion,), findings=found
    )


def card(*gates: GateResult, **more: object) -> Scorecard:
    return samples.scorecard(gates, Verdict.FAIL, "why", **more)


def test_a_run_against_itself_is_no_difference() -> None:
    found = change(samples.failing(), samples.failing())
    assert found.is_none
    assert (found.new, found.fixed, found.unseen, found.notes) == ((), (), 0, ())
    assert found.known == sum(len(one.findings) for one in samples.failing().gates)
    assert "no difference" in diff_text.text(found)


def test_findings_come_and_go_by_fingerprint() -> None:
    found = change(card(gate("a", "b", "b")), card(gate("b", "c")))
    assert [one.rule for one in found.new] == ["c"]
    assert [one.rule for one in found.fixed] == ["a", "b"]  # one of the two b is left
    assert found.known == 1


def test_what_nobody_looked_at_is_neither_fixed_nor_new() -> None:
    found = change(card(gate("a", "b")), card(gate(status=GateStatus.ERROR, value=None)))
    assert (found.new, found.fixed, found.unseen) == ((), (), 2)
    (only,) = found.gates
    assert (only.id, only.before, only.after) == ("lint", "FAIL", "ERROR")
    assert "2 of gates that only one run could look at" in diff_text.text(found)


def test_criteria_with_another_status_come_first_and_say_how_far() -> None:
    found = change(card(gate(value=8)), card(gate(status=GateStatus.PASS, value=10)))
    (one,) = found.criteria
    assert (one.before, one.after, one.status_before, one.status_after) == (8, 10, "FAIL", "PASS")
    assert "lint.errors: 8 -> 10 (+25.0 %) [FAIL -> PASS]" in diff_text.text(found)


def test_a_gate_that_is_new_or_gone_is_told() -> None:
    for before, after, told in (
        (card(), card(gate()), "lint: not planned -> FAIL"),
        (card(gate()), card(), "lint: FAIL -> not planned"),
    ):
        assert told in diff_text.text(change(before, after))


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"complete": False}, "the second run did not end"),
        ({"partial": True}, "the second run planned only chosen gates"),
        ({"run": msgspec.structs.replace(card().run, profile="ci")}, "two profiles: local and ci"),
        ({"target": msgspec.structs.replace(card().target, name="x")}, "two targets: bookstore"),
        ({"policy": msgspec.structs.replace(card().policy, digest="x")}, "two policies: standard"),
    ],
)
def test_what_makes_two_runs_hard_to_compare_is_said(more: dict[str, object], note: str) -> None:
    found = change(card(gate()), card(gate(), **more))
    assert any(text.startswith(note) for text in found.notes), found.notes


def test_the_page_has_everything_and_runs_nothing() -> None:
    page = diff_html.render(
        change(card(gate("a")), card(gate("<script>alert(1)</script>")))
    ).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert html.unescape(policy) == f"default-src 'none'; style-src 'sha256-{digest}'"
    for text in ("New findings: 1", "Fixed findings: 1", "every criterion"):
        assert text.lower() in page.lower()


@pytest.mark.parametrize("payload", hostile.PAYLOADS)
def test_hostile_text_stays_text(payload: str) -> None:
    found = change(samples.passing(), hostile.poisoned(samples.failing(), payload))
    text = diff_text.text(found)
    assert "\x1b" not in text
    page = diff_html.render(found).decode()
    tags = {name.lower() for name in re.findall(r"<([a-zA-Z!][a-zA-Z0-9]*)", page)}
    assert tags <= TAGS
    assert not re.search(r"<[^>]* on[a-z]+=", page)


def test_programs_get_all_of_it() -> None:
    found = change(card(gate("a")), card(gate("b")))
    data = json.loads(msgspec.json.encode(found))
    assert (data["schema_version"], data["new"][0]["rule"]) == (1, "b")
