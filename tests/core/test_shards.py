"""Shards against their plan: everything that does not fit is named, and no loss helps a verdict."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.core.judge import judge
from gates.core.model import (
    GateReport,
    Measurement,
    PolicyState,
    RunInfo,
    TargetState,
    ToolReport,
    Verdict,
    Weight,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Criterion, GatePolicy
from gates.core.score import exit_code, scorecard, unended
from gates.core.sharding import PlanFile, Rules, Share, Subject
from gates.core.shards import Manifest, Shard, Unread, checked, files_digest, gate_of

PLANNED = "sha256:plan"
PLAN = PlanFile(
    nonce="0" * 32,
    version="1.0",
    target=Subject(name="t", revision="c0ffee"),
    policy=Rules(name="p", digest="sha256:policy"),
    profile="ci",
    shards=(Share(id="1", gates=("a", "b")), Share(id="2", gates=("c",))),
)


def report(gate, value=0.0):
    tool = ToolReport(
        tool="t", examined=1, examined_unit="files", measurements={"m": Measurement(value=value)}
    )
    return GateReport(gate=gate, reports=(tool,))


def shard(id, values, place="", **changes):
    """A shard with these values by gate, as the plan wants it but for the changes."""
    manifest = Manifest(
        nonce=PLAN.nonce,
        shard=id,
        plan=PLANNED,
        version="1.0",
        revision="c0ffee",
        policy="sha256:policy",
        files={f"results/{gate}/report.json": f"sha256:{value}" for gate, value in values.items()},
        run=RunInfo(started_at=f"2026-01-01T00:00:0{id}Z"),
    )
    reports = {gate: report(gate, value) for gate, value in values.items()}
    manifest = msgspec.structs.replace(manifest, **changes)
    return Shard(place=place or f"s{id}", folder="", manifest=manifest, reports=reports)


BOTH = [shard("1", {"a": 0, "b": 0}), shard("2", {"c": 0})]


def test_shards_as_planned_are_taken_without_a_word():
    found = checked(PLAN, PLANNED, BOTH)
    assert (found.missing, found.problems, found.notes) == ({}, (), ())
    assert {gate: len(all) for gate, all in found.claims.items()} == {"a": 1, "b": 1, "c": 1}
    assert (found.started_at, found.dirty) == ("2026-01-01T00:00:01Z", False)


def test_p47_a_missing_shard_is_named_with_its_gates():
    found = checked(PLAN, PLANNED, BOTH[1:])
    assert found.missing == {"a": "shard 1 is missing", "b": "shard 1 is missing"}
    assert found.problems == ("shard 1 is missing",)


def test_p47_no_shard_at_all():
    found = checked(PLAN, PLANNED, [])
    assert found.problems == ("shard 1 is missing", "shard 2 is missing")
    assert (set(found.missing), found.started_at) == ({"a", "b", "c"}, "")


def test_p47_a_gate_that_its_shard_never_came_to_is_named():
    found = checked(PLAN, PLANNED, [shard("1", {"a": 0}), BOTH[1]])
    assert found.missing == {"b": "shard 1 has no result of it"}
    assert found.problems == ("b: shard 1 has no result of it",)


@pytest.mark.parametrize(
    ("jobs", "told"),
    [
        ({"plan": "success"}, "shard 1 is missing"),
        ({"gates": "cancelled"}, "shard 1 is missing: the job gates was cancelled"),
        ({"gates": "skipped"}, "shard 1 is missing: the job gates was skipped"),
        (
            {"gates (1)": "failure", "gates (2)": "cancelled"},
            "shard 1 is missing: the job gates (1) failed",
        ),
        (
            {"gates-11": "failure", "other": "skipped"},
            "shard 1 is missing: the job gates-11 failed, other was skipped",
        ),
    ],
)
def test_p47_a_job_that_never_started_is_named(jobs, told):
    found = checked(PLAN, PLANNED, BOTH[1:], jobs=jobs)
    assert found.problems == (told,)
    assert found.missing["a"] == told


def test_a_job_that_failed_is_a_note_where_its_shard_came():
    found = checked(PLAN, PLANNED, BOTH, jobs={"gates-1": "failure"})
    assert (found.problems, found.notes) == ((), ("the job gates-1 failed",))


def test_p48_a_shard_that_came_twice_differently_is_no_shard_and_both_digests_are_told():
    twice = [*BOTH, shard("2", {"c": 1}, place="again")]
    found = checked(PLAN, PLANNED, twice)
    assert set(found.missing) == {"c"}
    (problem,) = found.problems
    assert all(f"{each.place}: {each.digest}" in problem for each in twice[1:])


def test_p48_the_same_shard_twice_is_taken_once_and_said():
    found = checked(PLAN, PLANNED, [*BOTH, shard("2", {"c": 0}, place="again")])
    assert (found.missing, found.problems) == ({}, ())
    assert "shard 2 came 2 times with the same results" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"nonce": "f" * 32}, "nonce"),  # P48, B56
        ({"version": "1.1"}, "version of gatescore is 1.1, that of the plan 1.0"),  # P49
        ({"policy": "sha256:other"}, "policy"),  # P49, B56
        ({"revision": "deed"}, "commit is deed"),  # B56
        ({"plan": "sha256:other"}, "digest of the plan"),
        ({"shard": "7"}, 'no shard "7", it has 1, 2'),
    ],
)
def test_p48_p49_b56_what_is_of_something_else_is_refused_and_named(change, word):
    foreign = shard("2", {"c": 0}, **change)
    found = checked(PLAN, PLANNED, [BOTH[0], foreign])
    missing, refused = found.problems
    assert refused.startswith("s2 is refused") and word in refused and foreign.digest in refused
    assert missing == "shard 2 is missing"


def test_p48_a_foreign_nonce_beside_the_right_shard_names_both_digests():
    foreign = shard("2", {"c": 1}, place="foreign", nonce="f" * 32)
    found = checked(PLAN, PLANNED, [*BOTH, foreign])
    (problem,) = found.problems
    assert foreign.digest in problem and BOTH[1].digest in problem
    assert found.missing == {}


def test_b57_two_shards_with_one_gate_both_claim_it_the_owner_first():
    found = checked(PLAN, PLANNED, [shard("1", {"a": 0, "b": 0, "c": 1}), BOTH[1]])
    assert [claim.shard.manifest.shard for claim in found.claims["c"]] == ["2", "1"]
    assert found.problems == ("shard 1 has results of c, which was dealt to shard 2",)


def test_b57_a_claim_of_another_shard_stands_for_no_shard_that_is_missing():
    found = checked(PLAN, PLANNED, [shard("1", {"a": 0, "b": 0, "c": 0})])
    assert found.missing == {"c": "shard 2 is missing"}
    assert "c" not in found.claims


def test_a_gate_that_nobody_planned_is_named():
    found = checked(PLAN, PLANNED, [BOTH[0], shard("2", {"c": 0, "x": 0})])
    assert found.problems == ("shard 2 has results of x, which nobody planned",)
    assert "x" not in found.claims


def test_what_a_shard_says_reaches_a_terminal_bounded_and_visible():
    hostile = shard("2", {"c": 0}, place="\x1b[2Jx", nonce="\x1b]0;\n::error::" + "n" * 10**6)
    found = checked(PLAN, PLANNED, [hostile], [Unread(place="z", why="\x1b[31m" * 10_000)])
    assert all(text.isprintable() and len(text) < 2300 for text in found.problems)


def test_the_digest_of_files_knows_names_and_contents():
    one = files_digest({"a": "1", "b": "2"})
    assert one == files_digest({"b": "2", "a": "1"})
    assert one not in (files_digest({"a": "2", "b": "1"}), files_digest({"a": "1"}))


@pytest.mark.parametrize(
    ("path", "gate"),
    [
        ("results/a/report.json", "a"),
        ("results/a/t/x/y", "a"),
        ("results/a", ""),
        ("work/a/b", ""),
        ("x", ""),
    ],
)
def test_a_file_is_of_the_gate_of_its_folder(path, gate):
    assert gate_of(path) == gate


@pytest.mark.parametrize(
    ("problems", "told"),
    [
        ([], "the run has not ended"),
        (["a"], "a"),
        (list("abcde"), "a; b; c; d; e"),
        (list("abcdefg"), "a; b; c; d; e; and 2 more"),
    ],
)
def test_the_verdict_names_what_the_shards_lack(problems, told):
    plan = Plan(
        gates=(),
        decisive_level=1,
        partial=False,
        pass_score=90,
        warn_score=75,
        unmerged=tuple(problems),
    )
    assert unended(plan) == told


def planned(id, weight, level):
    criterion = Criterion(
        metric="m", title="C", passes=(("== 0",),), warns=(("== 1",),), weight=weight
    )
    policy = GatePolicy(level=level, title=id, tools=("t",), criteria={f"{id}.c": criterion})
    return PlannedGate(id=id, policy=policy)


def merged(gates, file, shards):
    """The scorecard of some shards: as the merge judges them."""
    found = checked(file, PLANNED, shards)
    plan = Plan(
        gates=tuple(gates),
        decisive_level=2,
        partial=False,
        pass_score=90,
        warn_score=75,
        unmerged=found.problems,
    )
    results = []
    for each in gates:
        why = found.missing.get(each.id, "")
        lost = GateReport(gate=each.id, not_run=why)
        results.append(judge(each, lost if why else found.claims[each.id][0].report, {}))
    return scorecard(
        plan,
        results,
        target=TargetState(name="t", revision="c0ffee", dirty=False),
        policy=PolicyState(name="p", digest="d"),
        run=RunInfo(),
        complete=not found.problems,
    )


@given(st.data())
def test_p47_losing_any_shard_never_makes_the_verdict_better(data):
    """Whatever the gates say and weigh, also where only what does not block is lost."""
    ids = [f"g{number}" for number in range(data.draw(st.integers(1, 8)))]
    weight, level = st.sampled_from(list(Weight)), st.integers(1, 3)
    gates = [planned(id, data.draw(weight), data.draw(level)) for id in ids]
    homes = {id: data.draw(st.integers(1, 3)) for id in ids}
    shares = tuple(
        Share(id=f"{home}", gates=tuple(id for id in ids if homes[id] == home))
        for home in sorted({*homes.values()})
    )
    file = msgspec.structs.replace(PLAN, shards=shares)
    values = {id: float(data.draw(st.integers(0, 2))) for id in ids}
    shards = [shard(each.id, {id: values[id] for id in each.gates}) for each in shares]
    whole = merged(gates, file, shards)
    assert whole.complete
    lost = data.draw(st.sampled_from(shards))
    less = merged(gates, file, [each for each in shards if each is not lost])
    assert less.verdict in (Verdict.INCONCLUSIVE, Verdict.FAIL)
    assert exit_code(less) in (1, 3) and not less.complete
    if whole.verdict is not Verdict.FAIL:
        assert less.verdict is Verdict.INCONCLUSIVE
        assert f"shard {lost.manifest.shard} is missing" in less.decided_by
