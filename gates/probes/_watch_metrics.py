"""Whether the metrics can be read, and show the requests that were just sent."""

import contextlib
import re
import time

import msgspec

from gates.core import exposition
from gates.core.exposition import Family
from gates.core.model import Measurement
from gates.probes._scraping import asked, families
from gates.probes._watching import Flaw, Watch, count
from gates.shell.network import NetworkError

METRIC = "observability.metrics_violations"
NOWHERE = "gatescore-nowhere-90817263"
SETTLE_S, PAUSE_S = 1.0, 0.1
ALLOWED = "a histogram of request durations with the labels method, route (a template) and status"


class Scrape(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the metrics; `problem` is the flaw that kept it from being read."""

    families: tuple[Family, ...] = ()
    problem: Flaw | None = None


def begin(watch: Watch) -> Scrape:
    """The metrics before anything is asked, but for a path that does not exist."""
    with contextlib.suppress(NetworkError):
        watch.caller.ask("GET", f"/{NOWHERE}", identity=None)
    return scrape(watch)


def scrape(watch: Watch) -> Scrape:
    """Ask for the metrics, without authentication where that suffices."""
    try:
        answer = asked(watch.caller, watch.given.observability.metrics)
    except NetworkError as error:
        return Scrape(problem=_flaw(watch, "absent", f"found no answer: {error.kind.value}"))
    if not 200 <= answer.status < 300:
        return Scrape(problem=_flaw(watch, "absent", f"found status {answer.status}"))
    try:
        found = families(answer)
    except ValueError as error:
        why = re.sub(r"[\d.]+", "N", str(error))[:120]  # the same words in every run
        return Scrape(problem=_flaw(watch, "unreadable", f"cannot be read as metrics: {why}"))
    if not found:
        return Scrape(problem=_flaw(watch, "unreadable", "found no metric at all"))
    return Scrape(families=found)


def judged(
    watch: Watch, before: Scrape, sent: int, ids: tuple[str, ...]
) -> tuple[Measurement, tuple[Flaw, ...]]:
    """What is wrong with the metrics after `sent` successes to documented operations."""
    after = _grown(watch, before, sent)
    if after.problem:
        flaws: tuple[Flaw, ...] = (after.problem,)
        return count(METRIC, flaws, "could not be read"), flaws
    found = exposition.durations(after.families)
    flaws = (*_shape(watch, after, found), *_content(watch, before, after, sent, ids))
    flaws += tuple(
        _flaw(watch, "missing-family", f"{name} is not there", name)
        for name in watch.given.observability.families
        if name not in exposition.names(after.families)
    )
    return count(METRIC, flaws, f"{len(after.families)} metrics were read"), flaws


def _grown(watch: Watch, before: Scrape, sent: int) -> Scrape:
    """The metrics once they have counted what was sent, or after a moment."""
    end = time.monotonic() + SETTLE_S
    while True:
        after = scrape(watch)
        grown = _counted(watch, after) - _counted(watch, before)
        if after.problem or grown >= sent or time.monotonic() > end:
            return after
        time.sleep(PAUSE_S)


def _counted(watch: Watch, seen: Scrape) -> float:
    given = watch.given
    own = (given.health, given.observability.readiness, given.observability.metrics)
    return exposition.counted(exposition.durations(seen.families), own)


def _shape(watch: Watch, after: Scrape, found: Family | None) -> tuple[Flaw, ...]:
    if found is None:
        summaries = exposition.summaries(after.families)
        seen = f"only the summary {summaries[0]}" if summaries else "none"
        return (_flaw(watch, "no-durations", f"found {seen}"),)
    lacking = exposition.lacking(found)
    if not lacking:
        return ()
    return (_flaw(watch, "labels", f"{found.name} has no label for {', '.join(lacking)}"),)


def _content(
    watch: Watch, before: Scrape, after: Scrape, sent: int, ids: tuple[str, ...]
) -> tuple[Flaw, ...]:
    found = exposition.durations(after.families)
    if found is None:
        return ()
    flaws = []
    if exposition.raw_routes(found, ids):
        text = f"{found.name} has a series of its own for every id in a path"
        flaws.append(_flaw(watch, "raw-route", text, "id"))
    if exposition.raw_routes(found, (NOWHERE,)):
        text = f"{found.name} has a series of its own for every path that does not exist"
        flaws.append(_flaw(watch, "raw-route", text, "unknown path"))
    if _counted(watch, after) - _counted(watch, before) < sent:
        text = f"{found.name} did not count all requests that were just answered"
        flaws.append(_flaw(watch, "not-counted", text))
    return tuple(flaws)


FIXES = {
    "absent": "Serve the metrics in the text format of Prometheus at [observability] metrics.",
    "unreadable": "Write the metrics with a client library of Prometheus or OpenTelemetry.",
    "no-durations": "Observe the duration of every request in one histogram.",
    "labels": "Label the histogram by method, route template and status code.",
    "raw-route": "Label by the template of the matched route, and by one word where none matched.",
    "not-counted": "Observe every request, in all worker processes, before it is answered.",
    "missing-family": "Export it, or take it out of [observability] families.",
}


def _flaw(watch: Watch, word: str, found: str, subject: str = "") -> Flaw:
    path = watch.given.observability.metrics
    return Flaw(
        metric=METRIC,
        rule=f"observability.metrics-{word}",
        subject=f"{path} {subject}".strip(),
        message=f"GET {path}: {found}; allowed: {ALLOWED}",
        fix=FIXES[word],
        reproduce=f'curl -s "$BASE_URL"{path}',
    )
