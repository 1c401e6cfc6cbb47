"""The spans that a service sends: what is kept of them, as lines, told apart by request.

Source: the semantic conventions of database spans, old (`db.statement`) and new (`db.query.text`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

Scalar = str | int | float | bool
PREFIXES = ("db.", "http.route", "url.path", "http.request.method")
LONGEST = 20_000  # characters of one attribute
STATEMENTS = ("db.query.text", "db.statement")
SYSTEMS = ("db.system.name", "db.system")


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


def kept(attributes: Iterable[tuple[str, Scalar | None]]) -> dict[str, Scalar]:
    """The attributes that we read, each no longer than LONGEST."""
    return {
        key: value[:LONGEST] if isinstance(value, str) else value
        for key, value in attributes
        if key.startswith(PREFIXES) and value is not None
    }


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
