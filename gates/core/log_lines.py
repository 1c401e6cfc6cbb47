"""Lines of a service's log as fields: JSON objects, or text with `name=value` pairs in it."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_PAIR = re.compile(r'(?<![\w.])([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|[^\s,;"]+)')
_LEVEL = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRIT(?:ICAL)?|FATAL)\b", re.IGNORECASE
)
_TIME = re.compile(r"(?<!\d)\d\d:\d\d:\d\d(?!\d)|\b1\d{9}(?:\.\d+)?\b")
_TRACE = re.compile(r"(?:^|[._-])(?:otel)?trace_?(?:id|parent)$", re.IGNORECASE)
_NO_TRACE = re.compile(r"[0-]*")


class Line(msgspec.Struct, frozen=True):
    """One line. `fields` None: it is no JSON object, where JSON was promised."""

    text: str
    fields: dict[str, Any] | None


def read(text: str, form: str) -> tuple[Line, ...]:
    """Every line that is not blank; `form` is json or text."""
    kept = (line for line in text.split("\n") if line.strip())
    return tuple(Line(line, _json(line) if form == "json" else _pairs(line)) for line in kept)


def _json(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _pairs(line: str) -> dict[str, Any]:
    found = {name: value.strip('"') for name, value in _PAIR.findall(line)}
    plain = {"level": _LEVEL.search(line), "time": _TIME.search(line)}
    return {**{name: match[0] for name, match in plain.items() if match}, **found}


def field(line: Line, name: str) -> Any:
    """The value of a field, also of a nested one as `a.b`; None where there is none."""
    if line.fields is None:
        return None
    if name in line.fields:
        return line.fields[name]
    value: Any = line.fields
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def said(line: Line, name: str) -> bool:
    """Whether the field says anything."""
    return field(line, name) not in (None, "", "-", [], {})


def with_id(lines: Iterable[Line], name: str, ids: Iterable[str], form: str) -> tuple[Line, ...]:
    """The lines of one request; a line of text has the id anywhere."""
    wanted = [one for one in ids if one]
    if form == "text":
        return tuple(line for line in lines if any(one in line.text for one in wanted))
    return tuple(line for line in lines if field(line, name) in wanted)


def trace_fields(line: Line) -> tuple[str, ...]:
    """Names of the fields of a line that carry the id of a trace."""
    return tuple(name for name, value in _flat(line.fields or {}) if _is_trace(name, value))


def _is_trace(name: str, value: object) -> bool:
    known = isinstance(value, str) and not _NO_TRACE.fullmatch(value)
    return known and bool(_TRACE.search(name))


def _flat(fields: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in fields.items():
        whole = f"{above}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{whole}.")
        else:
            yield whole, value
