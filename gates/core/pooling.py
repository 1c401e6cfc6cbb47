"""What readings of a connection pool show: its size, and whether it ran out or kept connections."""

from collections.abc import Iterable, Sequence

import msgspec

SIZE = "database.pool-size"
EXHAUSTED = "database.pool-exhausted"
WAITING = "database.pool-waiting"
KEPT = "database.pool-kept"
OFTEN = 0.2  # share of the looks: whoever takes a connection that is free waits too, for a moment


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One look; None: not told."""

    in_use: float | None = None
    size: float | None = None
    waiting: float | None = None


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, as (rule, words, fix), and what was seen."""

    flaws: tuple[tuple[str, str, str], ...]
    seen: str


def judged(
    before: Reading, during: Sequence[Reading], after: Reading, allowed: tuple[int, int], burst: int
) -> Pool:
    """Judge a burst of `burst` requests at once, fewer than the least pool has connections.

    A pool of an allowed size has a connection for each of them, so that nobody has to wait.
    """
    every = (before, *during, after)
    size = _most(one.size for one in every)
    used = _most(one.in_use for one in every)
    waiting = _most(one.waiting for one in during)
    flaws = []
    if size is not None and not allowed[0] <= size <= allowed[1]:
        words = f"the pool has {size:g} connections; allowed: {allowed[0]} to {allowed[1]}"
        flaws.append((SIZE, words, "Set its greatest size within those bounds (database.pool)."))
    if waiting and often(during):
        words = f"up to {waiting:g} requests waited for a connection while {burst} read at once"
        fix = "Make the pool larger, and give connections back before the answer is made."
        flaws.append((WAITING, words, fix))
    if size is not None and used is not None and used >= size > 0:
        words = f"all {size:g} connections were in use while {burst} read at once"
        fix = "Make the pool larger; use one connection for each request, and only while needed."
        flaws.append((EXHAUSTED, words, fix))
    kept = (after.in_use or 0.0) - (before.in_use or 0.0)
    if kept > 0:
        words = f"{kept:g} connections were still in use after the last answer"
        flaws.append((KEPT, words, "Give every connection back, also when a request fails."))
    return Pool(flaws=tuple(flaws), seen=_words(used, size, waiting, burst))


def often(during: Sequence[Reading]) -> bool:
    """Whether somebody waited in as many looks as no moment of taking a connection explains."""
    return sum(bool(one.waiting) for one in during) >= OFTEN * len(during)


def _most(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _words(used: float | None, size: float | None, waiting: float | None, burst: int) -> str:
    told = (
        (used, "{:g} connections in use"),
        (size, "size {:g}"),
        (waiting, "{:g} waiting"),
    )
    found = [text.format(value) for value, text in told if value is not None]
    return f"at most {', '.join(found)} while {burst} read at once"
