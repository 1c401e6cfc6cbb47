"""Where the numbers of a target go: robust slopes over its runs, and how far each bound is away."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import NormalDist, median

import msgspec

from gates.core.conditions import Condition, parse
from reports.recorded import Recorded, Term

WINDOW = 30  # runs that a slope is fitted to
FEWEST = 10  # below that the normal approximation of Kendall's S is too rough (Gilbert 1987)
CONFIDENCE = 0.9
FARTHEST = 1000  # runs: whoever looks as far ahead as that guesses
KEY = (
    "load.p50",
    "load.p95",
    "load.errors",
    "database.query-p95",
    "availability.share",
    "tests.coverage",
    "owasp.score",
    "risks.high",
    "risks.unmitigated",
)


class Slope(msgspec.Struct, frozen=True):
    """Change from run to run, with its confidence interval, and the fitted value of the last run.

    Source: Sen, Estimates of the regression coefficient based on Kendall's tau, 1968.
    """

    per_run: float
    low: float
    high: float
    now: float

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves no doubt of the direction."""
        return self.low > 0 or self.high < 0


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """One number over the last runs. `breaks_in` runs its bound is reached, None: not foreseen."""

    id: str
    title: str = ""
    unit: str = ""
    bound: str = ""
    runs: int = 0
    last: float | None = None
    slope: Slope | None = None
    breaks_in: int | None = None
    told: str = ""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The last values of the score and of key numbers, oldest first, for small pictures.

    A run that has no such number is None.
    """

    runs: tuple[str, ...] = ()
    score: tuple[float | None, ...] = ()
    values: dict[str, tuple[float | None, ...]] = {}


def theil_sen(values: Sequence[float], confidence: float = CONFIDENCE) -> Slope | None:
    """The median of the slopes between all pairs of runs; None of fewer than three."""
    n = len(values)
    if n < 3:
        return None
    slopes = sorted((values[j] - values[i]) / (j - i) for i, j in combinations(range(n), 2))
    middle = median(slopes)
    spread = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(variance(values))
    below = math.floor((len(slopes) - spread) / 2)
    low = slopes[below] if below >= 0 else -math.inf
    high = slopes[-1 - below] if below >= 0 else math.inf
    start = median(value - middle * at for at, value in enumerate(values))
    return Slope(middle, low, high, start + middle * (n - 1))


def variance(values: Sequence[float]) -> float:
    """Variance of Kendall's S where nothing changes; values that occur often make it smaller."""
    n = len(values)
    ties = {value: values.count(value) for value in set(values)}.values()
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def breaks_in(slope: Slope, condition: Condition) -> int | None:
    """The number of runs after which the fitted line leaves its bound, None if it does not.

    0: it has left it already. Only `<`, `<=`, `>` and `>=` have a side that one can drift to.
    """
    bound = condition.bound(None)
    if bound is None or condition.operator in ("==", "!=") or not slope.is_sure:
        return None
    rising_breaks = condition.operator in ("<", "<=")
    if (slope.per_run > 0) is not rising_breaks:
        return None
    needed = (bound - slope.now) / slope.per_run
    left = max(0, math.ceil(round(needed, 9)))
    return left if left <= FARTHEST else None


def trend(id: str, values: Sequence[float], term: Term | None = None) -> Trend:
    """The trend of one number over its runs, oldest first."""
    values = values[-WINDOW:]
    slope = theil_sen(values) if len(values) >= FEWEST else None
    term = term or Term("", "", "", "")
    left = broken(values, slope, term.passes)
    return Trend(
        id=id,
        title=term.title,
        unit=term.unit,
        bound=term.passes,
        runs=len(values),
        last=values[-1] if values else None,
        slope=slope if slope is not None and math.isfinite(slope.low + slope.high) else None,
        breaks_in=left,
        told=told(len(values), slope, left),
    )


def broken(values: Sequence[float], slope: Slope | None, passes: str) -> int | None:
    """In how many runs the bound breaks; 0 where the last value is beyond it."""
    try:
        condition = parse(passes)
    except ValueError:  # none, or more than one that could break first
        return None
    if values and condition.bound(None) is not None and not condition.holds(values[-1]):
        return 0
    return None if slope is None else breaks_in(slope, condition)


def told(runs: int, slope: Slope | None, left: int | None) -> str:
    """What is to be said of a trend, in a few words."""
    if left == 0:
        return "beyond its bound"
    if slope is None:
        return f"too few runs for a slope: {runs} of {FEWEST}"
    if left is not None:
        return f"breaks in about {left} run{'s' * (left != 1)}"
    if not slope.is_sure:
        return "no sure change"
    return "rises" if slope.per_run > 0 else "falls"


def trends(
    runs: Sequence[Recorded], terms: Mapping[str, Term], window: int = WINDOW
) -> tuple[Trend, ...]:
    """The trend of every number of the newest run, those that break first at the front."""
    counted = [run for run in runs if run.counts][-window:]
    if not counted:
        return ()
    found = [scores(counted)] if any(run.score is not None for run in counted) else []
    found += [trend(id, course(counted, id), terms.get(id)) for id in counted[-1].values]
    return tuple(sorted(found, key=urgency))


def scores(runs: Sequence[Recorded]) -> Trend:
    """The trend of the score."""
    values = [run.score for run in runs if run.score is not None]
    return trend("score", values, Term("", "", "%", "Score"))


def course(runs: Sequence[Recorded], id: str) -> list[float]:
    """The values of one number where it was measured."""
    return [run.values[id] for run in runs if id in run.values]


def urgency(one: Trend) -> tuple[float, bool, bool]:
    """What is to be read first: what breaks soonest, the score, then the key numbers."""
    left = math.inf if one.breaks_in is None else one.breaks_in
    return left, one.id != "score", one.id not in KEY


def moving(found: Sequence[Trend]) -> Iterator[Trend]:
    """The trends worth a line: the score, key numbers, and whatever is about to break."""
    for one in found:
        if one.id == "score" or one.id in KEY or one.breaks_in is not None:
            yield one


def card(runs: Sequence[Recorded], last: int = WINDOW, keys: Sequence[str] = KEY) -> Course:
    """The last values of score and key numbers of runs that ended, for a card or a page."""
    shown = [run for run in runs if run.counts][-last:]
    there = [id for id in keys if any(id in run.values for run in shown)]
    return Course(
        runs=tuple(run.run for run in shown),
        score=tuple(run.score for run in shown),
        values={id: tuple(run.values.get(id) for run in shown) for id in there},
    )
