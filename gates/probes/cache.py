"""How often a cache is hit while the same reads come again: Redis's counters, or Prometheus's.

Input: what `_caller` reads, and the keys of `Given`. Secrets: GATESCORE_IDENTITIES and
GATESCORE_VARIABLES. Each read is asked once before the counting: what was never asked for cannot
be in a cache.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from gates.core import quantiles
from gates.core.capacity import Cache
from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common, _reads
from gates.probes._caller import Caller, Exhausted
from gates.probes._scraping import Unreadable, scraped
from gates.shell import redis_info
from gates.shell.redis_info import RedisError
from gates.shell.variables import VariableMissing, expand

TOOL = "cache"
METRIC = "cache.hit_percent"
RULE = "cache.never-hit"
NEEDED = 100  # lookups
NO_SOURCE = (
    "the target file does not say where hits are counted: cache.redis, or cache.hits_metric and "
    "cache.misses_metric"
)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input beside that of the caller."""

    cache: Cache
    document: str = ""
    metrics: str = "/metrics"
    own: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    most_reads: int = 400
    reads_s: float = 4.0


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Lookups so far."""

    hits: float
    misses: float


class Uncounted(Exception):
    """The counters cannot be read; the text says why."""


def measure(given: dict[str, Any]) -> ToolReport:
    """Ask everything once, count, ask again and again, count. Raises ProbeError."""
    task, caller = msgspec.convert(given, Given, strict=False), Caller(given, TOOL)
    try:
        measured = _measured(task, caller)
    except (Uncounted, Unreadable) as error:
        measured = Measurement(value=None, why=str(error))
    except Exhausted as error:
        raise _common.ProbeError(str(error)) from None
    return ToolReport(
        tool=TOOL,
        examined=max(caller.sent, 1),
        examined_unit="requests",
        measurements={METRIC: measured},
        findings=(_never(),) if measured.value == 0 else (),
    )


def _measured(task: Given, caller: Caller) -> Measurement:
    look = source(task, caller)
    reads = _reads.reads(caller, task.document, task.operations, task.own)
    if not reads:
        why = "nothing can be read: no documented GET was answered with a success"
        return Measurement(value=None, why=why)
    before = look()
    answered = _reads.repeated(caller, reads, most=task.most_reads, seconds=task.reads_s)
    return share(before, look(), answered, len(reads))


def source(task: Given, caller: Caller) -> Callable[[], Counted]:
    """Where lookups are counted. Raises Uncounted where the target file does not say it."""
    said = task.cache
    if said.hits_metric and said.misses_metric:
        return lambda: _of_metrics(caller, task)
    if said.redis:
        return lambda: _of_redis(said.redis)
    raise Uncounted(NO_SOURCE)


def _of_metrics(caller: Caller, task: Given) -> Counted:
    families = scraped(caller, task.metrics)
    names = (task.cache.hits_metric, task.cache.misses_metric)
    hits, misses = (quantiles.total(families, name) for name in names)
    if hits is None and misses is None:
        raise Uncounted(f"the metrics have neither {names[0]} nor {names[1]}")
    # A labelled counter is not there before its first count.
    return Counted(hits=hits or 0.0, misses=misses or 0.0)


def _of_redis(url: str) -> Counted:
    try:
        where = redis_info.address(expand(url, _common.variables(), where="cache.redis"))
        found = redis_info.statistics(where)
        return Counted(hits=found["keyspace_hits"], misses=found["keyspace_misses"])
    except VariableMissing as error:
        raise Uncounted(str(error)) from None
    except RedisError as error:
        raise Uncounted(f"cache.redis: {error}") from None
    except KeyError:
        raise Uncounted("cache.redis: its INFO has no keyspace_hits") from None


def share(before: Counted, after: Counted, answered: int, kinds: int) -> Measurement:
    """The share of hits in per cent; no value for too few lookups, or counters that went back."""
    hits, misses = after.hits - before.hits, after.misses - before.misses
    if hits < 0 or misses < 0:
        return Measurement(value=None, why="the counters went back: was the cache started anew?")
    lookups = int(hits + misses)
    said = f"{lookups} lookups during {answered} reads, {kinds} of them different"
    if lookups < NEEDED:
        why = f"{said}: at least {NEEDED} are needed"
        return Measurement(value=None, why=why, samples=lookups, needed=NEEDED)
    return Measurement(value=100.0 * hits / lookups, samples=lookups, needed=NEEDED, detail=said)


def _never() -> Finding:
    return Finding(
        tool=TOOL,
        rule=RULE,
        severity=Severity.MEDIUM,
        message="no lookup of the cache was a hit, although the same reads came again and again",
        fix="Look at the keys: they must not hold what differs in each request.",
        context=RULE,
        metric="",
    )


if __name__ == "__main__":
    _common.run(measure)
