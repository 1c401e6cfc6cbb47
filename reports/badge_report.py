"""Renders a badge as the endpoint of shields.io reads it: verdict, score, and until when it holds.

The one format that looks at the clock: written after `valid_until`, it says that it is stale. The
date in it says so to people where nobody writes it anew.
"""

from datetime import UTC, datetime

import msgspec

from gates.core.model import Scorecard, Verdict
from gates.core.validity import moment, stale
from reports.numbers import number
from reports.visible import line

CACHE_S = 300
_COLOURS = {
    Verdict.PASS: "brightgreen",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "red",
    Verdict.INCONCLUSIVE: "orange",
}
_UNKNOWN = "lightgrey"


class Badge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The schema of shields.io/badges/endpoint-badge, and no other key: it may refuse them."""

    schema_version: int = 1
    label: str
    message: str
    color: str
    is_error: bool
    cache_seconds: int = CACHE_S


def render(scorecard: Scorecard, now: datetime | None = None) -> bytes:
    """Return the badge as UTF-8 JSON, as it is to be shown at `now` (default: this moment)."""
    made = badge(scorecard, now or datetime.now(UTC))
    return msgspec.json.encode(made, order="deterministic") + b"\n"


def badge(card: Scorecard, now: datetime) -> Badge:
    """Return what the badge says: only a whole run that still counts has the colour of a verdict.

    A `valid_until` that is no time counts as past.
    """
    label = line(card.target.name, 60).strip() or "gatescore"
    if not card.valid_until or stale(card.valid_until, now):
        return Badge(label=label, message="stale", color=_UNKNOWN, is_error=True)
    if not card.complete:
        return Badge(label=label, message="incomplete", color=_UNKNOWN, is_error=True)
    words = [card.verdict.value.lower()]
    words += [f"{number(card.score)} %"] if card.score is not None else []
    words += ["of some gates"] if card.partial else []
    until = moment(card.valid_until)
    dated = f", until {until:%Y-%m-%d}" if until else ""
    return Badge(
        label=label,
        message=" ".join(words) + dated,
        color=_UNKNOWN if card.partial else _COLOURS[card.verdict],
        is_error=card.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE),
    )
