"""One service as the site tells it: where it stands now, and what its runs say of it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from gates.core.validity import VALID_FOR, unfit
from reports import happened
from reports import history_nights as nights
from reports.history_story import comparable
from reports.recorded import Recorded, Terms
from reports.site_changes import UNHELD
from reports.site_charts import Spark, spark
from reports.site_names import file_name
from reports.trends import WINDOW, Trend, moving, trends

RECENT = timedelta(days=30)  # before the newest run: what is worth a word on the first page
LAST_RUNS = 300  # whose gates are looked at for flaky ones
USUAL = ("main", "master", "trunk", "develop")
SOON = 30  # runs: a month of nights
RANKS = ("FAIL", "INCONCLUSIVE", "", "WARN", "PASS")
STAMP = "%Y-%m-%dT%H:%M:%SZ"


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service. `line` are the whole runs of its main branch, `alike` those that are comparable.

    `now` is the newest of them; None where no run has ended yet.
    """

    name: str
    page: str
    owner: str = ""
    runs: tuple[Recorded, ...] = ()
    line: tuple[Recorded, ...] = ()
    alike: tuple[Recorded, ...] = ()
    branch: str = ""
    now: Recorded | None = None
    age_s: float | None = None
    stale: str = ""
    levels: tuple[tuple[str, str], ...] = ()
    score: Spark | None = None
    night: Recorded | None = None
    gaps: tuple[nights.Gap, ...] = ()
    unended: tuple[happened.Unended, ...] = ()
    ahead: tuple[str, ...] = ()
    flaky: tuple[happened.Flaky, ...] = ()
    to_green: str = ""
    trends: tuple[Trend, ...] = ()
    missed: int = 0  # runs, of late
    killed: int = 0

    @property
    def verdict(self) -> str:
        """The verdict of the newest whole run, "" without one."""
        return self.now.verdict if self.now else ""

    @property
    def shown(self) -> tuple[Trend, ...]:
        """The score, key numbers and whatever is about to break."""
        return tuple(moving(self.trends))

    @property
    def breaking(self) -> tuple[Trend, ...]:
        """The numbers whose bound will soon be reached, or has been."""
        return tuple(
            one for one in self.trends if one.breaks_in is not None and one.breaks_in <= SOON
        )

    @property
    def unheld(self) -> tuple[str, ...]:
        """The gates that do not hold now."""
        return gates(self.now, UNHELD)

    @property
    def warned(self) -> tuple[str, ...]:
        """The gates that hold with a warning."""
        return gates(self.now, {"WARN"})


def service(
    name: str, runs: Sequence[Recorded], terms: Terms, now: datetime, owner: str = ""
) -> Service:
    """The service of runs that are given oldest first."""
    here = tuple(run for run in runs if not nights.is_ahead(run, now))
    branch = main_branch(here)
    line = tuple(run for run in here if run.branch == branch and run.counts)
    newest = line[-1] if line else None
    alike = tuple(comparable(line))
    since = (here[-1].began if here else now) - RECENT
    gaps, unended = tuple(nights.gaps(here, now)), tuple(happened.unended(here, now))
    return Service(
        name=name,
        page=file_name(name),
        owner=owner,
        runs=tuple(runs),
        line=line,
        alike=alike,
        branch=branch,
        now=newest,
        age_s=(now - newest.began).total_seconds() if newest else None,
        stale=staleness(newest, now),
        levels=levels(newest),
        score=spark([run.score for run in alike[-WINDOW:]], "Score", "%"),
        night=next((run for run in reversed(here) if run.profile == nights.NIGHTLY), None),
        gaps=gaps,
        unended=unended,
        ahead=nights.ahead(runs, now),
        flaky=happened.flaky(here[-LAST_RUNS:]),
        to_green=happened.to_green(happened.reds(line)),
        trends=trends(alike, terms),
        missed=sum(one.missing for one in gaps if not one.until or one.until >= stamp(since)),
        killed=sum(
            one.started_at >= stamp(since) and one.told != happened.GOING for one in unended
        ),
    )


def main_branch(runs: Sequence[Recorded]) -> str:
    """The branch that speaks for a service: that of its nights, else a usual one, else the last."""
    counted = [run for run in runs if run.counts]
    if not counted:
        return ""
    nightly = next((run for run in reversed(counted) if run.profile == nights.NIGHTLY), None)
    if nightly is not None:
        return nightly.branch
    there = {run.branch for run in counted}
    return next((name for name in USUAL if name in there), counted[-1].branch)


def staleness(run: Recorded | None, now: datetime) -> str:
    """Why a run stands for nothing any more, "" where it does."""
    if run is None:
        return ""
    return unfit(run.started_at, run.valid_until or stamp(run.began + VALID_FOR), now)


def levels(run: Recorded | None) -> tuple[tuple[str, str], ...]:
    """The verdict by level; of a run of an older history that of the level that decided."""
    if run is None:
        return ()
    return tuple(sorted(run.levels.items())) or ((str(run.level), run.verdict),)


def gates(run: Recorded | None, states: Collection[str]) -> tuple[str, ...]:
    """The gates of a run that are in one of some states."""
    return tuple(gate for gate, state in run.gates.items() if state in states) if run else ()


def stamp(moment: datetime) -> str:
    """A time as scorecards spell it."""
    return moment.strftime(STAMP)


def worst_first(services: Sequence[Service]) -> list[Service]:
    """In the order in which somebody has to look: what fails, is unknown, or is stale first."""
    return sorted(services, key=lambda one: (rank(one), one.name))


def rank(one: Service) -> int:
    """How soon somebody has to look."""
    found = verdict_rank(one)
    return min(found, RANKS.index("")) if one.stale else found


def verdict_rank(one: Service) -> int:
    """The place of a verdict; one that nobody knows is none."""
    return RANKS.index(one.verdict if one.verdict in RANKS else "")
