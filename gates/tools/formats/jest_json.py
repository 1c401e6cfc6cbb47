"""Jest's own JSON report (`--json`, Jest 27 to 30) as tests with their attempts."""

from enum import StrEnum

import msgspec

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import junit, scope, strict_json
from gates.tools.formats.junit import Outcome
from gates.tools.formats.strict_json import Count, Line


class Status(StrEnum):
    """What Jest says of a test or of a file of tests."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    TODO = "todo"
    SKIPPED = "skipped"
    DISABLED = "disabled"
    FOCUSED = "focused"


class Location(msgspec.Struct, frozen=True):
    """Where a test begins."""

    line: Line


class Assertion(msgspec.Struct, frozen=True, rename="camel"):
    """One test; `invocations` counts its attempts, None in old versions."""

    full_name: str
    status: Status
    failure_messages: tuple[str, ...] | None = ()
    location: Location | None = None
    invocations: Count | None = None


class File(msgspec.Struct, frozen=True, rename="camel"):
    """One file of tests; `message` says why it could not run."""

    name: str
    status: Status
    assertion_results: tuple[Assertion, ...]
    message: str = ""


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """The document."""

    num_failed_tests: Count
    num_passed_tests: Count
    num_total_tests: Count
    success: bool
    test_results: tuple[File, ...]
    was_interrupted: bool = False


def read(data: bytes | None, tree: str) -> tuple[junit.Test, ...]:
    """The tests of a report, with paths relative to the tree. Raises ParseError."""
    what = "Jest's report"
    report = strict_json.decode_as(data, Report, what=what)
    if report.was_interrupted:
        raise ParseError(Reason.NO_RESULT, "Jest was interrupted before its end")
    found = [test for file in report.test_results for test in file.assertion_results]
    for status, promised in (
        (Status.FAILED, report.num_failed_tests),
        (Status.PASSED, report.num_passed_tests),
    ):
        listed = sum(test.status is status for test in found)
        if listed != promised:
            word = f"count mismatch: {promised} {status} tests promised, {listed} listed"
            raise ParseError(Reason.UNREADABLE_RESULT, f"{word} ({what})")
    return tuple(test for file in report.test_results for test in _tests(file, tree))


def _tests(file: File, tree: str) -> tuple[junit.Test, ...]:
    path = scope.relative(file.name, tree)
    tests = tuple(_test(one, path) for one in file.assertion_results)
    if file.status is Status.FAILED and not any(t.outcome is Outcome.FAILED for t in tests):
        return (*tests, _broken(file, path))
    return tests


def _broken(file: File, path: str) -> junit.Test:
    """A file that failed as a whole: it could not be loaded."""
    return junit.Test(
        name=path,
        classname=path,
        attempts=(Outcome.ERROR,),
        message=_first_line(file.message),
        file=path,
    )


def _test(one: Assertion, path: str) -> junit.Test:
    match one.status:
        case Status.PASSED:
            end = Outcome.PASSED
        case Status.FAILED:
            end = Outcome.FAILED
        case Status.PENDING | Status.TODO | Status.SKIPPED | Status.DISABLED | Status.FOCUSED:
            end = Outcome.SKIPPED
    failed = (Outcome.FAILED,) * max(0, (one.invocations or 1) - 1)
    return junit.Test(
        name=one.full_name,
        classname=path,
        attempts=(*failed, end),
        message=_first_line("\n".join(one.failure_messages or ())),
        file=path,
        line=one.location.line if one.location else 0,
    )


def _first_line(text: str) -> str:
    """The first line that says something; Jest marks the heading of a broken file with a dot."""
    lines = [line.strip(" ●\t") for line in text.splitlines()]
    said = [line for line in lines if line and line != "Test suite failed to run"]
    return said[0][:500] if said else ""
