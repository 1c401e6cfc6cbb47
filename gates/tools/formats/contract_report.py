"""One report of all runs of the contract gate and the replay of its corpus."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from gates.core.contract_digest import Caught, Digest, Tally
from gates.core.contract_findings import EXERCISED, counted, finding
from gates.core.contract_session import ENDED
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.core.tool import ParseError, ToolOutput
from gates.tools.formats.contract_run import TOOL, Run, read_run
from gates.tools.formats.report import read_report

DEFAULT = "default"
SHOWN = 10  # operations that one note names
MESSAGE = 1_000  # characters of somebody else's text
Both = tuple[Run, Digest]


def read(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """The whole. Raises ParseError for the first run that cannot be believed."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, f"{TOOL} was not run")
    replayed = len(outputs) > 1 and not outputs[-1].files
    replay = read_report(outputs[-1], "corpus") if replayed else None
    runs = tuple(read_run(one) for one in (outputs[:-1] if replayed else outputs))
    return _report(runs, replay)


def _report(runs: tuple[Both, ...], replay: ToolReport | None) -> ToolReport:
    digests = tuple(digest for _, digest in runs)
    tallies = joined(digests)
    gaps = tuple(one for one in tallies.values() if not one.answered)
    failed = tuple(_joined_findings(digests, replay))
    return ToolReport(
        tool=TOOL,
        examined=sum(one.requests for one in digests) + (replay.examined if replay else 0),
        examined_unit="requests",
        measurements=_measurements(failed, tallies, gaps, digests),
        findings=(*failed, *(_gap(one.operation, _trouble(digests, one)) for one in gaps)),
        incomplete=(*_incomplete(runs), *(replay.incomplete if replay else ())),
        notes=(*_notes(digests, tallies), *(replay.notes if replay else ())),
        operations=tuple(_evidence(tallies, digests[0], failed)),
    )


def joined(digests: tuple[Digest, ...]) -> dict[str, Tally]:
    """What became of each operation in all runs together."""
    found: dict[str, Tally] = {}
    for one in (tally for digest in digests for tally in digest.operations):
        known = found.get(one.operation)
        found[one.operation] = _sum(known, one) if known else one
    return dict(sorted(found.items()))


def _sum(one: Tally, other: Tally) -> Tally:
    answers = Counter(one.answers) + Counter(other.answers)
    return msgspec.structs.replace(
        one,
        answers=dict(sorted(answers.items())),
        unanswered=one.unanswered + other.unanswered,
        followed=one.followed + other.followed,
        failed_links=one.failed_links + other.failed_links,
    )


def _joined_findings(digests: tuple[Digest, ...], replay: ToolReport | None) -> Iterator[Finding]:
    """One finding for each operation, rule and cause, whoever met it."""
    met: dict[tuple[str, str, str], tuple[Caught, set[str]]] = {}
    for digest in digests:
        for caught in digest.caught:
            best, names = met.get(caught.key, (caught, set[str]()))
            met[caught.key] = (min(best, caught, key=lambda c: c.order), names | {digest.identity})
    seen = set()
    for key in sorted(met):
        made = _finding(*met[key])
        seen.add((made.rule, made.context))
        yield made
    for one in replay.findings if replay else ():
        if (one.rule, one.context) not in seen:
            yield one


def _finding(caught: Caught, identities: set[str]) -> Finding:
    others = sorted(identities - {DEFAULT, ""})
    also = f" (as {', '.join(others)})" if others and not identities & {DEFAULT, ""} else ""
    return finding(
        operation=caught.operation,
        rule=caught.rule,
        cause=caught.cause,
        title=caught.title,
        severity=caught.severity,
        detail=caught.detail,
        steps=caught.steps,
        also=also,
    )


