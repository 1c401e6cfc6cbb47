"""The events of Schemathesis 4.32 as values: what was generated, sent, answered and checked."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec


class Body(msgspec.Struct, frozen=True):
    """A body as it is recorded."""

    base64: str = msgspec.field(name="$base64", default="")

    @property
    def data(self) -> bytes:
        """Its bytes; none where they cannot be read."""
        try:
            return base64.b64decode(self.base64)
        except (binascii.Error, ValueError):
            return b""


class Request(msgspec.Struct, frozen=True):
    """A request as it went out; `uri` is absolute."""

    method: str
    uri: str
    headers: dict[str, tuple[str, ...]] = {}
    body: Body | None = None


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int = msgspec.field(name="status_code")
    headers: dict[str, tuple[str, ...]] = {}
    content: Body | None = None
    elapsed: float = 0.0

    def header(self, name: str) -> str:
        """The first value of a header, by its name in lower case; "" if there is none."""
        return next((v[0] for n, v in self.headers.items() if n.lower() == name and v), "")


class Interaction(msgspec.Struct, frozen=True):
    """A request and its answer, if one came. `timestamp` in seconds."""

    request: Request
    response: Answer | None = None
    timestamp: float = 0.0


class Failure(msgspec.Struct, frozen=True):
    """One failed check; `operation` is the one that was asked."""

    code: str
    title: str
    message: str
    severity: str
    operation: str | None = None
    case_id: str | None = None


class FailureInfo(msgspec.Struct, frozen=True):
    """The wrapping of a failure."""

    failure: Failure


class Check(msgspec.Struct, frozen=True):
    """One check of one answer."""

    name: str
    status: str
    failure_info: FailureInfo | None = None


class Mutation(msgspec.Struct, frozen=True):
    """One thing that was made wrong on purpose."""

    parameter_location: str | None = None
    parameter: str | None = None
    schema_pointer: str | None = None
    operator: str | None = None


class Data(msgspec.Struct, frozen=True):
    """How a case came about."""

    description: str | None = None
    scenario: str | None = None
    location: str | None = None
    parameter: str | None = None
    parameter_location: str | None = None
    mutations: tuple[Mutation, ...] = ()


class Phase(msgspec.Struct, frozen=True):
    """The phase that made a case."""

    name: str = ""
    data: Data = Data()


class Generation(msgspec.Struct, frozen=True):
    """`mode` is positive or negative: whether the document allows the request."""

    mode: str = ""


class Draw(msgspec.Struct, frozen=True):
    """A value that an earlier answer gave."""

    parameter_name: str = ""
    source_operation: str = ""


class Meta(msgspec.Struct, frozen=True):
    """What is known of how a case was made."""

    generation: Generation = Generation()
    phase: Phase = Phase()
    pool_draws: tuple[Draw, ...] = ()


class Sent(msgspec.Struct, frozen=True):
    """What was generated: `path` is the template of the document."""

    method: str
    path: str
    meta: Meta | None = None


class Transition(msgspec.Struct, frozen=True):
    """A link that was followed; `is_inferred`: the document does not declare it."""

    is_inferred: bool = False


class Case(msgspec.Struct, frozen=True):
    """The wrapping of a case; `parent_id` is the case that it follows or varies."""

    value: Sent
    parent_id: str | None = None
    transition: Transition | None = None


class Recorder(msgspec.Struct, frozen=True):
    """Everything of one scenario, by the id of the case."""

    label: str
    cases: dict[str, Case] = {}
    checks: dict[str, tuple[Check, ...]] = {}
    interactions: dict[str, Interaction] = {}


class Scenario(msgspec.Struct, frozen=True):
    """One operation in one phase, or one walk of the stateful phase."""

    phase: str
    recorder: Recorder


class Trouble(msgspec.Struct, frozen=True):
    """Why a request could not even be made, or got no answer."""

    message: str = ""


class NonFatal(msgspec.Struct, frozen=True):
    """An error of the run at one operation."""

    label: str
    value: Trouble


class Event(msgspec.Struct, frozen=True):
    """One line: at most one of these is set, none for events that nobody needs."""

    ScenarioFinished: Scenario | None = None
    NonFatalError: NonFatal | None = None
    EngineFinished: dict[str, Any] | None = None


class EventsError(Exception):
    """A line is no event: the text says which and why."""


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """The events of a stream; a last line without its end is left out. Raises EventsError."""
    decoder = msgspec.json.Decoder(Event)
    for number, line in enumerate(lines, start=1):
        if line.endswith(b"\n") and line.strip():
            yield _event(decoder, line, number)


def _event(decoder: msgspec.json.Decoder[Event], line: bytes, number: int) -> Event:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _leniently(line, number)


def _leniently(line: bytes, number: int) -> Event:
    """An event that holds half a surrogate pair, which generated texts may."""
    try:
        return msgspec.convert(json.loads(line.decode("utf-8", "replace")), Event)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise EventsError(f"line {number}: {error}") from None
