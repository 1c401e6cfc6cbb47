"""What may be attested, and how a scorecard becomes statements."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.core import attestation
from gates.core.attestation_format import Refused
from gates.core.model import GateStatus, RunInfo, TargetState, Verdict
from tests.attestations import made
from tests.attestations.made import NOW, card, gate, level

DIRTY = TargetState(name="books", revision=made.COMMIT, dirty=True)
OPEN = (gate("lint"), gate("contract", 2, GateStatus.ERROR))
INCONCLUSIVE = {
    "verdict": Verdict.INCONCLUSIVE,
    "decided_by": "contract is ERROR(timeout)",
    "levels": (level(1), level(2, Verdict.INCONCLUSIVE)),
    "gates": OPEN,
}


def revision(text: str) -> TargetState:
    return TargetState(name="books", revision=text, dirty=False)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "partial": ({"partial": True}, "partial"),
    "incomplete": ({"complete": False}, "incomplete"),
    "dirty": ({"target": DIRTY}, "dirty"),
    "no commit": ({"target": revision("unknown")}, "only a commit"),
    "short commit": ({"target": revision("a1a1a1a")}, "only a commit"),
    "branch": ({"target": revision("main")}, "only a commit"),
    "inconclusive": (INCONCLUSIVE, "INCONCLUSIVE (contract is ERROR(timeout))"),
    "no time": ({"run": RunInfo(id="r")}, "no time"),
    "stale": ({"valid_until": "2026-11-21T11:59:59Z"}, "STALE"),
}


def demanded(values: dict[str, Any], now: datetime = NOW, **more: Any) -> None:
    scorecard = card(**values)
    attestation.demand_attestable(scorecard, made.judged(scorecard), made.wish(**more), now)


def test_a_whole_run_on_a_commit_may_be_attested() -> None:
    demanded({})
    demanded({"target": revision("b2" * 32)})


@pytest.mark.parametrize(("values", "why"), REFUSED.values(), ids=REFUSED)
def test_b67_what_proves_nothing_is_not_attested(values: dict[str, Any], why: str) -> None:
    """Also P67: an INCONCLUSIVE run is refused."""
    with pytest.raises(Refused) as raised:
        demanded(values)
    assert why in str(raised.value)


@pytest.mark.parametrize("values", [REFUSED[name][0] for name in REFUSED if name != "inconclusive"])
def test_a_wish_for_failed_excuses_nothing_else(values: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        demanded(values, inconclusive_as_failed=True)


@pytest.mark.parametrize(("minutes", "refused"), [(-5, False), (-6, True)])
def test_a_clock_set_back_is_noticed(minutes: int, refused: bool) -> None:
    now = datetime.fromisoformat(made.BEGAN) + timedelta(minutes=minutes)
    if not refused:
        demanded({}, now)
        return
    with pytest.raises(Refused, match="clock"):
        demanded({}, now)


def test_another_story_than_that_of_the_beginning_is_refused() -> None:
    told = made.judged(card())
    others = {
        "target": revision("b2" * 20),
        "valid_until": "2026-11-29T08:00:00Z",
        "run": RunInfo(id="nightly-7", started_at="2026-11-21T11:00:00Z"),
    }
    for name, value in others.items():
        with pytest.raises(Refused, match="was changed"):
            attestation.demand_attestable(card(**{name: value}), told, made.wish(), NOW)


def statements(**more: Any) -> tuple[Any, Any]:
    scorecard = card(**more)
    result, summary = made.payloads(scorecard, inconclusive_as_failed=True)
    return json.loads(result)["predicate"], json.loads(summary)["predicate"]


def test_only_what_the_deciding_level_holds_is_told() -> None:
    result, summary = statements()
    assert (result["result"], summary["verificationResult"]) == ("PASSED", "PASSED")
    assert result["passedTests"] == ["L1", "L2", "lint", "contract"]
    assert (result["warnedTests"], result["failedTests"]) == ([], [])
    assert summary["verifiedLevels"] == ["GATESCORE_LEVEL_1", "GATESCORE_LEVEL_2"]


def test_p67_an_inconclusive_run_is_told_as_failed_with_what_did_not_run() -> None:
    result, summary = statements(**INCONCLUSIVE)
    assert (result["result"], summary["verificationResult"]) == ("FAILED", "FAILED")
    assert result["failedTests"] == ["not_run:L2", "not_run:contract"]
    assert summary["verifiedLevels"] == ["FAILED"]


STATES = [
    (GateStatus.PASS, True, "passedTests", "g"),
    (GateStatus.WARN, True, "warnedTests", "g"),
    (GateStatus.FAIL, True, "failedTests", "g"),
    (GateStatus.ERROR, True, "failedTests", "not_run:g"),
    (GateStatus.PENDING, True, "failedTests", "not_run:g"),
    (GateStatus.NOT_RUN, True, "failedTests", "not_run:g"),
    (GateStatus.ERROR, False, "warnedTests", "not_run:g"),
]


@pytest.mark.parametrize(("status", "blocking", "list_", "name"), STATES)
def test_each_state_of_a_gate(status: GateStatus, blocking: bool, list_: str, name: str) -> None:
    result, _ = statements(gates=(gate("g", 1, status, blocking=blocking),), levels=())
    lists = {key: result[key] for key in ("passedTests", "warnedTests", "failedTests")}
    assert {key for key, tests in lists.items() if tests} == {list_}
    assert lists[list_] == [name]


def test_a_skipped_gate_is_not_told_as_passed() -> None:
    result, _ = statements(gates=(gate("g", 1, GateStatus.SKIPPED),), levels=())
    assert result["passedTests"] == result["warnedTests"] == result["failedTests"] == []


@pytest.mark.parametrize(
    ("verdicts", "result"),
    [
        ((Verdict.PASS, Verdict.PASS), "PASSED"),
        ((Verdict.WARN, Verdict.PASS), "WARNED"),
        ((Verdict.FAIL, Verdict.PASS), "FAILED"),
        ((Verdict.INCONCLUSIVE, Verdict.PASS), "FAILED"),
    ],
)
def test_a_lower_level_that_does_not_pass_is_no_detail(
    verdicts: tuple[Verdict, ...], result: str
) -> None:
    levels = tuple(level(number, verdict) for number, verdict in enumerate(verdicts, 1))
    assert statements(levels=levels)[0]["result"] == result


def test_its_time_is_the_beginning_of_the_run() -> None:
    assert statements()[1]["timeVerified"] == made.BEGAN


@pytest.mark.parametrize("id", ["", "a b", "../x", "-x", "x" * 129, "ä"])
def test_an_id_that_is_no_plain_word_is_refused(id: str) -> None:
    scorecard = card(run=RunInfo(id=id, started_at=made.BEGAN))
    with pytest.raises(Refused, match="--run-id"):
        made.payloads(scorecard)
    assert made.payloads(scorecard, run="42")


def test_every_name_makes_a_uri() -> None:
    odd = card(target=TargetState(name="Bücher & co/x", revision=made.COMMIT, dirty=False))
    summary = json.loads(made.payloads(odd)[1])["predicate"]
    assert summary["resourceUri"] == "urn:gatescore:target:B%C3%BCcher%20%26%20co%2Fx"
