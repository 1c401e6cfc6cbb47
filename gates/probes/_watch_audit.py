"""Whether what changes something, and who comes in, leaves an audit line."""

import secrets
import urllib.parse
from typing import Any

import msgspec

from gates.core import log_lines
from gates.core.behaviour import Logs
from gates.core.documented import Documented, Made, made
from gates.core.log_lines import Line
from gates.core.model import Measurement
from gates.core.openapi import JSON
from gates.core.sampling import NoSample
from gates.probes._caller import DEFAULT
from gates.probes._reachable import collection, identifier
from gates.probes._watch_secrets import SECRET
from gates.probes._watching import Asked, Flaw, Watch, best, unknown

METRIC = "observability.audit_percent"
MOST_WRITES = 10
LINE_S = 0.3  # for an audit line to follow its answer


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has to be in the audit log, and the lines that were written meanwhile."""

    label: str
    asked: Asked
    lines: tuple[Line, ...]


class Author:
    """Makes requests that write, and remembers the ids of what it made."""

    def __init__(self, watch: Watch, document: JSON) -> None:
        self._watch, self._document = watch, document
        self._ids: dict[str, JSON] = {}

    def write(self, op: Documented) -> Event | None:
        """One success of an operation; None where it cannot be had."""
        for identity in dict.fromkeys((DEFAULT, best(self._watch.caller))):
            event = self._as(op, identity)
            if event is not None and event.asked.fine:
                self._learn(op, event.asked)
                return event
            if event is None or event.asked.answer.status not in (401, 403):
                return None
        return None

    def _as(self, op: Documented, identity: str) -> Event | None:
        """What came of it as an identity, with another body where the first was refused."""
        event: Event | None = None
        for salt in (0, 1):
            try:
                request = made(op, self._document, self._values(op), salt=salt)
            except NoSample:
                return event
            event = watched(self._watch, request, op.label, identity, successful=True)
            if event is None or event.asked.answer.status not in (409, 422):
                return event
        return event

    def _values(self, op: Documented) -> dict[str, JSON]:
        names = [one.name for one in op.parameters if one.place == "path"]
        if not names:
            return {}
        inner = names[-1]
        known = self._known(collection(op.path))
        return {} if known is None else {inner: known}

    def _known(self, path: str) -> JSON:
        """The id of something in a collection: made by us, or listed."""
        if path not in self._ids and "{" not in path:
            answer = self._watch.ask(Made(method="GET", path=path))
            found = identifier(_value(answer)) if answer and answer.fine else None
            self._ids[path] = found
        return self._ids.get(path)

    def _learn(self, op: Documented, asked: Asked) -> None:
        if op.operation.method == "POST":
            found = identifier(_value(asked))
            if found is not None:
                self._ids[op.path] = found
        if op.operation.method == "DELETE":
            self._ids.pop(collection(op.path), None)


def _value(asked: Asked | None) -> JSON:
    try:
        value: JSON = msgspec.json.decode(asked.answer.body) if asked else None
    except (msgspec.DecodeError, RecursionError):
        return None
    return value


def watched(
    watch: Watch, request: Made, label: str, identity: str | None, *, successful: bool
) -> Event | None:
    """Send a request, and read what was logged until its audit line is there."""
    if watch.log is None:
        return None
    begin = watch.log.size()
    asked = watch.ask(request, label=label, identity=identity)
    if asked is None:
        return None
    seconds = LINE_S if asked.fine or not successful else 0.0
    logs = watch.given.observability.logs

    def there(text: str) -> bool:
        return bool(_audits(logs, log_lines.read(text, logs.format)))

    lines = log_lines.read(watch.log.wait(begin, there, seconds), logs.format)
    return Event(label=label, asked=asked, lines=lines)


def logins(watch: Watch) -> tuple[tuple[Event, ...], dict[str, str]]:
    """A login and a refused one, as events; and the password that was refused."""
    known = watch.caller.identities.get(DEFAULT)
    login = known.login if known else None
    if not login:
        return (), {}
    body: dict[str, Any] = dict(login["body"])
    typed = f"canary{secrets.token_hex(12)}"
    field = next((name for name in body if SECRET.search(name)), list(body)[-1] if body else "")
    label = f"{login['method']} {login['path']}"
    refused = watched(
        watch, login_of(login, {**body, field: typed}), f"refused {label}", None, successful=False
    )
    accepted = watched(watch, login_of(login, body), label, None, successful=True)
    events = [accepted] if accepted and accepted.asked.fine else []
    if refused and 400 <= refused.asked.answer.status < 500:
        events.append(refused)
    return tuple(events), {"the password of a refused login": typed}


def login_of(login: dict[str, Any], body: dict[str, Any]) -> Made:
    if login.get("form"):
        content = urllib.parse.urlencode(body).encode()
        kind = "application/x-www-form-urlencoded"
    else:
        content, kind = msgspec.json.encode(body), "application/json"
    headers = (("Content-Type", kind), ("Accept", "application/json"))
    return Made(method=login["method"], path=login["path"], headers=headers, body=content)


def judged(watch: Watch, events: tuple[Event, ...]) -> tuple[Measurement, tuple[Flaw, ...]]:
    """How many events have their line in per cent, and what is missing."""
    logs = watch.given.observability.logs
    if not events:
        return unknown("no operation that writes succeeded, and there is no login"), ()
    if logs.format == "text" and not any(_audits(logs, one.lines) for one in events):
        return unknown(f"lines of text without {logs.action}=…: no audit line can be told"), ()
    missing = {one.label: lacking(logs, one) for one in events}
    flaws = tuple(_flaw(label, words) for label, words in sorted(missing.items()) if words)
    good = sum(1 for one in events if not lacking(logs, one))
    percent = 100.0 * good / len(events)
    detail = f"{good} of {len(events)} writes and logins have their audit line"
    return Measurement(value=percent, detail=detail), flaws


def lacking(logs: Logs, event: Event) -> str:
    """What is missing of the audit line of an event, "" if nothing is."""
    lines = _audits(logs, event.lines)
    own = log_lines.with_id(lines, logs.request_id, event.asked.ids, logs.format) or lines
    if not own:
        return f"no line with the field {logs.action}"
    wanted = {"actor": logs.user, "object": logs.object, "time": logs.time}
    gaps = [[w for w, name in wanted.items() if not log_lines.said(line, name)] for line in own]
    least = min(gaps, key=len)
    return f"its audit line has no {' and no '.join(least)}" if least else ""


def _audits(logs: Logs, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(line for line in lines if log_lines.said(line, logs.action))


def _flaw(label: str, found: str) -> Flaw:
    return Flaw(
        metric=METRIC,
        rule="observability.not-audited",
        subject=label,
        message=f"{label}: {found}; allowed: one line with actor, action, object and time",
        fix="Log who did what to which object, where the change is made.",
    )
