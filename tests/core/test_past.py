"""What a plan knows of earlier runs: which shares can be told, at both sides of the bound."""

import msgspec
import pytest

from gates.core import past
from gates.core.past import Past, Share
from gates.core.plan import plan
from gates.core.policy import Policy
from gates.core.target import Target
from gates.shell import config


@pytest.mark.parametrize(("runs", "tellable"), [(0, False), (9, False), (10, True), (30, True)])
def test_a_share_of_few_runs_is_not_judged(runs: int, tellable: bool) -> None:
    why = past.untellable("freshness.gates_held", Past(runs=runs, shares={"a": Share(1, 2)}))
    assert (why == "") is tellable
    if why:
        assert why == f"the history knows {runs} whole runs of this branch, a share needs 10"


def test_other_metrics_need_no_history() -> None:
    assert past.untellable("lint.errors", Past()) == ""


def test_the_criteria_of_shares_are_left_out_of_the_plan_with_the_reason() -> None:
    policy, profile = config.read_policy("standard").policy, config.read_profile("local")
    target = Target(name="shop", absent=dict.fromkeys(policy.optional_parts, "none"))

    def absent(known: Past | None) -> set[str]:
        made = plan(target, policy, profile, past=known)
        (gate,) = [one for one in made.gates if one.id == "freshness"]
        return set(gate.absent)

    both = {"freshness.gates", "freshness.integration"}
    assert absent(None) == absent(Past(runs=9)) == both
    assert absent(Past(runs=10)) == both
    assert absent(Past(runs=10, shares={"lint": Share(1, 1)})) == {"freshness.integration"}
    assert absent(Past(runs=10, shares={"integration": Share(1, 1)})) == set()


def test_the_results_are_added_up() -> None:
    known = Past(shares={"a": Share(1, 2), "integration": Share(3, 3)})
    assert past.held(known, "freshness.gates_held") == Share(4, 5)
    assert past.held(known, "freshness.integration_held") == Share(3, 3)


def test_criteria_with_a_bound_from_the_base_are_told_apart() -> None:
    assert past.relative(config.read_policy("standard").policy) == set()
    criterion = {"title": "t", "metric": "m", "pass": [["<= 9"]], "warn": [["<= 9", "<= +10%"]]}
    plain = {**criterion, "warn": [["<= 10"]]}
    gate = {"title": "g", "level": 1, "tools": ["ruff"], "criteria": {"a": criterion, "b": plain}}
    made = msgspec.convert({"name": "p", "gates": {"g": gate}}, Policy)
    assert past.relative(made) == {"a"}
