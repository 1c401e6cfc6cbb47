"""The verification report: both sides of each claim, and nothing of the target that acts (B51)."""

import re

import msgspec
import pytest

from gates.core.model import (
    CriterionResult,
    Evidence,
    Finding,
    GateResult,
    GateStatus,
    PolicyState,
    Scorecard,
    Severity,
    Status,
    TargetState,
    Weight,
)
from reports.claims_report import MOST, render
from reports.markdown_text import cell, code, words

HOSTILE = [
    *("@team", "![x](http://127.0.0.2/a.png)", "```", "`a` | b", "<script>alert(1)</script>"),
    *("[x](javascript:alert(1))", "a\n# heading", "::error::x", "\x1b[31mred", "{{7*7}}", "#123"),
    *("\u202egnp", "| a | b |", "``", "` `` ```", "&lt;b&gt;", "https://example.com", "-->", "$x$"),
]


def finding(metric: str, message: str, rule: str = "claims.x", **keys: object) -> Finding:
    return Finding(
        tool="claims",
        rule=rule,
        severity=Severity.HIGH,
        message=message,
        path=str(keys.get("path", "log.md")),
        line=7,
        fix="Mend the line.",
        metric=metric,
    )


def card(*findings: Finding, notes: tuple[str, ...] = (), name: str = "shop") -> Scorecard:
    criterion = CriterionResult(
        id="claims.hold",
        title="",
        metric="claims.false",
        unit="",
        weight=Weight.BLOCK,
        status=Status.FAIL,
        decided_by="1 == 0",
    )
    gate = GateResult(
        id="claims",
        title="Claims",
        level=3,
        status=GateStatus.FAIL,
        criteria=(criterion,),
        findings=findings,
        evidence=Evidence(examined={"claims": 3}, notes=notes),
    )
    return Scorecard(
        target=TargetState(name=name, revision="abc", dirty=True),
        policy=PolicyState(name="standard", digest="d"),
        decisive_level=3,
        gates=(gate,),
    )


def text(*findings: Finding, **keys: object) -> str:
    return render(card(*findings, **keys)).decode()  # type: ignore[arg-type]


def test_both_sides_of_a_false_claim_are_told():
    said = text(finding("claims.false", "claimed: #FILE_CREATED: a.py | observed: there is none"))
    assert "## Claims that do not hold (1)" in said
    assert "- `log.md:7`, `claims.x`" in said
    assert "  - claimed: `#FILE_CREATED: a.py`\n  - observed: `there is none`" in said
    assert "## Contradictions (0)" in said


def test_a_contradiction_stands_side_by_side():
    message = "claimed: login works | observed: oracle fails: a | b"
    said = text(finding("claims.contradictions", message))
    assert "| where | claimed | observed |" in said
    assert r"| `log.md:7` | `login works` | `oracle fails: a \| b` |" in said


def test_suggestions_have_a_section_of_their_own():
    said = text(finding("", "claimed: #SUGGEST_TESTING: more | observed: x", "claims.suggestion"))
    assert "## Suggestions (1)\n\n- `log.md:7`: `#SUGGEST_TESTING: more`" in said
    assert "## Claims that do not hold (0)" in said


def test_claims_that_hold_are_listed_with_what_was_found():
    said = text(notes=("log.md:3: holds: #FILE_CREATED: a.py | observed: 12 lines", "other"))
    assert "## Claims that hold (1)\n\n- `log.md:3`: `#FILE_CREATED: a.py` (`12 lines`)" in said


def test_a_run_without_the_gate_verified_nothing():
    bare = Scorecard(
        target=TargetState(name="shop", revision="abc", dirty=False),
        policy=PolicyState(name="standard", digest="d"),
        decisive_level=3,
    )
    assert "nothing was verified" in render(bare).decode()


def test_a_gate_that_could_not_look_says_so():
    gate = card().gates[0]
    changes = {"status": GateStatus.ERROR, "detail": "no log", "evidence": Evidence()}
    lost = msgspec.structs.replace(card(), gates=(msgspec.structs.replace(gate, **changes),))
    said = render(lost).decode()
    assert "**ERROR**: no log" in said
    assert "Every claim" not in said
    assert "Nobody looked." in said


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_the_target_acts(payload):
    message = f"claimed: {payload} | observed: {payload}"
    keys = {"notes": (f"{payload}: holds: {payload} | observed: {payload}",), "name": payload}
    said = text(
        finding("claims.false", message, path=payload),
        finding("claims.contradictions", message, path=payload),
        finding("", message, "claims.suggestion", path=payload),
        **keys,
    )
    bare = re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", said)
    plain = render(card(name="x")).decode()
    for mark in ("@", "<", "](", "http", "\x1b", "\u202e", "::", "{{", "#1", "&lt;", "$x"):
        assert mark not in bare.replace(re.sub(r"`[^`]*`", "", plain), ""), mark
    assert len([line for line in said.splitlines() if line.startswith("# ")]) == 1


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_span_of_code_is_closed_by_its_own_fence(payload):
    shown = code(payload)
    fence = re.match("`+", shown).group()  # type: ignore[union-attr]
    inside = shown[len(fence) : -len(fence)]
    assert shown.endswith(fence)
    assert fence not in re.findall("`+", inside)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)\|", cell(payload))


def test_what_is_no_word_is_a_span_of_code_too():
    assert words("run a *b* as @team") == "run a `*b*` as `@team`"
    assert code("") == "–"


def test_an_endless_list_is_cut_and_says_so():
    said = text(*(finding("claims.false", f"x {n}") for n in range(MOST + 5)))
    assert f"({MOST + 5})" in said
    assert "and 5 more" in said


def test_the_same_scorecard_gives_the_same_bytes():
    one = card(finding("claims.false", "claimed: a | observed: b"))
    assert render(one) == render(one)
