"""Changes of the responses of an operation: statuses, media types, headers, bodies."""

from collections.abc import Iterator

from gates.core.compat.bodies import covering
from gates.core.compat.changes import Change, Level
from gates.core.compat.context import Both
from gates.core.compat.forms import Located
from gates.core.compat.views import HeaderView, ResponseView, responses

KEEP = "Answer as the base document describes it, or step the major version."


def changes(both: Both) -> Iterator[Change]:
    """Responses that are new, gone or different."""
    before, after = responses(both.base), responses(both.revision)
    for status, old in before.items():
        match = same_status(status, after)
        if match is None:
            yield _removed(both, status, old)
        else:
            yield from _changed(both, f"response {status}", old, after[match])
    for status, new in after.items():
        if same_status(status, before) is None:
            kind = "success" if status.startswith("2") else "non-success"
            rule = f"response-{kind}-status-added"
            subject = f"response {status}"
            yield both.change(rule, Level.INFO, subject, "it is new", "", new.pointer)


def same_status(status: str, among: dict[str, ResponseView]) -> str | None:
    """The status, or the range that it is in (2XX); a range is met by any status in it."""
    if status in among:
        return status
    span = f"{status[:1]}XX"
    if span in among:
        return span
    if status.endswith("XX"):
        return next((one for one in among if one[:1] == status[:1]), None)
    return None


def _removed(both: Both, status: str, old: ResponseView) -> Change:
    success = status.startswith("2")
    return both.change(
        f"response-{'success' if success else 'non-success'}-status-removed",
        Level.BREAKING if success else Level.INFO,
        f"response {status}",
        "it is gone",
        "a client that waits for it meets another",
        old.pointer,
        document="base",
        fix=KEEP,
    )


def _changed(both: Both, where: str, old: ResponseView, new: ResponseView) -> Iterator[Change]:
    for kind, schema in old.content.items():
        match = covering(kind, new.content)
        if match is None:
            yield both.change(
                "response-media-type-removed",
                Level.BREAKING,
                f"{where} {kind}",
                "the media type is gone",
                "a client that reads it meets another",
                old.pointer,
                document="base",
                fix=KEEP,
            )
        else:
            yield from _schema(both, where, schema, new.content[match], new.pointer)
    for kind in new.content:
        if covering(kind, old.content) is None:
            what = f"the media type {kind} is offered now"
            yield both.change("response-media-type-added", Level.INFO, where, what, "", new.pointer)
    yield from _headers(both, where, old, new)


def _schema(
    both: Both, where: str, old: Located | None, new: Located | None, pointer: str
) -> Iterator[Change]:
    if old is not None and new is not None:
        yield from both.schema(old, new, "response-body", f"{where} body")
    elif new is not None:
        rule = "response-body-schema-added"
        yield both.change(rule, Level.INFO, where, "it has a schema now", "", new.pointer)
    elif old is not None:
        yield both.change(
            "response-body-schema-removed",
            Level.WARNING,
            where,
            "it has no schema any more",
            "a client that reads the body meets something else",
            pointer,
            fix=KEEP,
        )


def _headers(both: Both, where: str, old: ResponseView, new: ResponseView) -> Iterator[Change]:
    for name, header in old.headers.items():
        if name in new.headers:
            yield from _header(both, where, header, new.headers[name])
            continue
        word = "required" if header.required else "optional"
        yield both.change(
            f"{word}-response-header-removed",
            Level.BREAKING if header.required else Level.WARNING,
            f"{where} header {header.name}",
            "it is gone",
            "a client that reads it finds it missing",
            header.pointer,
            document="base",
            fix=KEEP,
        )
    for name, header in new.headers.items():
        if name not in old.headers:
            subject = f"{where} header {header.name}"
            rule = "response-header-added"
            yield both.change(rule, Level.INFO, subject, "it is new", "", header.pointer)


def _header(both: Both, where: str, old: HeaderView, new: HeaderView) -> Iterator[Change]:
    subject = f"{where} header {new.name}"
    if old.required != new.required:
        level = Level.INFO if new.required else Level.BREAKING
        word = "required" if new.required else "optional"
        yield both.change(
            f"response-header-became-{word}",
            level,
            subject,
            f"it is {word} now",
            "a client that reads it may find it missing",
            new.pointer,
            fix=KEEP,
        )
    yield from both.schema(old.schema, new.schema, "response-header", subject)
