"""Compares two bundled documents: the one way in of this package."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from gates.core.compat import bodies, document, operations, parameters, responses, security
from gates.core.compat.changes import Change, Level
from gates.core.compat.context import Both
from gates.core.compat.lifecycle import FREE, stability
from gates.core.compat.schemas import Schemas
from gates.core.compat.views import (
    OperationView,
    callback_views,
    operation_views,
    shape,
    webhook_views,
)
from gates.core.openapi import JSON, base_path

AREAS = (
    operations.changes,
    parameters.changes,
    bodies.changes,
    responses.changes,
    security.changes,
)
ORDER = {level: index for index, level in enumerate(Level)}


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All changes, worst first; `operations` are those that both documents, or one, have.

    `removals` are the changes of operations that were removed without notice, or too early.
    """

    changes: tuple[Change, ...]
    operations: tuple[str, ...]
    removals: tuple[Change, ...]
    major_step: str = ""


def compare(
    base: dict[str, JSON],
    revision: dict[str, JSON],
    *,
    today: str,
    semver: bool = True,
    levels: Mapping[str, Level] | None = None,
    base_path_named: str = "",
) -> Comparison:
    """Compare two documents of OpenAPI 3.0, 3.1 or Swagger 2.0, each in one piece.

    `today` is an RFC 3339 date. With `semver` a step of the major version excuses what breaks.
    `levels` sets the level of a rule by its id. Total: what is no document has no operations.
    """
    step = document.major_step(base, revision) if semver else ""
    prefix = base_path_named or base_path(revision)
    found = [*document.changes(base, revision), *security.of_documents(base, revision)]
    old, new = operation_views(base, prefix), operation_views(revision, prefix)
    found += _operations(old, new, Schemas(base, revision), today)
    found += _webhooks(base, revision, today)
    changes = sorted({_key(one): one for one in (_levelled(c, levels) for c in found)}.items())
    every = [one for _, one in changes]
    return Comparison(
        changes=tuple(_excused(one, step) for one in every),
        operations=tuple(sorted({one.label for one in (*old, *new)})),
        removals=tuple(one for one in every if operations.hasty(one)),
        major_step=step,
    )


def _operations(
    old: list[OperationView], new: list[OperationView], schemas: Schemas, today: str
) -> Iterator[Change]:
    before, after = {one.key: one for one in old}, {one.key: one for one in new}
    exact = {(one.method, one.path): one for one in new}
    paths = {shape(one.path) for one in new}
    for one in old:
        other = exact.get((one.method, one.path)) or after.get(one.key)
        if other is None:
            yield from operations.removed(one, today, shape(one.path) in paths)
        else:
            yield from _changed(Both(one, other, schemas, today))
    known = {(one.method, one.path) for one in old}
    for one in new:
        if (one.method, one.path) not in known and one.key not in before:
            yield operations.added(one)


def _changed(both: Both) -> Iterator[Change]:
    """The changes of one operation that both documents have."""
    if _untouched(both):
        return
    level = stability(both.base.said)
    for area in AREAS:
        for change in area(both):
            yield _freed(change, level) if level in FREE else change
    yield from _callbacks(both)


def _untouched(both: Both) -> bool:
    old, new = both.base, both.revision
    same = both.schemas.same
    return (
        old.path == new.path
        and same(old.said, new.said)
        and same(old.item.get("parameters"), new.item.get("parameters"))
        and all(old.document.get(k) == new.document.get(k) for k in ("consumes", "produces"))
        and security.alternatives(old) == security.alternatives(new)
        and stability(old.said) in ("stable", "beta", *FREE)
    )


def _freed(change: Change, level: str) -> Change:
    """A change of an operation that may change as it likes."""
    if change.level is Level.INFO or change.rule == "api-invalid-stability-level":
        return change
    message = f"{change.message} (not counted: its stability was {level})"
    return msgspec.structs.replace(change, level=Level.INFO, message=message, fix="")


def _callbacks(both: Both) -> Iterator[Change]:
    old, new = callback_views(both.base), callback_views(both.revision)
    yield from _calls(old, new, both.schemas, both.today, "callback")


def _webhooks(base: dict[str, JSON], revision: dict[str, JSON], today: str) -> Iterator[Change]:
    old, new = webhook_views(base), webhook_views(revision)
    if old or new:
        yield from _calls(old, new, Schemas(base, revision), today, "webhook")


def _calls(
    old: list[OperationView],
    new: list[OperationView],
    schemas: Schemas,
    today: str,
    kind: str,
) -> Iterator[Change]:
    before = {(one.method, one.path): one for one in old}
    after = {(one.method, one.path): one for one in new}
    for key, one in before.items():
        if key in after:
            both = Both(one, after[key], schemas, today, called=True)
            for area in (bodies.changes, responses.changes):
                yield from area(both)
        else:
            yield Change(
                rule=f"{kind}-removed",
                level=Level.BREAKING,
                operation=one.label,
                subject=kind,
                place=one.pointer,
                document="base",
                message=f"the {kind} is gone; whoever waits for it is not called any more",
                fix=f"Go on sending the {kind}, or step the major version.",
            )
    for key, one in after.items():
        if key not in before:
            yield Change(
                rule=f"{kind}-added",
                level=Level.INFO,
                operation=one.label,
                subject=kind,
                place=one.pointer,
                message=f"the {kind} is new",
            )


def _levelled(change: Change, levels: Mapping[str, Level] | None) -> Change:
    level = (levels or {}).get(change.rule)
    return change if level is None else msgspec.structs.replace(change, level=level)


def _excused(change: Change, step: str) -> Change:
    if not step or change.level is not Level.BREAKING:
        return change
    return msgspec.structs.replace(change, excused=f"the major version stepped from {step}")


def _key(change: Change) -> tuple[int, str, str, str, str]:
    return ORDER[change.level], change.operation, change.subject, change.rule, change.message


def counts(changes: tuple[Change, ...]) -> dict[str, int]:
    """How many changes each operation has."""
    return dict(Counter(change.operation for change in changes if change.operation))
