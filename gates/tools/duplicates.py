"""Duplicated lines of the target's own code, in any of its languages, by jscpd.

jscpd leaves files below its least number of tokens out of its count, so a second run lists what
there is: a tree in which nothing can be a duplicate is told from one that was not looked at.
"""

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Target
from gates.core.tool import Combine, Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted, scope, strict_json
from gates.tools.formats.strict_json import Count, Line

DISTRIBUTION = "jscpd"
METRIC = "review.duplicated_percent"
METRICS = {METRIC: Metric("Duplicated lines", unit="%", combine=Combine.HIGH)}
CLONES, SIZES = "jscpd-report.json", "jscpd-complexity.json"  # the names are jscpd's
ALL = "1000000"  # files in the list, which is a table of the largest otherwise


class Place(msgspec.Struct, frozen=True):
    """One of the two places of a block; `name` as given, absolute with our flags."""

    name: str
    start: Line
    end: Line


class Clone(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of `duplicates` (jscpd 5.4)."""

    first_file: Place
    second_file: Place
    lines: Count


class Total(msgspec.Struct, frozen=True, rename="camel"):
    """`statistics.total`; a block counts once, however often it is repeated elsewhere."""

    lines: Count
    duplicated_lines: Count
    clones: Count


class Statistics(msgspec.Struct, frozen=True):
    """The sums."""

    total: Total


class Report(msgspec.Struct, frozen=True):
    """`--reporters json`."""

    duplicates: tuple[Clone, ...]
    statistics: Statistics


class File(msgspec.Struct, frozen=True):
    """One file with at least one token."""

    path: str
    lines: Count


class Files(msgspec.Struct, frozen=True):
    """The table of files."""

    files: tuple[File, ...]


class Summary(msgspec.Struct, frozen=True):
    """`--complexity --reporters json`."""

    summary: Files


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """The duplicates, then the list of files."""
    paths = (
        *(target.code.paths if target.code else ()),
        *(target.node.paths if target.node else ()),
    )
    if not paths:
        return ()
    program = (
        *(f"{options.bin}/jscpd", "--config", f"{options.presets}/jscpd.json", "--absolute"),
        *("--no-gitignore", "--no-colors", "--no-tips", "--silent"),
        *("--reporters", "json", "--output", options.output),
    )
    every = ("--complexity", "--summary-top", ALL, "--min-tokens", "1", "--min-lines", "1")
    where = ("--", *dict.fromkeys(paths))
    return (
        Invocation(
            argv=(*program, *where),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            inputs=scope.handed(options, ()),
            files={**scope.FILES, "clones": CLONES},
        ),
        Invocation(
            argv=(*program, *every, *where),
            cwd=options.tree,
            deadline_s=options.deadline_s,
            files={"sizes": SIZES},
        ),
    )


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read both reports. Raises ParseError."""
    scope.expect_outputs(outputs, 2, "jscpd")
    for output in outputs:
        scope.expect_exit(output, (0,), "jscpd")
    tree = scope.read(outputs[0]).tree
    what = "jscpd's report"
    report = strict_json.decode_as(outputs[0].files.get("clones"), Report, what=what)
    sizes = strict_json.decode_as(outputs[1].files.get("sizes"), Summary, what=what)
    files = sizes.summary.files
    total = report.statistics.total
    if total.clones != len(report.duplicates):
        detail = f"contradiction: {len(report.duplicates)} of {total.clones} blocks ({what})"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    findings = sorted(
        (_finding(clone, tree) for clone in report.duplicates),
        key=lambda one: (one.path, one.line, one.message),
    )
    return ToolReport(
        tool="duplicates",
        examined=len(files),
        examined_unit="files",
        measurements={METRIC: measured(total, sum(file.lines for file in files))},
        findings=tuple(findings),
    )


def measured(total: Total, lines: int) -> Measurement:
    """Duplicated lines in per cent of all lines; of no lines there is no number."""
    if not lines:
        return Measurement(value=None, why="there are no lines of code")
    percent = 100 * total.duplicated_lines / lines
    return Measurement(
        value=percent, detail=f"{total.duplicated_lines} of {lines} lines, in {total.clones} blocks"
    )


def _finding(clone: Clone, tree: str) -> Finding:
    """Both places; the first by path and line bears the finding, whatever jscpd calls first."""
    places = [(scope.relative(p.name, tree), p) for p in (clone.first_file, clone.second_file)]
    (path, here), (other, there) = sorted(places, key=lambda pair: (pair[0], pair[1].start))
    return Finding(
        tool="duplicates",
        rule="duplicate",
        severity=Severity.LOW,
        message=(
            f"{clone.lines} lines (to line {here.end}) are the same as {other}, "
            f"lines {there.start} to {there.end}"
        ),
        path=path,
        line=here.start,
        fix="Give the common part one home, or accept that the two will drift apart.",
    )


def control() -> Control:
    """One function in two files."""
    return planted.control("duplicates")
