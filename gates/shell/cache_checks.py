"""What [cache] and the bounds of a pool in a target file say that cannot be."""

from collections.abc import Iterator

from gates.core.target import Target
from gates.shell.problems import Trouble
from gates.shell.redis_info import RedisError, address


def troubles(target: Target) -> Iterator[Trouble]:
    """Everything wrong with them."""
    yield from _pool(target)
    said = target.cache
    if said is None:
        return
    counted = (said.hits_metric, said.misses_metric)
    if not said.redis and not any(counted):
        allowed = "redis, or hits_metric and misses_metric"
        yield Trouble(
            path=("cache",), message="does not say where hits are counted", allowed=allowed
        )
    if any(counted) and not all(counted):
        key = "misses_metric" if said.hits_metric else "hits_metric"
        message = "is missing: a share needs both counters"
        yield Trouble(path=("cache", key), message=message, allowed="the name of a counter")
    if said.redis and "${" not in said.redis:
        try:
            address(said.redis)
        except RedisError as error:
            yield Trouble(path=("cache", "redis"), message=str(error))


def _pool(target: Target) -> Iterator[Trouble]:
    if target.database is None:
        return
    least, most = target.database.pool
    if not 1 <= least <= most:
        allowed = "two numbers from 1 on, the greater one last"
        message = f"found [{least}, {most}]"
        yield Trouble(path=("database", "pool"), message=message, allowed=allowed)
