"""OpenTelemetry: a span for each request and each statement, where an endpoint is set for them."""

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from opentelemetry import propagate, trace
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from sqlite3 import _Parameters

    from opentelemetry.sdk.trace import TracerProvider

_tracer = trace.get_tracer("bookstore")


def configure() -> "TracerProvider":
    """Send spans to where the OTEL_* variables say, from now on; whoever calls it shuts it down."""
    # Imported here: the SDK is large, and not used where nothing is sent.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "bookstore"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


class RequestSpans:
    """Plain ASGI: the span of a request goes on with the trace of its `traceparent`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        context = propagate.extract(Headers(scope=scope))
        said = {"http.request.method": scope["method"], "url.path": scope["path"]}
        with _tracer.start_as_current_span(
            scope["method"], context, kind=trace.SpanKind.SERVER, attributes=said
        ) as span:
            await self._app(scope, receive, send)
            span.set_attribute("http.route", getattr(scope.get("route"), "path", "unmatched"))


class TracedCursor(sqlite3.Cursor):
    """The span of a statement lasts until its last row: SQLite works while rows are fetched."""

    _span: trace.Span = trace.INVALID_SPAN

    def execute(self, sql: str, parameters: "_Parameters" = (), /) -> Self:
        """Run a statement; one that gives no rows is done."""
        self._begin(sql)
        super().execute(sql, parameters)
        if self.description is None:
            self._span.end()
        return self

    def executemany(self, sql: str, parameters: "Iterable[_Parameters]", /) -> Self:
        """Run a statement once for each of the parameters, as one span."""
        self._begin(sql)
        super().executemany(sql, parameters)
        self._span.end()
        return self

    def fetchone(self) -> sqlite3.Row | None:
        """The next row."""
        row: sqlite3.Row | None = super().fetchone()
        self._span.end()
        return row

    def fetchall(self) -> list[sqlite3.Row]:
        """All rows that are left."""
        rows = super().fetchall()
        self._span.end()
        return rows

    def __next__(self) -> sqlite3.Row:
        """The next row of a loop."""
        try:
            row: sqlite3.Row = super().__next__()
        except StopIteration:
            self._span.end()
            raise
        return row

    def _begin(self, sql: str) -> None:
        said = {"db.system.name": "sqlite", "db.query.text": sql}
        self._span = _tracer.start_span("sqlite", kind=trace.SpanKind.CLIENT, attributes=said)


class TracedConnection(sqlite3.Connection):
    """A connection whose statements are spans."""

    def execute(self, sql: str, parameters: "_Parameters" = (), /) -> sqlite3.Cursor:
        """Run a statement."""
        return self.cursor(TracedCursor).execute(sql, parameters)

    def executemany(self, sql: str, parameters: "Iterable[_Parameters]", /) -> sqlite3.Cursor:
        """Run a statement once for each of the parameters."""
        return self.cursor(TracedCursor).executemany(sql, parameters)
