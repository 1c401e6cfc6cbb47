"""Whether a list keeps to its greatest page size, told from the answer to a request for more."""

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from gates.core.design.lists import ITEMS, SIZE
from gates.core.openapi import JSON, resolve

HUGE = 1_000_000
MANY = 1_000  # entries in one answer of a list without a declared maximum: it has none
TOTAL = re.compile(
    r"(?:x-)?total(?:[_-]?(?:count|items|results|elements|records|size))?|count|total_?hits",
    re.IGNORECASE,
)
NEXT = re.compile(r"next(?:[_-]?(?:page|cursor|link|url|token|page[_-]?token))?", re.IGNORECASE)
MORE = re.compile(r"has[_-]?(?:more|next)(?:[_-]?page)?", re.IGNORECASE)
INSIDE = frozenset({"meta", "pagination", "paging", "page", "page_info", "pageInfo", "links"})


class Held(StrEnum):
    """Whether the bound holds."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Told(msgspec.Struct, frozen=True):
    """What one answer tells of the bound, and why."""

    held: Held
    why: str


def asked_size(maximum: int | None) -> int:
    """The page size to ask for: one that is over the bound."""
    return HUGE if maximum is None else maximum + 1


def told(
    status: int, body: JSON, headers: dict[str, str], pointer: str, maximum: int | None
) -> Told:
    """Judge the answer to a request for `asked_size(maximum)` entries.

    `headers` have names in lower case; `pointer` is where the document says the list is.
    """
    if 400 <= status < 500:
        known = status not in (401, 403, 404, 429)
        return Told(Held.YES if known else Held.UNKNOWN, f"answered with {status}")
    if not 200 <= status < 300:
        return Told(Held.UNKNOWN, f"answered with {status}")
    entries = entries_of(body, pointer)
    if entries is None:
        return Told(Held.UNKNOWN, "the answer has no list")
    return _counted(len(entries), body, headers, maximum)


def entries_of(body: JSON, pointer: str) -> list[JSON] | None:
    """The entries of a list answer: where the document says, else under a usual name."""
    if isinstance(body, list):
        return body
    try:
        found = resolve(body, f"#{pointer}") if pointer else None
    except LookupError:
        found = None
    if isinstance(found, list):
        return found
    inner = body if isinstance(body, dict) else {}
    return next((part for name in ITEMS if isinstance(part := inner.get(name), list)), None)


def _counted(n: int, body: JSON, headers: dict[str, str], maximum: int | None) -> Told:
    bound = MANY if maximum is None else maximum
    words = f"no more than {maximum} are allowed" if maximum is not None else "no maximum is known"
    if n > bound:
        return Told(Held.NO, f"{n} entries came back; {words}")
    members = dict(_around(body))
    said = _said_size(members)
    if said is not None and said >= asked_size(maximum):
        return Told(Held.NO, f"the answer says that a page has {said} entries; {words}")
    if said is not None:
        return Told(Held.YES, f"cut to {said}")
    if _goes_on(n, members, headers):
        return Told(Held.YES, f"cut to {n} entries")
    return Told(Held.UNKNOWN, f"there are only {n} entries")


def _said_size(members: dict[str, JSON]) -> int | None:
    """The page size that the answer itself names."""
    for name, value in members.items():
        number = isinstance(value, int) and not isinstance(value, bool)
        if number and SIZE.fullmatch(name) and not TOTAL.fullmatch(name):
            return int(str(value))
    return None


def _goes_on(n: int, members: dict[str, JSON], headers: dict[str, str]) -> bool:
    """Whether the answer says that there is more than came."""
    if 'rel="next"' in headers.get("link", "").replace("'", '"'):
        return True
    totals = [v for k, v in (*members.items(), *headers.items()) if TOTAL.fullmatch(k)]
    for total in totals:
        if str(total).isdecimal() and int(str(total)) > n:
            return True
    return any(
        (NEXT.fullmatch(name) and bool(value)) or (MORE.fullmatch(name) and value is True)
        for name, value in members.items()
    )


def _around(body: JSON) -> Iterator[tuple[str, JSON]]:
    """The members of an answer beside its list, those of its part on paging too."""
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name in INSIDE and isinstance(value, dict):
            yield from value.items()
        yield name, value
