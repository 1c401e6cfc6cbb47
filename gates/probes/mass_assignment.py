"""Sends fields that a caller must not set along with valid bodies, and looks whether they stay.

Input: the keys of `_caller`, document, allowed (whether the service is ours to write to).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from gates.core.identifying import identifier
from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.openapi import JSON
from gates.core.ownership import shapes_of
from gates.core.planting import Planted
from gates.core.privileged import UNKNOWN, WORD, Extra, came_back
from gates.core.sampling import NoSample
from gates.probes import _common
from gates.probes._caller import DEFAULT, Exhausted
from gates.probes._cells import view
from gates.probes._commands import command
from gates.probes._sent import NO_ANSWER, Sent, Thing
from gates.probes._targets import Try, prepared, targets
from gates.probes._world import World, opened

TOOL = "mass_assignment"
METRIC = "injection.mass_assignment"
RULE = "injection.mass-assignment"
PER_OPERATION = 15
MOST_SENDS = 12  # for one operation
NOT_OURS = (
    "the service was not started for this run: writing to it needs foreign_target = true among the "
    "options of the gate in the policy"
)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A field that stayed, with the request that set it."""

    tried: Try
    extra: Extra
    body: bytes


def measure(given: dict[str, Any]) -> ToolReport:
    """Try every operation that makes or changes an object. Raises ProbeError."""
    if not given.get("allowed", False):
        return unmeasured(TOOL, METRIC, NOT_OURS)
    world = opened(given, TOOL, PER_OPERATION)
    kept: list[Kept] = []
    notes: list[str] = []
    incomplete: tuple[str, ...] = ()
    tried = 0
    wanted = tuple(targets(world))
    try:
        for op, resource in wanted:
            found = prepared(world, op, resource)
            if isinstance(found, str):
                notes.append(f"not tried: {op.label}: {found}")
                continue
            tried += 1
            kept += _tried(world, found)
    except Exhausted as error:
        incomplete = (f"{error}; raise max_requests or max_seconds of the gate",)
    return _report(tuple(kept), (tried, len(wanted)), tuple(notes), incomplete)


def unmeasured(tool: str, metric: str, why: str) -> ToolReport:
    """A report of a probe that was not let loose."""
    return ToolReport(
        tool=tool,
        examined=1,
        examined_unit="services",
        measurements={metric: Measurement(value=None, why=why)},
    )


def _tried(world: World, tried: Try) -> list[Kept]:
    """Send all at once; where that is refused, what the refusal does not name, or one half."""
    wanted = [one for one in tried.extras if one.value is not None]
    queue: list[Sequence[Extra]] = [wanted] if wanted else []
    kept: list[Kept] = []
    for _ in range(MOST_SENDS):
        if not queue:
            break
        group = queue.pop(0)
        sent, seen = _sent(world, tried, group)
        if sent is None:
            continue
        if sent.fine:
            kept += _stayed(tried, group, sent, seen)
        else:
            queue += _rest(group, sent)
    return kept


def _sent(world: World, tried: Try, group: Sequence[Extra]) -> tuple[Sent | None, JSON]:
    """The request with these fields, and what is read of the object afterwards."""
    op, thing = tried.op, tried.thing
    more: dict[str, JSON] = {one.name: one.value for one in group}
    more[UNKNOWN] = WORD
    ids = tried.ids
    if thing is not None:
        thing = world.make(tried.resource, thing.identity) or thing
        ids = thing.ids
    try:
        given = world.body(op, tried.identity or DEFAULT)
        if not isinstance(given.body, dict):
            return None, None
        sent = world.send(op, tried.identity, ids, {**given.body, **_without_unknown(more, group)})
        if not sent.fine:
            return sent, None
        return sent, _read(world, tried, thing, sent, given)
    except NoSample:
        return None, None


def _without_unknown(more: dict[str, JSON], group: Sequence[Extra]) -> dict[str, JSON]:
    """A field that nobody knows tells services that keep all from those that keep some.

    It is left out where one field is tried alone: it would be refused with it.
    """
    return more if len(group) > 1 else {k: v for k, v in more.items() if k != UNKNOWN}


