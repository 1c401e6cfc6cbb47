"""Whether an answer or a message is as an oracle expects it, and what is different."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from gates.core.openapi import JSON
from gates.core.oracle import Expect
from gates.core.oracle_text import filled, shown

CHECKS = (
    "equals",
    "not",
    "type",
    "matches",
    "contains",
    "lacks",
    "length",
    "at_least",
    "at_most",
    "one_of",
    "present",
    "absent",
)
TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
EACH = "*"


class Missing(msgspec.Struct, frozen=True):
    """There is no such part."""


MISSING: Final = Missing()


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An answer or a message. `json` is MISSING where the text is no JSON."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    json: Any = MISSING


def differences(
    expect: Expect, seen: Seen, values: Mapping[str, JSON], secrets: Mapping[str, str]
) -> tuple[str, ...]:
    """What of the answer is not as expected, but for its schema. Raises oracle_text.Unknown."""
    found: list[str] = []
    if expect.status is not None and not status_fits(expect.status, seen.status):
        found.append(f"status: expected {statuses(expect.status)}, found {seen.status}")
    for name, said in expect.headers.items():
        held = header(seen.headers, name)
        found += _held(f"header {name}", said, [held], values, secrets)
    if expect.text is not None:
        found += _held("the body's text", expect.text, [seen.text], values, secrets)
    for path, said in expect.json.items():
        parts = select(seen.json, str(filled(path, values, secrets)))
        found += _held(path or "the body", said, parts, values, secrets)
    return tuple(found)


def status_fits(said: Any, status: int) -> bool:
    """Whether a status is the expected one, one of a list, or of a class such as "2xx"."""
    match said:
        case list() | tuple():
            return any(status_fits(one, status) for one in said)
        case int():
            return status == said
        case _:
            return str(said).lower() in (str(status), f"{status // 100}xx")


def statuses(said: Any) -> str:
    """Expected statuses, as people read them."""
    return " or ".join(str(one) for one in said) if isinstance(said, list | tuple) else str(said)


def header(headers: Iterable[tuple[str, str]], name: str) -> str | Missing:
    """The value of a header, several joined by a comma."""
    held = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(held) if held else MISSING


def select(document: Any, path: str) -> list[Any]:
    """The parts of a value: one, MISSING, or one for each item where a dotted path has `*`.

    A path is a JSON pointer (RFC 6901; "" is the whole) or dotted.
    """
    if path == "" or path.startswith("/"):
        keys = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
        return [_followed(document, keys)]
    return _each(document, path.split("."))


def fails(said: Any, found: Any) -> str:
    """What is not as expected of one part, as "expected …"; "" where all holds."""
    checks = said if isinstance(said, dict) else {"equals": said}
    if checks.get("absent") is True:
        return "" if found is MISSING else "expected to be absent"
    if checks.get("absent") is False or checks.get("present") is True:
        checks = {k: v for k, v in checks.items() if k not in ("absent", "present")} or {"any": 0}
    if checks.get("present") is False:
        return "" if found is MISSING else "expected to be absent"
    if found is MISSING:
        return f"expected {_told(checks)}"
    broken = {name: want for name, want in checks.items() if not _holds(name, want, found)}
    return f"expected {_told(broken)}" if broken else ""


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: 1 equals 1.0, and true is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return (type(one) is type(other) or _number(one, other)) and bool(one == other)


def _held(
    label: str,
    said: Any,
    parts: list[Any],
    values: Mapping[str, JSON],
    secrets: Mapping[str, str],
) -> list[str]:
    if not parts:
        return [f"{label}: expected at least one item, found an empty list"]
    wanted = _wanted(said, values, secrets)
    for part in parts:
        if wrong := fails(wanted, part):
            held = "nothing" if part is MISSING else shown(part)
            return [f"{label}: {wrong}, found {held}"]
    return []


def _wanted(said: Any, values: Mapping[str, JSON], secrets: Mapping[str, str]) -> Any:
    if isinstance(said, dict) and "matches" in said:
        pattern = filled(said["matches"], values, secrets, re.escape)
        rest = {key: value for key, value in said.items() if key != "matches"}
        return {**filled(rest, values, secrets), "matches": str(pattern)}
    return filled(said, values, secrets)


def _holds(name: str, want: Any, found: Any) -> bool:
    return name not in _HOLDS or _HOLDS[name](want, found)


def _is(found: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(found, str)
        case "integer":
            whole = isinstance(found, float) and found.is_integer()
            return (isinstance(found, int) or whole) and not isinstance(found, bool)
        case "number":
            return isinstance(found, int | float) and not isinstance(found, bool)
        case "boolean":
            return isinstance(found, bool)
        case "object":
            return isinstance(found, dict)
        case "array":
            return isinstance(found, list)
        case _:
            return found is None


def _contains(found: Any, want: Any) -> bool:
    match found:
        case str():
            return isinstance(want, str) and want in found
        case list():
            return any(_covers(one, want) for one in found)
        case dict():
            return want in found if isinstance(want, str) else _covers(found, want)
        case _:
            return False


def _covers(found: Any, want: Any) -> bool:
    """Whether an item is the wanted one; an object has at least the wanted fields."""
    if isinstance(found, dict) and isinstance(want, dict):
        return all(key in found and _covers(found[key], value) for key, value in want.items())
    return same(found, want)


def _number(one: Any, other: Any) -> bool:
    return _is(one, "number") and _is(other, "number")


def _told(checks: Mapping[str, Any]) -> str:
    words = []
    for name, want in checks.items():
        if name == "equals":
            words.append(shown(want))
        elif name == "any":
            words.append("any value")
        else:
            words.append(f"{name.replace('_', ' ')} {shown(want)}")
    return " and ".join(words) or "any value"


def _followed(value: Any, keys: list[str]) -> Any:
    for key in keys:
        value = _step(value, key)
    return value


def _step(value: Any, key: str) -> Any:
    match value:
        case dict() if key in value:
            return value[key]
        case list() if key.isdecimal() and len(key) < 10 and int(key) < len(value):
            return value[int(key)]
        case _:
            return MISSING


def _each(value: Any, keys: list[str]) -> list[Any]:
    if not keys:
        return [value]
    first, rest = keys[0], keys[1:]
    if first != EACH:
        return _each(_step(value, first), rest)
    if not isinstance(value, list):
        return [MISSING]
    return [part for item in value for part in _each(item, rest)]


_HOLDS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "equals": same,
    "not": lambda want, found: not same(want, found),
    "type": lambda want, found: _is(found, want),
    "matches": lambda want, found: isinstance(found, str) and bool(re.search(want, found)),
    "contains": lambda want, found: _contains(found, want),
    "lacks": lambda want, found: not _contains(found, want),
    "length": lambda want, found: isinstance(found, str | list | dict) and len(found) == want,
    "at_least": lambda want, found: _number(want, found) and found >= want,
    "at_most": lambda want, found: _number(want, found) and found <= want,
    "one_of": lambda want, found: any(same(one, found) for one in want),
}
