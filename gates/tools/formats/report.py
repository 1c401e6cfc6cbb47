"""The way between an adapter and our own probes: how one is started, how its answer is read."""

from collections.abc import Iterator, Mapping

import msgspec

from gates.core.model import Measurement, Reason, ToolReport
from gates.core.tool import Invocation, Options, ParseError, ToolOutput
from gates.tools.formats import strict_json

INPUT = "input.json"


def probe(
    name: str,
    options: Options,
    given: Mapping[str, object],
    *,
    secrets: tuple[str, ...] = (),
    deadline_s: float | None = None,
) -> Invocation:
    """Return the invocation of `gates.probes.NAME` with `given` as its input file.

    `deadline_s` defaults to the gate's. Secrets never belong into `given`: name their variables.
    """
    return Invocation(
        argv=(options.python, "-m", f"gates.probes.{name}", INPUT),
        cwd=options.output,
        deadline_s=options.deadline_s if deadline_s is None else deadline_s,
        inputs={INPUT: msgspec.json.encode(given, order="sorted").decode()},
        secrets=secrets,
    )


def read_report(output: ToolOutput, tool: str) -> ToolReport:
    """Return the one report that probe `tool` printed.

    Raises ParseError: the probe's own reason where it named one (last line of stderr), else
    tool-crashed for an exit code but 0, no-result, empty-result or unreadable-result.
    """
    if output.exit_code != 0:
        raise _failure(output, tool)
    what = f"answer of the probe {tool}"
    report = strict_json.decode_as(output.stdout, ToolReport, what=what)
    _check(report, tool)
    return report


def _check(report: ToolReport, tool: str) -> None:
    for problem in _problems(report, tool):
        raise ParseError(Reason.UNREADABLE_RESULT, f"schema: answer of the probe {tool}: {problem}")


def _problems(report: ToolReport, tool: str) -> Iterator[str]:
    if report.tool != tool:
        yield f'it is the report of "{report.tool}"'
    if report.examined < 0:
        yield f"examined is {report.examined}"
    for name, measurement in report.measurements.items():
        if measurement.value is None and not measurement.why:
            yield f"metric {name} has neither a value nor a reason"
    for finding in report.findings:
        if finding.line < 0:
            yield f"finding {finding.rule} is on line {finding.line}"


def _failure(output: ToolOutput, tool: str) -> ParseError:
    lines = output.stderr.decode("utf-8", "replace").strip().splitlines()
    last = lines[-1].strip() if lines else "it printed nothing on stderr"
    word, _, rest = last.partition(": ")
    if word in _REASONS and rest:
        return ParseError(Reason(word), f"{tool}: {rest}")
    detail = f"the probe {tool} ended with {output.exit_code}: {last}"
    return ParseError(Reason.TOOL_CRASHED, detail)


def measured(names: Mapping[str, float | str]) -> dict[str, Measurement]:
    """Return measurements from name -> value, or name -> reason why there is no value."""
    return {
        name: Measurement(value=None, why=value)
        if isinstance(value, str)
        else Measurement(value=float(value))
        for name, value in names.items()
    }


_REASONS = frozenset(reason.value for reason in Reason)
