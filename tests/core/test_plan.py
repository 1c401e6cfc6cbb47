"""The plan: which gates run, which are skipped and why, and what is refused beforehand."""

import msgspec
import pytest

from gates.core.capacity import Load, LoadOperation
from gates.core.model import Weight
from gates.core.plan import Offer, PlanError, plan
from gates.core.policy import Criterion, GatePolicy, Policy, Profile, Unmet
from gates.core.target import Code, Service, Target

CODE = Code(paths=("src",), tests=("tests",))
SERVICE = Service(start=("serve", "{port}"))
LOAD = Load(rate=10, operations=(LoadOperation(path="/"),))


def gate(level, needs=(), **keys):
    keys.setdefault("criteria", {f"c{level}{''.join(needs)}": criterion()})
    return GatePolicy(level=level, title="G", tools=("t",), needs=needs, **keys)


def criterion(**keys):
    return Criterion(metric="m", title="M", passes=(("== 0",),), **keys)


POLICY = Policy(
    name="p",
    gates={
        "lint": gate(1, ("code",)),
        "tests": gate(1, ("code", "tests"), criteria={"tests.run": criterion()}),
        "load": gate(2, ("service", "load"), skippable=True),
        "docs": gate(3, criteria={"docs.env": criterion(skippable=True), "docs.all": criterion()}),
    },
    optional_parts=("code", "tests", "service", "load"),
    release={"docs.all": {"weight": "should", "unmet": "no-data"}},
)
LOCAL = Profile(name="local", decisive_level=2, gates={"load": {"duration_s": 30}})
NIGHTLY = Profile(name="nightly", decisive_level=3, release=True)


def target(**keys):
    whole = {"code": CODE, "service": SERVICE, "load": LOAD}
    return Target(name="t", **{**whole, **keys})


def problems(aim, **keys):
    with pytest.raises(PlanError) as refused:
        plan(aim, POLICY, LOCAL, **keys)
    return refused.value.problems


def test_every_gate_is_planned_and_the_profile_says_which_level_decides():
    made = plan(target(), POLICY, LOCAL)
    assert [g.id for g in made.gates] == ["lint", "tests", "load", "docs"]
    assert (made.decisive_level, made.partial) == (2, False)
    assert plan(target(), POLICY, NIGHTLY).decisive_level == 3


@pytest.mark.parametrize(
    ("level", "gates"),
    [
        (1, ["lint", "tests"]),
        (2, ["lint", "tests", "load"]),
        (3, ["lint", "tests", "load", "docs"]),
    ],
)
def test_a_level_runs_no_higher_and_decides(level, gates):
    made = plan(target(), POLICY, LOCAL, level=level)
    assert [g.id for g in made.gates] == gates
    assert made.decisive_level == level


def test_chosen_gates_make_a_partial_plan_in_the_policys_order():
    made = plan(target(), POLICY, LOCAL, gates=("docs", "lint"))
    assert [g.id for g in made.gates] == ["lint", "docs"]
    assert made.partial


def test_the_profile_sets_amounts_of_work():
    load = plan(target(), POLICY, LOCAL).gates[2]
    assert load.settings["duration_s"] == 30


def test_p16_an_unknown_gate_is_refused_with_those_that_exist():
    (text,) = problems(target(), gates=("linnt",))
    assert "linnt" in text
    assert "lint, tests, load, docs" in text


def test_a_missing_part_is_refused_with_the_line_to_add():
    texts = problems(target(load=None))
    assert texts == (
        "load: the target file has no such part; add it, or say why there is none: "
        '[absent] load = "reason"',
    )


def test_all_missing_parts_are_told_at_once():
    assert len(problems(Target(name="t"))) == 4


def test_an_absent_part_skips_its_gates_with_the_reason():
    made = plan(target(load=None, absent={"load": "a batch job"}), POLICY, LOCAL)
    assert [g.skipped for g in made.gates] == ["", "", "load: a batch job", ""]


