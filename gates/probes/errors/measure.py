"""The whole of the errors probe: its own wrong requests, then every error answer of this run.

Input: what `_caller` reads, and `envelope` (the policy's).
"""

from collections.abc import Iterable
from typing import Any

from gates.core import error_leaks, exchanges, texts
from gates.core.design.routing import routes
from gates.core.documented import Documented, documented
from gates.core.error_leaks import Leak
from gates.core.exchanges import Exchange
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.redact import Redactor
from gates.probes import _caller, _common, _openapi
from gates.probes._caller import DEFAULT, Caller, Exhausted
from gates.probes.errors import wrapped
from gates.probes.errors.requests import Wrong, requests
from gates.probes.errors.seen import Seen, errors
from gates.probes.errors.wrapped import Expected
from gates.shell.network import NetworkError, Response

TOOL = "errors"
EVERYWHERE = "error answers"
_WORDS = {
    "errors.stack-trace": ("a stack trace", "Log the trace and answer with a code alone."),
    "errors.sql": ("the words of a database", "Log what the database says; answer with a code."),
    "errors.path": ("a file path", "Keep names of files out of messages."),
    "errors.banner": ("the name or version of a framework", "Switch the banner off."),
}


def measure(given: dict[str, Any]) -> ToolReport:
    """Send the requests, read what other gates recorded, judge. Raises ProbeError."""
    document = _openapi.document(given.get("document", ""))
    operations = documented(document)
    known = routes(operations)
    caller = Caller(given, TOOL)
    own, unanswered, notes = _send(caller, requests(operations, document))
    if not own and unanswered:
        raise _common.ProbeError(f"no answer at all: {unanswered[0]}", Reason.TARGET_DOWN)
    others = [one for one in _caller.recorded(given.get("recorded", "")) if one.probe != TOOL]
    seen = tuple(errors((*own, *others), known, TOOL))
    try:
        wanted = wrapped.expected(operations, document, given.get("envelope"), seen)
    except ValueError as error:
        raise _common.ProbeError(f"policy, gate errors: option {error}") from None
    redactor = Redactor(_secrets(caller))
    leaking = _leaks(seen, operations, redactor)
    wrong = _outside(seen, wanted)
    bodies = sum(one.has_body for one in seen)
    return ToolReport(
        tool=TOOL,
        examined=len(seen),
        examined_unit="error answers",
        measurements={
            "errors.leaks": _count(len(leaking), len(seen), "no request failed"),
            "errors.outside_envelope": _count(len(wrong), bodies, "no error answer had a body"),
        },
        findings=(*leaking, *wrong),
        notes=tuple(text for text in (*notes, wanted.note, *unanswered[:5]) if text),
    )


def _send(caller: Caller, asked: Iterable[Wrong]) -> tuple[list[Exchange], list[str], list[str]]:
    """The exchanges, what was not answered, and whether the budget was used up."""
    own: list[Exchange] = []
    unanswered: list[str] = []
    highest = _highest(caller)
    for wrong in asked:
        try:
            answer = caller.ask(
                wrong.method,
                wrong.path,
                identity=None if wrong.anonymous else highest,
                headers=wrong.headers,
                body=wrong.body,
                operation=wrong.operation,
            )
        except NetworkError as error:
            unanswered.append(f"{wrong.operation or wrong.kind}: no answer: {error.kind}")
            continue
        except Exhausted as error:
            return own, unanswered, [str(error)]
        own.append(_exchange(wrong, answer))
    return own, unanswered, []


def _highest(caller: Caller) -> str:
    """Whoever may most: a request that is refused for its rank is not looked at any further."""
    known = sorted(caller.identities.items(), key=lambda pair: (-pair[1].rank, pair[0]))
    return known[0][0] if known else DEFAULT


def _exchange(wrong: Wrong, answer: Response) -> Exchange:
    return Exchange(
        probe=TOOL,
        method=wrong.method,
        path=wrong.path,
        identity="" if wrong.anonymous else DEFAULT,
        operation=wrong.operation,
        request_headers=wrong.headers,
        request_body=exchanges.text_of(wrong.body),
        status=answer.status,
        headers=tuple(answer.headers),
        body=exchanges.text_of(answer.body),
    )


