"""The bounds of single operations as a metric, and a finding for each that is not held."""

from gates.core.load import LoadResult
from gates.core.model import Finding, Measurement, Severity
from gates.core.objectives import ERRORS, Checked, Miss, checked

METRIC = "load.objectives_missed"
_NONE = "no operation has a bound of its own: the target file has no load.objectives"
_FIX = "Profile this operation under the same load; the slowest part of it decides."
_FIX_ERRORS = "Look for its first failure in the log of the service; then run this gate again."
_FIX_UNSURE = "Let the gate run longer (duration_s), so that more samples tell."


def judged(result: LoadResult, tool: str) -> tuple[Measurement, tuple[Finding, ...]]:
    """Return how many bounds are missed, None where that cannot be said, and the findings."""
    if not result.objectives:
        return Measurement(value=None, why=_NONE), ()
    found = checked(result.objectives, result.operations, result.asked)
    return _measured(found), tuple(_finding(miss, tool) for miss in found.misses)


def _measured(found: Checked) -> Measurement:
    undecided = "; ".join(found.open)
    if not found.misses and found.open:
        return Measurement(value=None, why=undecided)
    detail = f"{found.bounds} bounds of single operations"
    if undecided:
        detail += f"; not judged: {undecided}"
    return Measurement(value=float(len(found.misses)), detail=detail)


def _finding(miss: Miss, tool: str) -> Finding:
    fix = _FIX_ERRORS if miss.what == ERRORS else _FIX
    return Finding(
        tool=tool,
        rule=f"load.objective-{miss.what}",
        severity=Severity.HIGH if miss.certain else Severity.LOW,
        message=f"{miss.operation}: {_told(miss)}",
        fix=fix if miss.certain else _FIX_UNSURE,
        context=f"{miss.operation} {miss.what}",
        metric=METRIC,
    )


def _told(miss: Miss) -> str:
    if miss.what == ERRORS:
        return f"{miss.value:.2g} % of its requests failed; its objective is {miss.limit:g} %"
    upper = "" if miss.upper is None else f", at most {miss.upper:.1f} ms with 95 % confidence"
    return f"{miss.what} is {miss.value:.1f} ms{upper}; its objective is {miss.limit:g} ms"
