"""Tries operations that are kept for a role as an account without it, with valid requests."""

from collections.abc import Iterator, Mapping

import msgspec

from gates.core.documented import Documented
from gates.core.likeness import changed
from gates.core.model import Status
from gates.core.openapi import JSON
from gates.core.ownership import Resource, shape_of, shapes_of
from gates.core.planting import Planted
from gates.core.sampling import NoSample
from gates.probes._cells import Cell, Other, refused, settled, view
from gates.probes._sent import Sent, Thing
from gates.probes._world import World

VERB = "call"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Who has none of the roles of an operation, and who has one; "" for nobody."""

    roles: tuple[str, ...]
    plain: str
    holder: str

    @property
    def who(self) -> str:
        """What findings call the one without."""
        return f"an account that is not {' or '.join(self.roles)}"


def calling(world: World, calls: Mapping[str, Call]) -> Iterator[Cell]:
    """Call each restricted operation as somebody who must not.

    Deletions come last, so that they take nothing away from the others.
    """
    ordered = sorted(
        (op for op in world.operations if op.label in calls),
        key=lambda op: (op.operation.method == "DELETE", op.label),
    )
    for op in ordered:
        call = calls[op.label]
        if not call.plain:
            why = "no identity without the role"
            yield Cell(label=op.label, verb=VERB, who=call.who, detail=why)
            continue
        try:
            yield _called(world, op, call)
        except NoSample as error:
            yield Cell(label=op.label, verb=VERB, who=call.who, detail=str(error))


def _called(world: World, op: Documented, call: Call) -> Cell:
    who, plain, holder = call.who, call.plain, call.holder
    thing, ids = _things(world, op, holder or plain)
    if ids is None:
        why = world.refusals.get(shapes_of(op.path)[-1], "no object to call it with")
        return Cell(label=op.label, verb=VERB, who=who, detail=why)
    before = view(world, thing) if thing else None
    sent, given = _asked(world, op, plain, holder, ids)
    cell = Cell(label=op.label, verb=VERB, who=who, sent=sent)
    if sent.fine:
        return _effective(world, cell, holder, thing, before, ids, given)
    answer = refused(world, cell, Other(who, plain), sent)
    if answer.state is not Status.PASS:
        return answer
    return _controlled(world, answer, op, holder, ids, given)


def _things(
    world: World, op: Documented, identity: str
) -> tuple[Thing | None, dict[str, str] | None]:
    """The object that the path names, made by whoever may, and the ids of the path."""
    shapes = shapes_of(op.path)
    if not shapes:
        return None, {}
    resource = world.by_shape[shapes[-1]]
    thing = world.make(resource, identity)
    if thing is not None:
        return thing, thing.ids
    ids = world.parents(op.path, identity)
    if ids is None or op.operation.method == "DELETE":
        return None, ids
    seen = Thing(resource=resource, ids=ids, identity=identity)
    return seen, ids


def _asked(
    world: World, op: Documented, plain: str, holder: str, ids: Mapping[str, str]
) -> tuple[Sent, Planted]:
    """A valid request; where it is taken for an invalid one, another is tried."""
    given = Planted(None)
    for salt, careful in ((0, False), (0, True), (1, True)):
        if op.body_type:
            given = world.body(op, holder or plain, salt=salt, careful=careful, stamped=salt > 0)
        sent = world.send(op, plain, ids, given.body)
        if sent.status not in (400, 409, 415, 422) or not op.body_type:
            return sent, given
    return sent, given


def _effective(
    world: World,
    cell: Cell,
    holder: str,
    thing: Thing | None,
    before: Sent | None,
    ids: Mapping[str, str],
    given: Planted,
) -> Cell:
    """A success: exposed, unless it can be seen that nothing was given away and nothing done."""
    sent = cell.sent
    if sent is None:
        return cell
    method = sent.op.operation.method
    if method == "GET" and holder:
        own = world.send(sent.op, holder, ids)
        if own.fine and _is_poorer(sent.value, own.value):
            return settled(cell, Status.PASS, "answers with less than to the role")
    if method in ("PUT", "PATCH", "DELETE") and thing is not None and before is not None:
        after = view(world, thing)
        if after is not None and after.status == before.status and _same(before, after):
            return settled(cell, Status.PASS, "answers with success and changes nothing")
    if method == "POST" and holder and _made_nothing(world, sent, holder, given):
        return settled(cell, Status.PASS, "answers with success and makes nothing")
    return settled(cell, Status.FAIL, "is let in")


def _made_nothing(world: World, sent: Sent, holder: str, given: Planted) -> bool:
    """Whether the list of the role shows that no object was made."""
    resource = _made_resource(world, sent.op)
    if resource is None or resource.listing is None or not given.canary:
        return False
    listing = world.list_sent(resource.listing, holder)
    shown = world.listing(resource, holder, anew=True)
    whole = 0 < len(shown) < 50
    return listing.fine and whole and given.canary not in listing.text


def _made_resource(world: World, op: Documented) -> Resource | None:
    return next((one for one in world.resources if one.making == op), None) or world.by_shape.get(
        f"{shape_of(op.path)}/{{}}"
    )


def _controlled(
    world: World, cell: Cell, op: Documented, holder: str, ids: Mapping[str, str], given: Planted
) -> Cell:
    """Ask the same as somebody who has the role: what nobody may do says nothing."""
    said = cell.sent.status if cell.sent else 0
    if not holder:
        why = f"answered {said}, and there is no identity that has the role to compare with"
        return cell if said in (401, 403) else settled(cell, Status.NO_DATA, why)
    sent = world.send(op, holder, ids, given.body)
    status = sent.status
    if sent.fine or status in (409, 412):
        return cell
    if said in (401, 403) and status not in (401, 403):
        return cell  # refused for who it is, before anything else was looked at
    return settled(cell, Status.NO_DATA, f"no valid request: whoever has the role gets {status}")


def _same(before: Sent, after: Sent) -> bool:
    return not changed(before.value, after.value)


def _is_poorer(seen: JSON, own: JSON) -> bool:
    """Whether an answer leaves out what the role sees: a list with fewer or no entries."""
    return len(str(seen)) * 2 < len(str(own))
