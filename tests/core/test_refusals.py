"""What the answers to false credentials mean beside the answer to the true ones."""

import pytest

from gates.core.model import Status
from gates.core.refusals import Got, ruled

PASS, FAIL, UNKNOWN = Status.PASS, Status.FAIL, Status.NO_DATA


def got(*statuses: int) -> list[Got]:
    names = ("auth.anonymous", "auth.tampered", "auth.expired")
    return [
        Got(rule=name, name=name, status=status)
        for name, status in zip(names, statuses, strict=False)
    ]


@pytest.mark.parametrize(
    ("control", "statuses", "state"),
    [
        (200, (401, 401, 401), PASS),
        (404, (401, 401), PASS),  # it asks who, before it looks for what
        (422, (401, 401), PASS),
        (403, (401, 401), PASS),  # known, and not allowed
        (500, (401, 401), PASS),
        (200, (200,), FAIL),
        (200, (401, 200), FAIL),
        (200, (403, 401), FAIL),  # 403 is not 401
        (200, (302, 401), FAIL),
        (200, (500, 401), FAIL),
        (200, (422, 401), FAIL),
        (404, (403, 403), FAIL),
        (200, (404, 401), PASS),  # masked
        (404, (404, 404), UNKNOWN),
        (404, (401, 404), FAIL),  # believed: it looked for the object
        (409, (401, 409), FAIL),
        (422, (401, 422), UNKNOWN),  # may be what it says of the token
        (403, (401, 403), UNKNOWN),
        (404, (422, 422), UNKNOWN),
        (422, (422, 401), UNKNOWN),
        (403, (403, 403), UNKNOWN),
        (500, (500, 500), UNKNOWN),
        (401, (401, 401), UNKNOWN),  # refuses everybody
        (401, (200,), FAIL),  # and yet lets everybody in
        (429, (401, 401), UNKNOWN),
        (200, (401, 429), UNKNOWN),
        (200, (), UNKNOWN),
    ],
)
def test_states(control: int, statuses: tuple[int, ...], state: Status) -> None:
    assert ruled(control, got(*statuses)).state is state


def test_what_is_not_demanded_is_a_remark() -> None:
    answers = [*got(401), Got(rule="auth.other-issuer", name="x", status=200, required=False)]
    found = ruled(200, answers)
    assert (found.state, found.breaches) == (PASS, ())
    assert [one.rule for one in found.remarks] == ["auth.other-issuer"]


def test_the_policy_may_call_403_a_refusal() -> None:
    assert ruled(200, got(403, 401), frozenset({401, 403})).state is PASS


def test_a_breach_says_whether_anybody_was_let_in() -> None:
    found = ruled(200, got(403, 200))
    assert [(one.status, one.open) for one in found.breaches] == [(403, False), (200, True)]


def test_one_cause_is_one_breach() -> None:
    spelled = [Got(rule="auth.alg-none", name=name, status=404) for name in ("none", "None")]
    found = ruled(404, [*got(401), *spelled])
    assert [(one.rule, one.name) for one in found.breaches] == [("auth.alg-none", "none")]
    assert len(ruled(200, got(403, 403, 403)).breaches) == 1