def _read(world: World, tried: Try, thing: Thing | None, sent: Sent, given: Planted) -> JSON:
    if thing is None and tried.identity:
        location = sent.answer.header("Location") or ""
        known = identifier(tried.resource, sent.value, location, given.body)
        ids = {**tried.ids, tried.resource.shape: known}
        if not known or set(shapes_of(tried.resource.shape)) - set(ids):
            return sent.value
        thing = Thing(resource=tried.resource, ids=ids, identity=tried.identity)
    if thing is None or not thing.identity:
        return sent.value
    for name in (thing.identity, *world.caller.identities):  # it may be somebody else's by now
        seen = view(world, msgspec.structs.replace(thing, identity=name))
        if seen is None or seen.fine:
            return seen.value if seen else sent.value
    return sent.value


def _stayed(tried: Try, group: Sequence[Extra], sent: Sent, seen: JSON) -> Iterator[Kept]:
    noun = tried.resource.noun
    any_field = came_back(Extra(name=UNKNOWN, value=WORD), seen, tried.control, noun)
    for one in group:
        if any_field and not one.documented:
            continue  # it stores whatever it is sent: a name alone gives no right
        if came_back(one, seen, tried.control, noun):
            yield Kept(tried=tried, extra=one, body=sent.body)


def _rest(group: Sequence[Extra], sent: Sent) -> list[Sequence[Extra]]:
    if len(group) < 2:
        return []
    left = [one for one in group if not names(sent.value, one.name)]
    if len(left) < len(group):
        return [left] if left else []
    if UNKNOWN in sent.text:
        return [[one] for one in group]
    half = len(group) // 2
    return [group[:half], group[half:]]


def names(said: JSON, field: str) -> bool:
    """Whether an error answer speaks of a field: in a text, or as the name of a list or object."""
    match said:
        case str():
            return (
                re.search(rf"(?<![A-Za-z0-9_]){re.escape(field)}(?![A-Za-z0-9_])", said) is not None
            )
        case list():
            return any(names(part, field) for part in said)
        case dict():
            below = isinstance(said.get(field), dict | list)
            return below or any(names(part, field) for part in said.values())
        case _:
            return False


def _report(
    kept: tuple[Kept, ...],
    counts: tuple[int, int],
    notes: tuple[str, ...],
    incomplete: tuple[str, ...],
) -> ToolReport:
    """`counts`: operations that were tried, and that make or change an object."""
    tried, wanted = counts
    by_place = {(one.tried.op.label, one.extra.name): one for one in kept}
    findings = tuple(_finding(by_place[place]) for place in sorted(by_place))
    why = f"none of {wanted} operations that make or change an object could be tried"
    figure = (
        Measurement(value=float(len(findings)), detail=f"{tried} of {wanted} operations tried")
        if tried or not wanted
        else Measurement(value=None, why=why)
    )
    return ToolReport(
        tool=TOOL,
        examined=max(tried, 1),
        examined_unit="operations",
        measurements={METRIC: figure},
        findings=findings,
        incomplete=incomplete,
        notes=notes,
    )


def _finding(kept: Kept) -> Finding:
    op, extra = kept.tried.op, kept.extra
    origin = "only its answers have" if extra.documented else "the document does not have"
    return Finding(
        tool=TOOL,
        rule=RULE,
        severity=Severity.HIGH,
        message=f"{op.label}: the field {extra.name}, which {origin}, can be set by the caller; "
        "allowed: ignored, or refused with 400 or 422",
        fix="Name the fields that a caller may set, and take those alone from the body.",
        reproduce=_reproduce(kept),
        context=f"{op.label} {extra.name}",
        metric=METRIC,
    )


def _reproduce(kept: Kept) -> str:
    """The request with this field alone, and without what this run made up."""
    op = kept.tried.op
    body: Mapping[str, Any] = msgspec.json.decode(kept.body) if _is_json(kept.body) else {}
    known = {extra.name for extra in kept.tried.extras} | {UNKNOWN}
    plain = {name: value for name, value in body.items() if name not in known}
    sent = msgspec.json.encode({**plain, kept.extra.name: kept.extra.value})
    request = Sent(
        op=op,
        identity=kept.tried.identity,
        answer=NO_ANSWER,
        path=op.path,
        headers=(("Content-Type", op.body_type),),
    )
    token = "TOKEN" if kept.tried.identity else ""  # the name of a variable
    return command(request, body=sent, token=token)


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(body), dict)
    except msgspec.DecodeError:
        return False


if __name__ == "__main__":
    _common.run(measure)
