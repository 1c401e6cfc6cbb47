"""The words that the page and the terminal share: counts, the revision, why the run is so."""

from gates.core.model import Reason, Scorecard, TargetState, Verdict
from reports.numbers import number


def counted(count: int, unit: str) -> str:
    """Return `count` and `unit`, a plural, which becomes a singular after 1."""
    return f"{number(count)} {_singular(unit) if count == 1 else unit}"


def revision(target: TargetState, length: int = 100) -> str:
    """Return which state of the target was judged, a commit cut to `length` characters."""
    if target.revision == "unknown":
        return "not under version control"
    return target.revision[:length] + (" with uncommitted changes" if target.dirty else "")


def decided_by(card: Scorecard) -> str:
    """Return why the verdict is as it is; a run that somebody ended says so."""
    unended = not card.complete and card.verdict is Verdict.INCONCLUSIVE
    if unended and any(gate.reason is Reason.CANCELLED for gate in card.gates):
        return "the run was cancelled"
    return card.decided_by


def _singular(unit: str) -> str:
    if " " in unit or not unit.endswith("s") or unit.endswith("ss"):
        return unit
    return f"{unit[:-3]}y" if unit.endswith("ies") else unit[:-1]
