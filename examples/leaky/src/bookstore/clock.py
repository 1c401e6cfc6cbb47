"""The time of day, always in UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """ISO 8601 with a fixed width, so that text order is time order."""
    return (moment or now()).isoformat(timespec="microseconds")
