"""What Schemathesis says of a run (4.32): its JSON report, and whether it may be believed."""

import msgspec

from gates.core.contract_digest import Digest
from gates.core.model import Reason
from gates.core.tool import ParseError, ToolOutput
from gates.tools.formats import strict_json
from gates.tools.formats.report import read_report

TOOL = "schemathesis"
DOWN = ("Network Error", "Server Unavailable")
ENDED = (0, 1, 130)


class Operations(msgspec.Struct, frozen=True):
    """How many operations the document has, and what became of them."""

    total: strict_json.Count
    tested: strict_json.Count
    errored: strict_json.Count


class Problem(msgspec.Struct, frozen=True):
    """One kind of error of the run itself."""

    title: str
    count: strict_json.Count


class Group(msgspec.Struct, frozen=True):
    """All failures of one code; `count` is that of distinct ones."""

    code: str
    count: strict_json.Count


class Run(msgspec.Struct, frozen=True):
    """The JSON report."""

    seed: int
    stop_reason: str
    complete: bool
    operations: Operations
    failures: tuple[Group, ...]
    errors: tuple[Problem, ...]


def read_run(output: ToolOutput) -> tuple[Run, Digest]:
    """The report and the digest of a whole run. Raises ParseError."""
    data = output.files.get("run")
    if not data and output.exit_code not in ENDED:
        raise _crash(output)
    if not data and b"Traceback" in output.stderr:
        raise ParseError(Reason.TOOL_CRASHED, f"{TOOL}: {_last(output)}")
    run = strict_json.decode_as(data, Run, what=f"{TOOL}'s report")
    if run.stop_reason == "interrupted":
        raise ParseError(Reason.INCOMPLETE, f"{TOOL} was interrupted")
    what = f"the digest of {TOOL}'s events"
    digest = strict_json.decode_as(output.files.get("digest"), Digest, what=what)
    _refuse_unfinished(run, digest)
    _refuse_other(run, digest)
    return run, digest


def _refuse_unfinished(run: Run, digest: Digest) -> None:
    titles = ", ".join(f"{problem.title} ({problem.count})" for problem in run.errors)
    down = any(problem.title in DOWN for problem in run.errors)
    if run.stop_reason == "server_unavailable":
        raise ParseError(Reason.TARGET_DOWN, _gone(digest, titles))
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


def _gone(digest: Digest, titles: str) -> str:
    """Words for a target that went away, with the operation that may have done it."""
    last = f"; the last request was {digest.last}" if digest.last else ""
    broke = [one.operation for one in digest.caught if one.rule in ("ST101", "ST102")]
    before = f"; before, these answered 5xx: {', '.join(sorted(set(broke))[:3])}" if broke else ""
    return f"the target went away during the run: {titles}{last}{before}"


def _refuse_other(run: Run, digest: Digest) -> None:
    """The digest has to be that of the report. Raises ParseError."""
    if digest.problem:
        detail = f"unparsable: {TOOL}'s events: {digest.problem}"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)
    if not digest.finished:
        raise ParseError(Reason.UNREADABLE_RESULT, f"unparsable: {TOOL}'s events end early")
    lost = {group.code for group in run.failures} - set(digest.codes)
    if lost:
        detail = f"schema: {TOOL}'s events do not hold the failures {', '.join(sorted(lost))}"
        raise ParseError(Reason.UNREADABLE_RESULT, detail)


def _crash(output: ToolOutput) -> ParseError:
    """The launcher's own reason, where it named one, else what was printed last."""
    try:
        read_report(output, TOOL)
    except ParseError as error:
        if error.reason is not Reason.TOOL_CRASHED:
            return error
    return ParseError(Reason.TOOL_CRASHED, f"{TOOL} ended with {output.exit_code}: {_last(output)}")


def _last(output: ToolOutput) -> str:
    lines = (output.stderr + b"\n" + output.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:400] if lines else "it printed nothing"
