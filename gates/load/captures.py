"""Fills in what a request needs of objects that were made or known before, and learns new ones."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from gates.core.load import LOCATION, SENT, Operation, Scenario
from gates.core.openapi import quoted

MOST = 1000  # objects that are remembered of one kind and identity

_Object = Mapping[str, str]  # its own name -> its value, and those of the objects that it lies in


class Filled(msgspec.Struct, frozen=True):
    """One request, ready to be sent. `operation` may be another one than was asked for."""

    operation: Operation
    path: str
    body: bytes = b""
    values: dict[str, str] = {}


class Captures:
    """The objects of one run, by identity: what one user makes another may not see.

    A value that an operation captures under several names goes to them in turn, so that what one
    operation deletes is never what another reads. Of `workers` this is number `worker`: no two
    send the same of an operation's `bodies`.
    """

    def __init__(self, scenario: Scenario, worker: int = 0, workers: int = 1) -> None:
        self._makers = {name: one for one in scenario.operations for name in one.capture}
        self._values = scenario.values
        self._pools: dict[tuple[str, str], deque[_Object]] = {}
        self._bodies: dict[str, Iterator[str]] = {
            one.name: iter(one.bodies[worker::workers]) for one in scenario.operations if one.bodies
        }
        self._plain = tuple(
            one for one in scenario.operations if not (one.needs or one.bodies or one.capture)
        )
        self._turns: dict[tuple[str, str, str], int] = {}
        self._next_plain = 0
        self._constant = {
            one.name: Filled(one, one.path, (one.body or "").encode())
            for one in scenario.operations
            if not (one.needs or one.bodies)
        }

    def ready(self, operation: Operation, identity: str = "") -> Filled | None:
        """The request to send: for this operation, or where nothing is known yet, for the one
        that makes what it needs; where bodies have run out, for one that reads.

        None if there is none of them either.
        """
        constant = self._constant.get(operation.name)
        return constant or self._filled(operation, identity, 0) or self._spare()

    def learn(self, sent: Filled, body: bytes, location: str = "", identity: str = "") -> bool:
        """Remember what an accepted answer says; False if it does not say it."""
        fresh: dict[str, list[str]] = {}
        for name, place in sent.operation.capture.items():
            fresh.setdefault(place, []).append(name)
        for place, names in fresh.items():
            value = found(place, body, location, sent.body)
            if not value:
                return False
            key = (sent.operation.name, place, identity)
            turn = self._turns[key] = self._turns.get(key, -1) + 1
            name = names[turn % len(names)]
            self._pool(name, identity).append({**sent.values, name: value})
        return True

    def _filled(self, operation: Operation, identity: str, depth: int) -> Filled | None:
        if depth > len(self._makers):
            return None
        values: dict[str, str] = {}
        for name in reversed(operation.needs):
            if name in values:
                continue
            one = self._object(name, identity, take=name == operation.takes)
            if one is None:
                maker = self._makers.get(name)
                return self._filled(maker, identity, depth + 1) if maker else None
            values = {**one, **values}
        body = self._body(operation)
        if body is None:
            return None
        path = operation.path
        for name in operation.needs:
            path = path.replace(f"{{{name}}}", quoted(values[name]))
            body = body.replace(f"{{{name}}}", json.dumps(values[name])[1:-1])
        return Filled(operation, path, body.encode(), values)

    def _object(self, name: str, identity: str, *, take: bool) -> _Object | None:
        pool = self._pool(name, identity)
        if not pool:
            return None
        one = pool.popleft()
        if not take:
            pool.append(one)
        return one

    def _pool(self, name: str, identity: str) -> deque[_Object]:
        key = (name, identity)
        if key not in self._pools:
            self._pools[key] = deque(self._values.get(name, ()), maxlen=MOST)
        return self._pools[key]

    def _body(self, operation: Operation) -> str | None:
        if operation.bodies:
            return next(self._bodies[operation.name], None)
        return operation.body or ""

    def _spare(self) -> Filled | None:
        if not self._plain:
            return None
        self._next_plain += 1
        return self._constant[self._plain[self._next_plain % len(self._plain)].name]


def found(place: str, body: bytes, location: str, sent: bytes) -> str:
    """The value at a place: a JSON pointer into the answer, LOCATION for the last part of its
    Location, or SENT and a pointer into what was sent. "" if it is not there.
    """
    if place == LOCATION:
        return unquote(urlsplit(location).path.rstrip("/").rpartition("/")[2])
    data, pointer = (sent, place[len(SENT) :]) if place.startswith(SENT) else (body, place)
    try:
        value: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return ""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
