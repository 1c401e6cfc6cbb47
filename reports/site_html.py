"""Renders the pages of the site: no script, no network, every foreign text escaped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment

from reports import templating
from reports.numbers import age, duration, number, with_unit
from reports.recorded import at
from reports.site_changes import Cards, steps, turns
from reports.site_charts import Plot, plot
from reports.site_grid import grid
from reports.site_lanes import anchor, lanes, state
from reports.site_story import Service, stamp, verdict_rank, worst_first
from reports.trends import WINDOW
from reports.visible import line

MARK = 'content="gatescore site"'  # in the head of each page: how an old one is known as ours
MOST_RUNS = 60
MOST_PLOTS = 9
_LONGEST = 12_288
_ICONS = {
    "PASS": "pass",
    "WARN": "warn",
    "FAIL": "fail",
    "ERROR": "error",
    "INCONCLUSIVE": "error",
    "PENDING": "pending",
    "SKIPPED": "skipped",
    "PARTIAL": "skipped",
    "NOT_RUN": "none",
    "NOT_ENDED": "ended",
    "MISSING": "missing",
}
_TONES = {"NOT_RUN": "error", "NOT_ENDED": "error", "MISSING": "error", "PARTIAL": "none"}
_WORDS = {"": "no verdict"}


def index(services: Sequence[Service], now: datetime) -> bytes:
    """The page of all services as UTF-8: those that need somebody first."""
    listed = worst_first(services)
    return _rendered("site/index.html.j2", services=listed, tally=tally(listed), now=stamp(now))


def page(one: Service, cards: Cards, links: Mapping[str, str], now: datetime) -> bytes:
    """The page of one service as UTF-8. `links` lead from the digest of a run to its scorecard."""
    rows, more = lanes(one.runs, one.gaps, one.branch)
    runs = one.runs[::-1][:MOST_RUNS]
    return _rendered(
        "site/service.html.j2",
        one=one,
        lanes=rows,
        lanes_more=more,
        grid=grid(one.line, [each.gate for each in one.flaky]),
        plots=plots(one),
        turns=turns(one.line),
        steps=[each for each in steps(one.alike, cards) if not each.is_none],
        runs=runs,
        listed={anchor(run) for run in runs},
        links=links,
        now=stamp(now),
    )


def plots(one: Service) -> list[Plot]:
    """The pictures of what moves, those that break first at the front."""
    found = (plot(trend, one.alike[-WINDOW:]) for trend in one.shown)
    return [each for each in found if each is not None][:MOST_PLOTS]


def tally(services: Sequence[Service]) -> list[tuple[str, int]]:
    """How many services stand how, what needs somebody first."""
    counts: dict[str, int] = {}
    for one in sorted(services, key=verdict_rank):
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    return list(counts.items())


def when(text: str) -> str:
    """A time for people, in UTC; a text that is none is cut."""
    return line(text[:16].replace("T", " ") if at(text) else text, 40)


def _rendered(name: str, **values: Any) -> bytes:
    try:
        return _made(name, values, *_prepared())
    except OSError:  # a compiled template that cannot be kept is no reason to show nothing
        return _made(name, values, *_prepared(keeps=False))


def _made(name: str, values: dict[str, Any], environment: Environment, policy: str) -> bytes:
    text = environment.get_template(name).render(policy=policy, **values)
    return text.encode("utf-8", "backslashreplace")


@lru_cache(maxsize=2)
def _prepared(*, keeps: bool = True) -> tuple[Environment, str]:
    environment = templating.environment(_LONGEST, keeps=keeps)
    environment.filters |= {
        "line": line,
        "number": number,
        "with_unit": with_unit,
        "duration": duration,
        "age": age,
        "when": when,
        "anchor": anchor,
        "state": state,
        "icon": lambda status: _ICONS.get(status, "none"),
        "tone": lambda status: _TONES.get(status, _ICONS.get(status, "none")),
        "words": lambda status: _WORDS.get(status, status.replace("_", " ")),
    }
    style = templating.digest(environment, "site/style.css")
    sources = f"default-src 'none'; style-src '{style}'; img-src data:"
    return environment, f"{sources}; base-uri 'none'; form-action 'none'"
