"""Looks at what a service shows of itself: health, metrics, ids, logs, traces, audit, secrets.

Input: that of the caller, and the keys of `_watching.Given`.
"""

import secrets
from typing import Any

import msgspec

from gates.core import exposition, log_lines
from gates.core.documented import Documented, documented
from gates.core.model import Measurement, ToolReport
from gates.core.openapi import JSON
from gates.probes import _common, _openapi, _watch_ids, _watch_logs, _watch_metrics, _watch_ready
from gates.probes import _watch_audit as audit
from gates.probes import _watch_secrets as hidden
from gates.probes import _watch_traces as traces
from gates.probes._caller import Caller, Exhausted
from gates.probes._reachable import led, readable, with_ids, writing
from gates.probes._service_log import opened
from gates.probes._watching import TOOL, Asked, Flaw, Given, Watch, finding, is_own, unknown

MOST_READ = 6  # operations that are asked, and as many of those with an id
NO_LOG = "the log of a service that gatescore did not start cannot be read"
IN_LOG = (_watch_logs.METRIC, traces.METRIC, hidden.METRIC, audit.METRIC)


class Seen(msgspec.Struct, kw_only=True):
    """What has come together so far."""

    measurements: dict[str, Measurement] = {}
    flaws: tuple[Flaw, ...] = ()
    notes: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()

    def add(self, metric: str, found: tuple[Measurement, tuple[Flaw, ...]]) -> None:
        """Keep one part's result."""
        self.measurements[metric] = found[0]
        self.flaws += found[1]


def measure(given: dict[str, Any]) -> ToolReport:
    """Ask, read the log, and judge both. Raises ProbeError."""
    task = msgspec.convert(given, Given)
    log = opened(task.service_log)
    caller = Caller(given, TOOL)
    watch = Watch(
        caller=caller,
        given=task,
        log=log,
        trace=secrets.token_hex(16),
        start=log.size() if log else 0,
    )
    seen = Seen()
    try:
        look(watch, _openapi.document(task.document), seen)
    except Exhausted as error:
        seen.notes += (f"not everything was looked at: {error}",)
    return _report(watch, seen)


def look(watch: Watch, document: JSON, seen: Seen) -> None:
    """All parts, those that cut an upstream last. Raises Exhausted."""
    operations = documented(document) if isinstance(document, dict) else ()
    upstreams = led(watch.given.upstreams, operations)
    given = msgspec.structs.replace(watch.given, upstreams=upstreams)
    watch = msgspec.structs.replace(watch, given=given)
    operations = tuple(op for op in operations if not is_own(op, watch.given))
    seen.add(_watch_ready.HEALTH, _watch_ready.health(watch))
    before = _watch_metrics.begin(watch)
    seen.exposed = exposition.queryable(before.families)
    asked, ids = ask_all(watch, operations, document)
    path = next((one.path for one in asked if one.fine), watch.given.health)
    sent = sum(1 for one in asked if one.fine)
    seen.add(_watch_metrics.METRIC, _watch_metrics.judged(watch, before, sent, ids))
    seen.add(_watch_ids.METRIC, _watch_ids.judged(watch, asked, path))
    if watch.log is not None:
        read_log(watch, operations, document, asked, path, seen)
    ready = _watch_ready.readiness(watch)
    seen.add(_watch_ready.READINESS, ready[:2])
    seen.notes += ready[2]


def ask_all(
    watch: Watch, operations: tuple[Documented, ...], document: JSON
) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """The answers of what can be read, and the ids that were asked for."""
    asked: list[Asked | None] = []
    ids: list[str] = []
    needed = {name for one in watch.given.upstreams for name in one.operations}
    plain = sorted(readable(operations, document), key=lambda one: one[0].label not in needed)
    for op, made in plain[:MOST_READ]:
        asked.append(watch.ask(made, label=op.label, protected=op.protected))
    for op, both, two in list(with_ids(operations, document))[:MOST_READ]:
        asked += [watch.ask(made, label=op.label, protected=op.protected) for made in both]
        ids += two
    return tuple(one for one in asked if one is not None), tuple(dict.fromkeys(ids))


def read_log(
    watch: Watch,
    operations: tuple[Documented, ...],
    document: JSON,
    asked: tuple[Asked, ...],
    path: str,
    seen: Seen,
) -> None:
    """Everything that the log shows."""
    if watch.log is None:
        return
    writes = writing(operations, (watch.given.login,))
    kinds = hidden.plant(watch, path, writes)
    events, typed = audit.logins(watch)
    author = audit.Author(watch, document)
    made = (author.write(op) for op in writes[: audit.MOST_WRITES])
    events += tuple(event for event in made if event is not None)

    def enough(text: str) -> bool:
        return _watch_logs.complete(watch, asked, text)

    text = watch.log.wait(watch.start, enough, watch.given.log_s)
    lines = log_lines.read(text, watch.given.observability.logs.format)
    logged = tuple(one for one in asked if one.answer.status != 0)
    seen.add(_watch_logs.METRIC, _watch_logs.judged(watch, logged, lines))
    seen.add(traces.METRIC, traces.judged(watch, asked, lines))
    seen.add(audit.METRIC, audit.judged(watch, events))
    seen.add(
        hidden.METRIC, hidden.judged({**hidden.real(watch), **kinds, **typed}, watch.log.since(0))
    )
    seen.flaws += _watch_ids.in_log(watch, text)


def _report(watch: Watch, seen: Seen) -> ToolReport:
    why = NO_LOG if watch.log is None else "it was not reached within the budget of the probe"
    names = (
        _watch_ready.HEALTH,
        _watch_ready.READINESS,
        _watch_metrics.METRIC,
        _watch_ids.METRIC,
        *IN_LOG,
    )
    flaws = tuple(dict.fromkeys(sorted(seen.flaws)))
    return ToolReport(
        tool=TOOL,
        examined=watch.caller.sent,
        examined_unit="requests",
        measurements={name: _counted(seen, name, flaws, why) for name in names},
        findings=tuple(finding(flaw) for flaw in flaws),
        notes=seen.notes,
        exposed=seen.exposed,
    )


def _counted(seen: Seen, name: str, flaws: tuple[Flaw, ...], why: str) -> Measurement:
    """The measurement, with flaws that another part found counted in."""
    found = seen.measurements.get(name)
    if found is None:
        return unknown(why)
    if found.value is None or name == audit.METRIC:
        return found
    return msgspec.structs.replace(found, value=float(sum(1 for f in flaws if f.metric == name)))


if __name__ == "__main__":
    _common.run(measure)
