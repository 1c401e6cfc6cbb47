"""The service against its document, by Schemathesis: all four phases, seeded, over HTTP.

Its exit code tells nothing: 1 stands for failures, for a dead target and for a crash of its own.
The JSON report says how the run ended, the event stream what was asked and answered.
"""

from collections.abc import Iterator

import msgspec

from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.target import Auth, Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import curl, planted, strict_json
from gates.tools.formats.contract_run import Run, Seen, Warnings, read_events
from gates.tools.formats.scope import expect_outputs

DISTRIBUTION = "schemathesis"
METRICS = {
    "contract.server_errors": Metric("Server errors"),
    "contract.response_violations": Metric("Responses that break the document"),
    "contract.invalid_accepted": Metric("Invalid input accepted"),
    "contract.valid_rejected": Metric("Valid input rejected"),
    "contract.exercised_percent": Metric("Operations that gave at least one answer", "%"),
}
TOOL = "schemathesis"
FILES = {"run": "run.json", "events": "events.ndjson", "junit": "junit.xml"}
CONFIG = "schemathesis.toml"
HEADER = "GATESCORE_HEADER_"  # + index: the shell sets one per header name in sorted order
SECRETS = ("GATESCORE_HEADERS",)
METRIC_OF = {
    "ST101": "contract.server_errors",
    "ST102": "contract.server_errors",
    "ST201": "contract.invalid_accepted",
    "ST203": "contract.invalid_accepted",
    "ST204": "contract.invalid_accepted",
    "ST202": "contract.valid_rejected",
}
REST = "contract.response_violations"  # everything else is an answer that the document rules out
MESSAGE = 4_000  # characters
DOWN = ("Network Error", "Server Unavailable")
SHOWN = 10  # operations that one note names


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run, in our output folder: no configuration of the target counts, no litter in it."""
    settings = options.settings
    argv = (
        f"{options.bin}/schemathesis",
        "--config-file",
        f"{options.output}/{CONFIG}",
        "--no-color",
        "run",
        options.document,
        "--origin",
        options.base_url,
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--seed",
        str(settings.get("seed", 1)),
        "--max-examples",
        str(settings.get("max_examples", 20)),
        "--request-timeout",
        str(settings.get("request_timeout_s", 10)),
        "--max-redirects",
        "0",
        "--generation-database",
        "none",
        "--output-sanitize",
        "true",
        "--report",
        "json,ndjson,junit",
        *(
            part
            for name, kind in (("run", "json"), ("events", "ndjson"), ("junit", "junit"))
            for part in (f"--report-{kind}-path", f"{options.output}/{FILES[name]}")
        ),
    )
    return (
        Invocation(
            argv=argv,
            cwd=options.output,
            deadline_s=options.deadline_s,
            files=FILES,
            inputs={CONFIG: configuration(target.auth)},
            secrets=SECRETS if header_names(target.auth) else (),
            exits=(0, 1),
            interrupt_first=True,
        ),
    )


def header_names(auth: Auth) -> tuple[str, ...]:
    """The headers that authenticate, sorted: the n-th value is in GATESCORE_HEADER_n (from 0)."""
    login = (auth.login.header,) if auth.login else ()
    return tuple(sorted({*auth.headers, *login}))


def configuration(auth: Auth) -> str:
    """Our configuration file: headers by the names of variables, no value."""
    names = header_names(auth)
    values = {name: "${" + f"{HEADER}{index}" + "}" for index, name in enumerate(names)}
    lines = [f"{_quoted(name)} = {_quoted(value)}" for name, value in values.items()]
    return "\n".join((["[headers]", *lines] if lines else []) + [""])


def _quoted(text: str) -> str:
    """A basic string of TOML: that of JSON is one."""
    return msgspec.json.encode(text).decode()


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the report and the events. Raises ParseError."""
    expect_outputs(outputs, 1, TOOL)
    output = outputs[0]
    run = _run(output)
    seen = read_events(output.files.get("events"), f"{TOOL}'s events")
    lost = {group.code for group in run.failures} - seen.codes
    if lost:
        detail = f"schema: {TOOL}'s events do not hold the failures {', '.join(sorted(lost))}"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    gaps = tuple(sorted(seen.labels - seen.answered))
    exercised = len(seen.labels & seen.answered)
    return ToolReport(
        tool=TOOL,
        examined=seen.requests,
        examined_unit="requests",
        measurements=_measurements(run, seen, exercised),
        findings=(
            *_failed(seen, run.seed),
            *(_gap(operation, seen.troubles.get(operation, "")) for operation in gaps),
        ),
        incomplete=tuple(f"{problem.title}: {problem.count}" for problem in run.errors),
        notes=_notes(run.warnings),
    )


