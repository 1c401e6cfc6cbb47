"""Severities of OSV records: CVSS vectors with the scores that FIRST and NVD publish."""

from typing import Any

import pytest

from gates.core.model import Severity
from gates.shell import osv_rating


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
        ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N", 4.7),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O", 9.8),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", 8.7),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5),
    ],
)
def test_scores(vector: str, score: float) -> None:
    assert osv_rating.score(vector) == score


@pytest.mark.parametrize(
    "vector",
    ["", "AV:N/AC:L", "CVSS:4.0/AV:N/AC:L", "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U",
     "CVSS:5.0/AV:N", "7.5", "CVSS:4.0"],
)  # fmt: skip
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert osv_rating.score(vector) is None


HIGH = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
CRITICAL = {"type": "CVSS_V4", "score": V4}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, None),
        ({"severity": None, "affected": "none", "database_specific": []}, None),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM),
        ({"database_specific": {"severity": "BANANA"}}, None),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}]}, None),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}],
          "database_specific": {"severity": "LOW"}}, Severity.LOW),
        ({"severity": [HIGH]}, Severity.HIGH),
        ({"severity": [CRITICAL]}, Severity.CRITICAL),
        ({"severity": [HIGH, CRITICAL]}, Severity.CRITICAL),
        ({"severity": [HIGH], "database_specific": {"severity": "LOW"}}, Severity.HIGH),
        ({"severity": [HIGH], "database_specific": {"severity": "CRITICAL"}}, Severity.HIGH),
        ({"affected": [{"severity": [HIGH]}]}, Severity.HIGH),
        ({"affected": [{"ecosystem_specific": {"severity": "Critical"}}]}, Severity.CRITICAL),
        ({"id": "MAL-2026-1"}, Severity.CRITICAL),
    ],
)  # fmt: skip
def test_a_vector_counts_before_a_word_and_the_worst_of_each(
    record: Any, expected: Severity | None
) -> None:
    assert osv_rating.rated(record) is expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({}, False),
        ({"database_specific": {"known_exploited": True}}, True),
        ({"database_specific": {"known_exploited": False}}, False),
        ({"database_specific": {"kev": {"date_added": "2026-01-01"}}}, True),
        ({"affected": [{"database_specific": {"cisa_kev": "yes"}}]}, True),
        ({"database_specific": "known_exploited"}, False),
    ],
)
def test_what_a_record_says_of_exploits(record: Any, expected: bool) -> None:
    assert osv_rating.exploited(record) is expected
