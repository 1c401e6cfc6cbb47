"""What single operations have to hold under load, against what was recorded of each."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core import statistics
from gates.core.capacity import Objective
from gates.core.load import Recorded

_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
ERRORS = "errors"
_US_PER_MS = 1000.0
_HOLDER = re.compile(r"\{[^{}]*\}")

Operations = Mapping[str, Recorded]
Asked = Mapping[str, str]  # name of an operation -> its method and path


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """A bound that is not held. `upper` is the confidence bound of the percentile `what`, in ms.

    Where the value itself is within the limit, the samples do not tell that it is.
    """

    operation: str
    what: str  # p50, p95, p99 or errors
    limit: float  # ms, or per cent of its requests
    value: float
    upper: float | None = None

    @property
    def certain(self) -> bool:
        """Whether the value itself breaks the bound."""
        return self.value > self.limit


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of all bounds. `open` says of each one that could not be judged why."""

    bounds: int
    misses: tuple[Miss, ...] = ()
    open: tuple[str, ...] = ()


def checked(objectives: Mapping[str, Objective], operations: Operations, asked: Asked) -> Checked:
    """Judge every bound of every objective; it is held where value and confidence bound are."""
    bounds, misses, unsure = 0, [], []
    for name, objective in sorted(objectives.items()):
        meant = tuple(matching(name, asked or dict.fromkeys(operations, "")))
        parts = [operations[one] for one in meant if one in operations]
        if not parts:
            known = ", ".join(sorted(operations)) or "none"
            unsure.append(f"load.objectives names {name}, but the operations are: {known}")
            continue
        for what, limit in _limits(objective):
            bounds += 1
            judged = _judged(name, what, limit, parts)
            if isinstance(judged, str):
                unsure.append(judged)
            elif judged.value > limit or (judged.upper or 0.0) > limit:
                misses.append(judged)
    return Checked(bounds=bounds, misses=tuple(misses), open=tuple(unsure))


def unmeant(objectives: Iterable[str], asked: Asked) -> tuple[str, ...]:
    """Return the objectives that mean no operation."""
    return tuple(name for name in objectives if not any(matching(name, asked)))


def matching(name: str, asked: Asked) -> Iterator[str]:
    """Names of the operations that an objective means: by name, else by method and path."""
    if name in asked:
        yield name
        return
    shape = _HOLDER.sub("{}", name)
    yield from (one for one, path in asked.items() if _HOLDER.sub("{}", path) == shape)


def needed(objectives: Mapping[str, Objective], asked: Asked) -> dict[str, int]:
    """Return how many successes each operation needs for its bounds to be judged."""
    found: dict[str, int] = {}
    for name, objective in objectives.items():
        samples = [
            statistics.needed_samples(_PERCENTILES[what])
            for what, _ in _limits(objective)
            if what in _PERCENTILES
        ]
        for one in matching(name, asked) if samples else ():
            found[one] = max(found.get(one, 0), *samples)
    return found


def _limits(objective: Objective) -> Iterator[tuple[str, float]]:
    limits = {
        "p50": objective.p50_ms,
        "p95": objective.p95_ms,
        "p99": objective.p99_ms,
        ERRORS: objective.errors_percent,
    }
    yield from ((what, limit) for what, limit in limits.items() if limit is not None)


def _judged(name: str, what: str, limit: float, parts: list[Recorded]) -> Miss | str:
    """The value as if it were missed, or why there is none."""
    if what == ERRORS:
        requests = sum(part.requests for part in parts)
        failures = sum(sum(part.failures.values()) for part in parts)
        if not requests:
            return f"{name} was not requested"
        return Miss(operation=name, what=what, limit=limit, value=100.0 * failures / requests)
    p = _PERCENTILES[what]
    counts = statistics.merge(part.response for part in parts)
    lacking = statistics.needed_samples(p) - statistics.total(counts)
    if lacking > 0:
        return f"too few samples for the {what} of {name}: need {lacking} more"
    upper = statistics.upper_bound(counts, p)
    return Miss(
        operation=name,
        what=what,
        limit=limit,
        value=statistics.percentile(counts, p) / _US_PER_MS,
        upper=None if upper is None else upper / _US_PER_MS,
    )
