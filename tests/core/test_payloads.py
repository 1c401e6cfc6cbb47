"""Texts of attack do no harm, and answers are compared without what is ours."""

import json
import re

import pytest

from gates.core import payloads

EVERYTHING = (
    *payloads.TRAVERSALS,
    *payloads.DELAYING.values(),
    *(payloads.joined("value", one.true) for one in payloads.JOINTS),
    *payloads.templates(payloads.FACTORS[0]),
    payloads.widened(7, true=True),
    payloads.sorted_by("title", true=True),
    payloads.splitting(),
)


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_text_writes(text: str) -> None:
    forbidden = r"\b(drop|delete|update|insert|alter|truncate|create|exec|rm|mv|dd|tee|curl)\b|>"
    found = re.findall(forbidden, text.replace("%>", ""), re.IGNORECASE)
    assert found == []


def test_a_value_in_two_parts() -> None:
    assert payloads.joined("emma", "'||'") == "em'||'ma"
    assert payloads.joined("7", "'||'") == "7'||'"


def test_a_product_is_nowhere_in_its_text() -> None:
    for factors in payloads.FACTORS:
        for text in payloads.templates(factors):
            assert payloads.product(factors) not in text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('{"q": "SENT", "n": 1}', True),
        ('{"q": "other", "n": 1}', False),
        ('{"q": "SENT", "n": 2}', False),
    ],
)
def test_what_an_answer_repeats_is_left_out(text: str, same: bool) -> None:
    one = payloads.view(200, {"q": "a'b<c", "n": 1}, "", "a'b<c")
    spelled = text.replace("SENT", "x'&y")
    assert (payloads.view(200, json.loads(spelled), spelled, "x'&y") == one) is same


def test_a_page_that_repeats_it_escaped() -> None:
    first = payloads.view(200, None, "<p>No &lt;abc&gt;</p>", "<abc>")
    second = payloads.view(200, None, "<p>No x&#x27;yz</p>", "x'yz")
    assert first == second


def test_times_are_left_out() -> None:
    first = payloads.view(200, {"at": "2026-01-01T00:00:00Z", "n": 1}, "", "")
    assert first == payloads.view(200, {"at": "2027-01-01T00:00:00Z", "n": 1}, "", "")


@pytest.mark.parametrize(
    ("seconds", "slow"),
    [(0.1, False), (0.72, False), (0.83, True), (1.9, True), (1.95, False), (9.0, False)],
)
def test_a_delay_of_its_size(seconds: float, slow: bool) -> None:
    """0.8 s over the usual 0.1 s: from 0.82 s to 1.9 s."""
    assert payloads.is_slow(seconds, 0.8, 0.1) is slow


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('near "b": syntax error', True),
        ("You have an error in your SQL syntax; check", True),
        ("psycopg2.errors.SyntaxError", True),
        ("ORA-00933: SQL command not properly ended", True),
        ("the name must not have a quote", False),
        ("syntax error in your query", False),
    ],
)
def test_errors_of_databases(text: str, expected: bool) -> None:
    assert (payloads.DATABASE_ERRORS.search(text) is not None) is expected
