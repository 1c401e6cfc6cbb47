"""Weighs judged criteria: the points they reach, and the score that is their share."""

from collections.abc import Iterable

import msgspec

from gates.core.model import CriterionResult, Status, Weight

WEIGHTS = {Weight.BLOCK: 3.0, Weight.SHOULD: 1.0, Weight.INFO: 0.0}


class Sums(msgspec.Struct, frozen=True):
    """Points reached, points that missing data could still add, and the maximum."""

    points: float
    open: float
    maximum: float

    @property
    def score(self) -> float | None:
        """Per cent of the maximum; None where nothing counts."""
        return percent(self.points, self.maximum)

    @property
    def at_best(self) -> float | None:
        """The score if everything that was not measured turned out well."""
        return percent(self.points + self.open, self.maximum)


def percent(part: float, whole: float) -> float | None:
    """A share in per cent, to two decimals; a share of nothing is no number."""
    return round(100.0 * part / whole, 2) if whole else None


def sums(criteria: Iterable[CriterionResult]) -> Sums:
    """Weigh the criteria: PASS counts whole, WARN half; skipped and info ones are left out."""
    points = missing = maximum = 0.0
    for criterion in criteria:
        weight = 0.0 if criterion.skipped else WEIGHTS[criterion.weight]
        maximum += weight
        match criterion.status:
            case Status.PASS:
                points += weight
            case Status.WARN:
                points += weight / 2
            case Status.NO_DATA:
                missing += weight
            case Status.FAIL:
                pass
    return Sums(points, missing, maximum)
