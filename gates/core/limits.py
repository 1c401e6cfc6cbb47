"""What a service says of its limits, and whether what was counted agrees with it.

Sources: RFC 6585 (429), RFC 9110 10.2.3 (Retry-After), draft-ietf-httpapi-ratelimit-headers.
"""

import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import JSON
from gates.core.sampling import NoSample, flattened

LONGEST_WAIT_S = 86_400.0
SHARE = 0.10
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_RATE = re.compile(r"\s*(\d+)\s*(?:requests?\s*)?(?:/|per)\s*(\d*)\s*([smhd])[a-z]*\s*", re.I)
_PAGING = {"limit", "offset", "page", "per_page", "page_size", "pagesize", "cursor", "size"}

_ENVELOPES = {"items", "data", "results", "entries", "records", "content", "list"}


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A declared limit: so many requests in so many seconds, counted per address or user.

    `source` says where it stands; `per` is "" where nobody says whom it counts.
    """

    operation: str
    limit: int
    window_s: float
    per: str = ""
    source: str = ""


def retry_after_s(value: str | None, now: float) -> float | None:
    """Seconds that Retry-After asks for; None for none, or one that makes no sense."""
    text = (value or "").strip()
    if text.isdecimal() and len(text) < 12:
        seconds = float(text)
    else:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - now
        except (TypeError, ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if -60 <= seconds <= LONGEST_WAIT_S else None


def holds(allowed: int, limit: int) -> bool:
    """Whether so many requests agree with a limit: within 10 %, or one for what came before."""
    return abs(allowed - limit) <= max(SHARE * limit, 1.0)


def enough(limit: int) -> int:
    """How many requests show that a limit does not hold."""
    return int(limit + max(SHARE * limit, 1.0)) + 1


def declared(op: Documented) -> Limit | None:
    """The limit that the document names for an operation, as `x-ratelimit` or `x-rate-limit`.

    {"limit": 100, "window": 60} with the window in seconds, or a text such as "100/minute".
    """
    for key, said in op.said.items():
        if not re.fullmatch(r"x-rate-?limit(ing|s)?", str(key), re.IGNORECASE):
            continue
        if isinstance(said, str) and (match := _RATE.fullmatch(said)):
            window_s = float(match[2] or 1) * _UNITS[match[3].lower()]
            return _limit(op, int(match[1]), window_s, "")
        if isinstance(said, dict):
            limit = _number(said, ("limit", "requests", "max"))
            window = _number(said, ("window_s", "window", "period", "seconds"))
            if limit and window:
                return _limit(op, int(limit), window, str(said.get("per") or ""))
    return None


def in_headers(headers: Iterable[tuple[str, str]]) -> tuple[int, float] | None:
    """Limit and window of a RateLimit-Policy header, the older `100;w=60` too."""
    for name, value in headers:
        if name.lower() != "ratelimit-policy":
            continue
        quota = re.search(r"\bq=(\d+)", value) or re.match(r"\s*(\d+)\s*;", value)
        window = re.search(r"\bw=(\d+)", value)
        if quota and window:
            return int(quota[1]), float(window[1])
    return None


def names_limit(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer tells its caller of a limit."""
    return any(re.match(r"(x-)?rate-?limit", name, re.IGNORECASE) for name, _ in headers)


def documents_refusal(op: Documented, codes: Iterable[int]) -> bool:
    """Whether the document says that the operation may be refused for being asked too often."""
    return any(str(code) in op.responses for code in codes)


def is_list(op: Documented, document: JSON) -> bool:
    """Whether an operation reads many things: it has pages, or its answer is or wraps an array."""
    if op.operation.method != "GET" or op.path.rstrip("/").endswith("}"):
        return False
    if any(one.place == "query" and one.name.lower() in _PAGING for one in op.parameters):
        return True
    answer = next((op.responses[s] for s in sorted(op.responses) if s.startswith("2")), {})
    return any(_wraps_array(schema, document) for schema in _schemas(answer))


def _schemas(answer: Mapping[str, JSON]) -> list[JSON]:
    content = answer.get("content")
    kinds = content.values() if isinstance(content, dict) else ()
    return [answer.get("schema"), *(one.get("schema") for one in kinds if isinstance(one, dict))]


def _wraps_array(schema: JSON, document: JSON, *, inside: bool = False) -> bool:
    try:
        whole = flattened(schema, document)
    except NoSample:
        return False
    if whole.get("type") == "array":
        return True
    parts = whole.get("properties")
    named = parts if isinstance(parts, dict) and not inside else {}
    return any(
        name.lower() in _ENVELOPES and _wraps_array(one, document, inside=True)
        for name, one in named.items()
    )


def _limit(op: Documented, limit: int, window_s: float, per: str) -> Limit | None:
    if limit < 1 or window_s <= 0:
        return None
    return Limit(operation=op.label, limit=limit, window_s=window_s, per=per, source="the document")


def _number(said: Mapping[str, JSON], names: tuple[str, ...]) -> float:
    for name in names:
        value = said.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return 0.0
