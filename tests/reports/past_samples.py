"""Scorecards with a past, for the tests of reports."""

import msgspec

from gates.core.model import Earlier, Scorecard
from reports.precedent import earlier
from reports.recorded import recorded
from tests.reports.lines import run


def with_past(card: Scorecard, past: Earlier) -> Scorecard:
    """The scorecard of a run that continues these runs."""
    return msgspec.structs.replace(card, run=msgspec.structs.replace(card.run, earlier=past))


def after(card: Scorecard, *scores: float, level: int = 0, **values: float) -> Scorecard:
    """The scorecard after runs with these scores, all with its own values, or those named."""
    numbers = {**recorded(card).values, **values}
    level = level or card.decisive_level
    made = [
        run(index, values=numbers, score=score, level=level) for index, score in enumerate(scores)
    ]
    return with_past(card, earlier(made))


def drifted(card: Scorecard, runs: int = 12) -> Scorecard:
    """The scorecard after runs whose numbers went up and down, and at a base with other ones."""
    now = recorded(card).values

    def then(index: int) -> dict[str, float]:
        return {id: value * (1 + 0.04 * ((index * 5) % 7 - 3)) + 1 for id, value in now.items()}

    made = [
        run(index, values=then(index), score=80.0 + index % 5, level=card.decisive_level)
        for index in range(runs)
    ]
    return with_past(card, msgspec.structs.replace(earlier(made), base=then(1)))