def test_a_service_without_code_skips_everything_that_needs_code():
    made = plan(target(code=None, absent={"code": "not ours"}), POLICY, LOCAL)
    assert [bool(g.skipped) for g in made.gates] == [True, True, False, False]


def test_an_environment_without_source_is_no_code():
    installed = Code(packages=("httpbin==0.10.4",))
    made = plan(target(code=installed, absent={"code": "installed"}), POLICY, LOCAL)
    assert [g.skipped for g in made.gates] == ["code: installed", "code: installed", "", ""]
    texts = problems(target(code=installed))
    assert texts[0].startswith("code: [code] names no source: it has no paths; add it, or say why")
    assert texts[1].startswith("tests: [code] names no tests; add it, or say why there is none")


@pytest.mark.parametrize("key", ["tests", "build"])
def test_keys_that_only_source_can_use_are_refused_without_it(key):
    (text,) = problems(target(code=Code(**{key: ("x",)}), absent={"code": "installed"}))
    assert (
        text == f"[code] {key}: code.paths names no source; name its folders there, or remove {key}"
    )


def test_an_absent_criterion_is_kept_with_its_reason():
    made = plan(target(absent={"docs.env": "reads none"}), POLICY, LOCAL)
    assert made.gates[3].absent == {"docs.env": "reads none"}


def test_a_criterion_without_its_part_is_skipped_with_the_parts_reason():
    docs = gate(3, criteria={"docs.all": criterion(needs=("openapi",)), "docs.env": criterion()})
    policy = Policy(name="p", gates={"docs": docs}, optional_parts=("openapi",))
    made = plan(Target(name="t", absent={"openapi": "a socket"}), policy, LOCAL)
    assert made.gates[0].absent == {"docs.all": "openapi: a socket"}
    assert made.gates[0].skipped == ""


@pytest.mark.parametrize(
    ("absent", "word"),
    [
        ({"lint": "too noisy"}, "does not let a target skip it"),
        ({"docs.all": "later"}, "does not let a target skip it"),
        ({"linnt": "x"}, "unknown"),
        ({"load": " "}, "the reason is empty"),
    ],
)
def test_what_the_policy_demands_cannot_be_skipped(absent, word):
    aim = target(load=None, absent=absent) if "load" in absent else target(absent=absent)
    assert any(word in text for text in problems(aim))


def test_a_part_cannot_be_there_and_absent():
    (text,) = problems(target(absent={"load": "none"}))
    assert "has a [load] part as well" in text


def test_a_release_run_looks_harder_where_the_policy_says_so():
    usual = plan(target(), POLICY, LOCAL).gates[3].policy.criteria["docs.all"]
    release = plan(target(), POLICY, NIGHTLY).gates[3].policy.criteria["docs.all"]
    assert (usual.weight, usual.unmet) == (Weight.BLOCK, Unmet.FAIL)
    assert (release.weight, release.unmet) == (Weight.SHOULD, Unmet.NO_DATA)


def test_a_tool_of_which_nothing_is_judged_is_not_run():
    pair = {"types.errors": criterion(skippable=True), "types.any": criterion(skippable=True)}
    errors, anys = pair.values()
    criteria = {
        "types.errors": msgspec.structs.replace(errors, metric="errors"),
        "types.any": msgspec.structs.replace(anys, metric="any"),
        "types.kept": msgspec.structs.replace(anys, metric="kept"),
    }
    types = GatePolicy(level=1, title="T", tools=("tsc", "counter", "writer"), criteria=criteria)
    policy = Policy(name="p", gates={"types": types})
    offers = {
        "tsc": Offer("", frozenset({"errors", "any"})),
        "counter": Offer("", frozenset({"kept"})),
        "writer": Offer("", frozenset({"components"})),
    }
    one = Target(name="t", absent={"types.errors": "plain JavaScript"})
    both = Target(name="t", absent={"types.errors": "plain", "types.any": "plain"})
    assert plan(one, policy, LOCAL, offers=offers).gates[0].tools == ("tsc", "counter", "writer")
    assert plan(both, policy, LOCAL, offers=offers).gates[0].tools == ("counter", "writer")
