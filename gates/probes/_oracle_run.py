"""Carries out one oracle: its steps in order, until one is not as expected."""

import json
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode

import msgspec

from gates.core.openapi import JSON, quoted
from gates.core.oracle import (
    DEFAULT,
    NOBODY,
    SWITCHED,
    WITHIN_S,
    Expect,
    Oracle,
    Step,
    split,
    title_of,
)
from gates.core.oracle_match import MISSING, Missing, Seen, differences, header, select
from gates.core.oracle_match import status_fits as fits
from gates.core.oracle_text import filled, filled_text, plain
from gates.probes import _subscribers
from gates.probes._caller import Caller
from gates.probes._oracle_schemas import NoSchema, Schemas, decoded
from gates.probes._subscribers import Subscriber
from gates.shell.network import NetworkError, Problem, Response

JSON_TYPE = ("Content-Type", "application/json")
FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")
TEXT_TYPE = ("Content-Type", "text/plain; charset=utf-8")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an oracle. `failed` is the step that did, from 1; 0: none. Texts are raw."""

    oracle: Oracle
    failed: int = 0
    wrong: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    gap: str = ""  # why it could not be judged

    @property
    def state(self) -> str:
        """The word of its note."""
        if self.gap:
            return "not run"
        return "failed" if self.failed else "passed"


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What the steps of all oracles share."""

    caller: Any  # _caller.Caller
    schemas: Any  # Schemas
    secrets: Mapping[str, str]


def carry_out(oracle: Oracle, made_up: Mapping[str, str], world: World) -> Outcome:
    """Run the steps. Raises _caller.Exhausted, and NetworkError where the service is gone."""
    run = _Run(oracle, made_up, world)
    try:
        return run.outcome()
    finally:
        run.close()


