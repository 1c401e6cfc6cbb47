"""What a signature covers: no more and no less than what decides, and the same the night after."""

import msgspec
import pytest

from gates.core.evidence_digest import evidence_digest
from gates.core.model import GateStatus, RunInfo, TargetState, Weight
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Criterion, GatePolicy
from gates.runner.concluding import covered
from tests.core.derivations.made import planned, result

TARGET = TargetState(name="t", revision="r", dirty=False)
GATE = planned("g", level=2)
RESULTS = {"g": result(GATE, 0)}


def freshness(**absent: str) -> PlannedGate:
    metrics = {"age": "freshness.stale_results", "held": "freshness.gates_held"}
    criteria = {
        id: Criterion(metric=metric, title=id, passes=(("== 0",),), weight=weight, skippable=True)
        for (id, metric), weight in zip(metrics.items(), (Weight.BLOCK, Weight.SHOULD), strict=True)
    }
    policy = GatePolicy(
        level=3, title="f", tools=(), derived="freshness", criteria=criteria,
        options={"hours": {"2": 24}},
    )  # fmt: skip
    return PlannedGate(id="f", policy=policy, absent=absent)


SIGNED = PlannedGate(
    id="s",
    policy=GatePolicy(
        level=3,
        title="s",
        tools=("signoff",),
        criteria={
            "roles": Criterion(metric="signoff.missing_roles", title="r", passes=(("== 0",),))
        },
    ),
)


def digest(*gates: PlannedGate, run: RunInfo | None = None) -> str:
    plan = Plan(gates=gates, decisive_level=3, partial=False, pass_score=90, warn_score=75)
    return evidence_digest(TARGET, covered(plan, RESULTS, run or RunInfo()).values())


PLAIN = digest(GATE, freshness(), SIGNED)


@pytest.mark.parametrize("why", ["the history knows 3 runs", "the history knows 4 runs"])
def test_another_night_is_the_same_evidence(why: str) -> None:
    assert digest(GATE, freshness(held=why), SIGNED) == PLAIN


@pytest.mark.parametrize(
    "run", [RunInfo(id="other", started_at="2026-01-01T00:00:00Z"), RunInfo(reused_s={"g": 60.0})]
)
def test_another_run_that_found_the_same_is_the_same_evidence(run: RunInfo) -> None:
    assert digest(GATE, freshness(), SIGNED, run=run) == PLAIN


def test_what_is_left_out_or_too_old_is_another_evidence() -> None:
    left_out = msgspec.structs.replace(SIGNED, skipped="nobody is asked")
    lacking = msgspec.structs.replace(SIGNED, absent={"roles": "none"})
    found = {
        PLAIN,
        digest(GATE, freshness(), left_out),
        digest(GATE, freshness(), lacking),
        digest(GATE, freshness(age="none"), SIGNED),
        digest(GATE, freshness(), SIGNED, run=RunInfo(reused_s={"g": 10.0**6})),
        digest(GATE, freshness(), SIGNED, run=RunInfo(reused_s={"g": -3600.0})),
        digest(GATE, SIGNED),
        digest(GATE, freshness()),
    }
    assert len(found) == 8


def test_what_people_sign_is_not_of_what_they_sign() -> None:
    plan = Plan(gates=(GATE, SIGNED), decisive_level=3, partial=False, pass_score=90, warn_score=75)
    assert covered(plan, RESULTS, RunInfo())["s"].status is GateStatus.NOT_RUN
