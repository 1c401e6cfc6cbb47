"""Sends harmless texts of attack to declared parameters, and tells by the answers what they do.

Input: the keys of `_caller`, document, allowed (whether the service is ours to try).
"""

from typing import Any

import msgspec

from gates.core.cast import Person, cast
from gates.core.documented import Documented
from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.core.openapi import JSON
from gates.core.ownership import Resource, shape_of, shapes_of
from gates.core.sampling import NoSample
from gates.probes import _common
from gates.probes._caller import Exhausted
from gates.probes._commands import command
from gates.probes._detecting import find
from gates.probes._looking import Hit, Look, Usual, usual
from gates.probes._places import Place, Setting, places
from gates.probes._world import World, opened
from gates.probes.mass_assignment import NOT_OURS, unmeasured

TOOL = "injection"
METRIC = "injection.parameters"
PER_OPERATION = 40
SAME = "every request of every operation got one and the same answer: nothing can be told"
FIXES = {
    "sql": "Bind values as parameters of the statement; take names of columns from a list.",
    "command": "Start programs without a shell, with the value as one argument.",
    "path": "Look the file up in a list, or refuse what leads out of its folder.",
    "template": "Give values to templates as data; never make a template of them.",
    "header": "Refuse line breaks in what goes into a header.",
}
NAMES = {
    "sql": "SQL",
    "command": "a command",
    "path": "a path",
    "template": "a template",
    "header": "a header",
}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An injectable place."""

    setting: Setting
    place: Place
    hit: Hit


class State:
    """What has been seen so far: also where the budget ends before the work."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.notes: list[str] = []
        self.tried = 0
        self.declared = 0
        self.answers: set[tuple[str, object]] = set()
        self.operations = 0


def measure(given: dict[str, Any]) -> ToolReport:
    """Try every place of every operation that can be asked. Raises ProbeError."""
    if not given.get("allowed", False):
        return unmeasured(TOOL, METRIC, NOT_OURS)
    world = opened(given, TOOL, PER_OPERATION)
    state = State()
    incomplete: tuple[str, ...] = ()
    try:
        for op in _ordered(world, given.get("login", "")):
            _operation(world, op, state, given.get("login", ""))
    except Exhausted as error:
        incomplete = (f"{error}; raise max_requests or max_seconds of the gate",)
    return report(state, incomplete)


def _ordered(world: World, login: str) -> list[Documented]:
    """The login comes last: a service may end older sessions of whoever logs in."""
    return sorted(world.operations, key=lambda op: op.path == login)


def _operation(world: World, op: Documented, state: State, login: str) -> None:
    if not op.parameters and not op.body_type:
        return
    state.declared += 1
    if op.operation.method in ("DELETE", "OPTIONS", "TRACE"):
        state.notes.append(f"not tried: {op.label}: a text of attack could delete")
        return
    try:
        setting, asked = _setting(world, op, login)
    except NoSample as error:
        state.notes.append(f"not tried: {op.label}: {error}")
        return
    if setting is None or asked is None:
        state.notes.append(f"not tried: {op.label}: no valid request could be made")
        return
    state.operations += 1
    state.answers.add((op.label, asked.view))
    for place in places(world, setting):
        _place(Look(world=world, setting=setting, place=place, usual=asked), state)


def _place(look: Look, state: State) -> None:
    try:
        hit = find(look)
    except NoSample as error:
        state.notes.append(f"not tried: {look.setting.op.label} {look.place.name}: {error}")
        return
    state.tried += 1
    if hit:
        state.found.append(Found(setting=look.setting, place=look.place, hit=hit))


def _setting(world: World, op: Documented, login: str) -> tuple[Setting | None, Usual | None]:
    """Who asks, and with which ids: whoever gets a success, or for a login any answer."""
    for identity in _askers(world, op):
        found = _with_ids(world, op, identity)
        if found is None:
            continue
        if op.path == login:
            found = msgspec.structs.replace(found, login=_login(world))
        asked = usual(world, found)
        if asked.fine or 300 <= asked.view.status < 400 or asked.view.status in _usable(op):
            return found, asked
    return None, None


def _usable(op: Documented) -> tuple[int, ...]:
    """Answers but a success behind which a value has been looked at all the same."""
    refused = () if op.protected else (400, 401, 403)
    return (*refused, 404) if op.operation.method == "GET" else refused


