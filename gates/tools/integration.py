"""The target's own integration tests against the running service, and what they reach of it.

gates/probes/run_integration.py starts the service once more, measured where it is Python, and runs
the tests through a proxy that notes what they ask. Tests are pytest's with the marker of
[integration], or those of any other runner by a command that writes a JUnit file.
"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from gates.core.behaviour import Integration
from gates.core.model import (
    Finding,
    Measurement,
    Reason,
    Severity,
    ToolReport,
)
from gates.core.named_tests import is_named
from gates.core.target import Code, Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import (
    coverage_json,
    junit,
    planted,
    proved,
    pytest_findings,
    pytest_run,
    pytest_session,
    scope,
    strict_json,
)
from gates.tools.formats.junit import Outcome, Test
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "integration.failed": Metric("Integration tests that failed, and errors"),
    "integration.run": Metric("Integration tests run, without the skipped ones"),
    "integration.skipped": Metric("Integration tests skipped"),
    "integration.operations_percent": Metric(
        "Operations with a success and an error answer in the integration tests", "%", Combine.LOW
    ),
    "integration.coverage_percent": Metric(
        "Line coverage of the service during the integration tests", "%", Combine.LOW
    ),
    "integration.transactions_broken": Metric(
        "Named tests of transactions that failed or did not run"
    ),
    "integration.realtime_broken": Metric("Named tests of events that failed or did not run"),
}
RUNNER = Path(__file__).parents[1] / "probes" / "run_pytest.py"
SECRETS = ("GATESCORE_START",)
OUTPUT = "{output}/"
TOOL = "integration"
FILES = {"ran": "ran.json", "coverage": "coverage.json", "asked": "asked.json"}
PYTEST_FILES = {"junit": "junit.xml", "versions": "versions.json", "session": "session.json"}


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What the probe tells of the tests' program."""

    exit_code: int | None
    said: str = ""
    uncovered: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the target file says of its tests, kept for `parse`."""

    pytest: bool
    transactions: tuple[str, ...] = ()
    realtime: tuple[str, ...] = ()


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing without a service and tests. Raises ParseError."""
    service, tests = target.service, target.integration
    if service is None or tests is None:
        return ()
    code = target.code
    files = {**scope.FILES, **FILES, **_result_files(tests)}
    own = scope.below(options.files, code.paths, (".py",)) if code else []
    given = {
        "service": msgspec.to_builtins(service),
        "integration": msgspec.to_builtins(tests),
        "tree": options.tree,
        "python": options.target_python or options.python,
        "node": options.settings.get("node", ""),
        "base_url": options.base_url,
        "document": options.document,
        "command": tests.command or _pytest(target, tests, options),
        "sources": _sources(code, options) if own and service.start else (),
        "deadline_s": options.deadline_s,
    }
    invocation = probe("run_integration", options, given, secrets=SECRETS)
    asked = Asked(
        pytest=not tests.command, transactions=tests.transactions, realtime=tests.realtime
    )
    said = {FILES["asked"]: msgspec.json.encode(asked).decode()}
    inputs = {**invocation.inputs, **scope.handed(options, own), **said}
    return (msgspec.structs.replace(invocation, inputs=inputs, files=files),)


def _result_files(tests: Integration) -> dict[str, str]:
    """Where the results are, below the output folder. Raises ParseError."""
    if not tests.command:
        return PYTEST_FILES
    if not tests.report.startswith(OUTPUT) or ".." in tests.report:
        detail = (
            f'integration.report: found "{tests.report}"; allowed: a JUnit file in {OUTPUT} that '
            "integration.command writes"
        )
        raise ParseError(Reason.INCOMPLETE, detail)
    return {"junit": tests.report.removeprefix(OUTPUT)}


def _pytest(target: Target, tests: Integration, options: Options) -> tuple[str, ...]:
    """The command that runs the marked tests with the target's pytest. Raises ParseError."""
    code = target.code
    if code is None or not options.target_python:
        detail = "integration.command is missing: without [code] there is no pytest to run"
        raise ParseError(Reason.INCOMPLETE, detail)
    places = tests.tests or code.tests
    for place in places:
        if not scope.below(options.files, (place,), ("",)):
            detail = f'integration.tests: "{place}" holds no file that git sees'
            raise ParseError(Reason.NOTHING_EXAMINED, detail)
    return (
        *("{python}", str(RUNNER)),
        *("--versions", "{output}/versions.json", "--session", "{output}/session.json"),
        *("--data-file", "{output}/tests.data", "--rcfile", f"{options.presets}/coverage.ini"),
        *("--source", ",".join(_sources(code, options)) or "."),
        *(f"--root={root}" for root in scope.import_roots(code, options.files)),
        *("--", "-p", "no:cacheprovider", "-o", "junit_family=xunit1"),
        *("--junitxml={output}/junit.xml", f"--rootdir={options.tree}"),
        *("-m", tests.marker, *places),
    )


