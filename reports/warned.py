"""What the terminal says before the results: gaps of the run, changed rules, waivers, baseline."""

from collections.abc import Iterator

from gates.core.model import FindingState, Scorecard, WaiverState, WaiverUse
from reports.cells import first_line, shortened
from reports.numbers import number
from reports.order import waivers_worst_first
from reports.words import against, waiver_told

_MOST = 10  # of each kind


def warnings(scorecard: Scorecard) -> list[str]:
    """Return what somebody has to know before reading the results, one sentence each."""
    texts = [] if scorecard.complete else ["incomplete: not every planned gate has a result"]
    texts += ["partial: only chosen gates were planned"] if scorecard.partial else []
    texts += _some([first_line(text) for text in scorecard.notices], "notices")
    troubled = [each for each in scorecard.waivers if each.state is not WaiverState.IN_FORCE]
    waivers = [_waiver(each) for each in waivers_worst_first(troubled)]
    return texts + _some(waivers, "waivers that somebody has to look at")


def _some(texts: list[str], what: str) -> list[str]:
    more = len(texts) - _MOST
    return texts[:_MOST] + ([f"{number(more)} more {what}"] if more > 0 else [])


def _waiver(use: WaiverUse) -> str:
    """One waiver that is not in force; each foreign text cut, so that the reason is seen."""
    kind, id, scope, until = (
        shortened(first_line(each), most, unicode=False)
        for each, most in ((use.kind, 20), (use.id, 60), (use.scope, 120), (use.expires, 20))
    )
    return f"{kind} {id} ({scope}, until {until}) is {use.state.replace('-', ' ')}: " + (
        waiver_told(use)
    )


def baseline(scorecard: Scorecard) -> Iterator[str]:
    """Yield how the run stands against its baseline, where it has one."""
    if scorecard.baseline is not None:
        counted = (each for gate in scorecard.gates for each in gate.findings if not each.excused)
        old = sum(each.state is FindingState.OLD for each in counted)
        yield f"{scorecard.baseline.revision[:12]}: {against(scorecard.baseline, old)}"
