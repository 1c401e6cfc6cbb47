"""Two real services under load in turn: what is said of the same revision, and of a slower one.

Ten runs each instead of the forty of `python -m bench paired`, with bounds that a sound method
misses in fewer than one of a thousand such tests.
"""

from collections import Counter
from pathlib import Path

from bench.paired import busy, said
from gates.core.comparing import Change

RUNS = 10


def test_one_revision_against_itself_hardly_ever_regresses(tmp_path: Path) -> None:
    found = said(tmp_path, 1.0, RUNS)
    assert sum(Change.REGRESSED in one.values() for one in found) <= 4


def test_a_tenth_more_is_found(tmp_path: Path) -> None:
    found = Counter(one.get("p95") for one in said(tmp_path, 1.1, RUNS))
    assert found[Change.REGRESSED] >= 5


def test_a_quarter_more_is_never_called_none_though_a_core_is_busy(tmp_path: Path) -> None:
    with busy():
        found = [one.get("p95") for one in said(tmp_path, 1.25, RUNS)]
    assert Change.NOT_REGRESSED not in found
