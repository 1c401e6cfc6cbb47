"""What a run of pytest left: versions, JUnit file, how the session went, and what did not run."""

import msgspec

from gates.core.model import Reason
from gates.core.tool import ParseError, ToolOutput
from gates.tools.formats import junit, pytest_session, scope, strict_json
from gates.tools.formats.junit import Outcome
from gates.tools.formats.pytest_session import Session

MISSING = 97  # exit code of gates/probes/run_pytest.py: pytest or coverage is not installed
NO_TESTS = 5  # exit code of pytest
INTERRUPTED = 2  # exit code of pytest; with errors in the JUnit file: it could not collect them


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What RUNNER found in the target environment; None: it is missing there."""

    pytest: str | None
    coverage: str | None


def versions(ran: ToolOutput) -> Versions:
    """What ran the tests. Raises ParseError where something is missing in the environment."""
    if ran.exit_code != MISSING and "versions" not in ran.files:
        raise scope.crashed(ran, "pytest")
    found = strict_json.decode_as(ran.files.get("versions"), Versions, what="the versions")
    missing = [name for name, version in msgspec.structs.asdict(found).items() if not version]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        detail = f"{' and '.join(missing)} {verb} not installed in the target environment: "
        raise ParseError(Reason.ENVIRONMENT_FAILED, f"{detail}add to code.requirements")
    return found


def results(ran: ToolOutput) -> junit.Results:
    """The finished JUnit file, or why there is none."""
    finished = ran.exit_code in (0, 1, INTERRUPTED, NO_TESTS)
    if not finished:
        raise scope.crashed(ran, "pytest")
    if "junit" not in ran.files and ran.exit_code in (0, 1):
        detail = f"pytest ended early: exit code {ran.exit_code}, but no finished JUnit file"
        raise ParseError(Reason.NO_RESULT, detail)
    if "junit" not in ran.files:
        raise scope.crashed(ran, "pytest")
    results = junit.read(ran.files["junit"], what="pytest's JUnit file")
    bad = any(test.outcome in (Outcome.FAILED, Outcome.ERROR) for test in results.tests)
    if ran.exit_code == INTERRUPTED and not bad:
        raise scope.crashed(ran, "pytest")
    if ran.exit_code == 0:
        scope.expect_agreement(ran, bad, "pytest")
    return results


def counts(tests: tuple[junit.Test, ...], prefix: str) -> dict[str, int]:
    """Tests that failed, that ran, and that were skipped, by `PREFIX.WORD`."""
    ends = [test.outcome for test in tests]
    skipped = ends.count(Outcome.SKIPPED)
    return {
        f"{prefix}.failed": ends.count(Outcome.FAILED) + ends.count(Outcome.ERROR),
        f"{prefix}.run": len(ends) - skipped,
        f"{prefix}.skipped": skipped,
    }


def session(ran: ToolOutput) -> Session:
    """What the session saw of itself; without it, or with another exit code, it ended early."""
    if "session" not in ran.files:
        detail = f"pytest ended early: exit code {ran.exit_code}, before it could say how it went"
        raise ParseError(Reason.NO_RESULT, detail)
    session = pytest_session.read(ran.files["session"])
    if session.exit_code != ran.exit_code:
        said = f"pytest ended with {session.exit_code}, its process with {ran.exit_code}"
        raise ParseError(Reason.NO_RESULT, f"pytest ended early: {said}")
    return session


def incomplete(ran: ToolOutput, session: Session, failed: int) -> tuple[str, ...]:
    """What of the suite did not run although it was there."""
    said = scope.last_line(ran.stdout)
    if ran.exit_code == INTERRUPTED:
        return (f"pytest could not collect all tests: {said}",)
    gaps = pytest_session.gaps(session)
    if ran.exit_code == 1 and not failed and not gaps:
        return (f"pytest ended with 1 although no test failed: {said}",)
    return gaps
