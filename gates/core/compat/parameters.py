"""Changes of the parameters of an operation."""

from collections.abc import Iterator

from gates.core.compat.changes import Change, Level
from gates.core.compat.context import Both
from gates.core.compat.lifecycle import day, deprecated, sunset
from gates.core.compat.views import ParameterView, parameters

KEEP = "Accept requests as the base document describes them, or step the major version."
SENDS = "a client that sends it is ignored there, or refused"
LACKS = "a client that does not send it is refused"


def changes(both: Both) -> Iterator[Change]:
    """Parameters that are new, gone or different."""
    before, after = parameters(both.base), parameters(both.revision)
    for key, old in before.items():
        if key in after:
            yield from _changed(both, old, after[key])
        elif old.place != "path":
            yield _removed(both, old)
    for key, new in after.items():
        if key not in before and new.place != "path":
            yield _added(both, new)


def _named(one: ParameterView) -> str:
    return f"{one.place} parameter {one.name}"


def _added(both: Both, new: ParameterView) -> Change:
    if new.required:
        return both.change(
            "new-required-request-parameter",
            Level.BREAKING,
            _named(new),
            "it is new and required",
            LACKS,
            new.pointer,
            fix="Make it optional, with a default that means what was meant before.",
        )
    return both.change(
        "new-optional-request-parameter", Level.INFO, _named(new), "it is new", "", new.pointer
    )


def _removed(both: Both, old: ParameterView) -> Change:
    level, rule, what = _removal(old, both.today)
    return both.change(
        rule, level, _named(old), what, SENDS, old.pointer, document="base", fix=KEEP
    )


def _removal(old: ParameterView, today: str) -> tuple[Level, str, str]:
    if not deprecated(old.said):
        return Level.WARNING, "request-parameter-removed", "it is gone"
    said = sunset(old.said)
    now, end = day(today), day(said)
    if said and end is None:
        what = f"it is gone, and its x-sunset {said!r} is no date"
        return Level.BREAKING, "request-parameter-sunset-parse", what
    if end and now and now < end:
        what = f"it is gone before its x-sunset {said}"
        return Level.BREAKING, "request-parameter-removed-before-sunset", what
    what = "it is gone, deprecated before"
    return Level.INFO, "request-parameter-removed-with-deprecation", what


def _changed(both: Both, old: ParameterView, new: ParameterView) -> Iterator[Change]:
    if new.required and not old.required:
        yield both.change(
            "request-parameter-became-required",
            Level.BREAKING,
            _named(new),
            "it is required now",
            LACKS,
            new.pointer,
            fix="Leave it optional, with a default.",
        )
    elif old.required and not new.required:
        rule = "request-parameter-became-optional"
        yield both.change(rule, Level.INFO, _named(new), "it is optional now", "", new.pointer)
    if old.style != new.style and _has_parts(both, old, new):
        yield both.change(
            "request-parameter-serialization-changed",
            Level.BREAKING,
            _named(new),
            f"lists are written another way: {_style(old)}, now {_style(new)}",
            "a client that sends a list is misread",
            new.pointer,
            fix=KEEP,
        )
    yield from _allowed(both, old, new)
    yield from _life(both, old, new)
    yield from both.schema(old.schema, new.schema, "request-parameter", _named(new), textual=True)


def _has_parts(both: Both, old: ParameterView, new: ParameterView) -> bool:
    """Whether a value has parts: a single value is written alike in every style but two."""
    if {old.style[0], new.style[0]} & {"label", "matrix"}:
        return True
    found = (f.of(o.schema) for f, o in zip(both.schemas.forms, (old, new), strict=True))
    return any(form.types is None or form.types & {"array", "object"} for form in found)


def _style(one: ParameterView) -> str:
    return f"{one.style[0]}{', one by one' if one.style[1] else ''}"


def _allowed(both: Both, old: ParameterView, new: ParameterView) -> Iterator[Change]:
    for key in ("allowEmptyValue", "allowReserved"):
        if old.said.get(key) is True and new.said.get(key) is not True:
            yield both.change(
                f"request-parameter-{'empty' if 'Empty' in key else 'reserved'}-refused",
                Level.BREAKING,
                _named(new),
                f"{key} is gone",
                "a client that makes use of it is refused",
                new.pointer,
                fix=KEEP,
            )


def _life(both: Both, old: ParameterView, new: ParameterView) -> Iterator[Change]:
    was, now = deprecated(old.said), deprecated(new.said)
    if was == now or new.schema.schema is new.said:
        return
    word, what = (
        ("deprecated", "it is deprecated now")
        if now
        else (
            "reactivated",
            "it is deprecated no more",
        )
    )
    rule = f"request-parameter-{word}"
    yield both.change(rule, Level.INFO, _named(new), what, "", new.pointer)
