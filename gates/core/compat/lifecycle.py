"""What documents say of the life of their parts: deprecated, the day of removal, stability."""

import datetime
from collections.abc import Iterator, Mapping

from gates.core.compat.objects import Said
from gates.core.openapi import JSON

STABILITY = ("draft", "alpha", "beta", "stable")
FREE = frozenset({"draft", "alpha"})  # may change as they like


def deprecated(said: Mapping[str, JSON]) -> bool:
    """Whether it is marked as deprecated."""
    return said.get("deprecated") is True


def sunset(said: Mapping[str, JSON]) -> str:
    """The day of its removal as written, "" if none is said."""
    value = said.get("x-sunset")
    return "" if value is None else str(value)


def day(text: str) -> datetime.date | None:
    """The day of an RFC 3339 date or time; None for what is none."""
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return None


def stability(said: Mapping[str, JSON]) -> str:
    """Its stability as written; "stable" where none is said."""
    value = said.get("x-stability-level")
    return "stable" if value in (None, "") else str(value)


def of_schemas(base: Mapping[str, JSON], revision: Mapping[str, JSON]) -> Iterator[Said]:
    """What the life of a property or parameter changed in; nothing of it looks at the calendar."""
    was, now = deprecated(base), deprecated(revision)
    if was != now:
        yield Said("deprecated" if now else "reactivated")
    old, new = sunset(base), sunset(revision)
    if was and now and old and not new:
        yield Said("sunset-deleted", "", old)
    elif was and now and earlier(new, old):
        yield Said("sunset-earlier", "", old, new)
    first, second = stability(base), stability(revision)
    if first != second and first in STABILITY and second in STABILITY:
        lower = STABILITY.index(second) < STABILITY.index(first)
        stem = "stability-decreased" if lower else "stability-increased"
        if not (lower and first in FREE):
            yield Said(stem, "", first, second)


def earlier(new: str, old: str) -> bool:
    """Whether the first of two days is before the second; False where one is none."""
    first, second = day(new), day(old)
    return first is not None and second is not None and first < second
