"""Deletes an object of somebody as each other, and looks whether its owner still finds it."""

from collections.abc import Iterator

from gates.core.documented import Documented
from gates.core.model import Status
from gates.core.sampling import NoSample
from gates.probes._cells import (
    Case,
    Cell,
    Other,
    asked_by,
    fresh,
    refused,
    settled,
    strange,
    untold,
    view,
)
from gates.probes._sent import Thing
from gates.probes._world import World


def deleting(world: World, case: Case) -> Iterator[Cell]:
    """Delete it as each other, and look whether its owner still finds it."""
    op = case.resource.deleting
    if op is None or op.label in case.kept:
        return
    others = tuple(asked_by(case, op))
    for other in others:
        thing = fresh(world, case)
        if thing is None:
            yield from untold(op, "delete", (other,), "no further object could be made")
            continue
        try:
            yield _deleted(world, op, thing, other)
        except NoSample as error:
            yield from untold(op, "delete", (other,), str(error))


def _deleted(world: World, op: Documented, thing: Thing, other: Other) -> Cell:
    before = view(world, thing)
    sent = world.send(op, other.identity, thing.ids)
    cell = Cell(label=op.label, verb="delete", who=other.who, sent=sent)
    after = view(world, thing) if sent.fine else None
    if after is not None and before is not None and before.fine and not after.fine:
        return settled(cell, Status.FAIL, "deletes the object")
    if thing.is_account:
        return settled(cell, Status.PASS, f"answers {sent.status}, and the account is still there")
    if sent.fine and (before is None or not before.fine):
        return _by_second(world, op, thing, cell)
    control = world.send(op, thing.identity, thing.ids)
    if sent.fine:
        return _masked(world, thing, cell)
    if control.fine or control.status in (401, 403):
        return refused(world, cell, other, sent)
    return settled(cell, Status.NO_DATA, f"no valid request: its owner gets {control.status}")


def _masked(world: World, thing: Thing, cell: Cell) -> Cell:
    """That an object stays says something only where its owner's own deletion can be seen."""
    left = view(world, thing)
    if left is None or left.fine:
        return settled(cell, Status.NO_DATA, "answered with success, and its effect cannot be read")
    return settled(cell, Status.PASS, "answers with success and deletes nothing")


def _by_second(world: World, op: Documented, thing: Thing, cell: Cell) -> Cell:
    """Where nothing can be read: the owner's own deletion, and one of an object nobody has."""
    own = world.send(op, thing.identity, thing.ids)
    none = world.send(op, thing.identity, strange(thing, op))
    if own.status in (404, 410) and none.status == own.status:
        return settled(cell, Status.FAIL, "deletes the object")
    if own.fine and not none.fine:
        return settled(cell, Status.PASS, "answers with success and deletes nothing")
    return settled(cell, Status.NO_DATA, "answered with success, and its effect cannot be read")
