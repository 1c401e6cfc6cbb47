"""Whether the trace of a request reaches the log and the calls that the service makes itself."""

from gates.core import log_lines
from gates.core.behaviour import Upstream
from gates.core.log_lines import Line
from gates.core.model import Measurement
from gates.probes._door import ControlError, Door
from gates.probes._watching import Asked, Flaw, Watch, count, unknown

METRIC = "observability.trace_violations"
FIX = "Continue the trace of the header traceparent: in every log line, and in calls to others."


def judged(
    watch: Watch, asked: tuple[Asked, ...], lines: tuple[Line, ...]
) -> tuple[Measurement, tuple[Flaw, ...]]:
    """What is wrong with the trace; not measured where neither lines nor calls can show it."""
    logged, other = _logged(watch, lines)
    calls = _calls(watch, asked)
    flaws = [
        _flaw(f"upstream {name}", f"calls to {name} have")
        for name in sorted(calls)
        if not calls[name]
    ]
    if not logged and other:
        flaws.append(_flaw("log", "lines of the log have"))
    if not logged and not calls and not other:
        why = (
            "no line of the log has the id of a trace, and no HTTP upstream is led through a proxy:"
            " log it as trace_id, or name the upstream in service.upstreams"
        )
        return unknown(why), ()
    where = [*(["the log"] if logged else []), *sorted(calls)]
    return count(METRIC, flaws, f"looked for in {', '.join(where) or 'the log'}"), tuple(flaws)


def _logged(watch: Watch, lines: tuple[Line, ...]) -> tuple[bool, bool]:
    """Whether lines have our trace, and whether any have one at all."""
    ours = any(watch.trace in line.text for line in lines)
    return ours, any(log_lines.trace_fields(line) for line in lines)


def _calls(watch: Watch, asked: tuple[Asked, ...]) -> dict[str, bool]:
    """Whether our trace went to each HTTP upstream that our requests needed."""
    labels = {one.label for one in asked if one.fine}
    seen: dict[str, bool] = {}
    for upstream in watch.given.upstreams if watch.given.control else ():
        if not _needed(upstream, labels):
            continue
        try:
            reply = Door(watch.given.control).seen(upstream.name, watch.trace)
        except ControlError:
            continue
        if reply.http:
            seen[upstream.name] = reply.found
    return seen


def _needed(upstream: Upstream, labels: set[str]) -> bool:
    return bool(upstream.address and labels & set(upstream.operations))


def _flaw(subject: str, where: str) -> Flaw:
    return Flaw(
        metric=METRIC,
        rule="observability.trace-lost",
        subject=subject,
        message=f"{where} another trace than the request's; allowed: that of its traceparent",
        fix=FIX,
        reproduce=(
            'curl -s -H "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"'
            ' "$BASE_URL"/'
        ),
    )
