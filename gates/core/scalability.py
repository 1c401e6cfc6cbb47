"""How throughput grows with concurrency: a fit of the universal scalability law, with its error.

X(N) = rate × N / (1 + contention × (N - 1) + coherency × N × (N - 1)), N requests at once.
Source: N. J. Gunther, Guerrilla Capacity Planning, Springer 2007, chapter 4.
"""

import math
from collections.abc import Sequence

import msgspec

FEWEST_POINTS = 4  # one more than the law has parameters
LEAST_CONCURRENCY = 1.0  # below one request at once nobody waits for anybody
LEAST_SPREAD = 2.0  # highest over lowest concurrency
WORST_ERROR = 0.1  # of the throughput; a worse fit says nothing
_FAR = 2.0  # a peak this many times beyond what was measured is extrapolated

Row = tuple[float, ...]


class Point(msgspec.Struct, frozen=True):
    """One measured rate: mean requests in flight, and answers per second."""

    concurrency: float
    throughput: float


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted law. `rate` is the throughput at concurrency 1, per second.

    `error` is the root mean square of (fitted - measured) / measured throughput, over `points`
    points up to the concurrency `highest`.
    """

    rate: float
    contention: float
    coherency: float
    error: float
    points: int
    highest: float

    def throughput(self, concurrency: float) -> float:
        """Answers per second at that concurrency."""
        more = concurrency - 1
        load = 1 + self.contention * more + self.coherency * concurrency * more
        return self.rate * concurrency / load

    @property
    def peak(self) -> Point | None:
        """Where throughput is highest; None where the law only levels off, or grows for ever."""
        if self.coherency <= 0 or self.contention >= 1:
            return None
        concurrency = math.sqrt((1 - self.contention) / self.coherency)
        return Point(concurrency, self.throughput(concurrency))


def fit(points: Sequence[Point]) -> Law | str:
    """Return the law with the least relative error, or the reason why there is none.

    Contention and coherency are never negative; contention is at most 1.
    """
    known = [one for one in points if one.concurrency > 0 and one.throughput > 0]
    if why := _unfit(known):
        return why
    laws = [law for used in ((0, 1, 2), (0, 1), (0, 2), (0,)) if (law := _fitted(known, used))]
    if not laws:
        return "no law of this form goes through the measured points"
    best = min(laws, key=lambda law: law.error)
    if best.error > WORST_ERROR:
        return f"the best fit is {best.error:.0%} off, more than {WORST_ERROR:.0%}"
    return best


def told(law: Law) -> str:
    """The law in one sentence."""
    head = (
        f"universal scalability law over {law.points} rates: contention {law.contention:.1%}, "
        f"coherency {law.coherency:.2%}, fit {law.error:.1%} off"
    )
    return f"{head}; {_highest(law)}"


def _highest(law: Law) -> str:
    peak = law.peak
    if peak is not None:
        far = peak.concurrency > _FAR * law.highest
        beyond = " (extrapolated: far beyond what was measured)" if far else ""
        where = f"{peak.throughput:.0f}/s at {peak.concurrency:.0f} requests at once"
        return f"its throughput peaks at {where}{beyond}"
    if law.contention > 0:
        return f"its throughput levels off at {law.rate / law.contention:.0f}/s"
    return "no contention was seen"


def _unfit(points: Sequence[Point]) -> str:
    """Why nothing can be fitted, "" if it can be tried."""
    if len(points) < FEWEST_POINTS:
        return f"{len(points)} rates were measured, {FEWEST_POINTS} are needed"
    highest = max(one.concurrency for one in points)
    if highest < LEAST_CONCURRENCY:
        return f"at most {highest:.2f} requests were in flight on average: nobody had to wait"
    if highest < LEAST_SPREAD * min(one.concurrency for one in points):
        return "concurrency was nearly the same at all rates"
    return ""


def _fitted(points: Sequence[Point], used: tuple[int, ...]) -> Law | None:
    """The law with only the `used` ones of its terms; None if it is impossible.

    N / X is linear in the terms 1, N - 1 and N (N - 1). Each row is divided by its N / X, so that
    relative errors count.
    """
    rows = [_row(one, used) for one in points]
    solved = least_squares(rows)
    if solved is None:
        return None
    terms = dict(zip(used, solved, strict=True))
    base = terms[0]
    shares = [terms.get(index, 0.0) / base if base > 0 else -1.0 for index in (1, 2)]
    if min(shares) < 0 or shares[0] > 1:
        return None
    law = Law(
        rate=1 / base,
        contention=shares[0],
        coherency=shares[1],
        error=0.0,
        points=len(points),
        highest=max(one.concurrency for one in points),
    )
    return msgspec.structs.replace(law, error=_error(law, points))


def _row(point: Point, used: tuple[int, ...]) -> Row:
    n, weight = point.concurrency, point.throughput / point.concurrency
    terms = (weight, weight * (n - 1), weight * n * (n - 1))
    return tuple(terms[index] for index in used)


def _error(law: Law, points: Sequence[Point]) -> float:
    off = (law.throughput(one.concurrency) / one.throughput - 1 for one in points)
    return math.sqrt(sum(each * each for each in off) / len(points))


def least_squares(rows: Sequence[Row]) -> tuple[float, ...] | None:
    """Return x with the least sum of (row · x - 1)²; None where rows do not determine it."""
    width = len(rows[0])
    scales = [max(abs(row[i]) for row in rows) or 1.0 for i in range(width)]
    scaled = [tuple(value / scales[i] for i, value in enumerate(row)) for row in rows]
    matrix = [
        [sum(row[i] * row[j] for row in scaled) for j in range(width)]
        + [sum(row[i] for row in scaled)]
        for i in range(width)
    ]
    solved = _solved(matrix)
    return None if solved is None else tuple(x / s for x, s in zip(solved, scales, strict=True))


def _solved(matrix: list[list[float]]) -> list[float] | None:
    """Gauss-Jordan elimination with pivots of the extended matrix."""
    width = len(matrix)
    for column in range(width):
        pivot = max(range(column, width), key=lambda row: abs(matrix[row][column]))
        if abs(matrix[pivot][column]) < 1e-12:
            return None
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        for row in range(width):
            if row != column:
                factor = matrix[row][column] / matrix[column][column]
                matrix[row] = [
                    a - factor * b for a, b in zip(matrix[row], matrix[column], strict=True)
                ]
    return [matrix[row][width] / matrix[row][row] for row in range(width)]
