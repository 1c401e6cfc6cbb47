"""The target's own tests and the line coverage of its own code, by pytest and coverage.py.

Both run in the target's environment. The proof of a clean end is the finished JUnit file: an exit
code of 0 without it means that something ended the process early.
"""

from pathlib import Path, PurePosixPath

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import coverage_json, junit, scope, strict_json
from gates.tools.formats.junit import Outcome

DISTRIBUTION = "pytest"
METRICS = {
    "tests.failed": Metric("Failed tests and errors"),
    "tests.run": Metric("Tests run, without the skipped ones"),
    "tests.skipped": Metric("Tests skipped"),
    "coverage.percent": Metric("Line coverage of the target's own code", "%"),
    "coverage.branches_percent": Metric("Branch coverage of the target's own code", "%"),
}
RUNNER = Path(__file__).parents[1] / "probes" / "run_pytest.py"
MISSING = 97  # exit code of RUNNER: the target environment lacks pytest or coverage
NO_TESTS = 5  # exit code of pytest
INTERRUPTED = 2  # exit code of pytest; with errors in the JUnit file: it could not collect them
WORST_FILES = 10


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What RUNNER found in the target environment; None: it is missing there."""

    pytest: str | None
    coverage: str | None


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The tests under coverage, then coverage's report. Raises ParseError: there are no tests."""
    code = target.code
    if code is None:
        return ()
    _expect_files(code, options)
    data = ("--data-file", f"{options.output}/coverage.data")
    settings = ("--rcfile", f"{options.presets}/coverage.ini")
    return (
        Invocation(
            argv=(
                *(options.target_python, str(RUNNER)),
                *("--versions", f"{options.output}/versions.json"),
                *(*data, *settings, "--source", _sources(code, options)),
                *(f"--root={root}" for root in scope.import_roots(code, options.files)),
                *("--", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"),
                f"--junitxml={options.output}/junit.xml",
                f"--rootdir={options.tree}",
                *code.tests,
            ),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            inputs=scope.handed(options, scope.below(options.files, code.paths, (".py",))),
            files={**scope.FILES, "junit": "junit.xml", "versions": "versions.json"},
            exits=(0, 1),
        ),
        Invocation(
            argv=(
                *(options.target_python, "-m", "coverage", "json", *data, *settings),
                *("-o", f"{options.output}/coverage.json"),
            ),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            files={"coverage": "coverage.json"},
        ),
    )


def _expect_files(code: Code, options: Options) -> None:
    """Refuse a folder of tests with nothing in it: pytest would only call it unknown."""
    for place in code.tests:
        if not scope.below(options.files, (place,), ("",)):
            detail = f'code.tests: "{place}" holds no file that git sees'
            raise ParseError(Reason.NOTHING_EXAMINED, detail)


def _sources(code: Code, options: Options) -> str:
    """Folders that coverage.py watches; a single file is watched through its folder."""
    files = frozenset(options.files)
    folders = (str(PurePosixPath(p).parent) if p in files else p for p in code.paths)
    return ",".join(dict.fromkeys(folders))


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the tests, then the coverage. Raises ParseError."""
    scope.expect_outputs(outputs, 2, "pytest")
    ran, measured = outputs
    versions = _versions(ran)
    results = _results(ran)
    handed = scope.read(ran)
    counts = _counts(results.tests)
    coverage = _coverage(measured, handed)
    return ToolReport(
        tool="pytest",
        examined=counts["tests.run"],
        examined_unit="tests",
        measurements={
            **{name: Measurement(value=count) for name, count in counts.items()},
            **_shares(coverage),
        },
        findings=(*_failures(results, handed), *_uncovered(coverage)),
        incomplete=_incomplete(ran, counts["tests.failed"]),
        notes=tuple(f"flaky: {_name(t)} ({_attempts(t)})" for t in results.tests if t.flaky),
        version=f"{versions.pytest}, coverage {versions.coverage}",
    )


def _versions(ran: ToolOutput) -> Versions:
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


def _results(ran: ToolOutput) -> junit.Results:
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


def _counts(tests: tuple[junit.Test, ...]) -> dict[str, int]:
    ends = [test.outcome for test in tests]
    skipped = ends.count(Outcome.SKIPPED)
    return {
        "tests.failed": ends.count(Outcome.FAILED) + ends.count(Outcome.ERROR),
        "tests.run": len(ends) - skipped,
        "tests.skipped": skipped,
    }


def _incomplete(ran: ToolOutput, failed: int) -> tuple[str, ...]:
    said = scope.last_line(ran.stdout)
    if ran.exit_code == INTERRUPTED:
        return (f"pytest could not collect all tests: {said}",)
    if ran.exit_code == 1 and not failed:
        return (f"pytest ended with 1 although no test failed: {said}",)
    return ()


def _coverage(measured: ToolOutput, handed: scope.Scope) -> coverage_json.Coverage | str:
    """The coverage, or the sentence why there is none."""
    if measured.exit_code != 0:
        return scope.crashed(measured, "coverage json").detail
    own = frozenset(handed.files)
    coverage = coverage_json.read(measured.files.get("coverage"), own, what="coverage's report")
    if own and not coverage.files:
        return "no expected file covered: the report names no file below code.paths"
    return coverage


def _shares(coverage: coverage_json.Coverage | str) -> dict[str, Measurement]:
    match coverage:
        case str():
            lines = branches = Measurement(value=None, why=coverage)
        case coverage_json.Coverage():
            lines = _share(coverage.covered, coverage.statements, "statements")
            branches = _share(coverage.covered_branches, coverage.branches, "branches")
    return {"coverage.percent": lines, "coverage.branches_percent": branches}


def _share(covered: int, total: int, unit: str) -> Measurement:
    if not total:
        return Measurement(value=None, why=f"the code has no {unit}")
    return Measurement(value=100.0 * covered / total, detail=f"{covered} of {total} {unit}")


def _failures(results: junit.Results, handed: scope.Scope) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            tool="pytest",
            rule="test-error" if test.outcome is Outcome.ERROR else "test-failed",
            severity=Severity.HIGH,
            message=f"{_name(test)}: {test.message}",
            path=scope.relative(test.file, handed.tree) if test.file else "",
            line=test.line,
        )
        for test in results.tests
        if test.outcome in (Outcome.FAILED, Outcome.ERROR)
    )


def _name(test: junit.Test) -> str:
    return f"{test.classname}::{test.name}".strip(":")


def _attempts(test: junit.Test) -> str:
    return ", ".join(test.attempts)


def _uncovered(coverage: coverage_json.Coverage | str) -> tuple[Finding, ...]:
    """The files with the most missing lines."""
    missing = {} if isinstance(coverage, str) else coverage.missing
    return tuple(
        Finding(
            tool="pytest",
            rule="not-covered",
            severity=Severity.INFO,
            message=f"{len(lines)} lines that no test runs: {coverage_json.ranges(lines)}",
            path=path,
            line=lines[0],
        )
        for path, lines in list(missing.items())[:WORST_FILES]
    )


def control() -> Control:
    """A test that fails."""
    return Control(
        files={
            "src/planted.py": "VALUE = 1\n",
            "tests/test_planted.py": "def test_planted():\n    assert 1 == 2\n",
        },
        rule="test-failed",
    )
