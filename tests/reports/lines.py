"""Runs as a history keeps them, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from reports.recorded import Recorded

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
COMMIT = "a" * 40


def at(moment: datetime) -> str:
    """A time as scorecards spell it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def run(number: int, *, days: float | None = None, **more: Any) -> Recorded:
    """The run of a number: a day after the one before, and an hour long."""
    begun = NOON + timedelta(days=number if days is None else days)
    fields: dict[str, Any] = {
        "run": f"r{number:03}",
        "digest": f"sha256:{number:064x}",
        "target": "shop",
        "revision": f"{number:040x}",
        "branch": "main",
        "policy": "standard",
        "profile": "nightly",
        "level": 3,
        "started_at": at(begun),
        "ended_at": at(begun + timedelta(hours=1)),
        "complete": True,
        "verdict": "PASS",
        "score": 100.0,
        "gates": {"lint": "PASS", "load": "PASS"},
        "values": {"load.p95": 100.0 + number},
    }
    return Recorded(**(fields | more))
