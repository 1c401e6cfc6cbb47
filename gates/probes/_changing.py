"""Changes an object of somebody as each other, and looks what its owner then reads."""

from collections.abc import Iterator

from gates.core.documented import Documented
from gates.core.identifying import identifier
from gates.core.likeness import changed
from gates.core.model import Status
from gates.core.openapi import JSON
from gates.core.ownership import Resource, shapes_of
from gates.core.planting import moved, properties
from gates.core.sampling import NoSample
from gates.probes._cells import (
    Case,
    Cell,
    Other,
    asked_by,
    fresh,
    is_shared,
    refused,
    settled,
    shown_in_list,
    untold,
    view,
)
from gates.probes._sent import Sent, Thing
from gates.probes._world import World

VARIANTS = 3


def changing(world: World, case: Case) -> Iterator[Cell]:
    """Change it as each other, and look whether its owner then reads something else."""
    for op in case.resource.changing:
        if op.label not in case.kept:
            yield from _changed(world, case, op, "change")
    below = [op for op in case.resource.others if op.operation.method != "GET"]
    if not below and not _inner(world, case):
        return
    first = case.others[0]
    if case.managed or is_shared(world, case, first, shown_in_list(world, case, first)):
        return
    yield from _filled(world, case)
    for op in below:
        if op.label not in case.kept:
            verb = "delete" if op.operation.method == "DELETE" else "use"
            yield from _changed(world, case, op, verb)


def _filled(world: World, case: Case) -> Iterator[Cell]:
    """Make objects that lie in this one as each other, and look whether its owner finds them."""
    for inner, op in _inner(world, case):
        for other in asked_by(case, op):
            try:
                yield _put_in(world, case, inner, op, other)
            except NoSample as error:
                yield from untold(op, "fill", (other,), str(error))


def _inner(world: World, case: Case) -> list[tuple[Resource, Documented]]:
    """The resources that lie in this one, with the operation that makes one of them in it."""
    prefix, depth = f"{case.resource.shape}/", case.resource.depth + 1
    return [
        (inner, inner.making)
        for inner in world.resources
        if inner.making is not None
        and inner.depth == depth
        and inner.shape.startswith(prefix)
        and inner.making.label not in case.kept
        and shapes_of(inner.making.path)
    ]


def _put_in(world: World, case: Case, inner: Resource, op: Documented, other: Other) -> Cell:
    owner = case.thing.identity
    given = world.body(op, other.identity or owner, stamped=True)
    sent = world.send(op, other.identity, case.thing.ids, given.body)
    cell = Cell(label=op.label, verb="fill", who=other.who, sent=sent)
    if not sent.fine:
        control = world.send(op, owner, case.thing.ids, given.body)
        if control.fine or control.status in (401, 403, 409):
            return refused(world, cell, other, sent)
        return settled(cell, Status.NO_DATA, f"no valid request: its owner gets {control.status}")
    known = identifier(inner, sent.value, sent.answer.header("Location") or "", given.body)
    ids = {**case.thing.ids, inner.shape: known}
    thing = Thing(resource=inner, ids=ids, identity=owner)
    seen = view(world, thing) if known else None
    if seen is None:
        return settled(cell, Status.NO_DATA, "answered with success, and its effect cannot be read")
    if seen.fine:
        return settled(cell, Status.FAIL, "is let in")
    return settled(cell, Status.PASS, "answers with success and its owner finds nothing")


def _changed(world: World, case: Case, op: Documented, verb: str) -> Iterator[Cell]:
    """Several bodies are tried, until its owner may do what the others tried."""
    others = tuple(asked_by(case, op))
    cells: list[Cell] = []
    for variant in range(VARIANTS if op.body_type else 1):
        found = fresh(world, case) if variant else case.thing
        if not others or found is None:
            break
        try:
            cells = _one_change(world, case, op, found, variant, verb)
        except NoSample as error:
            cells = list(untold(op, verb, others, str(error)))
            break
        if any(cell.state is not Status.NO_DATA for cell in cells):
            break
    yield from cells


def _one_change(
    world: World, case: Case, op: Documented, thing: Thing, variant: int, verb: str
) -> list[Cell]:
    cells = []
    for other in asked_by(case, op):
        before = view(world, thing)
        body = _body(world, op, other.identity or thing.identity, variant, before)
        sent = world.send(op, other.identity, thing.ids, body)
        cell = Cell(label=op.label, verb=verb, who=other.who, sent=sent)
        if sent.fine:
            after = view(world, thing)
            cells.append(_effect(cell, before, after))
        else:
            cells.append(refused(world, cell, other, sent))
    return _controlled(world, op, thing, variant, cells)


def _body(world: World, op: Documented, identity: str, variant: int, before: Sent | None) -> JSON:
    if not op.body_type:
        return None
    made = world.body(op, identity, salt=variant, careful=variant > 1).body
    current = before.value if before else None
    return moved(made, current, properties(op.body_schema, world.document))


def _effect(cell: Cell, before: Sent | None, after: Sent | None) -> Cell:
    if before is None or after is None:
        return settled(cell, Status.NO_DATA, "answered with success, and its effect cannot be read")
    if after.status != before.status or changed(before.value, after.value):
        return settled(cell, Status.FAIL, "changes what its owner reads")
    return settled(cell, Status.NO_DATA, "answered with success and changed nothing")


def _controlled(
    world: World, op: Documented, thing: Thing, variant: int, cells: list[Cell]
) -> list[Cell]:
    """Do it as the owner: what nobody may do, or what shows no effect, says nothing of others."""
    doubtful = [cell for cell in cells if cell.state is not Status.FAIL]
    if not doubtful or thing.is_account:
        return cells
    before = view(world, thing)
    sent = world.send(
        op, thing.identity, thing.ids, _body(world, op, thing.identity, variant, before)
    )
    if sent.fine:
        after = view(world, thing)
        visible = _effect(Cell(label="", verb="", who=""), before, after).state is Status.FAIL
        return [_compared(cell, visible) for cell in cells]
    if sent.status in (401, 403):
        detail = f"refused, as to its owner, with {sent.status}"
        return [settled(c, c.state, detail) if c.state is Status.PASS else c for c in cells]
    why = f"no valid request: its owner gets {sent.status}"
    return [settled(c, Status.NO_DATA, why) if c in doubtful else c for c in cells]


def _compared(cell: Cell, visible: bool) -> Cell:
    """A success that changed nothing is a masked refusal, where the owner's own has an effect."""
    silent = cell.state is Status.NO_DATA and cell.sent is not None and cell.sent.fine
    if silent and visible:
        return settled(cell, Status.PASS, "answers with success and changes nothing")
    return cell
