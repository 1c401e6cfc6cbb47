"""JUnit: read back by our reader and by junitparser; red where something blocks, and only there."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from lxml import etree

from gates.core.model import (
    CriterionResult,
    GateResult,
    GateStatus,
    Reason,
    Scorecard,
    Status,
    Verdict,
    Weight,
)
from gates.tools.formats import junit as reader
from gates.tools.formats.junit import Outcome
from reports.junit_report import MOST, render
from tests.reports import adopted_samples, many, samples
from tests.reports.hostile import PAYLOADS, every, rich
from tests.reports.part_samples import criterion
from tests.reports.unruly import FEW, cards, spoilt

# https://www.w3.org/TR/xml/#charsets
JENKINS = etree.XMLSchema(file=str(Path(__file__).parent / "data" / "junit-10.xsd"))
LEGAL = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def suites(card: Scorecard) -> int:
    """One for each gate, and one of a run that has not ended."""
    return len(card.gates) + (not card.complete)


def document(card: Scorecard) -> bytes:
    """The file, after a look at it by the schema by which Jenkins refuses one."""
    data = render(card)
    JENKINS.assertValid(etree.fromstring(data))
    return data


def gate(status: GateStatus, *criteria: CriterionResult, **more: object) -> GateResult:
    fields: dict[str, object] = {"id": "g", "title": "G", "level": 1, "status": status}
    return GateResult(criteria=criteria, **(fields | more))  # type: ignore[arg-type]


def one(status: Status, weight: Weight = Weight.BLOCK, **more: str) -> CriterionResult:
    return criterion("g.c", "C", status, "1 is not == 0", weight=weight, **more)  # type: ignore[arg-type]


def cases(card: Scorecard, own: bool = False) -> list[TestCase]:
    """The cases of the gates, or the run's own."""
    suites = [each for each in JUnitXml.fromstring(document(card)) if isinstance(each, TestSuite)]
    return [case for each in suites if (each.name == "gatescore") is own for case in each]


def ends(*gates: GateResult) -> list[str]:
    found = []
    for case in cases(many.card(*gates)):
        kinds = {Failure: "failure", Error: "error", Skipped: "skipped"}
        named = [kinds[type(each)] for each in case.result if type(each) in kinds]
        found.append(named[0] if named else "")
    return found


@pytest.mark.parametrize(
    "card",
    every(),
)
def test_our_own_reader_counts_as_we_do(card: Scorecard) -> None:
    back = reader.read(document(card), what="a report of ours")
    assert back.suites == suites(card)
    assert back.cases >= sum(len(gate.criteria) for gate in card.gates)
    whole = JUnitXml.fromstring(render(card))
    outcomes = [test.outcome for test in back.tests]
    assert whole.tests == back.cases == len(outcomes)
    assert whole.failures == outcomes.count(Outcome.FAILED)
    assert whole.errors == outcomes.count(Outcome.ERROR)


def test_a_suite_for_each_gate_and_a_case_for_each_criterion() -> None:
    names = [suite.name for suite in JUnitXml.fromstring(render(samples.failing()))]
    assert names == [gate.id for gate in samples.failing().gates]
    assert [case.name for case in cases(many.card(gate(GateStatus.PASS, one(Status.PASS))))] == [
        "g.c: C"
    ]


@pytest.mark.parametrize(
    ("status", "weight", "end"),
    [
        (Status.PASS, Weight.BLOCK, ""),
        (Status.WARN, Weight.BLOCK, ""),
        (Status.FAIL, Weight.BLOCK, "failure"),
        (Status.NO_DATA, Weight.BLOCK, "error"),
        (Status.FAIL, Weight.SHOULD, ""),
        (Status.NO_DATA, Weight.SHOULD, "skipped"),
        (Status.NO_DATA, Weight.INFO, "skipped"),
    ],
)
def test_a_criterion_is_red_where_it_blocks(status: Status, weight: Weight, end: str) -> None:
    assert ends(gate(GateStatus.WARN, one(status, weight))) == [end]


def test_what_does_not_block_is_still_said() -> None:
    text = render(many.card(gate(GateStatus.WARN, one(Status.FAIL, Weight.SHOULD)))).decode()
    assert "<system-out>FAIL: 1 is not == 0" in text


@pytest.mark.parametrize("status", [GateStatus.ERROR, GateStatus.NOT_RUN, GateStatus.PENDING])
@pytest.mark.parametrize("weight", [Weight.BLOCK, Weight.SHOULD, Weight.INFO])
def test_what_could_not_be_judged_is_an_error_never_skipped(
    status: GateStatus, weight: Weight
) -> None:
    unjudged = gate(status, one(Status.NO_DATA, weight), reason=Reason.TIMEOUT, detail="60 s")
    assert ends(unjudged) == ["error", "error"]
    assert 'type="timeout" message="timeout: 60 s"' in render(many.card(unjudged)).decode()


def test_a_gate_without_criteria_is_a_case_itself() -> None:
    found = (GateStatus.PASS, GateStatus.WARN, GateStatus.FAIL, GateStatus.NOT_RUN)
    assert ends(*(gate(status) for status in found)) == ["", "", "failure", "error"]


