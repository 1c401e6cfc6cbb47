"""Shares and outages from probes, by tables."""

import pytest

from gates.probes import _prober
from gates.probes._prober import LEAST, Probe


def probes(spelt: str, label: str = "GET /health", every: float = 0.1) -> tuple[Probe, ...]:
    """A probe for each letter: `.` is fine, anything else failed."""
    return tuple(
        Probe(at=i * every, label=label, fine=letter == ".", words="status 503")
        for i, letter in enumerate(spelt)
    )


@pytest.mark.parametrize(
    ("spelt", "seconds"),
    [
        ("", 0.0),
        (".....", 0.0),
        ("..x..", 0.1),
        (".xxx.", 0.3),
        ("xx.x.", 0.2),
        ("x.xxx.", 0.3),
        ("...xx", 0.1),  # still out at the last probe
        ("xxxxx", 0.4),
    ],
)
def test_an_outage_lasts_until_the_next_good_answer(spelt: str, seconds: float) -> None:
    assert _prober.longest_s(probes(spelt)) == pytest.approx(seconds)


def test_outages_are_of_one_question_each() -> None:
    """Health goes on while reads fail: neither hides nor lengthens the other's outage."""
    both = (*probes("x.x.x.x."), *probes(".xxx....", "GET /things"))
    assert _prober.longest_s(both) == pytest.approx(0.3)


def test_the_share_says_what_it_is_made_of() -> None:
    found = _prober.share(probes("." * 990 + "x" * 10))
    assert found.value == pytest.approx(99.0)
    assert found.samples == 1000
    assert "10 of 1000 probes failed" in found.detail and "0.9 s" in found.detail


@pytest.mark.parametrize(("count", "least"), [(100, "97.05 %"), (2995, "99.90 %")])
def test_no_failure_shows_no_more_than_so_many_probes_can(count: int, least: str) -> None:
    """0.97049 to the 100th power is 0.05."""
    found = _prober.share(probes("." * count))
    assert found.value == 100.0
    assert least in found.detail


@pytest.mark.parametrize("count", [0, LEAST - 1, LEAST])
def test_too_few_probes_are_no_share_p12(count: int) -> None:
    found = _prober.share(probes("." * count))
    assert (found.value is None) == (count < LEAST)
    assert found.value is not None or f"{count} probes" in found.why


def test_a_finding_for_each_question_that_failed() -> None:
    both = (*probes("." * 20), *probes("..xx....", "GET /things"))
    (found,) = _prober.findings(both, "availability")
    assert found.rule == "availability.outage"
    assert found.context == "GET /things"
    assert "2 of 8 probes" in found.message and "status 503" in found.message
    assert found.metric == ""  # an excused finding is not taken from a share


def test_the_curve_is_by_second_of_the_window() -> None:
    curve = _prober.curve(probes("." * 10 + "x" * 5 + "." * 5, every=0.1), 0.0)
    assert curve.points == ((0.5, 100.0), (1.5, 50.0))
