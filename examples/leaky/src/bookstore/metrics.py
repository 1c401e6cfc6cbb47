"""What Prometheus scrapes: request and transaction durations, in seconds."""

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from bookstore.pool import Pool

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """One registry per application, so that two of them never share a counter."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Histogram(
            "http_request_duration_seconds",
            "Time from the first byte of a request to the end of its answer.",
            ["method", "status"],
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._transactions = Histogram(
            "db_transaction_duration_seconds",
            "Time of one database transaction, waiting for its turn included.",
            ["kind"],
            buckets=BUCKETS_S,
            registry=self._registry,
        )

    def request(self, method: str, _route: str, status: int, seconds: float) -> None:
        """Count a request under its route template; unknown methods share one label."""
        known = method if method in METHODS else "OTHER"
        self._requests.labels(known, str(status)).observe(seconds)

    def transaction(self, kind: str, seconds: float) -> None:
        """Count a `read` or `write` transaction."""
        self._transactions.labels(kind).observe(seconds)

    def watch(self, pool: Pool) -> None:
        """Show the pool of connections as it is whenever somebody looks."""
        shown = {
            "db_pool_size": ("Connections that there may be at once.", lambda: pool.size),
            "db_pool_in_use": ("Connections that a transaction has.", lambda: pool.in_use),
            "db_pool_waiting": ("Transactions that wait for one.", lambda: pool.waiting),
        }
        for name, (what, number) in shown.items():
            Gauge(name, what, registry=self._registry).set_function(number)

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self._registry)
