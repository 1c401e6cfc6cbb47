"""Which documented operations the service does not have: they answer 404, 405 or 501.

A 404 alone says little: it is compared with the answer of a path that nobody has, asked with a
real id where one can be found, and held against a method that no path has.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from gates.core.documented import Documented, Made, made
from gates.core.exchanges import Exchange
from gates.core.openapi import JSON
from gates.core.parity.routes import shape
from gates.core.sampling import NoSample
from gates.probes._caller import Exhausted
from gates.probes._parity_answers import GONE, REFUSED, Reply, Site
from gates.probes._parity_ids import Ids

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MALFORMED = b"{"
VARIANTS = ("1", "5b0e2c3a-0000-4000-8000-00000000dead", "sample", "2026-01-15", "1.5")
_PARAMETER = re.compile(r"\{[^{}]*\}")
NOBODYS = 4711  # salt of values that are no example of the document


class State(StrEnum):
    """What is known of an operation."""

    ALIVE = "alive"
    DEAD = "dead"
    UNTOLD = "untold"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One operation; `detail` says what it answered, or why nothing can be said."""

    op: Documented
    state: State
    detail: str = ""
    sent: Made | None = None
    missing: bool = False  # it was answered as a path is that nobody has
    real: bool = False  # it was asked with ids of real objects


