"""Whether every request is logged with its id, its level and its user, in lines that are JSON."""

from gates.core import log_lines
from gates.core.log_lines import Line
from gates.core.model import Measurement
from gates.probes._watching import Asked, Flaw, Watch, count, unknown

METRIC = "observability.log_violations"
FIXES = {
    "not-logged": "Log every request once it is answered, with its id.",
    "not-json": "Send every logger through one formatter that writes a JSON object per line.",
    "no-level": "Log the level of every line.",
    "no-user": "Log who asked, for every request that is authenticated.",
    "silent": "Log to stdout, and do not keep lines back in a buffer.",
}


def judged(
    watch: Watch, asked: tuple[Asked, ...], lines: tuple[Line, ...]
) -> tuple[Measurement, tuple[Flaw, ...]]:
    """What is wrong with the lines that were written since we came."""
    if not asked:
        why = "no documented operation could be asked: the logging of health checks is no duty"
        return unknown(why), ()
    flaws = _flaws(watch, asked, lines)
    detail = f"{len(lines)} lines of {len(asked)} requests and of those beside them were read"
    return count(METRIC, flaws, detail), flaws


def complete(watch: Watch, asked: tuple[Asked, ...], text: str) -> bool:
    """Whether every request has left its line."""
    lines = log_lines.read(text, watch.given.observability.logs.format)
    return all(of(watch, one, lines) for one in asked)


def of(watch: Watch, one: Asked, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines of one request."""
    logs = watch.given.observability.logs
    return log_lines.with_id(lines, logs.request_id, one.ids, logs.format)


def _flaws(watch: Watch, asked: tuple[Asked, ...], lines: tuple[Line, ...]) -> tuple[Flaw, ...]:
    logs = watch.given.observability.logs
    if not lines:
        return (_flaw("silent", "log", "the service wrote nothing to stdout or stderr"),)
    flaws = []
    if any(line.fields is None for line in lines):
        flaws.append(_flaw("not-json", "log", "found lines that are no JSON objects"))
    by_request = [(one, of(watch, one, lines)) for one in asked]
    without = sorted({one.label for one, found in by_request if not found})
    if not any(found for _, found in by_request):
        without = []  # one flaw of the log, not one of every operation
        text = f"no line has the id of its request in the field {logs.request_id}"
        flaws.append(_flaw("not-logged", logs.request_id, text))
    flaws += [
        _flaw("not-logged", label, f"{label}: no line has its id in the field {logs.request_id}")
        for label in without
    ]
    logged = [(one, found) for one, found in by_request if found]
    if any(not any(log_lines.said(line, logs.level) for line in found) for _, found in logged):
        text = f"the line of a request has no field {logs.level}"
        flaws.append(_flaw("no-level", logs.level, text))
    known = [found for one, found in logged if one.protected and one.fine and one.identity]
    if logs.format == "json" and any(
        not any(log_lines.said(line, logs.user) for line in found) for found in known
    ):
        text = f"the line of an authenticated request has no field {logs.user}"
        flaws.append(_flaw("no-user", logs.user, text))
    return tuple(flaws)


def _flaw(word: str, subject: str, found: str) -> Flaw:
    allowed = "one line for each request with its id, its level and its user"
    return Flaw(
        metric=METRIC,
        rule=f"observability.logs-{word}",
        subject=subject,
        message=f"{found}; allowed: {allowed}",
        fix=FIXES[word],
    )
