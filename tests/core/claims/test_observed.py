"""What a log says, beside what the gates of the run found."""

import pytest

from gates.core.claims.log import numbered, read
from gates.core.claims.observed import Observed, compared, observed
from gates.core.model import GateReport, GateStatus, Measurement, ToolReport
from tests.core.claims.oracles_made import oracles

REPORTS = (
    oracles({"order-takes-stock": "An order takes copies"}, ("register-login-profile",)),
    GateReport(
        gate="tests",
        reports=(
            ToolReport(
                tool="pytest",
                examined=9,
                examined_unit="tests",
                measurements={
                    "tests.failed": Measurement(value=2),
                    "integration.failed": Measurement(value=0),
                    "coverage.percent": Measurement(value=87.2),
                    "auth.access_minutes": Measurement(value=15),
                    "auth.refresh_days": Measurement(value=None, why="opaque"),
                    "throttle.login_attempts": Measurement(value=6),
                },
            ),
        ),
    ),
)
SEEN = observed(
    REPORTS, {"tests": GateStatus.FAIL, "rate-limit": GateStatus.PASS, "smoke": GateStatus.ERROR}
)


def beside(text):
    found = compared(read(numbered(text), "log.md"), "log.md", SEEN).beside
    return [(one.line, one.holds) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order-takes-stock works", [(1, False)]),
        ("The orders endpoint is working now.", [(1, False)]),
        ("- An order takes copies: done", [(1, False)]),
        ("login endpoint working", [(1, True)]),
        ("order-takes-stock does not work yet", []),
        ("order-takes-stock should work", []),
        ("we hope that ordering many books from the shelf works", []),
        ("all tests pass", [(1, False)]),
        ("integration tests are green", [(1, True)]),
        ("All 42 unit tests pass in CI", [(1, False)]),
        ("the whole test suite is green", [(1, False)]),
        ("the tests of the login pass", []),
        ("12 tests pass", []),
        ("12 of 14 tests pass", []),
        ("all tests pass except two", []),
        ("test helpers are implemented", []),
        ("tests are done", []),
        ("order-takes-stock is implemented with a lock", [(1, False)]),
        ("login works with it", [(1, True)]),
        ("the gate smoke passes", []),
        ("goal: 95 % coverage", []),
        ("raise coverage to 95 %", []),
        ("coverage is 95 %", [(1, False)]),
        ("the gate rate-limit passes", [(1, True)]),
        ("gate `tests` is green, and so on", [(1, False), (1, False)]),
        ("coverage 95 %", [(1, False)]),
        ("87 % coverage", [(1, True)]),
        ("words\nall oracles hold", [(2, False)]),
        ("#PATH_DECISION: tokens\n  Lifetime: 15 min", [(2, True)]),
        ("#PATH_DECISION: tokens\n  Lifetime: 1 h", [(2, False)]),
        ("#PATH_DECISION: login\n  Limit: 5 per 300 s", [(2, True)]),
        ("#PATH_DECISION: login\n  Limit: 10 per 300 s", [(2, False)]),
        ("#PATH_DECISION: tests\n  Coverage: 99 %", [(2, False)]),
        ("#COMPLETION_DRIVE: x\n  Description: order-takes-stock works", [(2, False)]),
    ],
)
def test_a_statement_is_set_beside_what_was_found(text, expected):
    assert beside(text) == expected


def test_both_sides_are_told():
    log = read(numbered("order-takes-stock works"), "log.md")
    (one,) = compared(log, "log.md", SEEN).beside
    assert one.claimed == "order-takes-stock works"
    assert "oracle fails" in one.observed
    assert "500" in one.observed


@pytest.mark.parametrize("text", ["Lifetime: 7 d of a refresh token", "Limit: 5 books"])
def test_what_nobody_measured_stays_open(text):
    log = read(numbered(f"#PATH_DECISION: x\n  {text}"), "log.md")
    found = compared(log, "log.md", SEEN)
    assert found.beside == ()
    assert len(found.open_ones) == 1


def test_without_a_run_nothing_is_contradicted():
    log = read(numbered("order-takes-stock works\nall tests pass"), "log.md")
    found = compared(log, "log.md", Observed())
    assert found.beside == ()
    assert found.statements == 2