def test_what_the_policy_leaves_out_is_skipped_with_its_reason() -> None:
    left_out = one(Status.NO_DATA, skipped="speaks gRPC only")
    assert ends(gate(GateStatus.SKIPPED, left_out)) == ["skipped", "skipped"]
    assert (
        'message="speaks gRPC only"' in render(many.card(gate(GateStatus.PASS, left_out))).decode()
    )


def test_a_failure_lists_its_findings_and_how_many_more() -> None:
    mine = tuple(many.finding("g", number, metric="g_c", state=None) for number in range(MOST + 3))
    failed = msgspec.structs.replace(one(Status.FAIL), metric="g_c")
    other = many.finding("g", 999, metric="other", message="of another criterion", state=None)
    text = render(many.card(gate(GateStatus.FAIL, failed, findings=(*mine, other)))).decode()
    assert text.count("src/shop/module_") == MOST
    assert "and 3 more: see scorecard.json" in text
    assert "of another criterion" not in text


def test_waived_and_known_findings_stay_visible_with_why() -> None:
    card = adopted_samples.adopted()
    text = render(card).decode()
    waived = [each for gate in card.gates for each in gate.findings if each.waiver]
    assert waived
    for each in waived:
        assert f"waived by {each.waiver}" in text
    assert "[known: the baseline has it]" in text


@pytest.mark.parametrize(
    "text",
    ["]]>", "<![CDATA[x]]>", "\x00\x0b\x1f", "\ufffe\uffff", "\ud800", "&amp;<a b='c'/>\"", "\x85"],
)
def test_only_legal_characters_and_they_come_back(text: str) -> None:
    failed = msgspec.structs.replace(one(Status.FAIL, detail=text, fix=text), decided_by=text)
    data = render(many.card(gate(GateStatus.FAIL, failed)))
    assert LEGAL.fullmatch(data.decode("utf-8", "strict"))
    (case,) = cases(many.card(gate(GateStatus.FAIL, failed)))
    (result,) = case.result
    if text.isprintable():
        assert result.message == text
        assert result.text == f"{text}\n{text}"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_any_text_gives_a_document_that_readers_take_b10_b11_b46(payload: str) -> None:
    card = spoilt(rich(), payload)
    data = document(card)
    assert LEGAL.fullmatch(data.decode("utf-8", "strict"))
    assert reader.read(data, what="ours").suites == suites(card)
    assert JUnitXml.fromstring(data).tests


@given(cards())
@FEW
def test_any_text_at_all_gives_a_document_that_readers_take(card: Scorecard) -> None:
    data = document(card)
    assert LEGAL.fullmatch(data.decode("utf-8", "strict"))
    back = reader.read(data, what="ours")
    whole = JUnitXml.fromstring(data)
    assert whole.tests == back.cases
    assert len(list(whole)) == suites(card)


def test_ten_thousand_known_findings_are_counted_and_not_listed() -> None:
    card = many.card(many.gate("mypy", 40_000))
    data = render(card)
    assert len(data) < 100_000
    assert b'<property name="known" value="10,000"/>' in data
    assert b"and 9,950 more" in data


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert render(rich()) == render(rich())


@pytest.mark.parametrize(
    ("verdict", "complete", "end"),
    [
        (Verdict.PASS, True, []),
        (Verdict.WARN, True, []),
        (Verdict.FAIL, True, ["failure"]),
        (Verdict.INCONCLUSIVE, True, ["error"]),
        (Verdict.INCONCLUSIVE, False, ["error"]),
        (Verdict.PASS, False, ["error"]),
    ],
)
def test_a_run_that_does_not_hold_is_red_also_where_every_gate_holds(
    verdict: Verdict, complete: bool, end: list[str]
) -> None:
    held = gate(GateStatus.PASS, one(Status.PASS))
    more = {"verdict": verdict, "complete": complete, "decided_by": "why so"}
    found = cases(msgspec.structs.replace(many.card(held), **more), own=True)
    assert [case.result[0]._elem.tag for case in found] == end
    assert [case.result[0].message for case in found] == ["why so"] * len(end)


def test_a_run_that_fails_by_a_gate_has_no_suite_of_its_own() -> None:
    assert cases(samples.failing(), own=True) == []


def test_a_gate_tells_what_it_rests_on_and_one_that_broke_what_its_tool_said() -> None:
    evidence = msgspec.structs.replace(many.gate("ruff", 1).evidence, examined={"files": 1200})
    text = render(many.card(msgspec.structs.replace(many.gate("ruff", 1), evidence=evidence)))
    assert b'<property name="examined" value="1,200 files"/>' in text
    assert b'<property name="tools" value="ruff 1.0 (exit ' in text
    broken = msgspec.structs.replace(evidence.executions[0], stderr_tail="no <such> file")
    evidence = msgspec.structs.replace(evidence, executions=(broken,))
    text = render(many.card(gate(GateStatus.ERROR, evidence=evidence, reason=Reason.TOOL_CRASHED)))
    assert b"no &lt;such&gt; file</error>" in text
    assert b'<property name="reason" value="tool-crashed"/>' in text
    assert b'name="examined"' not in render(many.card(gate(GateStatus.NOT_RUN)))
