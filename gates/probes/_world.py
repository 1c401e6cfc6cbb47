"""What the probes of authorisation, mass assignment and injection share: asking, and objects.

Objects are made once for each identity and kept; whoever needs an untouched one asks for a new one.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.documented import Documented, documented, made
from gates.core.identifying import as_sent, identifier, listed, own_ids
from gates.core.openapi import JSON
from gates.core.ownership import Resource, parameters_of, referred, resources, shapes_of
from gates.core.planting import Planted, planted
from gates.core.sampling import NoSample
from gates.probes import _common
from gates.probes._caller import Caller
from gates.probes._sent import NO_ANSWER, Sent, Thing
from gates.shell.network import NetworkError, Response

Ids = Mapping[str, str]  # shape -> id
CANDIDATES = 4


class World:
    """The document, the service, and the objects that were made in it."""

    def __init__(
        self, caller: Caller, document: dict[str, JSON], unique: int | None = None
    ) -> None:
        self.caller = caller
        self.document = document
        self.operations = documented(document)
        self.resources = resources(self.operations)
        self.by_shape = {one.shape: one for one in self.resources}
        self.refusals: dict[str, str] = {}  # shape -> why no object could be made
        self.accepted: set[str | None] = set()  # identities that got a success
        self.conflicted = False  # something was there before: from now on every text is new
        self._unique = time.monotonic_ns() // 1_000_000 % 9_000_000 if unique is None else unique
        self._count = 0
        self._things: dict[tuple[str, str], Thing | None] = {}
        self._lists: dict[tuple[str, str], dict[str, JSON]] = {}

    def number(self, *, stamped: bool = False) -> int:
        """A number that this run has not used; `stamped`: that no earlier run has used either."""
        self._count += 1
        return self._count + (self._unique if stamped else 0)

    def send(
        self,
        op: Documented,
        identity: str | None,
        ids: Ids | None = None,
        body: Any = None,
        **more: Any,
    ) -> Sent:
        """Ask an operation for the objects of these ids; no answer is status 0. Raises NoSample."""
        values: dict[str, JSON] = {}
        for shape, name in parameters_of(op.path).items():
            if ids and shape in ids:
                values[name] = ids[shape]
        values.update(more.get("values", {}))
        content = {} if body is None else {"body": body}
        request = made(op, self.document, values, **content)
        answer = self._answer(op, identity, request)
        if 200 <= answer.status < 300 and op.protected:
            self.accepted.add(identity)
        self.conflicted = self.conflicted or answer.status == 409
        return Sent(
            op=op,
            identity=identity,
            answer=answer,
            path=request.path,
            headers=request.headers,
            body=request.body,
        )

    def _answer(self, op: Documented, identity: str | None, request: Any) -> Response:
        try:
            return self.caller.ask(
                request.method,
                request.path,
                identity=identity,
                headers=request.headers,
                body=request.body,
                operation=op.label,
            )
        except NetworkError:
            return NO_ANSWER

    def body(
        self,
        op: Documented,
        identity: str,
        *,
        salt: int = 0,
        careful: bool = False,
        stamped: bool = False,
    ) -> Planted:
        """A body of our own, ids of other objects filled in. Raises NoSample."""
        number = self.number(stamped=stamped or self.conflicted)
        made_up = planted(op, self.document, number, salt=salt, careful=careful)
        return Planted(self._referring(made_up.body, identity), made_up.canary)

    def thing(self, resource: Resource, identity: str) -> Thing | None:
        """An object of an identity: its own account, or one that it makes; None if it cannot."""
        key = (resource.shape, identity)
        if key not in self._things:
            self._things[key] = None  # a resource whose objects need one of its own kind
            own = self.account(resource, identity) if resource.is_account else None
            self._things[key] = own or self.make(resource, identity)
        return self._things[key]

    def make(self, resource: Resource, identity: str) -> Thing | None:
        """A new object; `refusals` says why there is none."""
        op = resource.making
        if op is None:
            self.refusals.setdefault(resource.shape, "the document has no operation that makes one")
            return None
        parents = self.parents(op.path, identity)
        if parents is None:
            self.refusals.setdefault(resource.shape, "an object that it lies in could not be made")
            return None
        for stamped, careful in ((False, False), (True, False), (True, True)):
            try:
                given = self.body(op, identity, careful=careful, stamped=stamped)
                sent = self.send(op, identity, parents, given.body)
            except NoSample as error:
                self.refusals[resource.shape] = str(error)
                return None
            if sent.fine:
                return self._made(resource, parents, given, sent)
            self.refusals[resource.shape] = f"{op.label} answered {sent.status} to {identity}"
            if sent.status not in (400, 409, 422):
                break
        return None

    def account(self, resource: Resource, identity: str) -> Thing | None:
        """The account of the identity itself, where it can read it by its id."""
        known = self.caller.identities.get(identity)
        if known is None or resource.reading is None or resource.depth > 1:
            return None
        candidates = own_ids(known.answer, known.headers) or self._said_of_me(identity)
        for candidate in candidates[:CANDIDATES]:
            ids = {resource.shape: candidate}
            try:
                sent = self.send(resource.reading, identity, ids)
            except NoSample:
                return None
            if sent.fine:
                return Thing(
                    resource=resource,
                    ids=ids,
                    identity=identity,
                    answer=sent.value,
                    is_account=True,
                )
        return None

    def _said_of_me(self, identity: str) -> tuple[str, ...]:
        """Ids in the answer of an operation such as GET /me."""
        asked = (one for one in self.operations if needs_nothing(one) and _speaks_of_me(one))
        op = next(asked, None)
        return own_ids(self.list_sent(op, identity).value, {}) if op else ()

    def parents(self, path: str, identity: str, own: str = "") -> dict[str, str] | None:
        """Ids of the objects that a path lies in, but that of `own`; None if one cannot be had."""
        found: dict[str, str] = {}
        for shape in shapes_of(path):
            if shape == own:
                continue
            thing = self.thing(self.by_shape[shape], identity)
            if thing is not None:
                found.update(thing.ids)
            elif seen := next(iter(self.listing(self.by_shape[shape], identity)), ""):
                found[shape] = seen
            else:
                return None
        return found

    def listing(self, resource: Resource, identity: str, *, anew: bool = False) -> dict[str, JSON]:
        """Id -> entry of what the list shows to an identity, as large a page as is allowed."""
        key = (resource.shape, identity)
        op = resource.listing
        if anew or key not in self._lists:
            self._lists[key] = {}
            parents = self.parents(op.path, identity) if op else None
            if op is not None and parents is not None:
                self._lists[key] = listed(resource, self.list_sent(op, identity, parents).value)
        return self._lists[key]

    def list_sent(self, op: Documented, identity: str | None, ids: Ids | None = None) -> Sent:
        """The answer of a list operation, as large a page as is allowed."""
        sizes = {
            one.name: _largest(one.schema)
            for one in op.parameters
            if one.place == "query" and one.name.lower() in PAGE_SIZES
        }
        try:
            return self.send(op, identity, ids, values=sizes)
        except NoSample:
            return Sent(op=op, identity=identity, answer=NO_ANSWER)

    def lets_in(self, identity: str) -> bool | None:
        """Whether the identity is let in anywhere: else its refusals would say nothing.

        None where there is no operation that could tell.
        """
        if identity in self.accepted:
            return True
        asked = False
        for op in [one for one in self.operations if needs_nothing(one)][:8]:
            if not op.protected and self.list_sent(op, None).status != 401:
                continue
            asked = True
            if self.list_sent(op, identity).status not in (0, 401):
                self.accepted.add(identity)
                return True
        return False if asked else None

    def _made(
        self, resource: Resource, parents: dict[str, str], given: Planted, sent: Sent
    ) -> Thing | None:
        location = sent.answer.header("Location") or ""
        known = identifier(resource, sent.value, location, given.body)
        if not known:
            known = self._by_list(resource, sent.identity or "", given.canary)
        if not known:
            self.refusals[resource.shape] = f"the answer of {sent.op.label} shows no id"
            return None
        shapes = shapes_of(resource.shape)
        missing = [shape for shape in shapes[:-1] if shape not in parents]
        inherited = self.parents(missing[-1], sent.identity or "") if missing else {}
        return Thing(
            resource=resource,
            ids={**(inherited or {}), **parents, resource.shape: known},
            identity=sent.identity or "",
            canary=given.canary,
            answer=sent.value,
            sent=given.body,
        )

    def _by_list(self, resource: Resource, identity: str, canary: str) -> str:
        """The entry of the list that was not there before, or that has the planted text."""
        before = dict(self.listing(resource, identity)) if not canary else {}
        now = self.listing(resource, identity, anew=True)
        marked = [key for key, entry in now.items() if canary and canary in str(entry)]
        fresh = [key for key in now if key not in before] if not canary else []
        return (marked or fresh or [""])[0]

    def _referring(self, body: JSON, identity: str) -> JSON:
        match body:
            case dict():
                return {
                    name: self._reference(name, value, identity) for name, value in body.items()
                }
            case list():
                return [self._referring(part, identity) for part in body]
            case _:
                return body

    def _reference(self, name: str, value: JSON, identity: str) -> JSON:
        target = referred(name, self.resources)
        if target is None or isinstance(value, dict):
            return self._referring(value, identity)
        known = self._known_id(target, identity)
        if not known:
            return value
        if isinstance(value, list):
            return [as_sent(known, _kind(part)) for part in value[:1]]
        return as_sent(known, _kind(value))

    def _known_id(self, target: Resource, identity: str) -> str:
        """An object that a new one may refer to: of the identity, or of a list that it sees."""
        if target.is_account and (own := self.thing(target, identity)):
            return own.id
        shown = next(iter(self.listing(target, identity)), "")
        if shown:
            return shown
        made_here = self.thing(target, identity)
        if made_here:
            return made_here.id
        ranked = sorted(self.caller.identities.items(), key=lambda pair: -pair[1].rank)
        others = (self.thing(target, name) for name, _ in ranked[:1] if name != identity)
        return next((one.id for one in others if one), "")


PAGE_SIZES = frozenset(("limit", "size", "per_page", "page_size", "pagesize", "count", "perpage"))


def opened(given: Mapping[str, Any], probe: str, per_operation: int = 0) -> World:
    """The world of a probe, with a budget that grows with a document of over 20 operations.

    Raises ProbeError if the document cannot be read or has no operation.
    """
    try:
        document = msgspec.json.decode(Path(given["document"]).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise _common.ProbeError(f"OpenAPI document: {error}") from None
    count = len(documented(document)) if isinstance(document, dict) else 0
    if not count:
        raise _common.ProbeError("the OpenAPI document has no operation: nothing can be tried")
    more = max(count - 20, 0)
    budget = dict(given)
    budget["max_requests"] = int(given["max_requests"]) + per_operation * more
    budget["max_seconds"] = min(
        float(given["max_seconds"]) * (1 + more / 20), float(given.get("gate_deadline_s", 540.0))
    )
    return World(Caller(budget, probe), document)


def _kind(value: JSON) -> dict[str, JSON]:
    return {"type": "integer"} if isinstance(value, int) else {"type": "string"}


def _largest(schema: Mapping[str, JSON]) -> JSON:
    most = schema.get("maximum")
    return most if isinstance(most, int) and most <= 1000 else 100


def _speaks_of_me(op: Documented) -> bool:
    return op.path.rstrip("/").rpartition("/")[2].lower() in ("me", "self", "whoami", "profile")


def needs_nothing(op: Documented) -> bool:
    """Whether it can be read without any parameter."""
    return op.operation.method == "GET" and not any(one.required for one in op.parameters)
