"""The words that the page and the terminal share: counts, the revision, why the run is so."""

import re

from gates.core.model import (
    BaselineUse,
    Reason,
    Scorecard,
    TargetState,
    Verdict,
    WaiverState,
    WaiverUse,
)
from reports.numbers import number

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?Z", re.ASCII)


def counted(count: int, unit: str) -> str:
    """Return `count` and `unit`, a plural, which becomes a singular after 1."""
    return f"{number(count)} {_singular(unit) if count == 1 else unit}"


def instant(text: str) -> str:
    """Return a time of a scorecard as people write it, to the minute; other texts as they are."""
    return _INSTANT.sub(r"\1 \2 UTC", text) if _INSTANT.fullmatch(text) else text


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


def waiver_told(use: WaiverUse) -> str:
    """Return what a waiver does in this run, and what to do about one that does nothing."""
    match use.state:
        case WaiverState.IN_FORCE if use.uses:
            return f"excuses {counted(use.uses, 'findings')}"
        case WaiverState.IN_FORCE:
            return "its gate could not look"
        case WaiverState.UNUSED:
            return "excuses nothing: remove it"
        case WaiverState.EXPIRED:
            return "does not hold today: its findings count; mend them, or have it renewed"
        case WaiverState.REOPENED:
            return "a finding of its scope has become worse, and counts again"
        case WaiverState.OVER_BUDGET:
            return "more waivers than the policy allows: its findings count"


def against(baseline: BaselineUse, old: int) -> str:
    """Return how a run stands against its baseline; `old` findings are known and count too."""
    known = f"{number(baseline.known)} known"
    if old:
        known += f" ({number(old)} of them {'counts' if old == 1 else 'count'} all the same)"
    return f"{number(baseline.new)} new, {known}, {number(baseline.fixed)} fixed"


def _singular(unit: str) -> str:
    if " " in unit or not unit.endswith("s") or unit.endswith("ss"):
        return unit
    return f"{unit[:-3]}y" if unit.endswith("ies") else unit[:-1]
