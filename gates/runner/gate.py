"""Runs one gate: every tool of it, from command lines to a report free of policy."""

import sys
from pathlib import Path

import msgspec

from gates import catalog
from gates.core import texts
from gates.core.model import Execution, Failure, GateReport, Reason, ToolReport
from gates.core.plan import PlannedGate
from gates.core.tool import Invocation, Options, ParseError, Tool, ToolOutput
from gates.runner import by_file, ingest
from gates.runner.base_service import beside
from gates.runner.contexts import located
from gates.runner.handed import options, variables
from gates.runner.session import Session
from gates.runner.stage import Grant
from gates.runner.versions import UNKNOWN, version_of
from gates.shell.process import Ending, Finished, Limits, execute

ENDINGS = {
    Ending.TIMEOUT: Reason.TIMEOUT,
    Ending.CANCELLED: Reason.CANCELLED,
    Ending.OUTPUT_TOO_LARGE: Reason.OUTPUT_TOO_LARGE,
    Ending.NOT_STARTED: Reason.TOOL_MISSING,
}
BIN = Path(sys.executable).parent


class ToolRun(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool of a gate left."""

    executions: tuple[Execution, ...] = ()
    report: ToolReport | None = None
    failure: Failure | None = None


def run_gate(gate: PlannedGate, grant: Grant, session: Session) -> GateReport:
    """Run all tools of a gate; a tool that fails does not keep the others from being evidence."""
    runs = [run_tool(name, gate, grant, session) for name in gate.tools]
    reports = tuple(run.report for run in runs if run.report)
    failures = (run.failure for run in runs if run.failure)
    return GateReport(
        gate=gate.id,
        reports=reports,
        executions=tuple(execution for run in runs for execution in run.executions),
        failure=next(failures, None if reports else nothing_applies(gate)),
    )


def nothing_applies(gate: PlannedGate) -> Failure:
    """The failure of a gate of whose tools none found anything of its own in the target."""
    tools = ", ".join(gate.tools) or "none"
    text = f"no tool of this gate has anything to look at in this target (tools: {tools})"
    return Failure(reason=Reason.NOTHING_EXAMINED, detail=text)


def run_tool(name: str, gate: PlannedGate, grant: Grant, session: Session) -> ToolRun:
    """Run one tool; once more if the machine was too busy to measure. A FAIL is never run again."""
    first = run_once(name, name, gate, grant, session)
    busy = first.failure is not None and first.failure.reason is Reason.GENERATOR_UNHEALTHY
    if not busy or session.cancel.is_set():
        return first
    again = run_once(name, f"{name}-again", gate, grant, session)
    return after(first, again)


def after(first: ToolRun, again: ToolRun) -> ToolRun:
    """The second attempt, with the evidence of both and a note on the first."""
    report = again.report
    if report is not None and first.failure is not None:
        note = f"measured twice: the first time {first.failure.detail}"
        report = msgspec.structs.replace(report, notes=(*report.notes, note))
    executions = (*first.executions, *again.executions)
    return ToolRun(executions=executions, report=report, failure=again.failure)


def run_once(name: str, place: str, gate: PlannedGate, grant: Grant, session: Session) -> ToolRun:
    """Run one tool in an empty folder of its own, and read what it left.

    Until no secret is in it any more, that folder is none of the run's: whoever is killed before
    leaves nothing of it. Then it is `place` among the gate's results.
    """
    folder = raw(session) / gate.id / place
    folder.mkdir(parents=True)
    try:
        tool = catalog.load(name, gate.own)
        with beside(tool, gate, grant, session) as (granted, known):
            opts = options(gate, name, granted, session, folder)
            opts = msgspec.structs.replace(opts, settings={**opts.settings, **known})
            if name in catalog.BUILT_IN and by_file.applies(tool, session):
                return changed_files(name, tool, opts, gate, granted, session)
            return attempt(name, tool, opts, granted, session)
    except ParseError as error:
        return ToolRun(failure=Failure(reason=error.reason, detail=error.detail))
    except catalog.CatalogError as error:
        return ToolRun(failure=Failure(reason=Reason.TOOL_MISSING, detail=str(error)))
    except Exception as error:  # noqa: BLE001  a bug of an adapter must not end the other gates
        text = f"the adapter {name} broke: {type(error).__name__}: {error}"
        return ToolRun(failure=Failure(reason=Reason.ADAPTER_BUG, detail=text))
    finally:
        kept = session.results / gate.id / place
        ingest.keep_folder(folder, kept, session.secrets.redactor())


def raw(session: Session) -> Path:
    """The folder of what tools write as they write it, which nobody else can read."""
    return session.scratch / "raw"


def changed_files(
    name: str, tool: Tool, opts: Options, gate: PlannedGate, grant: Grant, session: Session
) -> ToolRun:
    """Run a tool on the files that have changed, and take over what it said of the others."""
    shelf, redactor = by_file.shelf_of(session, gate, name), session.secrets.redactor()
    known = by_file.read(shelf, redactor)
    parts = by_file.parted(tool, version_of(tool), opts, gate, session, known)
    run = of_changed(name, tool, opts, parts, grant, session) if parts.known else ToolRun()
    if run.failure is not None:
        return run
    report = by_file.whole(name, run.report, parts, tool.METRICS) if parts.known else None
    if report is None:
        run = attempt(name, tool, elsewhere(opts, "all"), grant, session)
        report, parts = run.report, by_file.without_known(parts)
    if report is not None and by_file.is_sum(report, run.report, parts, tool.METRICS):
        by_file.keep(shelf, report, parts, session.today, redactor)
    return msgspec.structs.replace(run, report=report)


def of_changed(
    name: str, tool: Tool, opts: Options, parts: by_file.Split, grant: Grant, session: Session
) -> ToolRun:
    """The tool's run on what is not known; no report where that is nothing."""
    if not parts.changed and not parts.always:
        return ToolRun()
    folder = session.scratch / "changed" / Path(opts.output).relative_to(raw(session))
    some = by_file.reduced(elsewhere(opts, "changed"), session.target, parts, folder)
    return attempt(name, tool, some, grant, session)


def elsewhere(opts: Options, name: str) -> Options:
    """The options of a run whose output has a folder of its own below the tool's."""
    folder = Path(opts.output, name)
    folder.mkdir()
    return msgspec.structs.replace(opts, output=str(folder))


def attempt(name: str, tool: Tool, opts: Options, grant: Grant, session: Session) -> ToolRun:
    """Run the tool's invocations in order, then parse. Raises ParseError before the first run.

    A tool that has no invocation has nothing to look at in this target: no report, no failure.
    """
    executions: list[Execution] = []
    outputs: list[ToolOutput] = []
    notes: list[str] = []
    invocations = tool.commands(session.target, opts)
    if not invocations:
        return ToolRun()
    for number, invocation in enumerate(invocations):
        if invocation.fresh and number and grant.renew is not None:
            grant = grant.renew()
        finished, removed = start(f"{number}", invocation, opts, grant, session)
        try:
            output = ingest.read_output(invocation, finished, Path(opts.output))
        except ParseError as error:
            failure = Failure(reason=error.reason, detail=error.detail)
            return ToolRun(executions=tuple(executions), failure=failure)
        outputs.append(output)
        executions.append(
            evidence(name, tool, invocation, finished, output, removed, opts, session)
        )
        notes += [f"ended a process that {name} left behind: {stray}" for stray in finished.strays]
        if finished.ending is not Ending.EXITED:
            failure = Failure(reason=ENDINGS[finished.ending], detail=f"{name}: {finished.detail}")
            return ToolRun(executions=tuple(executions), failure=failure)
    return parsed(tool, tuple(outputs), tuple(executions), tuple(notes), session)


def parsed(
    tool: Tool,
    outputs: tuple[ToolOutput, ...],
    executions: tuple[Execution, ...],
    notes: tuple[str, ...],
    session: Session,
) -> ToolRun:
    """Read the outputs; the report is redacted, and each finding knows its line's text."""
    redactor = session.secrets.redactor()
    try:
        report = tool.parse(outputs)
    except ParseError as error:
        failure = Failure(reason=error.reason, detail=redactor.text(error.detail))
        return ToolRun(executions=executions, failure=failure)
    placed = located(bounded(report), session.tree, redactor, session.renamed)
    report = redactor.report(placed)
    report = msgspec.structs.replace(report, notes=(*report.notes, *notes))
    return ToolRun(executions=as_told(executions, report), report=report)


def bounded(report: ToolReport) -> ToolReport:
    """The report with no message longer than is shown; most have none."""
    if all(len(finding.message) <= texts.MOST_BYTES // 4 for finding in report.findings):
        return report
    findings = tuple(
        msgspec.structs.replace(finding, message=texts.bounded(finding.message))
        for finding in report.findings
    )
    return msgspec.structs.replace(report, findings=findings)


def as_told(executions: tuple[Execution, ...], report: ToolReport) -> tuple[Execution, ...]:
    """The executions with the version that really ran, where the report knows it."""
    if not report.version:
        return executions
    return tuple(msgspec.structs.replace(one, version=report.version) for one in executions)


def start(
    name: str, invocation: Invocation, opts: Options, grant: Grant, session: Session
) -> tuple[Finished, tuple[str, ...]]:
    """Run one program; also the names of the variables that were kept from it."""
    folder = Path(opts.output)
    for relative, text in invocation.inputs.items():
        (folder / relative).write_text(text, encoding="utf-8")
    env, removed = variables(invocation, grant, session)
    finished = execute(
        invocation.argv,
        cwd=Path(invocation.cwd),
        env=env,
        output=folder,
        limits=Limits(deadline_s=invocation.deadline_s),
        cancel=session.cancel,
        interrupt_first=invocation.interrupt_first,
        name=name,
        watch=[folder / relative for relative in invocation.files.values()],
    )
    return finished, removed


def evidence(
    name: str,
    tool: Tool,
    invocation: Invocation,
    finished: Finished,
    output: ToolOutput,
    removed: tuple[str, ...],
    opts: Options,
    session: Session,
) -> Execution:
    """What proves that this program ran: no secrets, no folders of this machine, no port."""
    redactor = session.secrets.redactor()
    places = {
        str(session.results): "results",
        str(raw(session)): "results",
        str(session.tree): ".",
        str(session.scratch): "<scratch>",
        str(session.cache): "<cache>",
        str(session.presets): "<presets>",
        str(BIN): "<tools>",
        opts.base_url: "<service>",
        str(Path(catalog.__file__).parent): "<gates>",
    }
    return Execution(
        tool=name,
        argv=tuple(ingest.redacted_argv(invocation.argv, redactor, places)),
        version=version_of(tool) if invocation.argv[0] != opts.target_python else UNKNOWN,
        exit_code=finished.exit_code,
        digests=ingest.digests(output),
        removed_env=removed,
        stderr_tail=ingest.shortened(ingest.tail(output.stderr, redactor), places),
    )