def _sources(code: Code | None, options: Options) -> tuple[str, ...]:
    """Folders that coverage.py watches; a single file is watched through its folder."""
    files = frozenset(options.files)
    paths = code.paths if code else ()
    folders = (str(PurePosixPath(p).parent) if p in files else p for p in paths)
    return tuple(dict.fromkeys(folders))


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report and what the tests wrote. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [integration]")
    output = outputs[-1]
    seen = read_report(output, TOOL)
    ran = strict_json.decode_as(output.files.get("ran"), Ran, what="how the tests ended")
    asked = strict_json.decode_as(output.files.get("asked"), Asked, what="the tests' names")
    code = -1 if ran.exit_code is None else ran.exit_code
    told = msgspec.structs.replace(output, exit_code=code, stdout=b"", stderr=ran.said.encode())
    tests = _of_pytest(told) if asked.pytest else _of_command(told)
    named = {
        "integration.transactions_broken": (asked.transactions, "transactions"),
        "integration.realtime_broken": (asked.realtime, "realtime"),
    }
    counts = pytest_run.counts(tests.tests, TOOL)
    coverage, uncovered = _coverage(output, ran)
    return msgspec.structs.replace(
        seen,
        examined=counts["integration.run"],
        measurements={
            **{name: Measurement(value=count) for name, count in counts.items()},
            **seen.measurements,
            "integration.coverage_percent": coverage,
            **{metric: _broken(tests, *names) for metric, names in named.items()},
        },
        findings=(
            *tests.findings,
            *seen.findings,
            *uncovered,
            *(f for metric, (names, _) in named.items() for f in _unheld(tests, names, metric)),
        ),
        proofs=tuple(map(proved.test, tests.tests, tests.ids)),
        incomplete=(*seen.incomplete, *tests.incomplete),
        notes=(*seen.notes, *tests.notes),
        version=tests.version,
    )


class Tests(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of tests left, whatever ran them. `ids` are the node ids of `tests`."""

    tests: tuple[Test, ...]
    ids: tuple[str, ...]
    findings: tuple[Finding, ...]
    incomplete: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    version: str = ""


def _of_pytest(ran: ToolOutput) -> Tests:
    versions = pytest_run.versions(ran)
    tests = pytest_run.results(ran).tests
    session = pytest_run.session(ran)
    known = pytest_session.node_ids(session)
    failures = pytest_findings.failures(tests, session, scope.read(ran).tree)
    failed = pytest_run.counts(tests, TOOL)
    unmarked = msgspec.structs.replace(session, deselected=0, child_processes=True)
    return Tests(
        tests=tests,
        ids=tuple(pytest_session.node_id(test, known) for test in tests),
        findings=tuple(_ours(finding) for finding in failures),
        incomplete=pytest_run.incomplete(ran, session, failed["integration.failed"]),
        notes=pytest_session.notes(unmarked, failed["integration.skipped"]),
        version=f"pytest {versions.pytest}",
    )


def _ours(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, tool=TOOL, metric="integration.failed")


def _of_command(ran: ToolOutput) -> Tests:
    """Tests of another runner: it may end with any code, as its JUnit file says the same."""
    if "junit" not in ran.files:
        said = scope.last_line(ran.stderr)
        detail = f"integration.command ended with {ran.exit_code} and wrote no report: {said}"
        raise ParseError(Reason.NO_RESULT, detail)
    tests = junit.read(ran.files["junit"], what="integration.report").tests
    bad = [test for test in tests if test.outcome in (Outcome.FAILED, Outcome.ERROR)]
    gap = f"integration.command ended with {ran.exit_code} although no test failed"
    return Tests(
        tests=tests,
        ids=tuple(_id(test) for test in tests),
        findings=tuple(_failure(test) for test in bad),
        incomplete=(f"{gap}: {scope.last_line(ran.stderr)}",) if ran.exit_code and not bad else (),
    )


def _id(test: Test) -> str:
    return "::".join(part for part in (test.file or test.classname, test.name) if part)


def _failure(test: Test) -> Finding:
    return Finding(
        tool=TOOL,
        rule="test-error" if test.outcome is Outcome.ERROR else "test-failed",
        severity=Severity.HIGH,
        message=f"{_id(test)}: {test.message}",
        line=test.line,
        context=_id(test),
        metric="integration.failed",
    )


def _coverage(output: ToolOutput, ran: Ran) -> tuple[Measurement, tuple[Finding, ...]]:
    """The share of lines, and the files with the most that were never entered."""
    if ran.uncovered:
        return Measurement(value=None, why=ran.uncovered), ()
    own = frozenset(scope.read(output).files)
    coverage = coverage_json.read(output.files.get("coverage"), own, what="coverage's report")
    if not coverage.files:
        why = "no expected file covered: the report names no file below code.paths"
        return Measurement(value=None, why=why), ()
    share = coverage_json.shares(coverage)["coverage.percent"]
    return share, coverage_json.uncovered(coverage, TOOL)


def _broken(tests: Tests, names: tuple[str, ...], key: str) -> Measurement:
    if not names:
        return Measurement(value=None, why=f"the target file names no test: integration.{key}")
    return Measurement(value=sum(bool(_fault(tests, name)) for name in names))


def _unheld(tests: Tests, names: tuple[str, ...], metric: str) -> Iterable[Finding]:
    for name in sorted(set(names)):
        if fault := _fault(tests, name):
            yield Finding(
                tool=TOOL,
                rule="integration.named-test",
                severity=Severity.HIGH,
                message=f"{name}: {fault}",
                fix="Mend what the test shows, or name the test that shows it.",
                context=f"{metric} {name}",
                metric=metric,
            )


def _fault(tests: Tests, name: str) -> str:
    """Why a named test shows nothing; "" where every test of that name passed."""
    meant = [
        test
        for test, id in zip(tests.tests, tests.ids, strict=True)
        if is_named(name, id, test.classname, test.name)
    ]
    if not meant:
        return "no integration test of this name was run"
    bad = sorted({test.outcome.value for test in meant if test.outcome is not Outcome.PASSED})
    return f"the named test ended as {' and '.join(bad)}" if bad else ""


def control() -> Control:
    """A test of an operation that answers an error, and none that gets a success."""
    return planted.control("integration")
