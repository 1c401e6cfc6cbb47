"""Telemetry: what a request asks the database is in its trace; nothing is sent by default."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bookstore import migrate, telemetry
from bookstore.database import connect
from bookstore.main import create_app
from bookstore.settings import Settings, load

TRACE = "0af7651916cd43dd8448eb211c80319c"  # pragma: allowlist secret
PARENT = "b7ad6b7169203331"  # pragma: allowlist secret
_exporter = InMemorySpanExporter()


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is sent, kept here."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(_exporter))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("bookstore"))
    _exporter.clear()
    yield _exporter


def _texts(found: tuple[ReadableSpan, ...]) -> list[str]:
    texts = (str((span.attributes or {}).get("db.query.text", "")) for span in found)
    return [text for text in texts if text and not text.startswith(("PRAGMA", "BEGIN"))]


@pytest.mark.requirement("FR-010")
def test_statements_lie_in_the_trace_of_their_request(
    settings: Settings, spans: InMemorySpanExporter
) -> None:
    with TestClient(create_app(replace(settings, telemetry=True))) as client:
        migrate.upgrade(connect(settings.database, create=True), migrate.latest())
        answer = client.get("/ready", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    assert answer.status_code == 200
    found = spans.get_finished_spans()
    assert {format(span.context.trace_id, "032x") for span in found} == {TRACE}
    outer = [span for span in found if span.kind is trace.SpanKind.SERVER]
    assert [format(span.parent.span_id, "016x") for span in outer if span.parent] == [PARENT]
    assert (outer[0].attributes or {})["http.route"] == "/ready"
    assert _texts(found)[0].startswith("SELECT 1 FROM sqlite_master")


def test_a_statement_ends_with_its_last_row(
    settings: Settings, spans: InMemorySpanExporter
) -> None:
    opened = connect(settings.database, create=True, factory=telemetry.TracedConnection)
    opened.execute("CREATE TABLE things (id INTEGER)")
    opened.executemany("INSERT INTO things VALUES (?)", [(1,), (2,)])
    assert len(_texts(spans.get_finished_spans())) == 2
    rows = opened.execute("SELECT id FROM things ORDER BY id")
    assert next(rows)["id"] == 1
    assert len(_texts(spans.get_finished_spans())) == 2
    assert [row["id"] for row in rows] == [2]
    assert len(_texts(spans.get_finished_spans())) == 3
    assert len(opened.execute("SELECT id FROM things").fetchall()) == 2
    assert len(_texts(spans.get_finished_spans())) == 4
    opened.close()


def test_nothing_is_sent_where_no_endpoint_is_set(
    settings: Settings, spans: InMemorySpanExporter
) -> None:
    with TestClient(create_app(settings)) as client:
        assert client.get("/health").status_code == 200
    assert spans.get_finished_spans() == ()


@pytest.mark.parametrize(("endpoint", "sent"), [("", False), ("http://127.0.0.1:4318", True)])
def test_an_endpoint_turns_it_on(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, sent: bool
) -> None:
    monkeypatch.setenv("BOOKSTORE_JWT_SECRET", "x" * 32)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    assert load().telemetry is sent


def test_the_provider_sends_to_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _provider: None)
    provider = telemetry.configure()
    assert provider.resource.attributes["service.name"] == "bookstore"
    provider.shutdown()
