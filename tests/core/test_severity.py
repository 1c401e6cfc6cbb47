"""Severities of advisories: words of databases, and the bands of CVSS at both sides."""

import pytest

from gates.core import severity
from gates.core.model import Severity


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (0.0, "info"), (0.1, "low"), (3.9, "low"), (4.0, "medium"), (6.9, "medium"),
        (7.0, "high"), (8.9, "high"), (9.0, "critical"), (10.0, "critical"),
    ],
)  # fmt: skip
def test_bands_at_both_sides(score: float, word: str) -> None:
    assert severity.band(score) is Severity(word)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("MODERATE", Severity.MEDIUM), (" Critical ", Severity.CRITICAL), ("low", Severity.LOW),
        ("important", Severity.HIGH), ("BANANA", None), ("", None), (None, None), (3, None),
    ],
)  # fmt: skip
def test_words_of_databases(word: object, expected: Severity | None) -> None:
    assert severity.of_word(word) is expected


def test_the_worst_of_some_and_of_none() -> None:
    found = (Severity.LOW, Severity.CRITICAL, Severity.MEDIUM)
    assert severity.worst(found) is Severity.CRITICAL
    assert severity.worst(()) is None


def test_b15_what_nobody_rated_is_the_worst() -> None:
    assert severity.UNKNOWN is Severity.CRITICAL
