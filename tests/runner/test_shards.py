"""What the merge makes of checked shards: every gate of its plan is decided, or it says why not."""

from gates.core.model import GateReport
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import GatePolicy
from gates.core.sharding import PlanFile, Rules, Share, Subject
from gates.core.shards import Checked, Claim, Manifest, Shard
from gates.runner.shards import joined


def gate(id, after=(), skipped=""):
    policy = GatePolicy(level=1, title=id, tools=("t",), criteria={}, after=after)
    return PlannedGate(id=id, policy=policy, skipped=skipped)


def plan(*gates):
    return Plan(gates=gates, decisive_level=1, partial=False, pass_score=90, warn_score=75)


FILE = PlanFile(
    nonce="0" * 32,
    version="1",
    target=Subject(name="t", revision="r"),
    policy=Rules(name="p", digest="d"),
    profile="ci",
    shards=(Share(id="1", gates=("a",)), Share(id="2", gates=("b",))),
    merge=("m",),
)
GATES = (gate("a"), gate("b"), gate("m", after=("a", "b")), gate("s", skipped="none"))


def found(*ids, **more):
    manifest = Manifest(nonce="", shard="1", plan="", version="", revision="", policy="", files={})
    reports = {id: GateReport(gate=id) for id in ids}
    shard = Shard(place="s", folder="", manifest=manifest, reports=reports)
    claims = {id: (Claim(shard=shard, report=reports[id]),) for id in ids}
    return Checked(shards=(shard,), claims=claims, **more)


def test_all_that_the_merge_does_not_run_itself_is_taken():
    made = joined(found("a", "b"), FILE, plan(*GATES))
    assert (set(made.claims), made.without, made.problems) == ({"a", "b"}, {}, ())


def test_a_gate_of_the_merge_does_not_run_on_results_that_are_missing():
    lost = {"b": "shard 2 is missing"}
    made = joined(found("a", missing=lost, problems=("shard 2 is missing",)), FILE, plan(*GATES))
    assert made.without == {**lost, "m": "it reads the results of b: shard 2 is missing"}
    assert made.problems == ("shard 2 is missing",)


def test_a_gate_that_the_plan_deals_to_nobody_is_named():
    made = joined(found("a", "b"), FILE, plan(*GATES, gate("new")))
    assert set(made.without) == {"new"}
    assert made.problems == (f"new: {made.without['new']}",)
    assert "deals it to no shard" in made.without["new"]


def test_a_gate_of_the_plan_that_is_none_here_is_named():
    """Not planned here, or skipped here: the rules are not those that the plan was made under."""
    skipped = plan(gate("a", skipped="none"), *GATES[1:])
    for here in (skipped, plan(*GATES[1:])):
        made = joined(found("a", "b"), FILE, here)
        assert made.problems == ("a is in the plan file, and is not to be run here",)
        assert set(made.claims) == {"b"}
