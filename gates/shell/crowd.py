"""Many requests at once, bounded in number and time, to a service on this machine alone."""

import asyncio
import time
from collections import Counter

import msgspec

from gates.shell.exchange import Headers
from gates.shell.network import Refused, check
from gates.shell.origins import is_standard_loopback, request_path

PAUSE_S = 0.01  # of one connection, between an answer and the next request
MOST_CONNECTIONS = 1000
MOST_REQUESTS = 1000
MOST_SECONDS = 30.0
CHUNK = 64 * 1024


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `silent` had no whole answer in time, `broken` none at all: reset, refused.

    `slowest_s` is of whole answers; `late` counts those over the wanted bound.
    """

    statuses: dict[int, int]
    silent: int
    broken: int
    late: int
    slowest_s: float

    @property
    def sent(self) -> int:
        """Requests in all."""
        return sum(self.statuses.values()) + self.silent + self.broken


def crowd(
    url: str,
    *,
    allow: tuple[str, ...],
    headers: Headers = (),
    connections: int,
    seconds: float,
    bound_s: float,
) -> Crowd:
    """Send GET over so many connections for so many seconds, each request on a new connection.

    It ends sooner, with the 1,000th request: a service that refuses is asked again at once. A
    request is given up after twice `bound_s`. Raises Refused for anything but a listed origin on
    loopback.
    """
    origin = check(url, allow)
    if not is_standard_loopback(origin):
        raise Refused(f"{origin} is not this machine: a burst is sent to no other")
    lines = [f"GET {request_path(url)} HTTP/1.1", f"Host: {origin.authority}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    data = "\r\n".join((*lines, "", "")).encode("latin-1")
    each = _Each(origin.host.strip("[]"), origin.port, data, bound_s)
    wide = min(connections, MOST_CONNECTIONS)
    asyncio.run(_all(each, wide, min(seconds, MOST_SECONDS)))
    return each.result()


class _Each:
    """Sends one request after the other, and counts."""

    def __init__(self, host: str, port: int, data: bytes, bound_s: float) -> None:
        self._where, self._data, self._bound_s = (host, port), data, bound_s
        self._statuses: Counter[int] = Counter()
        self._silent = self._broken = self._late = 0
        self._slowest_s = 0.0
        self._left = MOST_REQUESTS

    def result(self) -> Crowd:
        return Crowd(
            statuses=dict(sorted(self._statuses.items())),
            silent=self._silent,
            broken=self._broken,
            late=self._late,
            slowest_s=self._slowest_s,
        )

    async def until(self, end: float) -> None:
        while self._left > 0 and time.monotonic() < end:
            self._left -= 1
            await self._one()
            await asyncio.sleep(PAUSE_S)

    async def _one(self) -> None:
        begin = time.monotonic()
        try:
            async with asyncio.timeout(2 * self._bound_s):
                status = await self._status()
        except TimeoutError:
            self._silent += 1
        except (OSError, ValueError, IndexError):
            self._broken += 1
        else:
            took = time.monotonic() - begin
            self._statuses[status] += 1
            self._late += took > self._bound_s
            self._slowest_s = max(self._slowest_s, took)

    async def _status(self) -> int:
        reader, writer = await asyncio.open_connection(*self._where)
        try:
            writer.write(self._data)
            first = await reader.readline()
            while await reader.read(CHUNK):
                pass
            return int(first.split()[1])
        finally:
            writer.transport.abort()


async def _all(each: _Each, connections: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    await asyncio.gather(*(each.until(end) for _ in range(connections)))