def _login(world: World) -> JSON:
    """The body with which somebody is let in."""
    people = world.caller.identities.values()
    bodies = (one.login.get("body") for one in people if one.login)
    return next((body for body in bodies if isinstance(body, dict)), None)


def _with_ids(world: World, op: Documented, identity: str | None) -> Setting | None:
    resource = _resource(world, op)
    makes = op.operation.method in ("PUT", "PATCH") or (
        resource is not None and op == resource.making
    )
    asker = identity or next(iter(world.caller.identities), "")
    _fill(world, op, asker)
    ids = _ids(world, op, asker)
    if ids is None:
        return None
    return Setting(op=op, identity=identity, ids=ids, resource=resource, makes=makes)


def _ids(world: World, op: Documented, asker: str) -> dict[str, str] | None:
    """Ids of objects that the path names; values of the document where there are none to find.

    What is changed is an object that was made for it, or a seeded one: never an own account.
    """
    shapes = shapes_of(op.path)
    if not shapes:
        return {}
    if op.operation.method not in ("PUT", "PATCH"):
        return world.parents(op.path, asker) or {}
    resource = world.by_shape[shapes[-1]]
    thing = world.make(resource, asker)
    if thing is None and not resource.is_account:
        return world.parents(op.path, asker)
    return thing.ids if thing else None


def _fill(world: World, op: Documented, asker: str) -> None:
    """An empty list shows no difference: put something into it, where that can be done."""
    for resource in world.resources:
        if resource.listing == op and not world.listing(resource, asker):
            world.thing(resource, asker)


def _resource(world: World, op: Documented) -> Resource | None:
    """What the operation makes or is about."""
    made = next((one for one in world.resources if one.making == op), None)
    return made or world.by_shape.get(shape_of(op.path))


def _askers(world: World, op: Documented) -> list[str | None]:
    known = world.caller.identities
    parts = cast({name: Person(role=one.role, rank=one.rank) for name, one in known.items()})
    if not op.protected and not (op.security and parts):
        return [None]
    return [] if parts is None else [one for one in (parts.owner, parts.higher) if one]


def report(state: State, incomplete: tuple[str, ...] = ()) -> ToolReport:
    """Findings, sorted, and how many places they are."""
    ordered = sorted(state.found, key=lambda one: (one.setting.op.label, one.place.name))
    findings = tuple(_finding(one) for one in ordered)
    return ToolReport(
        tool=TOOL,
        examined=max(state.tried, 1),
        examined_unit="parameters",
        measurements={METRIC: _measurement(state, len(findings))},
        findings=findings,
        incomplete=incomplete,
        notes=tuple(state.notes),
    )


def _measurement(state: State, count: int) -> Measurement:
    views = {view for _, view in state.answers}
    if not count and state.operations > 1 and len(views) == 1:
        return Measurement(value=None, why=SAME)
    if not state.tried and state.declared:
        return Measurement(value=None, why="no declared parameter could be tried")
    return Measurement(value=float(count), detail=f"{state.tried} parameters tried")


def _finding(found: Found) -> Finding:
    op, place, hit = found.setting.op, found.place, found.hit
    where = "field" if place.where == "body" else f"{place.where} parameter"
    return Finding(
        tool=TOOL,
        rule=f"injection.{hit.kind}",
        severity=Severity.CRITICAL if hit.kind in ("sql", "command", "template") else Severity.HIGH,
        message=f"{op.label}: the {where} {place.name} is taken as part of {NAMES[hit.kind]}: "
        f"{hit.shown}; allowed: taken as a value, or refused",
        fix=FIXES[hit.kind],
        reproduce=_reproduce(found),
        context=f"{op.label} {place.where} {place.name}",
        metric=METRIC,
    )


def _reproduce(found: Found) -> str:
    sent = found.hit.sent
    body = sent.body
    if found.setting.login is not None:  # what else is in it may be secret
        way = found.place.way
        body = msgspec.json.encode({str(way[-1]): found.hit.payload} if way else {})
    path = sent.path if found.place.where == "path" else ""
    token = "TOKEN" if sent.identity else ""  # the name of a variable
    return command(sent, body=body, token=token, path=path)


if __name__ == "__main__":
    _common.run(measure)
