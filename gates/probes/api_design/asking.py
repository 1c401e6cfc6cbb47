"""Sends the requests of the api-design probe as whoever may, and finds objects to ask for."""

from collections.abc import Iterator

import msgspec

from gates.core import envelopes
from gates.core.design.lists import listing
from gates.core.design.model import Api
from gates.core.design.sizes import entries_of
from gates.core.documented import Documented, Made, made
from gates.core.openapi import JSON, unquoted
from gates.core.sampling import NoSample
from gates.probes._caller import Caller
from gates.shell.network import NetworkError, Response

UNSET: JSON = msgspec.UNSET  # type: ignore[assignment]
Values = dict[str, JSON]
SALTS = (90021, 90022, 90023)  # what is made gets names of its own; again if they are taken


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: what was sent, as whom, and the JSON that came back (None if it is none)."""

    sent: Made
    answer: Response
    identity: str | None = None
    body: JSON = None

    @property
    def status(self) -> int:
        """Its status."""
        return self.answer.status

    @property
    def fine(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.answer.status < 300

    @property
    def headers(self) -> dict[str, str]:
        """Its headers, names in lower case."""
        return {name.lower(): value for name, value in self.answer.headers}


class Asker:
    """Asks operations as the identity that may: the one of the highest rank first."""

    def __init__(self, caller: Caller, api: Api) -> None:
        self.caller = caller
        self.api = api
        self.notes: list[str] = []
        self.answered = 0
        self.refused: set[str] = set()  # operations that nobody known to us may use
        ranked = sorted(caller.identities.items(), key=lambda pair: (-pair[1].rank, pair[0]))
        self._order: tuple[str | None, ...] = tuple(name for name, _ in ranked) or (None,)
        self._may: dict[str, str | None] = {}
        self._found: dict[str, Values | None] = {}
        self._made = 0  # what is made next gets other names than what was made before

    def ask(self, op: Documented, sent: Made) -> Reply | None:
        """The answer of an operation, None if there is none. Raises Exhausted."""
        first = (self._may[op.label],) if op.label in self._may else ()
        reply: Reply | None = None
        for identity in dict.fromkeys((*first, *self._order)):
            reply = self.ask_as(op, sent, identity)
            if reply is None or reply.status not in (401, 403):
                self._may.setdefault(op.label, identity)
                return reply
        self.refused.add(op.label)
        return reply

    def ask_as(self, op: Documented, sent: Made, identity: str | None) -> Reply | None:
        """The answer to one identity, None if there is none. Raises Exhausted."""
        try:
            answer = self.caller.ask(
                sent.method,
                sent.path,
                identity=identity,
                headers=sent.headers,
                body=sent.body,
                operation=op.label,
            )
        except NetworkError as error:
            self.notes.append(f"{op.label}: no answer: {error.kind}")
            return None
        self.answered += 1
        return Reply(sent=sent, answer=answer, identity=identity, body=_json(answer))

    def make(
        self, op: Documented, values: Values | None = None, salt: int = 0, body: JSON = UNSET
    ) -> Made | None:
        """A valid request, None if none can be made; `body` replaces the made one."""
        try:
            return made(op, self.api.document, values, salt=salt, body=body)
        except NoSample:
            return None

    def read(self, op: Documented, values: Values | None = None) -> Reply | None:
        """The answer to a valid request without a body of ours."""
        sent = self.make(op, values)
        return self.ask(op, sent) if sent else None

    def operation(self, method: str, path: str) -> Documented | None:
        """The documented operation of exactly this path."""
        for op in self.api.operations:
            if op.operation.method == method and op.path.rstrip("/") == path.rstrip("/"):
                return op
        return None

    def values(self, path: str) -> Values | None:
        """Values for the parameters of a path that lead to an object; None if none is found."""
        if path not in self._found:
            self._found[path] = self._values(path)
        return self._found[path]

    def _values(self, path: str) -> Values | None:
        above, name = _last_parameter(path)
        if not name:
            return {}
        outer = self.values(above)
        collection = self.operation("GET", above)
        if outer is None or collection is None:
            return None
        reply = self.read(collection, outer)
        listed = listing(collection, self.api.document)
        found = entries_of(reply.body, listed.pointer if listed else "") if reply else None
        for entry in found or ():
            if (value := identifier(entry, name)) is not None:
                return {**outer, name: value}
        return None

    def create(self, path: str, outer: Values) -> tuple[Reply, Values] | None:
        """A new object of the collection that `path` is an item of, and the values of its path."""
        above, name = _last_parameter(path)
        maker = self.operation("POST", above)
        if maker is None or not name:
            return None
        self._made += len(SALTS)
        for salt in SALTS:
            sent = self.make(maker, outer, salt + self._made)
            reply = self.ask(maker, sent) if sent else None
            if reply is None:
                return None
            value = _of_answer(reply, name)
            if reply.fine:
                return (reply, {**outer, name: value}) if value is not None else None
            if reply.status < 500 and reply.status != 409:
                break
        return self._created_as_offered(maker, name, outer)

    def _created_as_offered(
        self, maker: Documented, name: str, outer: Values
    ) -> tuple[Reply, Values] | None:
        """With the values that the document offers: others may name what is not there."""
        reply = self.read(maker, outer)
        value = _of_answer(reply, name) if reply and reply.fine else None
        return (reply, {**outer, name: value}) if reply and value is not None else None


def identifier(entry: JSON, name: str) -> JSON:
    """What an object says that its parameter `name` is; None if it does not say."""
    if not isinstance(entry, dict):
        return None
    short = name.rpartition("_")[2] if "_" in name else name[-2:] if name.endswith("Id") else name
    for key in (name, short, "id", "uuid", "key", "slug", "name"):
        value = entry.get(key, entry.get(key.lower()))
        if isinstance(value, str | int) and not isinstance(value, bool):
            return value
    return None


def _of_answer(reply: Reply, name: str) -> JSON:
    body = reply.body
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        body = body["data"]
    found = identifier(body, name)
    if found is not None:
        return found
    place = reply.headers.get("location", "").partition("?")[0].rstrip("/")
    return unquoted(place.rpartition("/")[2]) or None


def _last_parameter(path: str) -> tuple[str, str]:
    """`/users/{id}/orders/{order_id}` as (`/users/{id}/orders`, `order_id`)."""
    parts = path.rstrip("/").split("/")
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if part.startswith("{") and part.endswith("}"):
            return "/".join(parts[:place]), part[1:-1]
    return path, ""


def _json(answer: Response) -> JSON:
    try:
        return envelopes.parsed(answer.body.decode("utf-8", "replace"))
    except ValueError:
        return None


def reads(api: Api) -> Iterator[Documented]:
    """The operations that read."""
    yield from (op for op in api.operations if op.operation.method == "GET")
