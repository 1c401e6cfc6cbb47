"""Severities of OSV records: CVSS 3 vectors with the scores that FIRST and NVD publish."""

from typing import Any

import pytest

from gates.core import severity
from gates.core.model import Severity


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
        ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N", 4.7),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O", 9.8),
    ],
)
def test_base_scores(vector: str, score: float) -> None:
    assert severity.cvss3_score(vector) == score


@pytest.mark.parametrize(
    "vector",
    ["", "AV:N/AC:L", "CVSS:4.0/AV:N/AC:L", "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U"],
)
def test_what_is_no_cvss_3_vector_has_no_score(vector: str) -> None:
    assert severity.cvss3_score(vector) is None


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (0.0, "info"), (0.1, "low"), (3.9, "low"), (4.0, "medium"), (6.9, "medium"),
        (7.0, "high"), (8.9, "high"), (9.0, "critical"), (10.0, "critical"),
    ],
)  # fmt: skip
def test_bands_at_both_sides(score: float, word: str) -> None:
    assert severity.band(score) is Severity(word)


HIGH = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, None),
        ({"severity": None, "affected": "none", "database_specific": []}, None),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM),
        ({"database_specific": {"severity": "BANANA"}}, None),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}]}, None),
        ({"severity": [HIGH]}, Severity.HIGH),
        ({"severity": [HIGH], "database_specific": {"severity": "LOW"}}, Severity.HIGH),
        ({"affected": [{"severity": [HIGH]}]}, Severity.HIGH),
        ({"affected": [{"ecosystem_specific": {"severity": "Critical"}}]}, Severity.CRITICAL),
    ],
)
def test_the_worst_word_of_a_record_counts(record: Any, expected: Severity | None) -> None:
    assert severity.of_record(record) is expected
