"""For those who run the service: is it alive, can it work, how is it doing."""

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from bookstore import migrate
from bookstore.answers import Responses, errors
from bookstore.availability import Unavailable
from bookstore.contract import refuse_undocumented_query
from bookstore.schemas import Status
from bookstore.services import Parts, Services

router = APIRouter(tags=["operations"], dependencies=[Depends(refuse_undocumented_query)])

METRICS_EXAMPLE = (
    'http_request_duration_seconds_count{method="GET",route="/v1/books",status="200"} 42.0\n'
)
METRICS: Responses = {
    200: {
        "description": "Prometheus text format.",
        "content": {"text/plain": {"example": METRICS_EXAMPLE}},
    }
}


@router.get("/health", summary="Liveness", operation_id="getHealth", responses=errors(422))
async def health() -> Status:
    """Say that the process answers; nothing behind it is asked."""
    return Status(status="ok")


@router.get("/ready", summary="Readiness", operation_id="getReadiness", responses=errors(422))
def ready(parts: Parts) -> Status:
    """Say whether requests can be served: the database answers and its schema is current."""
    _schema_is_current(parts)
    return Status(status="ok")


@router.get(
    "/metrics",
    summary="Metrics",
    operation_id="getMetrics",
    response_class=PlainTextResponse,
    responses=METRICS | errors(422),
)
def metrics(parts: Parts) -> PlainTextResponse:
    """Give request and transaction durations to Prometheus."""
    return PlainTextResponse(parts.metrics.render(), media_type=CONTENT_TYPE_LATEST)


def _schema_is_current(parts: Services) -> bool:
    try:
        with parts.database.read() as connection:
            return migrate.current(connection) == migrate.latest()
    except Unavailable:
        return False