def _run(output: ToolOutput) -> Run:
    """The JSON report, if it tells of a whole run. Raises ParseError."""
    data = output.files.get("run")
    if not data and output.exit_code not in (0, 1, 130):
        raise ParseError(
            Reason.TOOL_CRASHED, f"{TOOL} ended with {output.exit_code}: {_last(output)}"
        )
    if not data and b"Traceback" in output.stderr:
        raise ParseError(Reason.TOOL_CRASHED, f"{TOOL}: {_last(output)}")
    run = strict_json.decode_as(data, Run, what=f"{TOOL}'s report")
    _refuse_unfinished(run)
    return run


def _refuse_unfinished(run: Run) -> None:
    titles = ", ".join(f"{problem.title} ({problem.count})" for problem in run.errors)
    down = any(problem.title in DOWN for problem in run.errors)
    if run.stop_reason == "server_unavailable":
        raise ParseError(Reason.TARGET_DOWN, f"the target went away during the run: {titles}")
    if run.stop_reason == "interrupted":
        raise ParseError(Reason.INCOMPLETE, f"{TOOL} was interrupted")
    if run.stop_reason not in ("completed", "max_time") or not run.complete:
        detail = f"{TOOL} stopped: {run.stop_reason} {titles}"
        raise ParseError(Reason.INCOMPLETE, detail)
    if run.operations.tested == 0 and run.operations.total:
        reason = Reason.TARGET_DOWN if down else Reason.NOTHING_EXAMINED
        detail = f"0 of {run.operations.total} operations tested: {titles or 'none selected'}"
        raise ParseError(reason, detail)
    if run.operations.errored and not run.errors:
        detail = f"{run.operations.errored} operations could not be tested"
        raise ParseError(Reason.INCOMPLETE, detail)


def _notes(warnings: Warnings) -> tuple[str, ...]:
    refused = warnings.missing_auth
    if not refused:
        return ()
    more = f" and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
    named = f"{', '.join(refused[:SHOWN])}{more}"
    return (f"answered with 401 or 403 alone: {named}; [auth] lacks credentials that may use them",)


def _measurements(run: Run, seen: Seen, exercised: int) -> dict[str, Measurement]:
    counts = dict.fromkeys((*METRIC_OF.values(), REST), 0)
    for _, code in seen.failures:
        counts[METRIC_OF.get(code, REST)] += 1
    measured = {name: Measurement(value=count) for name, count in counts.items()}
    total = run.operations.total
    detail = f"{exercised} of {total} operations answered {seen.requests} requests"
    measured["contract.exercised_percent"] = (
        Measurement(value=100.0 * min(exercised, total) / total, detail=detail)
        if total
        else Measurement(value=None, why="the document has no operations")
    )
    return measured


def _failed(seen: Seen, seed: int) -> Iterator[Finding]:
    for (operation, code), (failure, interaction) in sorted(
        seen.failures.items(), key=lambda item: item[0]
    ):
        yield Finding(
            tool=TOOL,
            rule=code,
            severity=_severity(failure.severity),
            message=f"{operation}: {failure.title}. {failure.message}"[:MESSAGE]
            + f" (seed {seed})",
            reproduce=curl.command(interaction.request) if interaction else "",
            context=operation,
        )


def _severity(word: str) -> Severity:
    known = {item.value: item for item in Severity}
    return known.get(word, Severity.CRITICAL)


def _gap(operation: str, trouble: str) -> Finding:
    why = " ".join(trouble.split())[:MESSAGE]
    said = f"no request could be made: {why}" if why else ""
    return Finding(
        tool=TOOL,
        rule="not-exercised",
        severity=Severity.HIGH,
        message=f"{operation}: {said or 'gave no answer to any request'}",
        fix="Mend this place of the document first."
        if said
        else "Give its parameters examples in the document, so that a request can reach it.",
        context=operation,
    )


def _last(output: ToolOutput) -> str:
    lines = (output.stderr + b"\n" + output.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:400] if lines else "it printed nothing"


def control() -> Control:
    """A document whose promise the service of the proof breaks: any answer but 299."""
    return planted.control("schemathesis")
