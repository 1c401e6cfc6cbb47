"""Reads an object of somebody as each other: by its id, in lists, and what lies below it."""

from collections.abc import Iterator, Mapping

import msgspec

from gates.core.documented import Documented
from gates.core.likeness import restless
from gates.core.model import Status
from gates.core.sampling import NoSample
from gates.probes._cells import (
    Case,
    Cell,
    Other,
    asked_by,
    denied,
    is_object,
    is_shared,
    refused,
    settled,
    shared,
    shown_in_list,
    strange,
    untold,
)
from gates.probes._sent import Sent
from gates.probes._world import World


def reading(world: World, case: Case) -> Iterator[Cell]:
    """Read it as each other, by its id and in lists."""
    resource = case.resource
    shown = {other: shown_in_list(world, case, other) for other in case.others}
    if resource.reading is not None and resource.reading.label not in case.kept:
        yield from _read(world, case, resource.reading, shown)
    if resource.listing is not None and resource.listing.label not in case.kept:
        yield from _listed(world, case, resource.listing, shown)
    if case.managed or any(is_shared(world, case, other, shown[other]) for other in shown):
        return
    for op in resource.others:
        if op.operation.method == "GET" and op.label not in case.kept:
            yield from _read(world, case, op, shown)


def _read(
    world: World, case: Case, op: Documented, shown: Mapping[Other, bool | None]
) -> Iterator[Cell]:
    others = tuple(asked_by(case, op))
    if not others:
        return
    thing = case.thing
    try:
        own = world.send(op, thing.identity, thing.ids)
        again = world.send(op, thing.identity, thing.ids)
        none = world.send(op, thing.identity, strange(thing, op))
    except NoSample as error:
        yield from untold(op, "read", others, str(error))
        return
    ignored = restless(own.value, again.value)
    if not own.fine:
        yield from untold(op, "read", others, f"its owner gets {own.status}")
        return
    if none.fine and (none.text == own.text or is_object(none, own, thing, ignored)):
        why = "it answers the same for an id that no object has"
        yield from untold(op, "read", others, why)
        return
    for other in others:
        yield _judged(
            world,
            case,
            other,
            own,
            world.send(op, other.identity, thing.ids),
            ignored,
            shown.get(other),
        )


def _judged(
    world: World,
    case: Case,
    other: Other,
    own: Sent,
    sent: Sent,
    ignored: frozenset[tuple[str, ...]],
    shown: bool | None,
) -> Cell:
    op = own.op
    cell = Cell(label=op.label, verb="read", who=other.who, sent=sent)
    if not sent.fine:
        return refused(world, cell, other, sent)
    if not is_object(sent, own, case.thing, ignored):
        return settled(cell, Status.PASS, "answers something else than to its owner")
    if other.identity is not None and shared(world, case, other, op, shown):
        return settled(cell, Status.PASS, "shared: the list shows it to everybody")
    if not op.protected and is_object(
        world.send(op, None, case.thing.ids), own, case.thing, ignored
    ):
        return settled(cell, Status.PASS, "public: nobody has to log in to read it")
    if case.managed and other.identity is not None and shown is None:
        return settled(cell, Status.NO_DATA, "nothing says whether it is there for all to read")
    return settled(cell, Status.FAIL, "gets the object")


def _listed(
    world: World, case: Case, op: Documented, shown: Mapping[Other, bool | None]
) -> Iterator[Cell]:
    """A list that shows what its items refuse, or that the document calls the caller's own."""
    thing = case.thing
    for other in asked_by(case, op):
        seen = shown.get(other)
        cell = Cell(label=op.label, verb="list", who=other.who)
        if seen is None:
            yield settled(cell, Status.NO_DATA, "the list does not show the object to its owner")
            continue
        if not seen:
            yield settled(cell, Status.PASS, "does not show the object")
            continue
        parents = {k: v for k, v in thing.ids.items() if k != case.resource.shape}
        cell = msgspec.structs.replace(cell, sent=world.list_sent(op, other.identity, parents))
        if (
            other.identity is None
            or not shared(world, case, other, op, seen)
            or denied(world, case, other)
        ):
            yield settled(cell, Status.FAIL, "the list shows the object")
        else:
            yield settled(cell, Status.PASS, "shared: everybody sees the same objects")
