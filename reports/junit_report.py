"""Renders JUnit XML: a suite for each gate, a case for each criterion.

It is red where something blocks: a case fails where a blocking criterion is not met, and is an
error where a blocking criterion or a gate could not be judged. Such a gate is never `skipped`,
which build servers show as fine: that word is kept for what the policy leaves out, and for criteria
without data that block nothing. Where no gate tells why the run does not hold, a suite of its own
does.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from html import escape

import msgspec

from gates.core.model import (
    CriterionResult,
    Execution,
    Finding,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Status,
    Verdict,
    WaiverUse,
)
from reports import told
from reports.numbers import number
from reports.standing import counted_total, standing
from reports.visible import block, line
from reports.words import decided_by, revision

MOST = 50  # findings that one case or one suite lists
_LONGEST = 300  # characters of a finding
_RED = frozenset({"failure", "error"})
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One test case. `end`: failure, error, skipped, or "" for one that holds."""

    suite: str
    name: str
    end: str = ""
    kind: str = ""
    message: str = ""
    text: str = ""  # more of why, or what is worth knowing of one that holds


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One gate."""

    name: str
    seconds: float
    properties: Mapping[str, str]
    cases: tuple[Case, ...]
    aside: str = ""  # what is found and does not count


def render(scorecard: Scorecard) -> bytes:
    """Return the document as UTF-8. The same scorecard gives the same bytes."""
    waivers, seconds = told.waivers(scorecard), scorecard.run.durations_s
    suites = [_suite(gate, seconds.get(gate.id, 0.0), waivers) for gate in scorecard.gates]
    suites += _of_run(scorecard, suites)
    about = {"name": f"gatescore: {scorecard.target.name} {revision(scorecard.target)}"}
    cases = [case for suite in suites for case in suite.cases]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites{_attributes({**about, **_counts(cases)})}>",
        *(text for suite in suites for text in _suite_lines(suite)),
        "</testsuites>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _of_run(card: Scorecard, suites: Iterable[Suite]) -> Iterator[Suite]:
    """A suite of the run itself, where it has not ended, or does not hold and no gate says so."""
    red = any(case.end in _RED for suite in suites for case in suite.cases)
    fine = red or card.verdict in (Verdict.PASS, Verdict.WARN)
    if card.complete and fine:
        return
    failed = card.complete and card.verdict is Verdict.FAIL
    case = Case(
        suite="gatescore",
        name="the verdict" if card.complete else "the run has ended",
        end="failure" if failed else "error",
        kind=card.verdict.value if card.complete else "incomplete",
        message=decided_by(card) or card.verdict.value,
        text="" if card.complete else "not every planned gate has a result",
    )
    yield Suite(name="gatescore", seconds=0.0, properties={}, cases=(case,))


def _suite(gate: GateResult, seconds: float, waivers: Mapping[str, WaiverUse]) -> Suite:
    found = standing(gate)
    aside = (*found.waived, *found.known)
    named = ((_told(each), told.excuse(each, waivers)) for each in aside[:MOST])
    properties = {
        "level": str(gate.level),
        "status": gate.status.value,
        "title": gate.title,
        "findings": number(counted_total(gate)),
        "waived": number(len(found.waived)),
        "known": number(len(found.known)),
        **_evidence(gate),
    }
    return Suite(
        name=gate.id,
        seconds=seconds,
        properties=properties,
        cases=tuple(_cases(gate, _by_metric(found.counted))),
        aside=_listed(named, len(aside)),
    )


def _evidence(gate: GateResult) -> dict[str, str]:
    """What proves the result, as far as there is anything: nothing is told of what never ran."""
    examined = gate.evidence.examined
    found = {
        "examined": ", ".join(f"{number(n)} {unit}" for unit, n in sorted(examined.items())),
        "tools": ", ".join(dict.fromkeys(_ran(each) for each in gate.evidence.executions)),
        "reason": gate.reason.value if gate.reason else "",
    }
    return {name: text for name, text in found.items() if text}


def _ran(one: Execution) -> str:
    version = f" {one.version}" if one.version else ""
    return f"{one.tool}{version}" + ("" if one.exit_code is None else f" (exit {one.exit_code})")


def _by_metric(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for each in findings:
        found[each.metric].append(each)
    return found


def _cases(gate: GateResult, found: Mapping[str, list[Finding]]) -> Iterator[Case]:
    judged = gate.status not in told.UNJUDGED
    if not judged or gate.status is GateStatus.SKIPPED or not gate.criteria:
        yield _gate_case(gate)
    for each in gate.criteria:
        yield _criterion_case(gate, each, found.get(each.metric, []), judged=judged)


def _gate_case(gate: GateResult) -> Case:
    """The case of the gate itself, where its criteria cannot say how it ended."""
    kind = gate.reason.value if gate.reason else gate.status.value
    why, name = told.why(gate), "the gate was judged"
    heard = "\n".join(block(each.stderr_tail) for each in gate.evidence.executions)
    match gate.status:
        case GateStatus.ERROR | GateStatus.NOT_RUN | GateStatus.PENDING:
            text = heard.strip()
            return Case(suite=gate.id, name=name, end="error", kind=kind, message=why, text=text)
        case GateStatus.SKIPPED:
            return Case(suite=gate.id, name=name, end="skipped", message=why)
        case GateStatus.FAIL:
            return Case(suite=gate.id, name=name, end="failure", kind=kind, message=why)
        case GateStatus.PASS | GateStatus.WARN:
            return Case(suite=gate.id, name=name)


def _criterion_case(
    gate: GateResult, one: CriterionResult, found: list[Finding], *, judged: bool
) -> Case:
    name = f"{one.id}: {one.title}" if one.title else one.id
    if one.skipped:
        return Case(suite=gate.id, name=name, end="skipped", message=one.skipped)
    end = _end(one, judged=judged)
    said = one.decided_by or one.status.value
    message = said if end in ("failure", "error") else f"{one.status.value}: {said}"
    worst = heapq.nsmallest(MOST, found, key=lambda each: _RANKS[each.severity])
    listed = _listed(((_told(each), "") for each in worst), len(found)) if end else ""
    text = "\n".join(block(part) for part in (one.detail, one.fix) if part)
    parts = [message] if not end and one.status is not Status.PASS else []
    parts += [part for part in (text, listed) if part]
    return Case(
        suite=gate.id,
        name=name,
        end=end,
        kind=one.status.value,
        message=message,
        text="\n".join(parts),
    )


def _end(one: CriterionResult, *, judged: bool) -> str:
    match one.status:
        case Status.PASS | Status.WARN:
            return ""
        case Status.FAIL:
            return "failure" if one.blocking else ""
        case Status.NO_DATA:
            return "error" if one.blocking or not judged else "skipped"


def _told(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}" if finding.path and finding.line else finding.path
    words = (line(place, _LONGEST), told.rule(finding), told.summary(finding, _LONGEST))
    return " ".join(word for word in words if word)


def _listed(findings: Iterable[tuple[str, str]], total: int) -> str:
    """Findings with why they do not count, a line each, and how many more of `total` there are."""
    lines = [f"{text} [{excuse}]" if excuse else text for text, excuse in findings]
    more = total - len(lines)
    return "\n".join([*lines, f"and {number(more)} more: see scorecard.json"] if more else lines)


def _counts(cases: Iterable[Case]) -> dict[str, str]:
    ends = [case.end for case in cases]
    counts = {"tests": len(ends), "failures": ends.count("failure"), "errors": ends.count("error")}
    return {name: str(count) for name, count in counts.items()}


def _suite_lines(suite: Suite) -> Iterator[str]:
    skipped = str([case.end for case in suite.cases].count("skipped"))
    about = {"name": suite.name, **_counts(suite.cases), "skipped": skipped}
    yield f"<testsuite{_attributes({**about, 'time': f'{suite.seconds:.3f}'})}>"
    if suite.properties:
        yield "<properties>"
        for name, value in suite.properties.items():
            yield f"<property{_attributes({'name': name, 'value': value})}/>"
        yield "</properties>"
    for case in suite.cases:
        yield from _case_lines(case)
    if suite.aside:
        yield f"<system-out>{_text(suite.aside)}</system-out>"
    yield "</testsuite>"


def _case_lines(case: Case) -> Iterator[str]:
    opening = f"<testcase{_attributes({'classname': case.suite, 'name': case.name})}"
    if not case.end and not case.text:
        yield f"{opening}/>"
        return
    yield f"{opening}>"
    match case.end:
        case "":
            yield f"<system-out>{_text(case.text)}</system-out>"
        case "skipped":
            yield f"<skipped{_attributes({'message': case.message})}/>"
        case end:
            about = _attributes({"type": case.kind, "message": case.message})
            yield f"<{end}{about}>{_text(case.text)}</{end}>"
    yield "</testcase>"


def _attributes(values: Mapping[str, str]) -> str:
    """Attributes of an element; a value is one line without what XML 1.0 cannot hold."""
    return "".join(f' {name}="{escape(line(value, 1000))}"' for name, value in values.items())


def _text(text: str) -> str:
    """Text of an element, in lines; `]]>` cannot stand in it either, nor does it."""
    return escape(block(text, len(text)), quote=False)
