"""A machine of half the cores: the verdicts on data and resources stay."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import REPOSITORY, run_once

GATES = ("database", "resources")
CHOSEN = [word for gate in GATES for word in ("--gate", gate)]
LEAKY = REPOSITORY / "examples" / "leaky"
PLANTED = {
    (one["gate"], one["criterion"])
    for one in tomllib.loads((LEAKY / "DEFECTS.toml").read_text())["defect"]
    if one["gate"] in GATES
}


@pytest.fixture(autouse=True)
def halved() -> Iterator[None]:
    """Service, generator and everything else share half of the cores."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[: max(len(cores) // 2, 1)])
    yield
    os.sched_setaffinity(0, cores)


def test_what_is_planted_is_found_all_the_same(tmp_path: Path) -> None:
    run = run_once(LEAKY, tmp_path / "run", *CHOSEN)
    assert PLANTED
    assert {pair for pair in PLANTED if run.criterion(pair[1])["status"] != "FAIL"} == set()


def test_the_good_example_is_not_accused(tmp_path: Path) -> None:
    run = run_once(REPOSITORY / "examples" / "bookstore", tmp_path / "run", *CHOSEN)
    found = [one for gate in run.card["gates"] for one in gate["findings"]]
    assert [one for one in found if one["severity"] != "info"] == []
    assert run.statuses() | dict.fromkeys(GATES, "PASS") == run.statuses()
