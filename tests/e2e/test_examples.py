"""Both examples, all gates: the good one passes, and its twin is caught in every planted defect."""

import subprocess
import tomllib
from typing import Any

import pytest

from tests.e2e.conftest import REPOSITORY, Judge, Run, needs_quiet

DEFECTS: list[dict[str, Any]] = tomllib.loads(
    (REPOSITORY / "examples" / "leaky" / "DEFECTS.toml").read_text()
)["defect"]
POLICY = tomllib.loads((REPOSITORY / "config" / "policy" / "standard.toml").read_text())["gates"]
DATA = {"dependencies.data-complete", "dependencies.data-age"}  # a small extract, and it says so
PEOPLE = {f"sign-off.{what}" for what in ("roles", "level-2", "regimes", "drills", "rating")}
UNSIGNED = {*PEOPLE, "definition-of-done.open"}  # it awaits people, and nothing else
FALSE_CLAIMS = {
    *("dependency", "evidence-old", "evidence-unreadable", "file-missing", "line-count", "method"),
    *("path-outside", "route", "verification-failed"),
}
AWAITED = {"definition-of-done.open": "NO_DATA"}  # of the good one too: people have to sign
CAUGHT = {"dependencies.unaudited": "NO_DATA"}  # we could not look: an ERROR of its own


def _has_history() -> bool:
    """Whether evidence and what it shows are of two commits: not so in a clone of depth 1."""
    leaky = REPOSITORY / "examples" / "leaky"
    last = ["git", "log", "-1", "--format=%H", "--"]
    paths = (".orchestration/evidence/labels.json", "src/bookstore/shelves.py")
    return len({subprocess.check_output([*last, path], cwd=leaky) for path in paths}) == len(paths)


@pytest.fixture(scope="session")
def leaky(judge: Judge) -> Run:
    return judge("examples/leaky")


def test_the_good_example_passes_all_it_can(bookstore: Run) -> None:
    """WARN because of the advisory data alone; level 3, which decides, awaits people."""
    needs_quiet(bookstore)
    assert bookstore.code == 3
    assert {id: status for id, status in bookstore.statuses().items() if status != "PASS"} == {
        "cache": "SKIPPED",
        "dependencies": "WARN",
        "definition-of-done": "PENDING",
        "sign-off": "PENDING",
    }
    criteria = [one for gate in bookstore.card["gates"] for one in gate["criteria"]]
    open_ones = {one["id"] for one in criteria if one["status"] != "PASS" and not one["skipped"]}
    assert open_ones == {*DATA, *UNSIGNED}
    verdicts = {level["level"]: level["verdict"] for level in bookstore.card["levels"]}
    assert verdicts == {1: "WARN", 2: "WARN", 3: "INCONCLUSIVE"}


def test_nothing_is_found_in_the_good_example(bookstore: Run) -> None:
    found = [finding for gate in bookstore.card["gates"] for finding in gate["findings"]]
    assert [one for one in found if one["severity"] != "info"] == []


def test_every_gate_of_the_good_example_looked_at_something(bookstore: Run) -> None:
    for gate in bookstore.card["gates"]:
        if gate["reason"] != "generator-unhealthy" and gate["status"] != "SKIPPED":
            assert sum(gate["evidence"]["examined"].values()) > 0, gate["id"]
            derived = "derived" in POLICY[gate["id"]]
            assert gate["evidence"]["executions"] or derived or gate["id"] == "sign-off"


def test_its_twin_fails(leaky: Run) -> None:
    assert leaky.code == 1
    assert leaky.card["verdict"] == "FAIL"
    assert len(DEFECTS) >= 15


def test_a_defect_is_planted_for_every_gate(leaky: Run) -> None:
    """But for a cache, which it has not got, for operations, which call whatever changed, and for
    freshness: a run that measures all anew has nothing that is old."""
    others = {"cache", "operations", "freshness"}
    assert {defect["gate"] for defect in DEFECTS} == set(leaky.statuses()) - others
    assert leaky.statuses()["operations"] == "PASS"


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect["id"] for defect in DEFECTS])
def test_a_planted_defect_is_caught_and_told(defect: dict[str, Any], leaky: Run) -> None:
    gate, criterion = leaky.gate(defect["gate"]), leaky.criterion(defect["criterion"])
    if defect["gate"] in leaky.busy():
        needs_quiet(leaky)
    assert gate["level"] == defect["level"]
    assert criterion in gate["criteria"]
    assert criterion["status"] == CAUGHT.get(defect["criterion"], "FAIL"), criterion["decided_by"]
    assert criterion["value"] is not None
    assert defect["criterion"] in leaky.told


def test_every_kind_of_false_claim_is_named(leaky: Run) -> None:
    found = leaky.gate("claims")["findings"]
    false = {one["rule"] for one in found if one.get("metric") == "claims.false"}
    known = FALSE_CLAIMS if _has_history() else FALSE_CLAIMS - {"evidence-old"}
    assert false == {f"claims.{kind}" for kind in known}
    contradicted = [one["message"] for one in found if one["rule"] == "claims.contradiction"]
    assert any("order-takes-stock works | observed: oracle fails" in one for one in contradicted)
    assert any("Limit: 3 login attempts | observed: " in one for one in contradicted)


@pytest.mark.parametrize("criterion", sorted({defect["criterion"] for defect in DEFECTS}))
def test_nothing_of_the_kind_is_flagged_on_the_good_one(criterion: str, bookstore: Run) -> None:
    if any(one["gate"] in bookstore.busy() for one in DEFECTS if one["criterion"] == criterion):
        needs_quiet(bookstore)
    assert bookstore.criterion(criterion)["status"] == AWAITED.get(criterion, "PASS")
