"""Watches a connection pool while reads come at once: gauges of metrics, or PostgreSQL itself."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from gates.core import pooling, quantiles
from gates.core.capacity import Database
from gates.core.model import Measurement
from gates.core.pooling import Pool, Reading
from gates.probes import _reads
from gates.probes._caller import Caller
from gates.probes._databases import DatabaseError, Kind, Place, postgresql
from gates.probes._reads import Read
from gates.probes._scraping import Unreadable, scraped
from gates.shell.crowd import crowd
from gates.shell.network import Refused

BURST_S = 1.0
LOOK_S = 0.05  # between two looks
SETTLE_S = 2.0  # until every connection has to be given back
BOUND_S = 5.0  # of one answer
KINDS = 4  # of reads at once
KEY = "database.url"
NO_SOURCE = (
    "the target file does not say where the pool is seen: database.in_use_metric, "
    "database.size_metric and database.waiting_metric, or a PostgreSQL as database.url"
)
Look = Callable[[], Reading]
_SESSIONS = """
SELECT count(*) FILTER (WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND backend_type = 'client backend'),
       count(*) FILTER (WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND backend_type = 'client backend' AND state <> 'idle')
FROM pg_stat_activity
"""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `pool` None: `why` says why nothing was seen."""

    pool: Pool | None = None
    why: str = ""

    @property
    def measurement(self) -> Measurement:
        """The number of flaws."""
        if self.pool is None:
            return Measurement(value=None, why=self.why)
        return Measurement(value=float(len(self.pool.flaws)), detail=self.pool.seen)


def watched(
    caller: Caller, said: Database, metrics: str, place: Place | None, reads: list[Read]
) -> Watched:
    """Send the reads at once, fewer than the least pool has connections, and look meanwhile."""
    allowed = said.pool
    if said.in_use_metric or said.size_metric or said.waiting_metric:
        look = _of_metrics(caller, said, metrics)
    elif place is not None and place.kind is Kind.POSTGRESQL:
        look, allowed = _of_sessions(place), (0, said.pool[1])
    else:
        return Watched(why=NO_SOURCE)
    if not reads:
        return Watched(why="nothing can be read: no documented GET was answered with a success")
    wide = max(said.pool[0] - 1, 1)
    try:
        before = look()
        if problem := _unnamed(said, before):
            return Watched(why=problem)
        during = _burst(caller, reads, wide, look)
        after = _settled(look, before)
    except (Unreadable, DatabaseError, Refused) as error:
        return Watched(why=str(error))
    return Watched(pool=pooling.judged(before, during, after, allowed, wide))


def _unnamed(said: Database, seen: Reading) -> str:
    """Which gauge of the target file the metrics do not have."""
    named = {
        "in_use_metric": (said.in_use_metric, seen.in_use),
        "size_metric": (said.size_metric, seen.size),
        "waiting_metric": (said.waiting_metric, seen.waiting),
    }
    lost = [f"database.{key}: {name}" for key, (name, v) in named.items() if name and v is None]
    return f"the metrics have no {', '.join(lost)}" if lost else ""


def _of_metrics(caller: Caller, said: Database, path: str) -> Look:
    def look() -> Reading:
        families = scraped(caller, path)
        names = (said.in_use_metric, said.size_metric, said.waiting_metric)
        used, size, waiting = (quantiles.total(families, n) if n else None for n in names)
        return Reading(in_use=used, size=size, waiting=waiting)

    return look


def _of_sessions(place: Place) -> Look:
    """Sessions of this database: how many connections are open, and how many work."""

    def look() -> Reading:
        with postgresql(place.address, KEY) as connection:
            size, used = connection.execute(_SESSIONS).fetchone()
        # Every session may be at work without the pool being used up: it grows when asked.
        return Reading(in_use=used, size=size + 1)

    return look


def _burst(caller: Caller, reads: list[Read], wide: int, look: Look) -> list[Reading]:
    """Readings while so many reads are under way at once, for a second."""
    kinds = reads[: min(KINDS, wide)]
    shares = [wide // len(kinds) + (n < wide % len(kinds)) for n in range(len(kinds))]
    seen: list[Reading] = []
    with ThreadPoolExecutor(len(kinds)) as pool:
        running = [
            pool.submit(
                crowd,
                caller.base_url + read.path,
                allow=(caller.base_url,),
                headers=_reads.headers(caller, read),
                connections=share,
                seconds=BURST_S,
                bound_s=BOUND_S,
            )
            for read, share in zip(kinds, shares, strict=True)
        ]
        while not all(one.done() for one in running):
            seen.append(look())
            time.sleep(LOOK_S)
        for one in running:
            one.result()
    return seen


def _settled(look: Look, before: Reading) -> Reading:
    """The reading once no more is in use than before, or after a moment."""
    end = time.monotonic() + SETTLE_S
    while True:
        now = look()
        back = (now.in_use or 0.0) <= (before.in_use or 0.0)
        if back or time.monotonic() > end:
            return now
        time.sleep(LOOK_S)
