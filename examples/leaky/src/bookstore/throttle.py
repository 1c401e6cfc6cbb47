"""Slow down guessing and greed: wrong passwords per name and address, lists per account."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

ALLOWED_FAILURES = 9
WINDOW_S = 300.0
LIST_WINDOW_S = 10.0
REMEMBERED_KEYS = 10_000

Key = tuple[str, str]
ListKey = tuple[int, str]


class LoginThrottle:
    """Remembers failures only: whoever logs in with the right password is never slowed down."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[Key, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, key: Key) -> int:
        """Whole seconds until another attempt is heard; 0 means now."""
        with self._lock:
            times = self._recent(key)
            if len(times) < ALLOWED_FAILURES:
                return 0
            return math.ceil(times[0] + WINDOW_S - self._clock())

    def failed(self, key: Key) -> None:
        """Count a wrong password; the oldest keys are forgotten when there are too many."""
        with self._lock:
            times = self._recent(key)
            times.append(self._clock())
            self._failures[key] = times
            self._failures.move_to_end(key)
            if len(self._failures) > REMEMBERED_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, key: Key) -> None:
        """Forgive earlier failures."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: Key) -> deque[float]:
        times = self._failures.get(key, deque())
        while times and times[0] <= self._clock() - WINDOW_S:
            times.popleft()
        return times


@dataclass(frozen=True)
class Allowance:
    """What a quota says to one request, and what is left until its window ends."""

    granted: bool
    limit: int
    remaining: int
    reset_s: int


class Quota:
    """So many requests for each key within a window, which starts with the first of them."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._windows: OrderedDict[ListKey, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: ListKey) -> Allowance:
        """Count a request; the oldest windows are forgotten when there are too many."""
        with self._lock:
            now = self._clock()
            started, used = self._windows.pop(key, (now, 0))
            if started <= now - LIST_WINDOW_S:
                started, used = now, 0
            self._windows[key] = (started, used + 1)
            if len(self._windows) > REMEMBERED_KEYS:
                self._windows.popitem(last=False)
        return Allowance(
            granted=used < self._limit,
            limit=self._limit,
            remaining=max(self._limit - used - 1, 0),
            reset_s=math.ceil(started + LIST_WINDOW_S - now),
        )
