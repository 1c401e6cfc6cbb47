"""Changes of operations as a whole: new, gone, deprecated, due to go, stable or not."""

from collections.abc import Iterator

from gates.core.compat.changes import Change, Level
from gates.core.compat.context import Both
from gates.core.compat.lifecycle import (
    FREE,
    STABILITY,
    day,
    deprecated,
    earlier,
    stability,
    sunset,
)
from gates.core.compat.views import OperationView, names

DEPRECATE = "Put it back, mark it `deprecated: true`, name the day in `x-sunset`, and wait for it."
CALLS = "a client that calls it gets an error"


def added(new: OperationView) -> Change:
    """An operation that was not there."""
    return Change(
        rule="endpoint-added",
        level=Level.INFO,
        operation=new.label,
        subject="operation",
        place=new.pointer,
        message="the operation is new",
    )


def removed(old: OperationView, today: str, path_left: bool) -> Iterator[Change]:
    """An operation that is gone: allowed if it was deprecated, and its day has come."""
    word = "api" if path_left else "api-path"
    level, rule, what = _removal(old, today)
    if stability(old.said) in FREE:
        level, what = Level.INFO, f"{what}; its stability was {stability(old.said)}"
    tail = f"; {CALLS}" if level is Level.BREAKING else ""
    yield Change(
        rule=f"{word}-{rule}",
        level=level,
        operation=old.label,
        subject="operation",
        place=old.pointer,
        document="base",
        message=f"the operation {what}{tail}",
        fix="" if level is Level.INFO else DEPRECATE,
    )


def hasty(change: Change) -> bool:
    """Whether it is an operation that was removed without notice, or too early."""
    gone = ("removed-without-deprecation", "removed-before-sunset", "sunset-parse")
    return change.subject == "operation" and change.rule.endswith(gone) and bool(change.fix)


def _removal(old: OperationView, today: str) -> tuple[Level, str, str]:
    if not deprecated(old.said):
        what = "was removed without being deprecated first"
        return Level.BREAKING, "removed-without-deprecation", what
    said = sunset(old.said)
    if not said:
        what = "was removed, deprecated before"
        return Level.INFO, "removed-with-deprecation", what
    end, now = day(said), day(today)
    if end is None:
        what = f"was removed, and its x-sunset {said!r} is no date"
        return Level.BREAKING, "sunset-parse", what
    if now is not None and now < end:
        what = f"was removed before its x-sunset {said}"
        return Level.BREAKING, "removed-before-sunset", what
    return Level.INFO, "removed-with-deprecation", f"was removed after its x-sunset {said}"


def changes(both: Both) -> Iterator[Change]:
    """What the operation says of itself."""
    yield from _stability(both)
    yield from _deprecated(both)
    yield from _words(both)


def _stability(both: Both) -> Iterator[Change]:
    old, new = stability(both.base.said), stability(both.revision.said)
    for said, view, document in ((old, both.base, "base"), (new, both.revision, "revision")):
        if said not in STABILITY:
            yield both.change(
                "api-invalid-stability-level",
                Level.BREAKING,
                "x-stability-level",
                f"{said!r} is none of {', '.join(STABILITY)} (in the {document} document)",
                "nobody can tell what was promised",
                view.pointer,
                document=document,
                fix=f"Write one of {', '.join(STABILITY)}.",
            )
    if old == new or old not in STABILITY or new not in STABILITY:
        return
    if STABILITY.index(new) > STABILITY.index(old):
        level, rule = Level.INFO, "api-stability-increased"
    elif old in FREE:
        level, rule = Level.INFO, "api-stability-decreased"
    else:
        level, rule = Level.BREAKING, "api-stability-decreased"
    yield both.change(
        rule,
        level,
        "x-stability-level",
        f"{old}, now {new}",
        "a client that relied on it may be broken by the next change",
        both.revision.pointer,
        fix="Keep the level: it may only go up.",
    )


def _deprecated(both: Both) -> Iterator[Change]:
    was, now = deprecated(both.base.said), deprecated(both.revision.said)
    old, new = sunset(both.base.said), sunset(both.revision.said)
    pointer = both.revision.pointer
    if was and not now:
        yield both.change(
            "endpoint-reactivated", Level.INFO, "", "it is deprecated no more", "", pointer
        )
    if not now:
        return
    if new and day(new) is None:
        yield both.change(
            "api-deprecated-sunset-parse",
            Level.BREAKING,
            "x-sunset",
            f"{new!r} is no date",
            "nobody can tell when it goes",
            pointer,
            fix="Write a date as 2030-12-31.",
        )
    elif not was:
        yield from _announced(both, new, pointer)
    elif old and not new:
        yield both.change(
            "api-sunset-deleted",
            Level.BREAKING,
            "x-sunset",
            f"the day of its removal, {old}, is gone",
            "a client that planned with it does not know when it goes",
            pointer,
            fix="Keep x-sunset.",
        )
    elif earlier(new, old):
        yield both.change(
            "api-sunset-earlier",
            Level.BREAKING,
            "x-sunset",
            f"{old}, now {new}",
            "a client that planned with the later day is too late",
            pointer,
            fix="Keep the day, or name a later one.",
        )


def _announced(both: Both, new: str, pointer: str) -> Iterator[Change]:
    end, now = day(new), day(both.today)
    if end and now and end < now:
        yield both.change(
            "api-sunset-date-too-small",
            Level.BREAKING,
            "x-sunset",
            f"it is deprecated now, and was to go on {new}, which is past",
            "a client has no time to leave",
            pointer,
            fix="Name a day to come.",
        )
        return
    until = f", and goes on {new}" if new else ""
    rule = "endpoint-deprecated"
    yield both.change(rule, Level.INFO, "", f"it is deprecated now{until}", "", pointer)


def _words(both: Both) -> Iterator[Change]:
    """What does not change a request: names, tags, the identifier."""
    old, new = both.base, both.revision
    first, second = old.said.get("operationId"), new.said.get("operationId")
    if first != second:
        what = f"its operationId changed from {first} to {second}"
        rule = "api-operation-id-changed"
        yield both.change(rule, Level.INFO, "operationId", what, "", new.pointer)
    before, after = names(old.path), names(new.path)
    if before != after:
        what = f"path parameters were renamed: {', '.join(before)}, now {', '.join(after)}"
        rule = "api-path-parameter-renamed"
        yield both.change(rule, Level.INFO, "path", what, "", new.pointer)
