"""The whole of the api-design probe: rules for the document, then four kinds of requests.

Input: what `_caller` reads, and options (the policy's), throttled, forbidden, login, operational.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from gates.core.design import model
from gates.core.design.model import Api, Settings, Violation
from gates.core.design.rules import violations
from gates.core.documented import documented
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.openapi import JSON
from gates.probes import _caller, _common, _openapi
from gates.probes._caller import Caller, Exhausted
from gates.probes.api_design import answers, pages, readings, repeats
from gates.probes.api_design.asking import Asker
from gates.probes.api_design.found import Found, Outcome

TOOL = "api_design"
RULES, PAGES, REPEATS = "violations", "page_size_violations", "idempotency_violations"
Part = Callable[[], Outcome]


def measure(given: dict[str, Any]) -> ToolReport:
    """Judge the document and ask the service. Raises ProbeError."""
    if not given.get("document"):
        raise _common.ProbeError("there is no OpenAPI document", Reason.NO_RESULT)
    document = _openapi.document(given["document"])
    try:
        settings = _settings(given)
        api = _api(document, settings)
        stated = violations(api)
    except ValueError as error:
        raise _common.ProbeError(f"policy, gate api-design: {error}") from None
    asker = Asker(Caller(given, TOOL), api)
    login = given.get("login", "")
    failing = _part(asker, lambda: answers.look(asker, login))
    sized = _part(asker, lambda: pages.look(asker))
    read = _part(asker, lambda: readings.look(asker))
    twice = _part(asker, lambda: repeats.look(asker))
    if api.operations and not asker.answered and asker.notes:
        raise _common.ProbeError(f"no answer at all: {asker.notes[0]}", Reason.TARGET_DOWN)
    repeated = Outcome(
        found=(*read.found, *twice.found),
        tried=(*read.tried, *twice.tried),
        untold=(*read.untold, *twice.untold),
    )
    ruled = (*(Found(one) for one in stated), *failing.found)
    return ToolReport(
        tool=TOOL,
        examined=len(api.operations),
        examined_unit="operations",
        measurements={
            f"design.{RULES}": Measurement(value=float(len(ruled))),
            f"design.{PAGES}": _count(sized, "the document has no list"),
            f"design.{REPEATS}": _count(repeated, "nothing that could be repeated is documented"),
        },
        findings=(
            *(_finding(one, RULES) for one in sorted(ruled, key=_order)),
            *(_finding(one, PAGES) for one in sorted(sized.found, key=_order)),
            *(_finding(one, REPEATS) for one in sorted(repeated.found, key=_order)),
        ),
        notes=_notes(asker, sized, repeated, failing),
    )


def _settings(given: dict[str, Any]) -> Settings:
    settings = model.settings_of(given.get("options", {}))
    return msgspec.structs.replace(
        settings,
        throttled=(*settings.throttled, *given.get("throttled", ())),
        forbidden=(*settings.forbidden, *given.get("forbidden", ())),
        exempt=(*settings.exempt, *given.get("operational", ())),
    )


def _api(document: dict[str, JSON], settings: Settings) -> Api:
    chosen = tuple(
        op for op in documented(document) if not model.is_operational(op.path, settings.exempt)
    )
    return Api(document=document, operations=chosen, settings=settings)


def _part(asker: Asker, look: Part) -> Outcome:
    """One kind of trial; what a used-up budget leaves untried is said, and is no breach."""
    try:
        return look()
    except Exhausted as error:
        asker.notes.append(str(error))
        return Outcome(untold=(str(error),))


def _count(outcome: Outcome, nothing: str) -> Measurement:
    if not outcome.tried:
        if not outcome.untold:
            return Measurement(value=0.0, detail=f"not applicable: {nothing}")
        why = f"it cannot be told: {'; '.join(outcome.untold[:3])}"
        return Measurement(value=None, why=why)
    return Measurement(value=float(len(outcome.found)), detail=f"{len(outcome.tried)} tried")


def _notes(asker: Asker, *outcomes: Outcome) -> tuple[str, ...]:
    untold = [f"not tried: {text}" for outcome in outcomes for text in outcome.untold]
    refused = [f"refused for every identity: {label}" for label in sorted(asker.refused)]
    return tuple(dict.fromkeys((*sorted(untold), *refused, *asker.notes[:5])))


def _order(found: Found) -> Violation:
    return found.violation


def _finding(found: Found, metric: str) -> Finding:
    one = found.violation
    rule = f"design.{one.rule}"
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=Severity.HIGH if metric == PAGES else Severity.MEDIUM,
        message=f"{one.place}: {one.found}; better: {one.better}",
        fix=f"Better: {one.better}.",
        reproduce=_command(found),
        context=f"{one.place} {rule}",
        metric=f"design.{metric}",
    )


def _command(found: Found) -> str:
    if found.sent is None:
        return ""
    sent = found.sent
    once = _caller.curl(
        sent.method,
        sent.path,
        headers=sent.headers,
        body=sent.body,
        token="AUTHORIZATION" if found.identity else "",
    )
    return f"{once}; {once}" if found.again else once