class _Run:
    def __init__(self, oracle: Oracle, made_up: Mapping[str, str], world: World) -> None:
        self._oracle = oracle
        self._caller: Caller = world.caller
        self._schemas: Schemas = world.schemas
        self._secrets = world.secrets
        self._values: dict[str, JSON] = dict(made_up)
        self._values |= filled(oracle.values, self._values, world.secrets)
        self._groups: dict[str, list[Subscriber]] = {}

    def close(self) -> None:
        for group in self._groups.values():
            for one in group:
                one.close()

    def outcome(self) -> Outcome:
        for number, step in enumerate(self._oracle.steps, start=1):
            try:
                wrong = self._step(step)
            except NoSchema as error:
                gap = f"{title_of(step, number)}: expect.schema: {error}"
                return Outcome(oracle=self._oracle, gap=gap, values=self._values)
            if wrong:
                return Outcome(oracle=self._oracle, failed=number, wrong=wrong, values=self._values)
        return Outcome(oracle=self._oracle, values=self._values)

    def _step(self, step: Step) -> tuple[str, ...]:
        if step.subscribe:
            return self._subscribe(step)
        if step.receive:
            return self._receive(step)
        end = time.monotonic() + (step.within_s or 0.0)
        while True:
            wrong = self._request(step)
            if not wrong or time.monotonic() >= end:
                late = f" (asked again for {step.within_s:g} s)" if step.within_s else ""
                return tuple(f"{one}{late}" for one in wrong)
            time.sleep(step.every_s)

    def _request(self, step: Step) -> tuple[str, ...]:
        method, place = split(step.request)
        path = self._path(place)
        if not path.startswith("/"):
            return (f"expected a path of the service in {place}, found {path[:200]}",)
        body, kind = self._body(step)
        headers = self._headers(step)
        named = {name.lower() for name, _ in headers}
        try:
            answer = self._caller.ask(
                method,
                path + self._query(step),
                identity=None if step.identity == NOBODY else step.identity or DEFAULT,
                headers=(*headers, *(one for one in kind if one[0].lower() not in named)),
                body=body,
            )
        except NetworkError as error:
            if error.kind is Problem.REFUSED:
                raise
            return (f"expected an answer, found none: {error.detail}",)
        return self._judged(step, _seen(answer), (method, path))

    def _judged(self, step: Step, seen: Seen, asked: tuple[str, str] = ("", "")) -> tuple[str, ...]:
        """What is wrong; what was captured is known to the expectations of its own step."""
        found = {name: _found(place, seen) for name, place in step.capture.items()}
        lost = [name for name, value in found.items() if value is MISSING]
        if lost:
            plainly = Expect(status=step.expect.status)
            places = ", ".join(f"{step.capture[name]} to capture as {name}" for name in lost)
            wrong = differences(plainly, seen, self._values, self._secrets)
            return wrong or (f"expected {places}, found nothing there",)
        self._values |= found
        wrong = differences(step.expect, seen, self._values, self._secrets)
        if not wrong and step.expect.schema:
            wrong = self._schemas.differences(step.expect.schema, *asked, seen)
        return wrong

    def _subscribe(self, step: Step) -> tuple[str, ...]:
        expected = SWITCHED if step.expect.status is None else step.expect.status
        identity = self._caller.identities.get(step.identity or DEFAULT)
        own = identity.headers if identity and step.identity != NOBODY else {}
        headers = {**own, **dict(self._headers(step))}
        group = self._groups.setdefault(step.group, [])
        for _ in range(step.subscribers):
            try:
                path = self._path(step.subscribe) + self._query(step)
                one = _subscribers.opened(self._caller.base_url, path, headers)
            except _subscribers.Refused as error:
                if fits(expected, error.status):
                    continue
                return (f"status of the handshake: expected {expected}, found {error.status}",)
            except NetworkError as error:
                if error.kind is Problem.REFUSED:
                    raise
                return (f"expected a WebSocket, found none: {error.detail}",)
            group.append(one)
            if not fits(expected, SWITCHED):
                return (f"status of the handshake: expected {expected}, found {SWITCHED}",)
            if wrong := self._sent(step, one):
                return wrong
        return ()

    def _sent(self, step: Step, one: Subscriber) -> tuple[str, ...]:
        try:
            for message in step.send:
                one.send(_subscribers.as_text(filled(message, self._values, self._secrets)))
        except NetworkError as error:
            return (f"the message could not be sent: {error.detail}",)
        return ()

    def _receive(self, step: Step) -> tuple[str, ...]:
        group = self._groups[step.receive]
        end = time.monotonic() + (WITHIN_S if step.within_s is None else step.within_s)

        def wrong_of(text: str) -> tuple[str, ...]:
            return self._judged(step, Seen(text=text, json=decoded(text)))

        for number, one in enumerate(group, start=1):
            left = max(end - time.monotonic(), 0.0)
            if wrong := one.take(wrong_of, left):
                return tuple(f"subscriber {number} of {len(group)}: {text}" for text in wrong)
        return ()

    def _path(self, place: str) -> str:
        """The path; one that begins with a value is an address that the service gave."""
        first, bracket, rest = place.partition("}")
        if not first.startswith("{"):
            return filled_text(place, self._values, self._secrets, quoted)
        address = filled_text(first + bracket, self._values, self._secrets)
        given = address.removeprefix(self._caller.base_url)
        return given + filled_text(rest, self._values, self._secrets, quoted)

    def _query(self, step: Step) -> str:
        pairs = [
            (name, plain(one))
            for name, value in filled(step.query, self._values, self._secrets).items()
            for one in (value if isinstance(value, list) else [value])
        ]
        return f"?{urlencode(pairs)}" if pairs else ""

    def _headers(self, step: Step) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, filled_text(value, self._values, self._secrets))
            for name, value in step.headers.items()
        )

    def _body(self, step: Step) -> tuple[bytes, tuple[tuple[str, str], ...]]:
        if step.json is not None:
            whole = filled(step.json, self._values, self._secrets)
            return json.dumps(whole).encode(), (JSON_TYPE,)
        if step.form:
            fields = filled(step.form, self._values, self._secrets)
            pairs = [(name, plain(value)) for name, value in fields.items()]
            return urlencode(pairs).encode(), (FORM_TYPE,)
        if step.text:
            return filled_text(step.text, self._values, self._secrets).encode(), (TEXT_TYPE,)
        return b"", ()


def _seen(answer: Response) -> Seen:
    text = answer.body.decode("utf-8", "replace")
    return Seen(status=answer.status, headers=tuple(answer.headers), text=text, json=decoded(text))


def _found(place: str, seen: Seen) -> Any:  # a JSON value, or MISSING
    kind, _, name = place.partition(":")
    if kind == "header":
        return header(seen.headers, name)
    if kind == "cookie":
        return _cookie(seen, name)
    found: list[Any] = select(seen.json, place)
    return found[0] if found else MISSING


def _cookie(seen: Seen, name: str) -> str | Missing:
    for key, value in seen.headers:
        if key.lower() == "set-cookie":
            try:
                jar = SimpleCookie(value)
            except CookieError:
                continue
            if name in jar:
                return jar[name].value
    return MISSING
