"""Risks on a day: how grave each is, and what is left undone, at both sides of each bound."""

import datetime

import pytest

from gates.core.risks import Level, Risk, RiskStatus, is_high, judged, level

TODAY = datetime.date(2024, 6, 10)


def risk(**keys: object) -> Risk:
    given = {"impact": 3, "probability": 3, "opened": "2024-06-10", **keys}
    return Risk(id="R-1", description="d", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("impact", "probability", "expected"),
    [
        (1, 1, Level.LOW),
        (2, 2, Level.LOW),
        (1, 5, Level.MEDIUM),
        (3, 3, Level.MEDIUM),
        (2, 5, Level.MEDIUM),
        (3, 4, Level.HIGH),
        (5, 5, Level.HIGH),
    ],
)
def test_impact_times_probability_grades_a_risk(
    impact: int, probability: int, expected: Level
) -> None:
    assert level(risk(impact=impact, probability=probability)) is expected


def test_the_policy_says_from_where_a_risk_is_grave() -> None:
    assert level(risk(impact=3, probability=3), 9) is Level.HIGH
    assert level(risk(impact=3, probability=3), 10) is Level.MEDIUM
    assert level(risk(impact=1, probability=1), 1) is Level.HIGH


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ("", Level.HIGH),
        ("low", Level.HIGH),
        ("high", Level.HIGH),
        ("critical", Level.CRITICAL),
    ],
)
def test_a_priority_raises_and_never_lowers(priority: str, expected: Level) -> None:
    graded = level(risk(impact=4, probability=4, priority=priority))
    assert graded is expected
    assert is_high(graded)


@pytest.mark.parametrize(
    ("keys", "reasons"),
    [
        ({}, 0),
        ({"opened": "2024-06-08"}, 0),
        ({"opened": "2024-06-07"}, 1),
        ({"opened": "2024-06-07", "mitigation": "m"}, 0),
        ({"opened": "2024-06-07", "mitigation": " "}, 1),
        ({"opened": "2024-06-07", "owner": "o"}, 1),
        ({"impact": 5, "probability": 5}, 2),
        ({"impact": 5, "probability": 5, "owner": "o"}, 1),
        ({"impact": 5, "probability": 5, "mitigation": "m"}, 1),
        ({"impact": 5, "probability": 5, "mitigation": "m", "owner": " "}, 1),
        ({"impact": 5, "probability": 5, "mitigation": "m", "owner": "o"}, 0),
        ({"priority": "high"}, 2),
    ],
)
def test_an_open_risk_lacks_what_it_needs(keys: dict[str, object], reasons: int) -> None:
    """A grave one at once, any other after 48 hours."""
    assert len(judged(risk(**keys), TODAY).unmitigated) == reasons


@pytest.mark.parametrize("status", [one for one in RiskStatus if one is not RiskStatus.OPEN])
def test_a_risk_that_is_not_open_lacks_nothing(status: RiskStatus) -> None:
    found = judged(risk(impact=5, probability=5, opened="2020-01-01", status=status), TODAY)
    assert found.unmitigated == ()
    assert not found.is_open


@pytest.mark.parametrize(
    ("due", "status", "late"),
    [
        ("", RiskStatus.OPEN, False),
        ("2024-06-10", RiskStatus.OPEN, False),
        ("2024-06-09", RiskStatus.OPEN, True),
        ("2024-06-09", RiskStatus.ACCEPTED, True),
        ("2024-06-09", RiskStatus.MITIGATED, False),
        ("2024-06-09", RiskStatus.CLOSED, False),
    ],
)
def test_a_risk_is_overdue_after_its_day(due: str, status: RiskStatus, late: bool) -> None:
    assert judged(risk(due=due, status=status), TODAY).overdue is late
