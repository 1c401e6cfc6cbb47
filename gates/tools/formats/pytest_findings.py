"""Findings about a target's tests: those that failed, and those that passed at a later attempt.

The context of each is the test's node id, with its parameters: its fingerprint stays when the test
moves inside its file, and a quarantine names it.
"""

from gates.core.model import Finding, Proof, Severity
from gates.tools.formats import proved, pytest_session, scope
from gates.tools.formats.junit import Outcome, Test
from gates.tools.formats.pytest_session import Session


def failures(tests: tuple[Test, ...], session: Session, tree: str) -> tuple[Finding, ...]:
    """One finding for each test that failed or could not run."""
    known = pytest_session.node_ids(session)
    return tuple(
        Finding(
            tool="pytest",
            rule="test-error" if test.outcome is Outcome.ERROR else "test-failed",
            severity=Severity.HIGH,
            message=f"{pytest_session.node_id(test, known)}: {test.message}",
            path=scope.relative(test.file, tree) if test.file else "",
            line=test.line,
            context=pytest_session.node_id(test, known),
            metric="tests.failed",
        )
        for test in tests
        if test.outcome in (Outcome.FAILED, Outcome.ERROR)
    )


def proofs(tests: tuple[Test, ...], session: Session) -> tuple[Proof, ...]:
    """Every test by its node id."""
    known = pytest_session.node_ids(session)
    return tuple(proved.test(test, pytest_session.node_id(test, known)) for test in tests)


def flaky(tests: tuple[Test, ...], session: Session) -> tuple[Finding, ...]:
    """Tests that passed after a failed attempt, as the session or the JUnit file has them."""
    known = pytest_session.node_ids(session)
    named = {pytest_session.node_id(test, known): test for test in tests}
    written = {name: test.attempts for name, test in named.items() if test.flaky}
    told = {name: ends for name, ends in session.attempts.items() if pytest_session.flaky(ends)}
    return tuple(
        Finding(
            tool="pytest",
            rule="test-flaky",
            severity=Severity.MEDIUM,
            message=f"{name}: {len(ends)} attempts: {', '.join(ends)}",
            path=named[name].file if name in named else name.partition("::")[0],
            line=named[name].line if name in named else 0,
            context=name,
            metric="tests.flaky",
            label="FLAKY",
        )
        for name, ends in sorted({**written, **told}.items())
    )
