"""What a target file says of its load and its data: the rate, the objectives, where data is seen.

Operations are named by `operationId` or as "GET /books/{id}"; `${NAME}` in values is a variable of
the caller's environment or one of `service.env_generate`, `{state}` the service's state folder.
"""

from typing import Any

import msgspec

Command = tuple[str, ...]


class LoadOperation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of request of the load, `weight` relative to the others."""

    path: str
    """Path of the request, with its query."""
    method: str = "GET"
    """Method of the request."""
    weight: float = 1.0
    """Share of the requests, relative to the other operations."""
    name: str = ""
    """Name in the report; empty: method and path."""
    body: dict[str, Any] | None = None
    """JSON body of the request."""
    status: tuple[int, ...] = ()
    """Status codes that count as success; empty: every one below 400."""


class Objective(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one operation has to hold under the expected load; what is not named is not asked."""

    p50_ms: float | None = None
    """Bound of the p50 of its response time."""
    p95_ms: float | None = None
    """Bound of the p95 of its response time."""
    p99_ms: float | None = None
    """Bound of the p99 of its response time."""
    errors_percent: float | None = None
    """Bound of its share of failed requests."""


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a load: the rate goes in a straight line to `rate` within `seconds`."""

    rate: float
    """Requests per second at its end."""
    seconds: float
    """How long it takes."""


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The expected load: `rate` in requests per second."""

    rate: float
    """Requests per second that are expected."""
    operations: tuple[LoadOperation, ...] = ()
    """What is requested; empty: operations of the OpenAPI document, with made-up valid data."""
    weights: dict[str, float] = {}
    """Weights of operations of the document; 0 leaves one out, others have 1."""
    writes: bool = True
    """Whether operations of the document that write are among those made up."""
    locustfile: str = ""
    """A locustfile of your own, relative to the root, instead of `operations`."""
    poisson: bool = False
    """Whether requests arrive at random instants (Poisson) instead of evenly."""
    users: int = 0
    """Simultaneous users of a closed model, each waiting for its answer; 0: open model."""
    think_s: float = 1.0
    """Seconds that a user of the closed model thinks between an answer and the next request."""
    identities: int = 1
    """How many accounts are logged in and used in turn, where [auth.register] makes accounts."""
    stages: tuple[Stage, ...] = ()
    """Course of the gate scale; empty: up to 3 × `rate` and down again."""
    objectives: dict[str, Objective] = {}
    """Bounds by operation: the name in `operations`, or the operation of the document."""


class Database(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the data behind the service can be seen. What is not named is NO_DATA, with the key."""

    url: str = ""
    """The database: `sqlite:{state}/my.db` or `postgresql://…`, read-only for us but for `grow`."""
    spans: bool = False
    """Whether the service sends OpenTelemetry spans over OTLP/HTTP to `{otlp}` in its variables."""
    duration_metric: str = ""
    """Prometheus histogram of the query duration in seconds, without `_bucket`."""
    in_use_metric: str = ""
    """Prometheus gauge of pool connections in use."""
    size_metric: str = ""
    """Prometheus gauge of the pool's greatest size."""
    waiting_metric: str = ""
    """Prometheus gauge of requests that wait for a connection."""
    pool: tuple[int, int] = (20, 100)
    """Least and greatest size that the pool may have."""
    grow: Command = ()
    """Command that brings each table to `{rows}` rows; the slope over data size is measured."""
    sizes: tuple[int, ...] = (10, 100, 1000)
    """Rows at which it is measured."""
    large_rows: int = 1000
    """Rows from which on a table is large: none of its scans is fine."""
    timestamps: tuple[str, ...] = ("created_at", "updated_at")
    """Columns of which every table with data of people has to have one."""


class Cache(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the hits of a cache are counted: Redis itself, or two Prometheus counters."""

    redis: str = ""
    """`redis://host:port/db`: INFO is asked before and after."""
    hits_metric: str = ""
    """Prometheus counter of hits."""
    misses_metric: str = ""
    """Prometheus counter of misses."""
