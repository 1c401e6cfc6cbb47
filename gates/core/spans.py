"""The spans that a service sends: read from OTLP, kept as lines, told apart by request.

Source: opentelemetry-proto, `collector/trace/v1` and `trace/v1`, and the semantic conventions of
database spans, old (`db.statement`) and new (`db.query.text`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from gates.core.wire import Fields, WireError, fields

Scalar = str | int | float | bool
PREFIXES = ("db.", "http.route", "url.path", "http.request.method")
LONGEST = 20_000  # characters of one attribute
STATEMENTS = ("db.query.text", "db.statement")
SYSTEMS = ("db.system.name", "db.system")
FAILED = 2  # StatusCode of a span


class SpanError(Exception):
    """What was sent is no export of spans."""


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One span; times in nanoseconds since 1970. `attributes` are those that we read."""

    trace: str
    id: str
    parent: str = ""
    name: str = ""
    start_ns: int = 0
    end_ns: int = 0
    attributes: dict[str, Scalar] = {}
    failed: bool = False

    @property
    def statement(self) -> str:
        """The text of the statement, "" of a span that is none."""
        return next((str(self.attributes[key]) for key in STATEMENTS if key in self.attributes), "")

    @property
    def is_query(self) -> bool:
        """Whether it is one request to a database."""
        return any(key in self.attributes for key in (*STATEMENTS, *SYSTEMS))

    @property
    def ms(self) -> float:
        """How long it took, in milliseconds."""
        return max(self.end_ns - self.start_ns, 0) / 1e6


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One request of ours: the trace and span that it named, and when it was under way."""

    trace: str
    span: str
    begin_ns: int
    end_ns: int


def from_protobuf(data: bytes) -> tuple[Span, ...]:
    """The spans of an ExportTraceServiceRequest. Raises SpanError."""
    try:
        return tuple(
            _span(fields(span))
            for resource in fields(data).parts(1)
            for scope in fields(resource).parts(2)
            for span in fields(scope).parts(2)
        )
    except WireError as error:
        raise SpanError(f"no protobuf of OTLP: {error}") from None


def from_json(data: bytes) -> tuple[Span, ...]:
    """The spans of an ExportTraceServiceRequest in its JSON form. Raises SpanError."""
    try:
        return tuple(
            _json_span(span)
            for resource in msgspec.json.decode(data).get("resourceSpans", ())
            for scope in resource.get("scopeSpans", ())
            for span in scope.get("spans", ())
        )
    except (msgspec.DecodeError, AttributeError, TypeError, ValueError, KeyError) as error:
        raise SpanError(f"no JSON of OTLP: {error}") from None


def line(span: Span) -> bytes:
    """One line of the file of spans."""
    return msgspec.json.encode(span) + b"\n"


def lines(stream: Iterable[bytes]) -> Iterator[Span]:
    """The spans of such a file; a last line that is only half there is left out."""
    for text in stream:
        if text.endswith(b"\n"):
            yield msgspec.json.decode(text, type=Span)


def of_requests(spans: Sequence[Span], asked: Sequence[Window]) -> tuple[tuple[Span, ...], ...]:
    """The spans of each request, in their order.

    A request's are those of its trace. Of a service that begins a trace of its own, they are the
    traces that lie within the time of one request alone.
    """
    traces: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        traces[span.trace].append(span)
    named = {one.trace for one in asked}
    foreign = [found for trace, found in traces.items() if trace not in named]
    given = [list(traces.get(one.trace, ())) for one in asked]
    bare = [number for number, found in enumerate(given) if not found]
    for found in foreign:
        homes = [number for number in bare if _lies_in(found, asked[number])]
        if len(homes) == 1:
            given[homes[0]] += found
    return tuple(tuple(sorted(found, key=lambda one: one.start_ns)) for found in given)


def is_complete(spans: Iterable[Span], asked: Window) -> bool:
    """Whether the span that answers the request is there: it ends last, so nothing is missing."""
    return any(one.trace == asked.trace and one.parent == asked.span for one in spans)


def _lies_in(found: Sequence[Span], asked: Window) -> bool:
    begin = min(one.start_ns for one in found)
    return asked.begin_ns <= begin <= asked.end_ns


def _span(read: Fields) -> Span:
    pairs = (fields(part) for part in read.parts(9))
    attributes = {pair.text(1): _value(pair) for pair in pairs}
    status = read.parts(15)
    return Span(
        trace=read.data(1).hex(),
        id=read.data(2).hex(),
        parent=read.data(4).hex(),
        name=read.text(5),
        start_ns=read.number(7),
        end_ns=read.number(8),
        attributes=_kept(attributes),
        failed=bool(status) and fields(status[-1]).number(3) == FAILED,
    )


def _value(pair: Fields) -> Scalar | None:
    """An AnyValue; arrays, lists of pairs and bytes are none that we read."""
    for part in pair.parts(2):
        read = fields(part)
        if 1 in read:
            return read.text(1)
        if 2 in read:
            return bool(read.number(2))
        if 3 in read:
            return read.signed(3)
        if 4 in read:
            return read.double(4)
    return None


def _json_span(said: dict[str, Any]) -> Span:
    attributes = {str(one["key"]): _json_value(one["value"]) for one in said.get("attributes", ())}
    return Span(
        trace=str(said["traceId"]).lower(),
        id=str(said["spanId"]).lower(),
        parent=str(said.get("parentSpanId") or "").lower(),
        name=str(said.get("name", "")),
        start_ns=int(said.get("startTimeUnixNano", 0)),
        end_ns=int(said.get("endTimeUnixNano", 0)),
        attributes=_kept(attributes),
        failed=said.get("status", {}).get("code") in (FAILED, "STATUS_CODE_ERROR"),
    )


def _json_value(said: dict[str, Any]) -> Scalar | None:
    if "intValue" in said:
        return int(said["intValue"])
    for key in ("stringValue", "boolValue", "doubleValue"):
        if key in said:
            value: Scalar = said[key]
            return value
    return None


def _kept(attributes: dict[str, Scalar | None]) -> dict[str, Scalar]:
    return {
        key: value[:LONGEST] if isinstance(value, str) else value
        for key, value in attributes.items()
        if key.startswith(PREFIXES) and value is not None
    }
