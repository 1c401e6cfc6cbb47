"""The JSON report of coverage.py: lines and branches of the target's own files, counted by us.

The percentages of the report are not used: they mix lines and branches, and are rounded for
display. A file without statements counts for nothing, and nothing of nothing is no number.
"""

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity
from gates.core.tool import ParseError
from gates.tools.formats import strict_json
from gates.tools.formats.strict_json import Count, Line

WORST_FILES = 10


class Summary(msgspec.Struct, frozen=True):
    """Counts of one file, or of all, as written by coverage.py (format 2 and 3)."""

    covered_lines: Count
    num_statements: Count
    num_branches: Count = 0
    covered_branches: Count = 0


class FileReport(msgspec.Struct, frozen=True):
    """One entry of `files`."""

    missing_lines: tuple[Line, ...]
    summary: Summary


class Report(msgspec.Struct, frozen=True):
    """The document."""

    meta: dict[str, object]
    files: dict[str, FileReport]
    totals: Summary


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """Coverage of the files that count; `missing` maps a file to its lines, worst file first."""

    files: int
    statements: int
    covered: int
    branches: int
    covered_branches: int
    missing: dict[str, tuple[int, ...]]

    @property
    def percent(self) -> float | None:
        """Covered statements in per cent, not rounded; None if there are none."""
        return 100.0 * self.covered / self.statements if self.statements else None


def read(data: bytes | None, own: frozenset[str], *, what: str) -> Coverage:
    """Coverage of the files named in `own`, relative to the tree. Raises ParseError."""
    report = strict_json.decode_as(data, Report, what=what)
    _check(report, what)
    files = {path: file for path, file in report.files.items() if path in own}
    summaries = [file.summary for file in files.values()]
    worst = sorted(files, key=lambda path: (-len(files[path].missing_lines), path))
    return Coverage(
        files=len(files),
        statements=sum(summary.num_statements for summary in summaries),
        covered=sum(summary.covered_lines for summary in summaries),
        branches=sum(summary.num_branches for summary in summaries),
        covered_branches=sum(summary.covered_branches for summary in summaries),
        missing={p: files[p].missing_lines for p in worst if files[p].missing_lines},
    )


def _check(report: Report, what: str) -> None:
    """Refuse a report whose counts contradict each other."""
    for path, file in report.files.items():
        missing = file.summary.num_statements - file.summary.covered_lines
        if missing != len(file.missing_lines):
            _refuse(
                f"{path}: {missing} lines missing by count, {len(file.missing_lines)} listed", what
            )
        if file.summary.covered_branches > file.summary.num_branches:
            _refuse(f"{path}: more branches covered than there are", what)
    listed = sum(file.summary.num_statements for file in report.files.values())
    if listed != report.totals.num_statements:
        said = report.totals.num_statements
        _refuse(f"{said} statements in the totals, {listed} in the files", what)


def _refuse(problem: str, what: str) -> None:
    raise ParseError(Reason.UNREADABLE_RESULT, f"count mismatch: {problem} ({what})")


def ranges(lines: tuple[int, ...], most: int = 8) -> str:
    """Line numbers as "3-9, 12", at most `most` ranges, then "…"."""
    spans: list[tuple[int, int]] = []
    for line in sorted(set(lines)):
        if spans and spans[-1][1] == line - 1:
            spans[-1] = (spans[-1][0], line)
        else:
            spans.append((line, line))
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in spans[:most]]
    return ", ".join([*shown, "…"] if len(spans) > most else shown)


def shares(coverage: Coverage | str) -> dict[str, Measurement]:
    """Shares of statements and of branches in per cent, or of neither with the sentence why."""
    match coverage:
        case str():
            lines = branches = Measurement(value=None, why=coverage)
        case Coverage():
            lines = _share(coverage.covered, coverage.statements, "statements")
            branches = _share(coverage.covered_branches, coverage.branches, "branches")
    return {"coverage.percent": lines, "coverage.branches_percent": branches}


def _share(covered: int, total: int, unit: str) -> Measurement:
    if not total:
        return Measurement(value=None, why=f"the code has no {unit}")
    return Measurement(value=100.0 * covered / total, detail=f"{covered} of {total} {unit}")


def uncovered(coverage: Coverage | str, tool: str) -> tuple[Finding, ...]:
    """The files with the most missing lines."""
    missing = {} if isinstance(coverage, str) else coverage.missing
    return tuple(
        Finding(
            tool=tool,
            rule="not-covered",
            severity=Severity.INFO,
            message=f"{len(lines)} lines that no test runs: {ranges(lines)}",
            path=path,
            line=lines[0],
        )
        for path, lines in list(missing.items())[:WORST_FILES]
    )
