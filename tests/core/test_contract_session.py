"""When what authenticates a run is no longer believed, and when that is only how it looks."""

import pytest

from gates.core.contract_session import Watch

A, B, LOGIN = "GET /a", "GET /b", "POST /refresh"


def after(*seen: tuple[str, int, int]) -> str:
    """The verdict after (label, status, how often)."""
    watch = Watch()
    for label, status, times in seen:
        for _ in range(times):
            watch.saw(label, status)
    return watch.verdict()[0]


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ((), ""),
        (((A, 200, 3), (B, 200, 3)), ""),
        (((A, 401, 1), (B, 401, 1)), "refused"),
        (((A, 401, 9), (B, 403, 1)), ""),
        (((A, 200, 1), (B, 200, 1), (A, 401, 5), (B, 401, 5)), "ended"),
        (((A, 200, 1), (B, 200, 1), (A, 401, 5), (B, 401, 4)), ""),  # too few to say
        (((A, 200, 1), (B, 401, 30)), ""),  # an operation of its own opinion
        (((A, 200, 1), (LOGIN, 422, 1), (LOGIN, 401, 30), (A, 200, 1)), ""),
        (((A, 200, 1), (A, 401, 1), (LOGIN, 401, 30)), ""),
        (((A, 200, 1), (A, 401, 2), (LOGIN, 401, 8)), "ended"),
        (((A, 200, 1), (A, 401, 10)), "ended"),  # the only protected operation
        (((A, 200, 1), (B, 200, 1), (A, 401, 5), (B, 404, 1), (A, 401, 9)), ""),
        (((A, 200, 1), (B, 200, 1), (A, 401, 5), (B, 422, 9), (B, 401, 5)), "ended"),
    ],
)
def test_the_end_of_a_session(seen: tuple[tuple[str, int, int], ...], verdict: str) -> None:
    assert after(*seen) == verdict
