"""The nouns of a comparison: a change, how bad it is, and the difference of two schemas."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How bad a change is, worst first."""

    BREAKING = "breaking"
    WARNING = "warning"
    INFO = "info"


class Way(StrEnum):
    """Who sends what is compared: the client a request, the service a response."""

    REQUEST = "request"
    RESPONSE = "response"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change between two documents.

    `place` is a JSON pointer into the document named by `document`. `subject` says what changed in
    words that stay the same from run to run. `excused`: why a breaking change does not count.
    """

    rule: str
    level: Level
    operation: str  # "GET /v1/books/{id}", or "" for the document as a whole
    subject: str
    place: str
    message: str
    document: str = "revision"  # or "base"
    fix: str = ""
    excused: str = ""

    @property
    def counted(self) -> bool:
        """Whether it is a breaking change that nothing excuses."""
        return self.level is Level.BREAKING and not self.excused


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What two schemas say differently, `trail` steps below those that were compared.

    `base` and `revision` are the pointers of both sides.
    """

    stem: str
    base: str
    revision: str
    trail: tuple[str, ...] = ()
    old: str = ""
    new: str = ""


def worst(changes: tuple[Change, ...]) -> str:
    """The verdict on all changes: breaking, warning or compatible."""
    if any(change.counted for change in changes):
        return "breaking"
    return "warning" if any(c.level is Level.WARNING for c in changes) else "compatible"
