"""Reads metrics with the parser of the Prometheus project, classic text or OpenMetrics."""

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

from gates.core.exposition import Family, Sample

OPEN = "application/openmetrics-text"
ACCEPT = "text/plain;version=0.0.4,*/*;q=0.1"


def read(body: bytes, content_type: str) -> tuple[Family, ...]:
    """Every family. Raises ValueError for what is no exposition; its text says why."""
    text = body.decode("utf-8")
    is_open = content_type.split(";")[0].strip().lower() == OPEN
    if not is_open and text and not text.endswith("\n"):
        raise ValueError("the last line has no end")
    found = openmetrics if is_open else parser
    try:
        families = list(found.text_string_to_metric_families(text))
    except (IndexError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return tuple(
        Family(each.name, each.type, tuple(_sample(one) for one in each.samples))
        for each in families
    )


def _sample(one: object) -> Sample:
    name, labels, value = one[0], one[1], one[2]  # type: ignore[index]
    return Sample(name, dict(labels), float(value))
