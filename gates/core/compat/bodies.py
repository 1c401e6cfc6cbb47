"""Changes of the body of a request."""

from collections.abc import Iterator

from gates.core.compat.changes import Change, Level
from gates.core.compat.context import Both
from gates.core.compat.forms import Located
from gates.core.compat.views import BodyView, body

WHAT = "request body"
KEEP = "Accept requests as the base document describes them, or step the major version."


def changes(both: Both) -> Iterator[Change]:
    """A body that is new, gone or different."""
    old, new = body(both.base), body(both.revision)
    if old and new:
        yield from _changed(both, old, new)
    elif new:
        level = Level.BREAKING if new.required else Level.INFO
        rule = f"added-{'required' if new.required else 'optional'}-request-body"
        who = "a client that sends none is refused"
        fix = "Make it optional."
        yield both.change(rule, level, WHAT, "there is one now", who, new.pointer, fix=fix)
    elif old:
        yield both.change(
            "request-body-removed",
            Level.BREAKING,
            WHAT,
            "there is none any more",
            "a client that sends one is ignored there, or refused",
            old.pointer,
            document="base",
            fix=KEEP,
        )


def _changed(both: Both, old: BodyView, new: BodyView) -> Iterator[Change]:
    if old.required != new.required:
        level = Level.BREAKING if new.required else Level.INFO
        word = "required" if new.required else "optional"
        who = "a client that sends none is refused"
        rule = f"request-body-became-{word}"
        what = f"it is {word} now"
        fix = "Leave it optional."
        yield both.change(rule, level, WHAT, what, who, new.pointer, fix=fix)
    for kind, schema in old.content.items():
        match = covering(kind, new.content)
        if match is None:
            yield _kind_removed(both, old, kind)
        else:
            yield from _schema(both, schema, new.content[match], kind, new.pointer)
    for kind in new.content:
        if covering(kind, old.content) is None:
            what = f"the media type {kind} is accepted now"
            rule = "request-body-media-type-added"
            yield both.change(rule, Level.INFO, WHAT, what, "", new.pointer)


def _kind_removed(both: Both, old: BodyView, kind: str) -> Change:
    return both.change(
        "request-body-media-type-removed",
        Level.BREAKING,
        f"{WHAT} {kind}",
        "the media type is gone",
        "a client that sends it is refused",
        old.pointer,
        document="base",
        fix=KEEP,
    )


def _schema(
    both: Both, old: Located | None, new: Located | None, kind: str, pointer: str
) -> Iterator[Change]:
    where = f"{WHAT} {kind}"
    if old is not None and new is not None:
        yield from both.schema(old, new, "request-body", WHAT)
    elif new is not None and new.schema not in (True, {}):
        yield both.change(
            "request-body-schema-added",
            Level.BREAKING,
            where,
            "it has a schema now",
            "a client that sends something else is refused",
            new.pointer,
            fix=KEEP,
        )
    elif old is not None:
        rule = "request-body-schema-removed"
        yield both.change(rule, Level.INFO, where, "it has no schema any more", "", pointer)


def covering(kind: str, offered: dict[str, Located | None]) -> str | None:
    """The media type or range that stands for one, the nearest first; None if there is none."""
    main = kind.split(";")[0]
    for candidate in (kind, main, f"{main.split('/')[0]}/*", "*/*"):
        if candidate in offered:
            return candidate
    if kind == main:
        return next((one for one in offered if one.split(";")[0] == main), None)
    return None
