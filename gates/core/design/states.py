"""Whether two readings of a service show the same state, aside from what changes by itself."""

import json
import re
from collections.abc import Iterator

from gates.core.openapi import JSON

# Members that may differ although nobody changed anything: times, versions, counters of use.
VOLATILE = re.compile(
    r".*(?:_at|_time|_on|timestamp|At)|(?:last|next)[_-]?.*|.*(?:updated|modified|accessed|seen).*|"
    r"e?tag|etag|_?version|_?rev(?:ision)?|.*(?:views?|hits?|reads?|visits?)(?:_?count)?|"
    r".*(?:counter|popularity|uptime|nonce|expires?(?:_in)?|age|date|now|cursor|token)|"
    r"(?:request|trace|correlation)_?id",
    re.IGNORECASE,
)
# Collections that grow because they tell of requests.
GROWING = re.compile(
    r"(?:audit|logs?|events?|sessions?|history|activit(?:y|ies)|notifications?|metrics|jobs?|"
    r"tokens?|requests?|stats|statistics|usage|trace[s]?)(?:[-_].*)?",
    re.IGNORECASE,
)


def stable(value: JSON) -> JSON:
    """A value without its volatile members, and with its lists in one order."""
    match value:
        case dict():
            return {
                name: stable(part)
                for name, part in sorted(value.items())
                if not VOLATILE.fullmatch(name)
            }
        case list():
            return sorted((stable(part) for part in value), key=_text)
        case _:
            return value


def changes(before: JSON, after: JSON) -> tuple[str, ...]:
    """Pointers to what differs, entries of lists as `*`; a list of another length ends with `#`."""
    return tuple(sorted(set(_changes(stable(before), stable(after), ""))))


def _changes(before: JSON, after: JSON, pointer: str) -> Iterator[str]:
    match before, after:
        case dict(), dict():
            for name in sorted(before.keys() | after.keys()):
                below = f"{pointer}/{name}"
                if name not in before or name not in after:
                    yield below
                else:
                    yield from _changes(before[name], after[name], below)
        case list(), list():
            yield from _list_changes(before, after, pointer)
        case _:
            if before != after:
                yield pointer or "/"


def _list_changes(before: list[JSON], after: list[JSON], pointer: str) -> Iterator[str]:
    if len(before) != len(after):
        yield f"{pointer}/#"
        return
    left, right = [_text(part) for part in before], [_text(part) for part in after]
    gone = [part for part in before if _text(part) not in right]
    new = [part for part in after if _text(part) not in left]
    for one, two in zip(gone, new, strict=False):
        yield from _changes(one, two, f"{pointer}/*")


def _text(value: JSON) -> str:
    return json.dumps(value, sort_keys=True)
