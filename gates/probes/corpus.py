"""Replays the cases of the corpus: requests that once broke the contract must not do so again.

Input: that of the caller, tree, cases (paths in the tree), left_out (number of cases that are not
replayed), exclude (operations that must not be asked).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core import corpus, operation_names
from gates.core.contract_findings import finding
from gates.core.contract_steps import at, replaced
from gates.core.corpus import Ask, Case, CaseError, Expected
from gates.core.documented import Documented, documented
from gates.core.model import Finding, ToolReport
from gates.core.openapi import JSON
from gates.probes import _answer_schema, _common, _openapi
from gates.probes._caller import Caller, Exhausted
from gates.shell.network import NetworkError, Response

TOOL = "corpus"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one case: a finding, a note, or a reason why nobody knows."""

    requests: int = 0
    finding: Finding | None = None
    note: str = ""
    incomplete: str = ""


def measure(given: dict[str, Any]) -> ToolReport:
    """Replay every case."""
    document = _openapi.document(given["document"])
    known = {one.label: one for one in documented(document)}
    caller = Caller(given, TOOL)
    outcomes = list(_replayed(given, document, known, caller))
    left_out = given["left_out"]
    more = (f"{left_out} cases of the corpus were not replayed",) if left_out else ()
    return ToolReport(
        tool=TOOL,
        examined=sum(one.requests for one in outcomes),
        examined_unit="requests",
        findings=tuple(one.finding for one in outcomes if one.finding),
        incomplete=tuple(one.incomplete for one in outcomes if one.incomplete),
        notes=(*(one.note for one in outcomes if one.note), *more),
    )


def _replayed(
    given: Mapping[str, Any],
    document: dict[str, JSON],
    known: Mapping[str, Documented],
    caller: Caller,
) -> Iterator[Outcome]:
    names = operation_names.names(document)
    left_out = {names.get(name, name) for name in given["exclude"]}
    for name in given["cases"]:
        try:
            case = corpus.decode(_common.inside(Path(given["tree"]), name).read_bytes())
        except (CaseError, OSError) as error:
            yield Outcome(incomplete=f"{name}: {error}; mend or delete it")
            continue
        gone = [one.operation for one in case.steps if one.operation not in known]
        stranger = case.identity not in {*caller.identities, corpus.DEFAULT}
        if gone and case.rule != "ST204":
            yield Outcome(note=f"{name} no longer fits the document: it has no {gone[0]}")
        elif stranger:
            yield Outcome(note=f"{name}: the target has no identity {case.identity!r}")
        elif any(one.operation in left_out for one in case.steps):
            yield Outcome(note=f"{name}: [contract.exclude] names its operation")
        else:
            yield _outcome(name, case, document, known, caller)


def _outcome(
    name: str, case: Case, document: JSON, known: Mapping[str, Documented], caller: Caller
) -> Outcome:
    before = caller.sent
    try:
        last = _asked(case, caller)
    except (NetworkError, Exhausted) as error:
        return Outcome(requests=caller.sent - before, incomplete=f"{name}: {error}")
    sent = caller.sent - before
    if isinstance(last, str):
        return Outcome(requests=sent, note=f"{name}: {last}")
    wrong = corpus.broken(case, last.status)
    if case.expected is Expected.DOCUMENTED:
        wrong = _answer_schema.broken(document, known.get(case.operation), last)
    found = _finding(name, case) if wrong else None
    return Outcome(requests=sent, finding=found)


def _asked(case: Case, caller: Caller) -> Response | str:
    """The answer to the last request, or why it could not be reached."""
    answers: list[Response] = []
    for number, step in enumerate(case.steps):
        path = step.target
        for take in step.takes:
            value = at(_json(answers[take.step]), take.pointer) if take.step < number else None
            if value is None or isinstance(value, dict | list):
                return f"step {take.step + 1} gave no {take.pointer}: its case could not be reached"
            path = replaced(path, take.seen, str(value))
        answers.append(_ask(step, path, case, caller))
    return answers[-1]


def _ask(step: Ask, path: str, case: Case, caller: Caller) -> Response:
    return caller.ask(
        step.method,
        path,
        identity=case.identity if step.credentials else None,
        headers=tuple(step.headers.items()),
        body=step.data,
        operation=step.operation,
    )


def _finding(name: str, case: Case) -> Finding:
    return finding(
        operation=case.operation,
        rule=case.rule,
        cause=case.cause,
        title=case.title or case.check,
        severity=case.severity,
        steps=corpus.steps_of(case),
        also=f" [kept as {name}]",
    )


def _json(answer: Response) -> Any:
    try:
        return msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return None


if __name__ == "__main__":
    _common.run(measure)
