"""Makes the objects that a made-up load asks for, and the bodies that make them.

Each operation that makes objects is asked twice with one body, so that it is known whether every
body has to be another, and where the answer says which object it is.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from gates.core.documented import Documented
from gates.core.identifying import identifier, listed
from gates.core.openapi import JSON
from gates.core.ownership import Resource, shapes_of
from gates.core.planting import planted
from gates.core.sampling import NoSample
from gates.core.scenario_templates import Answer, Tried, marked, places, referring, sent_as
from gates.load.captures import found
from gates.probes._caller import DEFAULT
from gates.probes._sent import Sent
from gates.probes._trial_ledger import Ledger, Refusal, check, statuses
from gates.probes._world import World

Ids = dict[str, str]  # shape -> id
MOST_LISTED = 100


class Way(msgspec.Struct, frozen=True):
    """How a body is made: of texts that no run used before, in fields that take any text alone."""

    stamped: bool = False
    careful: bool = False


WAYS = (Way(), Way(stamped=True), Way(stamped=True, careful=True))


class Written(msgspec.Struct, frozen=True):
    """An operation that was asked with a body; `unique`: each further body has to be another."""

    op: Documented
    body: JSON
    status: int
    way: Way = WAYS[0]
    unique: bool = False


class Objects:
    """The objects of a service: those that were there before, and how others are made."""

    def __init__(self, world: World, ledger: Ledger, names: Mapping[str, str]) -> None:
        self.listed: dict[str, tuple[Ids, ...]] = {}  # shape -> objects that were there before
        self._world = world
        self._ledger = ledger
        self._names = names
        self._makers: dict[str, Written | None] = {}

    def look(self) -> None:
        """Read every list, before anything is made."""
        for resource in self._world.resources:
            op = resource.listing
            parents = self._there(op.path) if op else None
            if op is None or parents is None:
                continue
            entries = listed(resource, self._world.list_sent(op, DEFAULT, parents).value)
            known = [{**parents, resource.shape: one} for one in list(entries)[:MOST_LISTED]]
            if known:
                self.listed[resource.shape] = tuple(known)

    def makes(self, shape: str) -> bool:
        """Whether objects of this shape can be made, and told from the answer."""
        return self._maker(self._world.by_shape[shape]) is not None

    def one(self, shape: str, *, there: bool = False) -> Ids:
        """A new object with what it lies in, or one that was there before; `there`: that first.

        Raises Refusal, NoSample.
        """
        known = next(iter(self.listed.get(shape, ())), None)
        if known and there:
            return known
        resource = self._world.by_shape[shape]
        maker = self._maker(resource)
        if maker:
            return self._new(resource, maker)
        if known:
            return known
        raise Refusal(f"there is no object of {shape} to ask for, and none could be made")

    def ids(self, path: str, known: Ids | None = None) -> Ids:
        """Objects for a path, new ones where they can be made. Raises Refusal, NoSample."""
        ids: Ids = dict(known or {})
        for shape in reversed(shapes_of(path)):
            if shape not in ids:
                ids = {**self.one(shape), **ids}
        return ids

    def send(self, op: Documented, ids: Ids, body: JSON = None) -> Sent:
        """Ask an operation as the load will. Raises NoSample."""
        return self._world.send(op, DEFAULT, ids, body)

    def body(self, op: Documented, way: Way = WAYS[0]) -> JSON:
        """A valid body that names real objects. Raises NoSample."""
        return self._referring(self._plain(op, way), self._real)

    def first(self, op: Documented, ids: Ids, ways: Sequence[Way] = WAYS) -> tuple[Way, JSON, Sent]:
        """The first way to make a body that is not refused. Raises Refusal, NoSample."""
        for way in ways:
            body = self.body(op, way)
            sent = self.send(op, ids, body)
            if way is ways[-1] or sent.status not in (400, 409, 422):
                check(sent)
                return way, body, sent
        raise Refusal("there is no way to make a body")

    def another(self, op: Documented, ids: Ids, way: Way) -> tuple[Way, JSON, Sent]:
        """A body unlike the last, where the same one is refused. Raises Refusal, NoSample."""
        try:
            return self.first(op, ids, (Way(True, way.careful), Way(False, way.careful)))
        except Refusal as refusal:
            raise Refusal(f"it works once and no more: {refusal}") from None

    def tried(
        self, one: Written, *, takes: bool = False, makes: str = "", place: str = ""
    ) -> Tried:
        """A written operation as the load will ask it."""
        refers: dict[str, None] = {}
        body = self._referring(one.body, partial(self._template, refers))
        return Tried(
            op=one.op,
            status=statuses(one.op, one.status),
            body=body,
            has_body=bool(one.op.body_type),
            fresh=partial(self._fresh, one.op, one.way) if one.unique else None,
            makes=makes,
            place=place,
            takes=takes,
            refers=tuple(refers),
        )

    def _there(self, path: str) -> Ids | None:
        """Objects on a path that were there before."""
        ids: Ids = {}
        for shape in reversed(shapes_of(path)):
            if shape not in ids:
                if not self.listed.get(shape):
                    return None
                ids = {**self.listed[shape][0], **ids}
        return ids

    def _maker(self, resource: Resource) -> Written | None:
        if resource.shape not in self._makers:
            self._makers[resource.shape] = None  # objects that need one of their own kind
            op = resource.making
            if op and op.operation.method == "POST" and self._ledger.waits(op):
                work = partial(self._found_maker, resource, op)
                self._makers[resource.shape] = self._ledger.guarded(op, work)
        return self._makers[resource.shape]

    def _found_maker(self, resource: Resource, op: Documented) -> Written | None:
        parents = self.ids(op.path)
        way, body, first = self.first(op, parents)
        if not first.fine:  # a failure of the service: the load shows it
            self._ledger.add(self.tried(Written(op, body, first.status)))
            return None
        again = self.send(op, parents, body)
        known, second = _id(resource, body, first), _id(resource, body, again)
        unique = not again.fine or (bool(known) and known == second)
        if unique:
            way, body, again = self.another(op, parents, way)
            second = _id(resource, body, again)
        place = _place(first, again, known, second)
        maker = Written(op, body, first.status, way, unique)
        self._ledger.add(self.tried(maker, makes=resource.shape, place=place))
        return maker if place else None

    def _new(self, resource: Resource, maker: Written) -> Ids:
        parents = self.ids(maker.op.path)
        body = self.body(maker.op, maker.way) if maker.unique else maker.body
        sent = self.send(maker.op, parents, body)
        known = _id(resource, body, sent)
        if not known:
            raise Refusal(f"{maker.op.label} answered {sent.status} when another one was made")
        inner = self.ids(resource.shape.rpartition("/")[0], parents)
        return {**inner, resource.shape: known}

    def _plain(self, op: Documented, way: Way) -> JSON:
        number = self._world.number(stamped=way.stamped)
        return planted(op, self._world.document, number, careful=way.careful).body

    def _fresh(self, op: Documented, way: Way) -> JSON:
        return self._referring(self._plain(op, way), partial(self._template, {}))

    def _referring(self, body: JSON, answer: Answer) -> JSON:
        return referring(body, self._world.resources, answer)

    def _real(self, target: Resource, example: JSON) -> JSON:
        try:
            return sent_as(self.one(target.shape, there=True)[target.shape], example)
        except (Refusal, NoSample):
            return None

    def _template(self, refers: dict[str, None], target: Resource, example: JSON) -> JSON:
        """What the load makes itself is filled in when it runs; what was there before stays."""
        shape = target.shape
        if self.listed.get(shape) or not self.makes(shape):
            return sent_as(self.listed[shape][0][shape], example) if shape in self.listed else None
        refers[shape] = None
        return marked(self._names[shape], example)


def _id(resource: Resource, body: JSON, sent: Sent) -> str:
    if not sent.fine:
        return ""
    return identifier(resource, sent.value, sent.answer.header("Location") or "", body)


def _place(first: Sent, again: Sent, known: str, second: str) -> str:
    """Where both answers have the id of what was made, "" for nowhere."""
    if not known or not second:
        return ""
    location, later = (one.answer.header("Location") or "" for one in (first, again))
    for place in places(known, first.value, location, _decoded(first.body)):
        if found(place, again.answer.body, later, again.body) == second:
            return place
    return ""


def _decoded(body: bytes) -> JSON:
    try:
        value: JSON = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value
