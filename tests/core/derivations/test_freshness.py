"""Freshness: a result of an earlier run holds for so long as its level allows, and no longer."""

import pytest

from gates.core.derivations.freshness import STALE, Settings, derive
from gates.core.model import RunInfo
from tests.core.derivations.made import ERROR, planned, result, seen

SETTINGS = Settings(hours={"2": 24, "3": 168})
HOUR = 3600.0
GATES = {level: planned(f"g{level}", level=level) for level in (1, 2, 3)}
RESULTS = tuple(result(gate, 0) for gate in GATES.values())


def report(ages, results=RESULTS):
    return derive(SETTINGS, seen(*results, run=RunInfo(reused_s=ages)))


@pytest.mark.parametrize(
    ("gate", "hours", "stale"),
    [
        ("g1", 10_000, 0),
        ("g2", 24, 0),
        ("g2", 24.01, 1),
        ("g3", 168, 0),
        ("g3", 168.01, 1),
        ("g2", 0, 0),
        ("g2", -0.01, 1),
        ("g3", -1_000, 1),
    ],
)
def test_the_age_of_a_result_is_bounded_by_its_level(gate, hours, stale):
    found = report({gate: hours * HOUR})
    assert found.measurements[STALE].value == stale
    assert found.measurements[STALE].detail == (gate if stale else "")
    assert len(found.findings) == stale


def test_what_this_run_measured_is_of_now():
    found = report({})
    assert (found.measurements[STALE].value, found.examined) == (0, 3)


def test_what_was_never_judged_is_neither_fresh_nor_stale():
    lost = (result(GATES[2]), result(GATES[3], failure=ERROR))
    assert report({"g2": 10**9, "g3": 10**9}, lost).measurements[STALE].value == 0
    assert report({}, lost).examined == 0


def test_it_says_that_a_clock_was_set_back():
    (found,) = report({"g3": -HOUR}).findings
    assert "of the future: a clock was set back" in found.message


def test_it_says_how_old_and_what_to_run():
    (found,) = report({"g2": 30 * HOUR}).findings
    assert found.message == "g2: its result is 30 h old, at most 24 h at its level"
    assert found.fix.endswith("gatescore run --level 2 --fresh")
