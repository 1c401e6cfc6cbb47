"""From reports in one of the formats that anybody may bring to one report of ours."""

from collections.abc import Mapping

import msgspec

from gates.core import texts
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.tool import Combine, Metric, ParseError
from gates.tools.formats import (
    cobertura,
    covered,
    finding_lines,
    found,
    junit,
    lcov,
    places,
    proved,
    sarif,
    secret_reports,
)
from gates.tools.formats.junit import Outcome

FINDINGS = {"sarif": sarif.read, "findings": finding_lines.read, **secret_reports.READERS}
COVERAGE = {"cobertura": cobertura.read, "lcov": lcov.read}
_COUNTS = {"findings": "Findings", **{one.value: f"Findings: {one}" for one in Severity}}
_TESTS = {
    "failed": "Failed tests and errors",
    "flaky": "Tests that failed first and passed in the end",
    "skipped": "Tests skipped",
    "tests": "Tests run, without the skipped ones",
}
_SHARES = {"line_percent": "Line coverage", "branch_percent": "Branch coverage"}
_TOLD = 5


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One report file; `data` None: it was not written."""

    name: str
    data: bytes | None


def metrics(name: str, format: str) -> Mapping[str, Metric]:
    """The metrics that a tool has by the format of its reports."""
    match format:
        case "sarif":
            titles = {**_COUNTS, "suppressed": "Findings that were suppressed in the tool"}
        case "junit":
            titles = _TESTS
        case "cobertura" | "lcov":
            return {
                f"{name}.{key}": Metric(f"{title} ({name})", "%", Combine.LOW)
                for key, title in _SHARES.items()
            }
        case _:
            titles = _COUNTS
    return {f"{name}.{key}": Metric(f"{title} ({name})") for key, title in titles.items()}


def read(
    name: str,
    format: str,
    sources: tuple[Source, ...],
    tree: places.Tree,
    examines: tuple[str, ...],
) -> ToolReport:
    """Read all reports of a tool. `examines` are the target's files that it looks at, if known.

    Raises ParseError; one report that cannot be trusted spoils them all.
    """
    match format:
        case _ if format in FINDINGS:
            return _of_findings(name, format, sources, tree, examines)
        case "junit":
            return _of_tests(name, sources, tree)
        case "cobertura" | "lcov":
            return _of_coverage(name, format, sources, tree, examines)
        case _:
            raise ParseError(Reason.ADAPTER_BUG, f"{name}: {format} is no format of reports")


def _of_findings(
    name: str,
    format: str,
    sources: tuple[Source, ...],
    tree: places.Tree,
    examines: tuple[str, ...],
) -> ToolReport:
    reader = FINDINGS[format]
    every = found.merged(reader(one.data, tree, tool=name, what=one.name) for one in sources)
    counts = {"findings": every.total, **{s.value: every.counts[s] for s in Severity}}
    if format == "sarif":
        counts["suppressed"] = every.suppressed
    examined = len(examines) if every.examined is None else every.examined
    hint = "the reports do not say what was looked at: name it in `examines`"
    notes = (found.left_out(every), "" if examined else hint)
    return ToolReport(
        tool=name,
        examined=examined,
        examined_unit=every.unit if every.examined is not None else "files",
        measurements={f"{name}.{key}": Measurement(value=count) for key, count in counts.items()},
        findings=tuple(
            msgspec.structs.replace(finding, metric=f"{name}.{finding.severity}")
            for finding in every.findings
        ),
        incomplete=every.incomplete,
        notes=(*every.notes, *(note for note in notes if note)),
        version=every.version,
    )


def _of_tests(name: str, sources: tuple[Source, ...], tree: places.Tree) -> ToolReport:
    tests = [test for one in sources for test in junit.read(one.data, what=one.name).tests]
    ends = [test.outcome for test in tests]
    skipped = ends.count(Outcome.SKIPPED)
    counts = {
        "failed": ends.count(Outcome.FAILED) + ends.count(Outcome.ERROR),
        "flaky": sum(test.flaky for test in tests),
        "skipped": skipped,
        "tests": len(ends) - skipped,
    }
    shown = [test for test in tests if test.flaky or test.outcome in _BAD]
    return ToolReport(
        tool=name,
        examined=counts["tests"],
        examined_unit="tests",
        measurements={f"{name}.{key}": Measurement(value=count) for key, count in counts.items()},
        findings=tuple(_of_test(name, test, tree) for test in shown[: found.MOST]),
        proofs=tuple(proved.test(test, _test_name(test)) for test in tests),
    )


_BAD = (Outcome.FAILED, Outcome.ERROR)


def _test_name(test: junit.Test) -> str:
    return f"{test.classname}::{test.name}".strip(":")


def _of_test(name: str, test: junit.Test, tree: places.Tree) -> Finding:
    place = places.of_path(test.file, tree) if test.file else places.Place("")
    named = _test_name(test)
    attempts = f" ({', '.join(test.attempts)})" if test.flaky else ""
    rule = "test-error" if test.outcome is Outcome.ERROR else "test-failed"
    return Finding(
        tool=name,
        rule="test-flaky" if test.flaky else rule,
        severity=Severity.LOW if test.flaky else Severity.HIGH,
        message=texts.bounded(f"{named}: {test.message}{attempts}"),
        path="" if place.outside else place.path,
        line=test.line,
        context=named,
        metric=f"{name}.flaky" if test.flaky else f"{name}.failed",
        label="FLAKY" if test.flaky else "",
    )


def _of_coverage(
    name: str,
    format: str,
    sources: tuple[Source, ...],
    tree: places.Tree,
    examines: tuple[str, ...],
) -> ToolReport:
    reports = [COVERAGE[format](one.data, what=one.name) for one in sources]
    expected = frozenset(examines) or tree.files
    own = covered.own(reports, expected, tree)
    if not own.files:
        raise ParseError(Reason.NOTHING_EXAMINED, own.lines().why)
    return ToolReport(
        tool=name,
        examined=len(own.files),
        examined_unit="files",
        measurements={
            f"{name}.line_percent": own.lines(),
            f"{name}.branch_percent": own.branches(),
        },
        notes=(
            *(note for one in reports for note in one.notes),
            *_named(own.strange, "of the report are no file of the target that is looked at"),
            *_named(sorted(set(examines) - own.files.keys()), "that it looks at are not in it"),
        ),
    )


def _named(files: tuple[str, ...] | list[str], what: str) -> tuple[str, ...]:
    """A note on files by number, the first few by name."""
    if not files:
        return ()
    named = ", ".join(texts.visible(path[:200]) for path in files[:_TOLD])
    more = ", …" if len(files) > _TOLD else ""
    return (f"{len(files)} {'file' if len(files) == 1 else 'files'} {what}: {named}{more}",)
