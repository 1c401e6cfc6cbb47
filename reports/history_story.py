"""Everything that `gatescore history` tells, as values: made of the runs, without a database."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from reports import happened
from reports import history_nights as nights
from reports.recorded import Recorded, Terms
from reports.trends import WINDOW, Course, Trend, card, trends


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The history of one target. `shown` are the last runs, oldest first; the rest is of all."""

    target: str
    total: int = 0
    complete: int = 0
    first: str = ""
    profile: str = ""  # of the runs that the trends are of
    shown: tuple[Recorded, ...] = ()
    unended: tuple[happened.Unended, ...] = ()
    gaps: tuple[nights.Gap, ...] = ()
    ahead: tuple[str, ...] = ()
    flaky: tuple[happened.Flaky, ...] = ()
    reds: tuple[happened.Red, ...] = ()
    time_to_green: str = ""
    trends: tuple[Trend, ...] = ()
    course: Course = Course()
    schema_version: int = 1


def story(
    target: str,
    runs: Sequence[Recorded],
    terms: Terms,
    now: datetime,
    *,
    last: int = 20,
    window: int = WINDOW,
) -> Story:
    """The story of the runs of one target, given oldest first."""
    alike = comparable(runs)
    reds = happened.reds(runs)
    return Story(
        target=target,
        total=len(runs),
        complete=sum(run.counts for run in runs),
        first=runs[0].started_at if runs else "",
        profile=alike[-1].profile if alike else "",
        shown=tuple(runs[-last:]) if last else (),
        unended=tuple(happened.unended(runs, now)),
        gaps=tuple(nights.gaps(runs, now)),
        ahead=nights.ahead(runs, now),
        flaky=happened.flaky(runs),
        reds=reds,
        time_to_green=happened.to_green(reds),
        trends=trends(alike, terms, window),
        course=card(alike),
    )


def comparable(runs: Sequence[Recorded]) -> list[Recorded]:
    """The runs that were given as much work as the newest that ended: others measure otherwise."""
    counted = [run for run in runs if run.counts]
    return [run for run in counted if run.profile == counted[-1].profile]


def newest(runs: Sequence[Recorded]) -> Recorded | None:
    """The newest run that ended."""
    return next((run for run in reversed(runs) if run.counts), None)
