"""How old a verdict may be: times as scorecards spell them, ages, and when one is stale."""

import re
from datetime import UTC, datetime, timedelta

VALID_FOR = timedelta(hours=26)  # a nightly verdict: one day and a late start
SKEW = timedelta(minutes=5)  # clocks of two machines may differ by so much
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_SPAN = re.compile(r"([0-9]{1,6})(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime | None:
    """The time that a text spells, RFC 3339 in UTC to the second; None if it is none."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def span(text: str) -> timedelta:
    """A span of time such as 26h, 90m, 7d or 3600s. Raises ValueError."""
    found = _SPAN.fullmatch(text)
    if not found or not int(found[1]):
        raise ValueError(f"{text!r} is no span of time; write it as 26h, 90m, 7d or 3600s")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def told(span: timedelta) -> str:
    """A span for people, in the largest two units that fit."""
    minutes = int(span.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def too_old(made: datetime, now: datetime, most: timedelta) -> str:
    """Why something of the time `made` does not count now; empty if it does."""
    age = now - made
    if age < -SKEW:
        return (
            f"it is of {made:%Y-%m-%dT%H:%M:%SZ}, {told(-age)} in the future: is the clock right?"
        )
    if age > most:
        return f"it is {told(age)} old, at most {told(most)} are allowed"
    return ""


def unfit(started_at: str, valid_until: str, now: datetime) -> str:
    """A sentence that begins with STALE where a scorecard does not count now, or is of no time."""
    started = moment(started_at)
    future = too_old(started, now, timedelta.max) if started is not None else ""
    return f"STALE: {future}" if future else stale(valid_until, now)


def stale(valid_until: str, now: datetime) -> str:
    """A sentence that begins with STALE where a scorecard counts no more; empty if it counts."""
    limit = moment(valid_until)
    if limit is None:
        return f"STALE: valid_until is {valid_until[:40]!r}, which is no time" * bool(valid_until)
    if now <= limit:
        return ""
    return f"STALE: valid until {valid_until}, {told(now - limit)} ago; run the gates again"
