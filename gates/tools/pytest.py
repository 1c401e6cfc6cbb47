"""The target's own tests and the coverage of its own code, by pytest and coverage.py.

Both run in the target's environment. The proof of a clean end is the finished JUnit file and,
written after it, what the session saw of itself (formats/pytest_session.py): an exit code of 0
without them means that something ended the process early, or a worker process of pytest-xdist.

The target's pytest settings hold, as its tests need them. Options in their `addopts` that hide
tests are shown, and with `configuration` = "ours" those that only hide (--collect-only, -k,
--deselect, --maxfail, --setup-only) are switched off; "stricter" does so for those that also choose
(-m, --ignore), "target" for none but --setup-only, with which tests pass that never ran.

A failed attempt that the target's own plugin repeated (pytest-rerunfailures, pytest-retry, flaky)
leaves no failure in the JUnit file: rerunfailures and flaky write the test twice, retry once. So
attempts are counted by the session itself.
"""

from pathlib import Path, PurePosixPath

from gates.core.model import Measurement, Reason, ToolReport
from gates.core.target import Code, Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import (
    coverage_json,
    planted,
    pytest_findings,
    pytest_run,
    pytest_session,
    scope,
)

DISTRIBUTION = "pytest"
LANGUAGE = "python"
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
CONFIGURATIONS = ("ours", "target", "stricter")
RUNNER = Path(__file__).parents[1] / "probes" / "run_pytest.py"


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
                *("--session", f"{options.output}/session.json"),
                *("--configuration", _configuration(options)),
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
            files={
                **scope.FILES,
                "junit": "junit.xml",
                "versions": "versions.json",
                "session": "session.json",
            },
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


def _configuration(options: Options) -> str:
    """Whose settings count. Raises ParseError for a word that is none of CONFIGURATIONS."""
    found = options.settings.get("configuration", CONFIGURATIONS[0])
    if found not in CONFIGURATIONS:
        allowed = ", ".join(CONFIGURATIONS)
        detail = f'options.configuration of the gate: "{found}" is unknown; allowed: {allowed}'
        raise ParseError(Reason.INCOMPLETE, detail)
    return str(found)


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
    versions = pytest_run.versions(ran)
    results = pytest_run.results(ran)
    session = pytest_run.session(ran)
    handed = scope.read(ran)
    flaky = pytest_findings.flaky(results.tests, session)
    counted = {**pytest_run.counts(results.tests, "tests"), "tests.flaky": len(flaky)}
    coverage = _coverage(measured, handed)
    return ToolReport(
        tool="pytest",
        examined=counted["tests.run"],
        examined_unit="tests",
        measurements={
            **{name: Measurement(value=count) for name, count in counted.items()},
            **coverage_json.shares(coverage),
        },
        findings=(
            *pytest_findings.failures(results.tests, session, handed.tree),
            *flaky,
            *coverage_json.uncovered(coverage, "pytest"),
        ),
        proofs=pytest_findings.proofs(results.tests, session),
        incomplete=pytest_run.incomplete(ran, session, counted["tests.failed"]),
        notes=pytest_session.notes(session, counted["tests.skipped"]),
        version=f"{versions.pytest}, coverage {versions.coverage}",
    )


def _coverage(measured: ToolOutput, handed: scope.Scope) -> coverage_json.Coverage | str:
    """The coverage, or the sentence why there is none."""
    if measured.exit_code != 0:
        return scope.crashed(measured, "coverage json").detail
    own = frozenset(handed.files)
    coverage = coverage_json.read(measured.files.get("coverage"), own, what="coverage's report")
    if own and not coverage.files:
        return "no expected file covered: the report names no file below code.paths"
    return coverage


def control() -> Control:
    """A test that fails."""
    return planted.control("pytest")
