"""The Node examples at level 1, with contract and headers: one passes, its twin is caught."""

import os
import shutil
import tomllib
from typing import Any

import pytest

from tests.e2e.conftest import REPOSITORY, Judge, Run, needs_quiet

DEFECTS: list[dict[str, Any]] = tomllib.loads(
    (REPOSITORY / "examples" / "leaky-ts" / "DEFECTS.toml").read_text()
)["defect"]
POLICY = tomllib.loads((REPOSITORY / "config" / "policy" / "standard.toml").read_text())["gates"]
JUDGED = {id for id, gate in POLICY.items() if gate["level"] == 1} | {"contract", "headers"}
CHOSEN = [word for gate in sorted(JUDGED) for word in ("--gate", gate)]
DATA = {"dependencies.data-complete", "dependencies.data-age"}  # a small extract, and it says so


def needs_node() -> None:
    """Skip on a desk without Node; a CI machine has to have it."""
    if shutil.which("npm") is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("Node and npm are not installed")


@pytest.fixture(scope="session")
def bookstore(judge: Judge) -> Run:
    needs_node()
    return judge("examples/bookstore-ts", *CHOSEN)


@pytest.fixture(scope="session")
def leaky(judge: Judge) -> Run:
    needs_node()
    return judge("examples/leaky-ts", *CHOSEN)


def test_the_good_example_passes_but_for_its_advisory_data(bookstore: Run) -> None:
    needs_quiet(bookstore)
    expected = dict.fromkeys(JUDGED, "PASS") | {"dependencies": "WARN"}
    assert bookstore.statuses() == expected
    criteria = [one for gate in bookstore.card["gates"] for one in gate["criteria"]]
    assert {one["id"] for one in criteria if one["status"] != "PASS"} == DATA


def test_nothing_is_found_in_the_good_example(bookstore: Run) -> None:
    found = [finding for gate in bookstore.card["gates"] for finding in gate["findings"]]
    assert [one for one in found if one["severity"] not in ("info", "low")] == []


def test_every_gate_of_the_good_example_looked_at_something(bookstore: Run) -> None:
    for gate in bookstore.card["gates"]:
        assert sum(gate["evidence"]["examined"].values()) > 0, gate["id"]
        assert gate["evidence"]["executions"], gate["id"]


def test_its_twin_fails_each_gate(leaky: Run) -> None:
    assert leaky.code == 1
    assert leaky.card["verdict"] == "FAIL"
    assert {gate for gate, status in leaky.statuses().items() if status == "PASS"} == set()
    assert {defect["gate"] for defect in DEFECTS} == JUDGED
    assert len([defect for defect in DEFECTS if defect["level"] == 1]) >= 8


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect["id"] for defect in DEFECTS])
def test_a_planted_defect_is_caught_and_told(defect: dict[str, Any], leaky: Run) -> None:
    gate, criterion = leaky.gate(defect["gate"]), leaky.criterion(defect["criterion"])
    if defect["gate"] in leaky.busy():
        needs_quiet(leaky)
    assert gate["level"] == defect["level"]
    assert criterion in gate["criteria"]
    assert criterion["status"] == "FAIL", criterion["decided_by"]
    assert criterion["value"] is not None
    assert defect["criterion"] in leaky.told


@pytest.mark.parametrize("criterion", sorted({defect["criterion"] for defect in DEFECTS}))
def test_nothing_of_the_kind_is_flagged_on_the_good_one(criterion: str, bookstore: Run) -> None:
    if any(one["gate"] in bookstore.busy() for one in DEFECTS if one["criterion"] == criterion):
        needs_quiet(bookstore)
    assert bookstore.criterion(criterion)["status"] == "PASS"