def _leaks(
    seen: Iterable[Seen], operations: Iterable[Documented], redactor: Redactor
) -> list[Finding]:
    """One finding for each operation and kind; what a header tells, it tells everywhere."""
    paths = tuple(sorted({op.path.partition("{")[0] for op in operations} - {"/", ""}))
    first: dict[tuple[str, str, str], tuple[Leak, Seen]] = {}
    for one in sorted(seen, key=_order):
        sent = error_leaks.values_of(
            one.exchange.path, one.exchange.request_headers, one.exchange.request_body
        )
        for leak in error_leaks.leaks(one.exchange.body, one.exchange.headers, sent, paths):
            place = one.operation if leak.place == "body" else EVERYWHERE
            first.setdefault((place, leak.rule, leak.kind), (leak, one))
    return [_leak(key[0], *first[key], redactor) for key in sorted(first)]


def _leak(place: str, leak: Leak, one: Seen, redactor: Redactor) -> Finding:
    words, fix = _WORDS[leak.rule]
    where = f" ({leak.kind})" if leak.place == "body" else f" in the header {leak.place}"
    return Finding(
        tool=TOOL,
        rule=leak.rule,
        severity=Severity.MEDIUM if leak.rule == "errors.banner" else Severity.HIGH,
        message=f"{place}: {words}{where}: {texts.visible(redactor.text(leak.excerpt))}",
        fix=fix,
        reproduce=_command(one, redactor),
        context=f"{place} {leak.kind}",
        metric="errors.leaks",
    )


def _outside(seen: Iterable[Seen], wanted: Expected) -> list[Finding]:
    """One finding for each operation and kind of body."""
    first: dict[tuple[str, str], Seen] = {}
    for one in sorted(seen, key=_order):
        if problem := wrapped.outside(one, wanted):
            first.setdefault((one.operation, problem), one)
    return [_wrapped(problem, first[place, problem], wanted) for place, problem in sorted(first)]


def _wrapped(problem: str, one: Seen, wanted: Expected) -> Finding:
    allowed = wanted.envelope.words if wanted.envelope else "one JSON object for all errors"
    return Finding(
        tool=TOOL,
        rule="errors.envelope",
        severity=Severity.MEDIUM,
        message=texts.visible(
            f"{one.operation}: an error answer is outside the envelope: {problem}; "
            f"allowed: {allowed}"
        ),
        fix="Answer every failure through one handler, those of the framework too.",
        reproduce=_command(one, Redactor()),
        context=f"{one.operation} {problem}",
        metric="errors.outside_envelope",
    )


def _command(one: Seen, redactor: Redactor) -> str:
    """A request of ours as it was sent; of others, what of it is no secret."""
    sent = one.exchange
    headers = tuple((name, value) for name, value in sent.request_headers if _harmless(name))
    body = redactor.text(sent.request_body) if len(sent.request_body) <= 4000 else ""
    known = sent.identity or any(
        name.lower() == "authorization" for name, _ in sent.request_headers
    )
    command = _caller.curl(
        sent.method,
        redactor.text(sent.path),
        headers=headers,
        body=body.encode("utf-8", "replace"),
        token="AUTHORIZATION" if known else "",
    )
    return command if len(command) <= 6000 else ""


def _harmless(name: str) -> bool:
    return name.lower() in ("content-type", "accept", "origin")


def _order(one: Seen) -> tuple[bool, str, str, str, int, str]:
    """Our own requests first: they are the same in every run."""
    sent = one.exchange
    return (not one.own, sent.method, sent.path, sent.request_body, sent.status, sent.body)


def _count(found: int, looked_at: int, nothing: str) -> Measurement:
    if not looked_at:
        return Measurement(value=None, why=nothing)
    return Measurement(value=float(found), detail=f"{looked_at} looked at")


def _secrets(caller: Caller) -> tuple[str, ...]:
    return tuple(
        part
        for known in caller.identities.values()
        for value in known.headers.values()
        for part in (value, value.split(" ")[-1])
    )