def _measurements(
    failed: tuple[Finding, ...],
    tallies: dict[str, Tally],
    gaps: tuple[Tally, ...],
    digests: tuple[Digest, ...],
) -> dict[str, Measurement]:
    measured = {name: Measurement(value=count) for name, count in counted(failed).items()}
    total, requests = len(tallies), sum(one.requests for one in digests)
    exercised = total - len(gaps)
    left_out = f", {len(digests[0].excluded)} left out" if digests[0].excluded else ""
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(one.seed for one in digests))
    detail = (
        f"{exercised} of {total} operations answered {requests} requests{left_out}; seed {seeds}"
    )
    measured[EXERCISED] = (
        Measurement(value=100.0 * exercised / total, detail=detail)
        if total
        else Measurement(value=None, why="the document has no operations")
    )
    return measured


def _incomplete(runs: tuple[Both, ...]) -> Iterator[str]:
    for run, digest in runs:
        named = sorted(digest.troubles)[:SHOWN]
        why = f"; the first: {_one_line(digest.troubles[named[0]])}" if named else ""
        where = f" ({', '.join(named)}{why})" if named else ""
        for problem in run.errors:
            yield f"{problem.title}: {problem.count}{where}"
        who = f"identity {digest.identity or DEFAULT}"
        if digest.session == ENDED:
            yield (
                f"{who}: {digest.session_detail}: what was asked then was not judged. Make the "
                "token of the test last longer than the gate, or leave out the operation that "
                "ends the session: [contract.exclude]"
            )
        elif digest.session:
            yield f"{who}: {digest.session_detail}: mend [auth] or [identities]"


def _notes(digests: tuple[Digest, ...], tallies: dict[str, Tally]) -> Iterator[str]:
    for operation, reason in sorted(digests[0].excluded.items()):
        yield f"left out by [contract.exclude]: {operation}: {reason}"
    refused = [one.operation for one in tallies.values() if one.only_refused]
    if refused:
        yield (
            f"answered with 401 or 403 alone: {_some(refused)}; name an identity that may use "
            "them under [contract] identities"
        )
    spared: dict[tuple[str, str], set[str]] = {}
    for one in (spared for digest in digests for spared in digest.spared):
        spared.setdefault((one.rule, one.reason), set()).add(one.operation)
    for (rule, reason), operations in sorted(spared.items()):
        yield f"not counted: {rule} at {_some(sorted(operations))}: {reason}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def _evidence(
    tallies: dict[str, Tally], first: Digest, failed: tuple[Finding, ...]
) -> Iterator[OperationEvidence]:
    broken = Counter(operation for one in failed for operation in _operations(one, tallies))
    for operation, reason in sorted(first.excluded.items()):
        for aspect in (Aspect.EXERCISED, Aspect.STATEFUL):
            yield OperationEvidence(
                operation=operation, aspect=aspect, detail=f"left out: {reason}"
            )
    for one in tallies.values():
        yield _exercised(one, broken[one.operation])
        yield _stateful(one)


def _operations(one: Finding, tallies: dict[str, Tally]) -> Iterable[str]:
    """The operation that a finding's context starts with."""
    words = one.context.split(" ")
    label = " ".join(words[:2])
    return (label,) if label in tallies else ()


def _exercised(one: Tally, findings: int) -> OperationEvidence:
    said = ", ".join(f"{status} x{count}" for status, count in one.answers.items())
    if not one.answered:
        state, said = Status.NO_DATA, "gave no answer"
    elif one.only_refused:
        state, said = Status.NO_DATA, f"refused every request: {said}"
    else:
        state = Status.FAIL if findings else Status.PASS
    return OperationEvidence(
        operation=one.operation,
        aspect=Aspect.EXERCISED,
        state=state,
        count=one.answered,
        detail=said,
    )


def _stateful(one: Tally) -> OperationEvidence:
    if not one.followed:
        state, said = Status.NO_DATA, "no link was followed to it"
    else:
        state = Status.FAIL if one.failed_links else Status.PASS
        said = f"links followed: {one.followed}"
    return OperationEvidence(
        operation=one.operation,
        aspect=Aspect.STATEFUL,
        state=state,
        count=one.followed,
        detail=said,
    )


def _trouble(digests: tuple[Digest, ...], one: Tally) -> str:
    said = (digest.troubles.get(one.operation, "") for digest in digests)
    return _one_line(next((text for text in said if text), ""))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MESSAGE]


def _gap(operation: str, why: str) -> Finding:
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
