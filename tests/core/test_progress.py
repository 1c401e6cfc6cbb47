"""The status block and the escalation: derived from the scorecard, and never better than it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.escalating import contact_of, escalations, level_of
from gates.core.model import (
    ChecklistResult,
    CriterionResult,
    Finding,
    GateResult,
    GateStatus,
    ItemResult,
    ItemState,
    LevelResult,
    PolicyState,
    RunInfo,
    Scorecard,
    Severity,
    Status,
    TargetState,
    Verdict,
    Weight,
)
from gates.core.progress import progress

NUMBERS = {"schema.operations": 20.0, "tests.coverage": 97.26, "load.p50": 3.1, "load.p95": 41.2}
RUN = RunInfo(started_at="2026-05-04T10:00:00Z", ended_at="2026-05-04T12:00:00Z")


def criterion(id, value):
    return CriterionResult(
        id=id,
        title=id,
        metric=id,
        unit="",
        weight=Weight.BLOCK,
        status=Status.PASS,
        decided_by="",
        value=value,
    )


def gate(id, status=GateStatus.PASS, level=1, **more):
    detail = f"{id} says why"
    return GateResult(id=id, title=id, level=level, status=status, detail=detail, **more)


def completion(*states):
    items = tuple(ItemResult(title=f"item {n}", state=state) for n, state in enumerate(states))
    return (ChecklistResult(id="completion", title="Completion", items=items),)


def card(*gates, **more):
    criteria = tuple(criterion(id, value) for id, value in NUMBERS.items())
    fields = {
        "target": TargetState(name="shop", revision="r", dirty=False),
        "policy": PolicyState(name="p", digest="d"),
        "decisive_level": 3,
        "complete": True,
        "verdict": Verdict.PASS,
        "gates": (gate("load", criteria=criteria), *gates),
        "checklists": completion(ItemState.DONE, ItemState.ABSENT),
        "run": RUN,
    }
    return Scorecard(**{**fields, **more})


def test_what_is_delivered_is_told_in_one_line():
    assert progress(card()).delivery_summary == (
        "Backend implementation completed. Delivered 20 endpoints with full validation, OpenAPI "
        "documentation, and 97.2 % test coverage. Response time < 42 ms p95. Ready for integration."
    )


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"complete": False}, "the run is not whole"),
        ({"partial": True}, "the run is not whole"),
        ({"checklists": completion(ItemState.DONE, ItemState.OPEN)}, "item 1"),
        ({"checklists": completion(ItemState.UNKNOWN)}, "item 0"),
        ({"checklists": completion(ItemState.PENDING)}, "item 0"),
        ({"checklists": ()}, "the completion list was not looked at"),
        ({"gates": (gate("load"),)}, "were not measured in this run"),
        ({"gates": (*card().gates, gate("lint", GateStatus.FAIL))}, "lint failed"),
    ],
)
def test_what_is_not_there_is_told_instead(more, word):
    told = progress(card(**more)).delivery_summary
    assert told.startswith("Backend implementation not completed. Open: ")
    assert word in told


def test_many_gaps_are_counted():
    told = progress(card(checklists=completion(*[ItemState.OPEN] * 5))).delivery_summary
    assert told.endswith("Open: item 0; item 1; item 2; and 2 more.")


@pytest.mark.parametrize(
    ("verdict", "states", "word"),
    [
        (Verdict.PASS, (), "Passed"),
        (Verdict.WARN, (GateStatus.WARN,), "Passed"),
        (Verdict.FAIL, (GateStatus.FAIL, GateStatus.PENDING), "Failed"),
        (Verdict.INCONCLUSIVE, (GateStatus.PENDING, GateStatus.PASS), "Pending"),
        (Verdict.INCONCLUSIVE, (GateStatus.PENDING, GateStatus.ERROR), "In Progress"),
        (Verdict.INCONCLUSIVE, (GateStatus.NOT_RUN,), "In Progress"),
        (Verdict.INCONCLUSIVE, (), "In Progress"),
    ],
)
def test_a_level_in_the_words_of_the_team(verdict, states, word):
    gates = [gate(f"g{n}", state) for n, state in enumerate(states)]
    level = LevelResult(level=1, verdict=verdict, decided_by="because")
    told = progress(card(*gates, verdict=verdict, levels=(level,)))
    assert told.status == word
    assert (told.quality_gates["level1"].status, told.quality_gates["level1"].reason) == (
        word,
        "because",
    )


def test_gates_are_sorted_by_what_is_left_to_do():
    told = progress(
        card(
            gate("a", GateStatus.FAIL),
            gate("b", GateStatus.ERROR),
            gate("c", GateStatus.PENDING, awaiting=("ada signs",)),
            gate("d", GateStatus.SKIPPED),
            gate("e", GateStatus.WARN),
            gate("f", GateStatus.ERROR, blocking=False),
            next_steps=("a: mend it", "c: sign it"),
        )
    )
    assert told.completed == ("load", "e")
    assert told.in_progress == ("b", "c", "f")
    assert [(one.gate, one.status) for one in told.blockers] == [
        *(("a", "FAIL"), ("b", "ERROR"), ("c", "PENDING")),
    ]
    assert told.progress == 33.33
    assert told.next.current_task == "a: mend it"
    assert (told.next.dependencies, told.next.action_items[1]) == (("ada signs",), "c: sign it")


def test_the_numbers_are_those_of_the_criteria_and_none_is_made_up():
    numbers = progress(card()).metrics
    assert (numbers.api_response_time.value, numbers.api_response_time.p95) == (3.1, 41.2)
    assert numbers.test_coverage.value == 97.26
    assert (numbers.security_score.value, numbers.uptime.value) == (None, None)


@pytest.mark.parametrize(
    ("hours", "level"), [(0, 1), (24, 1), (24.1, 2), (48, 2), (48.1, 3), (10_000, 3), (-5, 1)]
)
def test_what_lasts_rises(hours, level):
    assert level_of(hours) == level


CONTACTS = {"1": "team", "3": "head"}


@pytest.mark.parametrize(("level", "name"), [(1, "team"), (2, "team"), (3, "head"), (4, "head")])
def test_who_hears_of_it_is_the_nearest_that_is_named(level, name):
    assert contact_of(level, CONTACTS) == name
    assert contact_of(level, {}) == ""


def test_failures_blockers_and_risks_rise():
    message = "R-7, high (…): nothing is done about it since 2026-05-01, longer than 48 hours: x"
    risk = Finding(tool="risks", rule="risks.unmitigated", severity=Severity.HIGH, message=message)
    risks = gate("risks", GateStatus.WARN, findings=(risk,))
    found = escalations(
        card(
            gate("a", GateStatus.FAIL),
            gate("b", GateStatus.ERROR),
            gate("c", GateStatus.ERROR, blocking=False),
            risks,
            contacts=CONTACTS,
        )
    )
    assert [(one.kind, one.subject, one.level, one.contact) for one in found] == [
        ("risk", "R-7", 3, "head"),
        ("gate", "a", 1, "team"),
        ("blocker", "b", 1, "team"),
    ]
    assert found[0].since == "2026-05-01T00:00:00Z"
    assert found[1].since == RUN.started_at


@pytest.mark.parametrize("started", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_that_is_none_raises_nothing(started):
    (one,) = escalations(card(gate("a", GateStatus.FAIL), run=RunInfo(started_at=started)))
    assert one.level == 1


@given(st.lists(st.sampled_from(list(GateStatus)), max_size=6))
def test_nothing_is_called_completed_while_a_gate_fails(states):
    told = progress(card(*(gate(f"g{n}", state) for n, state in enumerate(states))))
    failed = GateStatus.FAIL in states
    assert told.delivery_summary.startswith("Backend implementation completed") == (not failed)
    assert msgspec.json.encode(told)


@pytest.mark.parametrize(
    ("before", "trend"),
    [
        ({}, "unknown"),
        ({"risks.high": 1.0}, "rising"),
        ({"risks.high": 2.0}, "steady"),
        ({"risks.high": 3.0}, "falling"),
    ],
)
def test_risks_are_told_against_the_run_before(before, trend):
    run = msgspec.structs.replace(RUN, risks_before=before)
    risky = gate("risks", criteria=(criterion("risks.high", 2.0), criterion("risks.overdue", None)))
    (one,) = progress(card(risky, run=run)).risks
    assert (one.criterion, one.value, one.trend) == ("risks.high", 2.0, trend)
    assert one.before == before.get("risks.high")
    assert progress(card(gate("lint", criteria=(criterion("a", 1.0),)))).risks == ()


@pytest.mark.parametrize(
    ("since", "level"), [("2026-05-03T13:00:00Z", 1), ("2026-05-01T00:00:00Z", 3)]
)
def test_a_failure_rises_from_the_first_run_that_found_it(since, level):
    run = msgspec.structs.replace(RUN, unheld_since={"lint": since, "gone": "2020-01-01T00:00:00Z"})
    (one,) = escalations(card(gate("lint", GateStatus.FAIL), gate("gone"), run=run))
    assert (one.subject, one.level, one.since) == ("lint", level, since)
