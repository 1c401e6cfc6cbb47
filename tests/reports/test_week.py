"""A week of nightly runs with one missing, one killed and one flaky gate: the history tells all."""

from datetime import timedelta
from pathlib import Path

from reports.history import History
from reports.history_story import Story, story
from reports.history_text import text
from reports.recorded import Recorded, Term
from tests.reports.lines import COMMIT, NOON, run

NOW = NOON + timedelta(days=13, hours=8)
TERMS = {"load.p95": Term("load", "<= 200", "ms", "p95 of the response time")}
MISSING, KILLED = 9, 11
FLIPS = {3: "PASS", 4: "FAIL", 5: "PASS"}  # nights at one commit


def night(number: int) -> Recorded:
    """One night: latency creeps up, and at one commit a gate comes to what it likes."""
    gates = {"lint": "PASS", "load": FLIPS.get(number, "PASS")}
    more = {"revision": COMMIT} if number in FLIPS else {}
    verdict = "FAIL" if "FAIL" in gates.values() else "PASS"
    jitter = (0.7, -1.1, 0.2)[number % 3]
    values = {"load.p95": 150.0 + 2.5 * number + jitter, "tests.coverage": 91.0}
    return run(number, gates=gates, verdict=verdict, values=values, **more)


def weeks(file: Path) -> Story:
    """Two weeks of nights (one of seven runs would be too few for a slope), kept as runs are."""
    history = History(str(file))
    for number in range(14):
        if number == MISSING:
            continue
        begun = run(
            number, digest=f"open:{number}", complete=False, ended_at="", gates={}, values={}
        )
        history.keep(begun)
        if number != KILLED:
            history.keep(night(number), TERMS)
    runs = history.runs("shop")
    return story("shop", runs, history.terms(runs[-1]), NOW)


def test_the_missing_night_the_killed_run_and_the_flaky_gate_are_told(tmp_path: Path) -> None:
    told = weeks(tmp_path / "history.db")
    assert (told.total, told.complete) == (13, 12)
    (gap,) = told.gaps
    assert (gap.since, gap.until) == ("2026-01-18T12:00:00Z", "2026-01-20T12:00:00Z")
    (killed,) = told.unended
    assert (killed.run, killed.told) == ("r011", "never ended: it was killed, or its machine was")
    (flaky,) = told.flaky
    assert (flaky.gate, flaky.flips, flaky.statuses) == ("load", 2, ("PASS", "FAIL", "PASS"))
    (red,) = told.reds
    assert (red.seconds, told.time_to_green) == (86_400, "median 24 h 0 min over 1 time")
    first = told.trends[0]
    assert (first.id, first.runs) == ("load.p95", 12)
    assert first.slope is not None
    assert 2 < first.slope.per_run < 3
    assert first.breaks_in == 8  # 179.6 by the fitted line, 2.8 a run: 7.3 runs to go


def test_the_text_says_all_of_it(tmp_path: Path) -> None:
    said = text(weeks(tmp_path / "history.db"), "history.db")
    for line in (
        "shop: 13 runs, 12 whole since 2026-01-10T12:00:00Z (history.db)",
        "1 nightly run missing between 2026-01-18T12:00:00Z and 2026-01-20T12:00:00Z",
        "2026-01-21T12:00:00Z r011 never ended: it was killed, or its machine was",
        "load changed twice at aaaaaaaaaaaa where nothing else did: PASS, FAIL, PASS",
        "median 24 h 0 min over 1 time",
        "breaks in about 8 runs",
    ):
        assert line in said


def test_one_week_alone_says_that_it_is_too_short_for_a_slope() -> None:
    told = story("shop", [night(n) for n in range(7)], TERMS, NOON + timedelta(days=6, hours=2))
    assert {one.told for one in told.trends} == {"too few runs for a slope: 7 of 10"}
    assert "too few runs for a slope: 7 of 10" in text(told, "h")
