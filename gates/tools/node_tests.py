"""The target's own tests and the coverage of its own code, by its Vitest, its Jest or its command.

The proof of a clean end is the finished report: an exit code of 0 without it means that something
ended the process early. The control's files need the Node environment of the target under
judgement.
"""

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import (
    coverage_json,
    covered,
    jest_json,
    junit,
    lcov,
    node,
    node_suite,
    places,
    planted,
    proved,
    scope,
    vitest_session,
)
from gates.tools.formats.junit import Outcome
from gates.tools.formats.node_suite import Runner

DISTRIBUTION = "vitest"
LANGUAGE = "node"
METRICS = {
    "tests.failed": Metric("Failed tests and errors"),
    "tests.run": Metric("Tests run, without the skipped ones"),
    "tests.skipped": Metric("Tests skipped"),
    "tests.flaky": Metric("Tests that failed first and passed when run again"),
    "coverage.percent": Metric("Line coverage of the target's own code", "%", Combine.LOW),
    "coverage.branches_percent": Metric(
        "Branch coverage of the target's own code", "%", Combine.LOW
    ),
}
NO_TESTS = (b"No test files found", b"No tests found")  # Vitest; Jest
BAD = (Outcome.FAILED, Outcome.ERROR)


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The tests under coverage. Raises ParseError: no tests, or a package is missing."""
    if target.node is None:
        return ()
    for place in target.node.tests:
        if not node.own(options.files, (place,), ("",)):
            detail = f'node.tests: "{place}" holds no file that git sees'
            raise ParseError(Reason.NOTHING_EXAMINED, detail)
    return (node_suite.invocation(target.node, options),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the tests, then the coverage. Raises ParseError."""
    scope.expect_outputs(outputs, 1, "the tests")
    (ran,) = outputs
    surroundings = node.read(ran)
    tests, stray = _tests(ran, surroundings)
    if not tests:
        raise ParseError(Reason.NOTHING_EXAMINED, "no test was found below node.tests")
    failed = [test for test in tests if test.outcome in BAD]
    if ran.exit_code == 0:
        scope.expect_agreement(ran, len(failed), "the tests")
    skipped = sum(test.outcome is Outcome.SKIPPED for test in tests)
    flaky = [test for test in tests if test.flaky]
    coverage = _coverage(ran, surroundings)
    counts = {
        "tests.failed": len(failed),
        "tests.run": len(tests) - skipped,
        "tests.skipped": skipped,
        "tests.flaky": len(flaky),
    }
    return ToolReport(
        tool="node_tests",
        examined=counts["tests.run"],
        examined_unit="tests",
        measurements={
            **{name: Measurement(value=count) for name, count in counts.items()},
            **coverage_json.shares(coverage),
        },
        findings=(
            *map(_failure, failed),
            *map(_flaky, flaky),
            *coverage_json.uncovered(coverage, "node_tests"),
        ),
        proofs=tuple(proved.test(test, _name(test)) for test in tests),
        incomplete=_incomplete(ran, stray, len(failed)),
        version=node.told(surroundings.versions),
    )


def _tests(
    ran: ToolOutput, surroundings: node.Surroundings
) -> tuple[tuple[junit.Test, ...], tuple[str, ...]]:
    """The tests, and errors outside of any. Raises ParseError."""
    _expect_end(ran, "jest" if Runner.JEST in surroundings.versions else "junit")
    if Runner.JEST in surroundings.versions:
        return jest_json.read(ran.files["jest"], surroundings.tree), ()
    results = junit.read(ran.files["junit"], what="the JUnit file of the tests")
    if Runner.VITEST not in surroundings.versions:
        return results.tests, ()
    session = vitest_session.read(ran.files.get("session"))
    return vitest_session.completed(results.tests, session, surroundings), session.errors


def _expect_end(ran: ToolOutput, report: str) -> None:
    """Refuse a run without its report: what exit code it had proves nothing."""
    if report in ran.files:
        if ran.exit_code not in (0, 1):
            raise scope.crashed(ran, "the test runner")
        return
    if any(word in ran.stdout + ran.stderr for word in NO_TESTS):
        raise ParseError(Reason.NOTHING_EXAMINED, "no test was found below node.tests")
    if ran.exit_code == 0:
        detail = "the tests ended early: exit code 0, but no finished report"
        raise ParseError(Reason.NO_RESULT, detail)
    raise scope.crashed(ran, "the test runner")


def _incomplete(ran: ToolOutput, stray: tuple[str, ...], failed: int) -> tuple[str, ...]:
    errors = tuple(f"an error outside of any test: {text}" for text in stray)
    if ran.exit_code == 0 or failed or errors:
        return errors
    said = scope.last_line(ran.stderr) or scope.last_line(ran.stdout)
    return (f"the test runner ended with {ran.exit_code} although no test failed: {said}",)


def _coverage(ran: ToolOutput, surroundings: node.Surroundings) -> coverage_json.Coverage | str:
    """The coverage, or the sentence why there is none."""
    if "lcov" not in ran.files:
        return "the test runner wrote no coverage"
    own = frozenset(surroundings.files)
    report = lcov.read(ran.files["lcov"], what="the coverage report")
    prefix = scope.relative(surroundings.package, surroundings.tree)
    tree = places.Tree(
        roots=(surroundings.tree,),
        files=own,
        prefix="" if prefix in (".", surroundings.tree) else prefix,
    )
    found = covered.own((report,), own, tree)
    if own and not found.files:
        return "no expected file covered: the report names no file below node.paths"
    return _counted(found)


def _counted(found: covered.Own) -> coverage_json.Coverage:
    missing = {
        path: tuple(sorted(line for line, ran in lines.hits.items() if not ran))
        for path, lines in found.files.items()
    }
    worst = sorted(missing, key=lambda path: (-len(missing[path]), path))
    hits = [ran for lines in found.files.values() for ran in lines.hits.values()]
    branches = [pair for lines in found.files.values() for pair in lines.branches.values()]
    return coverage_json.Coverage(
        files=len(found.files),
        statements=len(hits),
        covered=sum(hits),
        branches=sum(there for _, there in branches),
        covered_branches=sum(taken for taken, _ in branches),
        missing={path: missing[path] for path in worst if missing[path]},
    )


def _name(test: junit.Test) -> str:
    return f"{test.file or test.classname}::{test.name}".strip(":")


def _failure(test: junit.Test) -> Finding:
    broken = test.outcome is Outcome.ERROR or test.name == test.classname
    return Finding(
        tool="node_tests",
        rule="test-error" if broken else "test-failed",
        severity=Severity.HIGH,
        message=f"{_name(test)}: {test.message}",
        path=test.file,
        line=test.line,
        context=_name(test),
        metric="tests.failed",
    )


def _flaky(test: junit.Test) -> Finding:
    return Finding(
        tool="node_tests",
        rule="test-flaky",
        severity=Severity.MEDIUM,
        message=f"{_name(test)}: {len(test.attempts)} attempts: {', '.join(test.attempts)}",
        path=test.file,
        line=test.line,
        context=_name(test),
        metric="tests.flaky",
        label="FLAKY",
    )


def control() -> Control:
    """A test that fails."""
    return planted.control("node_tests")
