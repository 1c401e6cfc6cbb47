"""What the tests of authorisation share: cases, the cells of their matrix, and what decides."""

from collections.abc import Collection, Iterator

import msgspec

from gates.core import restricted
from gates.core.documented import Documented
from gates.core.identifying import entries, identifier, nobodys
from gates.core.likeness import same_object
from gates.core.model import Status
from gates.core.ownership import Resource, parameters_of, shapes_of
from gates.core.sampling import NoSample
from gates.probes._sent import Sent, Thing
from gates.probes._world import World

NOBODY = "nobody"
PEER = "another user"
LOWER = "a lower rank"
REFUSED = (401, 403, 404)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One operation tried as one other: FAIL exposed, PASS refused, NO_DATA could not be told."""

    label: str
    verb: str
    who: str
    state: Status = Status.NO_DATA
    detail: str = ""
    sent: Sent | None = None


class Other(msgspec.Struct, frozen=True):
    """Somebody who is not the owner; `identity` None: nobody at all."""

    who: str
    identity: str | None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One object, the others who try it, and what is given to everybody or kept for a role.

    `managed`: only somebody of a higher rank could make it, so it may be there for all to read.
    """

    thing: Thing
    others: tuple[Other, ...]
    managed: bool = False
    public: Collection[str] = ()
    private: Collection[str] = ()
    kept: Collection[str] = ()  # labels of what its owner's role may not use: tried as functions
    silent: bool = False  # the document says nothing of authentication

    @property
    def resource(self) -> Resource:
        """Its kind."""
        return self.thing.resource


def asked_by(case: Case, op: Documented) -> Iterator[Other]:
    """The others whom the document does not let in: nobody's part is what it says of security.

    Where authentication is optional, everybody may ask, but not read what is somebody's.
    """
    optional = bool(op.security) and not op.protected and op.operation.method == "GET"
    public = restricted.open_to_all(op) and not case.silent and not optional
    if op.label in case.public or public:
        return
    for other in case.others:
        if other.identity is not None or op.protected:
            yield other


def shown_in_list(world: World, case: Case, other: Other) -> bool | None:
    """Whether the list shows the object to another; None where that cannot be told.

    Where not even its owner's list shows it, equal lists of other objects mean shared ones.
    """
    op = case.resource.listing
    if op is None:
        return None
    parents = {k: v for k, v in case.thing.ids.items() if k != case.resource.shape}
    own = world.list_sent(op, case.thing.identity, parents)
    seen = world.list_sent(op, other.identity, parents)
    if not own.fine:
        return None
    if _holds(own, case.thing):
        return seen.fine and _holds(seen, case.thing)
    return True if own.value == seen.value and entries(own.value) else None


def _holds(sent: Sent, thing: Thing) -> bool:
    if thing.canary and thing.canary in sent.text:
        return True
    known = (identifier(thing.resource, entry) for entry in entries(sent.value))
    return thing.id in set(known)


def shared(world: World, case: Case, other: Other, op: Documented, shown: bool | None) -> bool:
    """Whether reading it is open to every account: the list shows it, and nothing says private.

    A list that lies in an object which is refused to the other is no sign of it.
    """
    listing = case.resource.listing
    words = listing is not None and restricted.says_private(listing, case.resource.noun)
    labels = {op.label, listing.label if listing else ""}
    if not shown or words or labels & set(case.private):
        return False
    return not _lies_in_refused(world, case, other)


def _lies_in_refused(world: World, case: Case, other: Other) -> bool:
    shapes = shapes_of(case.resource.shape)
    parent = world.by_shape[shapes[-2]] if len(shapes) > 1 else None
    if parent is None or parent.reading is None:
        return False
    return world.send(parent.reading, other.identity, case.thing.ids).status in REFUSED


def is_shared(world: World, case: Case, other: Other, shown: bool | None) -> bool:
    """Whether the object is there for all: listed for another, and not refused to it by its id."""
    op = case.resource.reading or case.resource.listing
    if not shown or other.identity is None or op is None:
        return False
    return shared(world, case, other, op, shown) and not denied(world, case, other)


def denied(world: World, case: Case, other: Other) -> bool:
    """Whether the object itself is refused to whom the list shows it."""
    op = case.resource.reading
    if op is None or case.managed:
        return False
    try:
        return world.send(op, other.identity, case.thing.ids).status in REFUSED
    except NoSample:
        return False


def strange(thing: Thing, op: Documented) -> dict[str, str]:
    """The ids with the last one of an object that does not exist."""
    name = parameters_of(op.path).get(thing.resource.shape, "")
    schema = next((one.schema for one in op.parameters if one.name == name), {})
    return {**thing.ids, thing.resource.shape: nobodys(thing.id, schema)}


def is_object(seen: Sent, own: Sent, thing: Thing, ignored: frozenset[tuple[str, ...]]) -> bool:
    if thing.canary and thing.canary in own.text:
        return thing.canary in seen.text
    if own.value is None:
        return bool(own.answer.body) and seen.answer.body == own.answer.body
    return same_object(seen.value, own.value, ignored)


def refused(world: World, cell: Cell, other: Other, sent: Sent) -> Cell:
    """A refusal, which says something only of an identity that is let in elsewhere."""
    if sent.status == 0 or sent.status == 429 or sent.status >= 500:
        why = f"answered {sent.status}" if sent.status else "no answer"
        return settled(cell, Status.NO_DATA, why)
    if other.identity is not None and sent.status == 401 and not world.lets_in(other.identity):
        return settled(
            cell, Status.NO_DATA, f"nothing shows that {other.identity} is let in at all"
        )
    return settled(cell, Status.PASS, f"refused with {sent.status}")


def fresh(world: World, case: Case) -> Thing | None:
    """Another object of the same owner; the account itself where that is what is tried."""
    return case.thing if case.thing.is_account else world.make(case.resource, case.thing.identity)


def view(world: World, thing: Thing) -> Sent | None:
    """What its owner sees of it, by its id or else in the list; None where neither can be had."""
    resource = thing.resource
    op = resource.reading
    if op is not None:
        return world.send(op, thing.identity, thing.ids)
    if resource.listing is None:
        return None
    sent = world.list_sent(resource.listing, thing.identity, thing.ids)
    return _entry_only(sent, thing) if sent.fine else None


def _entry_only(sent: Sent, thing: Thing) -> Sent:
    """The list's answer, as if it were that of its one entry."""
    own = [e for e in entries(sent.value) if identifier(thing.resource, e) == thing.id]
    body = msgspec.json.encode(own[0]) if own else b"null"
    status = 200 if own else 404
    answer = msgspec.structs.replace(sent.answer, status=status, body=body)
    return msgspec.structs.replace(sent, answer=answer)


def untold(op: Documented, verb: str, others: tuple[Other, ...], why: str) -> Iterator[Cell]:
    for other in others:
        yield Cell(label=op.label, verb=verb, who=other.who, detail=why)


def settled(cell: Cell, state: Status, detail: str) -> Cell:
    return msgspec.structs.replace(cell, state=state, detail=detail)
