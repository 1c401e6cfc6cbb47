"""Any change of a status, value or finding is another digest; order and what is volatile is not."""

import random
import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gates.core.evidence_digest import evidence_digest
from gates.core.model import (
    CriterionResult,
    Evidence,
    Execution,
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Reason,
    Series,
    Severity,
    Status,
    TargetState,
    Weight,
)

TARGET = TargetState(name="shop", revision="a" * 40, dirty=False)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)

criteria = st.builds(
    CriterionResult,
    id=st.sampled_from(["a.x", "a.y", "a.z"]),
    title=st.just("A"),
    metric=st.just("a.x"),
    unit=st.just("ms"),
    weight=st.sampled_from(Weight),
    status=st.sampled_from(Status),
    decided_by=st.text(max_size=5),
    value=NUMBERS,
    base=NUMBERS,
)
findings = st.builds(
    Finding,
    tool=st.just("ruff"),
    rule=st.sampled_from(["F401", "E501"]),
    severity=st.sampled_from(Severity),
    message=st.text(max_size=5),
    path=st.sampled_from(["a.py", "b.py"]),
    line=st.integers(0, 3),
    state=st.none() | st.sampled_from(FindingState),
    waiver=st.sampled_from(["", "w1"]),
)
gates = st.builds(
    GateResult,
    id=st.sampled_from(["lint", "load", "tests"]),
    title=st.just("T"),
    level=st.integers(1, 3),
    status=st.sampled_from(GateStatus),
    reason=st.none() | st.sampled_from(Reason),
    criteria=st.lists(criteria, max_size=3).map(tuple),
    findings=st.lists(findings, max_size=3).map(tuple),
    findings_total=st.integers(0, 5),
    evidence=st.builds(Evidence, examined=st.dictionaries(st.text(max_size=3), st.integers(0, 9))),
)
runs = st.lists(gates, max_size=3)


def digest(results: list[GateResult], **target: object) -> str:
    return evidence_digest(msgspec.structs.replace(TARGET, **target), results)


@given(runs, st.randoms(use_true_random=False))
def test_order_and_what_is_volatile_change_nothing(
    results: list[GateResult], chance: random.Random
) -> None:
    def again(result: GateResult) -> GateResult:
        evidence = msgspec.structs.replace(
            result.evidence,
            executions=(Execution(tool="t", argv=("x",), version="1", exit_code=0),),
            notes=("taken over",),
            series=(Series(name="s", x_unit="s", y_unit="ms", points=((0.0, 1.0),)),),
            examined={"files": 5},
        )
        return msgspec.structs.replace(
            result,
            title="other",
            detail="in other words",
            criteria=tuple(shuffled(result.criteria, chance)),
            findings=tuple(shuffled(result.findings, chance)),
            evidence=evidence,
        )

    others = shuffled([again(result) for result in results], chance)
    assert digest(others) == digest(results)
    assert digest(results, revision="b" * 40) == digest(results)
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest(results))


def shuffled(values: list | tuple, chance: random.Random) -> list:
    return chance.sample(list(values), len(values))


@given(st.lists(gates, min_size=1, max_size=3), st.data())
def test_any_change_that_counts_is_another_digest(
    results: list[GateResult], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(results) - 1))
    changed = msgspec.structs.replace(results[number], **change_of(results[number], data))
    others = [*results[:number], changed, *results[number + 1 :]]
    assert digest(others) != digest(results)


def change_of(result: GateResult, data: st.DataObject) -> dict[str, object]:
    """One field of a gate, of one criterion or of one finding with another value."""
    one = CriterionResult(
        id="a.n", title="", metric="m", unit="", weight=Weight.INFO, status=Status.PASS,
        decided_by="",
    )  # fmt: skip
    more = Finding(tool="t", rule="r", severity=Severity.LOW, message="new and of no other")
    changes: list[dict[str, object]] = [
        {"status": other(result.status, GateStatus, data)},
        {"level": result.level + 1},
        {"blocking": not result.blocking},
        {"reason": other(result.reason, [None, *Reason], data)},
        {"findings": (*result.findings, more)},
        {"findings_total": result.findings_total + 1},
        {"criteria": (*result.criteria, one)},
        {"awaiting": (*result.awaiting, "a person")},
    ]
    if result.findings:
        first, *rest = result.findings
        for key, value in (
            ("severity", other(first.severity, Severity, data)),
            ("message", f"{first.message}x"),
            ("line", first.line + 1),
            ("path", f"{first.path}x"),
            ("rule", "X1"),
            ("waiver", f"{first.waiver}x"),
            ("state", other(first.state, [None, *FindingState], data)),
        ):
            changes.append({"findings": (msgspec.structs.replace(first, **{key: value}), *rest)})
        changes.append({"findings": tuple(rest)})
    if result.criteria:
        head, *tail = result.criteria
        for key, value in (
            ("status", other(head.status, Status, data)),
            ("weight", other(head.weight, Weight, data)),
            ("value", 0.5 if head.value != 0.5 else 0.25),
            ("base", 0.5 if head.base != 0.5 else None),
            ("passes", f"{head.passes} "),
            ("skipped", f"{head.skipped}x"),
        ):
            changes.append({"criteria": (msgspec.structs.replace(head, **{key: value}), *tail)})
        changes.append({"criteria": tuple(tail)})
    return data.draw(st.sampled_from(changes))


def other(value: object, of: object, data: st.DataObject) -> object:
    return data.draw(st.sampled_from([one for one in of if one != value]))  # type: ignore[attr-defined]


@given(runs)
def test_the_target_and_its_regimes_are_part_of_it(results: list[GateResult]) -> None:
    digests = {
        digest(results),
        digest(results, name="other"),
        digest(results, dirty=True),
        evidence_digest(TARGET, results, ("GDPR",)),
        evidence_digest(TARGET, results, ("GDPR", "SOC 2")),
    }
    assert len(digests) == 5
    both = evidence_digest(TARGET, results, ("SOC 2", "GDPR"))
    assert both == evidence_digest(TARGET, results, ("GDPR", "SOC 2"))


def test_a_gate_that_is_lost_is_another_digest() -> None:
    one = GateResult(id="lint", title="Lint", level=1, status=GateStatus.PASS)
    assert len({digest([]), digest([one]), digest([one, one])}) == 3