class Examiner:
    """Looks at every operation. `has_route` tells what the source says, None where nothing."""

    def __init__(
        self,
        site: Site,
        document: JSON,
        ids: Ids,
        seen: Iterable[Exchange],
        has_route: Callable[[Documented], bool | None],
    ) -> None:
        self._site = site
        self._document = document
        self._ids = ids
        self._alive = {
            (one.method, one.operation) for one in seen if one.status and _lives(one.status)
        }
        self._has_route = has_route
        self._tells: bool | None = None  # whether the service answers 405 where a path is known

    def all(self, operations: tuple[Documented, ...]) -> list[Judged]:
        """Judge every operation; what the budget does not allow is left untold."""
        found = [self._bounded(op) for op in operations]
        return [self._again(one) for one in found]

    def _bounded(self, op: Documented) -> Judged:
        try:
            return self._judged(op)
        except Exhausted:
            detail = "the budget of requests is used up"
            return Judged(op=op, state=State.UNTOLD, detail=detail)

    def _again(self, one: Judged) -> Judged:
        """A 404 may say more once it is known how the service answers other methods."""
        if one.state is not State.UNTOLD or not one.missing or one.sent is None:
            return one
        try:
            state, detail = self._missing(one.op, one.sent, real=one.real)
        except Exhausted:
            return one
        return msgspec.structs.replace(one, state=state, detail=detail)

    def _judged(self, op: Documented) -> Judged:
        if (op.operation.method, op.label) in self._alive:
            return Judged(op=op, state=State.ALIVE, detail="another gate saw it answer")
        values = self._ids.values(op.path) if op.operation.method not in WRITES else None
        real = values is not None
        sent, known = self._request(op, dict(values or {}))
        if sent is None:
            detail = "it cannot be asked without doing something"
            return Judged(op=op, state=State.UNTOLD, detail=detail)
        reply = self._site.ask(
            sent.method,
            sent.path,
            known=known,
            headers=sent.headers,
            body=sent.body,
            operation=op.label,
        )
        state, detail = self._read(op, sent, reply, real=real, known=known)
        if state is State.ALIVE:
            self._learn(sent.path)
        missing = reply.status == 404
        return Judged(op=op, state=state, detail=detail, sent=sent, missing=missing, real=real)

    def _request(self, op: Documented, values: dict[str, str]) -> tuple[Made | None, bool]:
        """A request that changes nothing, and whether it is sent as the default identity."""
        method = op.operation.method
        try:
            salt = NOBODYS if method in WRITES else 0
            sent = made(op, self._document, {**_nobody(op), **values}, salt=salt)
        except NoSample:
            sent = None
        if method not in WRITES:
            return sent, True
        if sent is None:
            bare = msgspec.structs.replace(op, body_type="")
            try:
                sent = made(bare, self._document, _nobody(op), salt=NOBODYS)
            except NoSample:
                return None, True
        if op.body_type:
            kept = tuple(pair for pair in sent.headers if pair[0] != "Content-Type")
            headers = (*kept, ("Content-Type", "application/json"))
            return msgspec.structs.replace(sent, headers=headers, body=MALFORMED), True
        if "{" in op.path:
            return sent, True
        return (sent, False) if op.protected else (None, True)

    def _read(
        self, op: Documented, sent: Made, reply: Reply, *, real: bool, known: bool
    ) -> tuple[State, str]:
        if reply.status == 0:
            return State.UNTOLD, "it gave no answer"
        if reply.status in REFUSED:
            refused = self._site.nowhere(sent.method, known=known).status in REFUSED
            if refused:
                return State.UNTOLD, f"{reply.status}, as every path"
            return State.ALIVE, f"{reply.status}"
        if reply.status not in GONE:
            return self._success(reply)
        if reply.status != 404:
            return State.DEAD, f"it answered {reply.status}"
        if not self._site.like_nowhere(reply, sent.method, known=known):
            return State.ALIVE, "404, but not the one of a path that nobody has"
        return self._missing(op, sent, real=real)

    def _success(self, reply: Reply) -> tuple[State, str]:
        if self._site.answers_everything and reply.signature == self._site.nowhere().signature:
            return State.UNTOLD, f"{reply.status}, as every path"
        return State.ALIVE, f"{reply.status}"

    def _missing(self, op: Documented, sent: Made, *, real: bool) -> tuple[State, str]:
        """It answered 404 as a path does that nobody has."""
        routed = self._site.routed(sent.path)
        if routed:
            return State.ALIVE, "404, but the path is known: another method is answered 405"
        if routed is False and self._tells:
            if not real and any(self._site.routed(path) for path in variants(op)):
                return State.ALIVE, "404, but the path is known with another value in it"
            return State.DEAD, "it answered 404 as a path that nobody has, to every method"
        told = self._has_route(op)
        if told is not None:
            said = "the source has" if told else "the source does not have"
            detail = f"it answered 404 as a path that nobody has; {said} its route"
            return (State.UNTOLD if told else State.DEAD), detail
        if "{" not in op.path and "404" not in op.responses:
            return State.DEAD, "it answered 404 as a path that nobody has, and documents none"
        if real and op.path.endswith("}"):
            return State.DEAD, "it answered 404 to an id from the list"
        return State.UNTOLD, "404: whether the path or the object is missing cannot be told"

    def _learn(self, path: str) -> None:
        if self._tells is None:
            self._tells = self._site.routed(path)


def variants(op: Documented) -> list[str]:
    """The path with other kinds of values: a router may let numbers in and no texts."""
    if "{" not in op.path:
        return []
    return [_PARAMETER.sub(value, op.path) for value in VARIANTS]


def _lives(status: int) -> bool:
    return status not in GONE and status not in REFUSED


def _nobody(op: Documented) -> dict[str, JSON]:
    """Values for path parameters that no object has, where the schema lets a text or number be."""
    found: dict[str, JSON] = {}
    for one in op.parameters:
        kind = one.schema.get("type")
        if one.place == "path" and "enum" not in one.schema and "const" not in one.schema:
            if kind == "integer":
                most = one.schema.get("maximum")
                found[one.name] = int(most) if isinstance(most, int | float) else 987654321
            elif one.schema.get("format") == "uuid":
                found[one.name] = "5b0e2c3a-0000-4000-8000-00000000dead"
            elif kind == "string" and not one.schema.keys() & {"pattern", "format", "maxLength"}:
                found[one.name] = "gatescore-nobody"
    return found


def route_of(op: Documented) -> tuple[str, str]:
    """Method and shape of an operation, as tables of routes are compared."""
    return op.operation.method, shape(op.path)
