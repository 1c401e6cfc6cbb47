"""A history of 10,000 runs: what `history` and `site` take, and what keeping one run more costs."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.judging import gatescore
from bench.measure import interleaved, spread, timed
from bench.results import Row
from gates.core.past import Asked
from reports import site_command
from reports.history import History
from reports.precedent import past
from reports.recorded import Recorded, Term, Terms

RUNS = 10_000
GATES, CRITERIA = 40, 200
ROUNDS = 11
WRITES = 21
FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    file = scratch / "history.db"
    history = History(str(file))
    history.keep_all((run(number), terms()) for number in range(RUNS))
    ways = {
        "the table and trends": (),
        "everything, as JSON": ("--format", "json", "--last", str(RUNS)),
    }
    tell = (gatescore(), "history", "--history", str(file))
    log = scratch / "log"
    actions = {
        way: partial(timed, (*tell, *more), cwd=scratch, log=log) for way, more in ways.items()
    }
    for way, found in interleaved(actions, ROUNDS).items():
        limit = 1.0 if not ways[way] else None
        title = f"`gatescore history` of {RUNS:,} runs, {way}"
        yield Row(what=title, unit="s", found=spread(t.wall_s for t in found), at_most=limit)
    yield from pages(history, file, scratch)
    writes = spread(written(history, RUNS + number) for number in range(WRITES))
    yield Row(what=f"keeping one run more of {RUNS:,}", unit="ms", found=writes)
    reads = spread(read(history) for _ in range(WRITES))
    yield Row(what="what a run asks of the history when it begins", unit="ms", found=reads)
    megabytes = file.stat().st_size / 1e6
    yield Row(what=f"the file with {RUNS:,} runs", unit="MB", found=spread([megabytes]))


def pages(history: History, file: Path, scratch: Path) -> Iterator[Row]:
    """The page of one service with all the runs, and the first page: the program, and by part."""
    site = (gatescore(), "site", "--history", str(file), "--output", str(scratch / "site"))
    walls, cpus = [], []
    for number in range(ROUNDS + 1):
        found = timed(site, cwd=scratch, log=scratch / "log")
        if number:  # the first compiles the templates
            walls.append(found.wall_s)
            cpus.append(found.cpu_s)
    title = f"`gatescore site` of {RUNS:,} runs of a service: its page and the first one"
    yield Row(what=title, unit="s", found=spread(walls), at_most=1.0)
    yield Row(what="of that, CPU", unit="s", found=spread(cpus))
    inside = spread(made(history) for _ in range(ROUNDS))
    yield Row(what="the two pages alone, in a process that runs", unit="s", found=inside)
    kilobytes = sum(each.stat().st_size for each in (scratch / "site" / "services").iterdir()) / 1e3
    yield Row(what="the page of the service", unit="kB", found=spread([kilobytes]))


def made(history: History) -> float:
    """Seconds to read the history and to render both pages."""
    begin = time.perf_counter()
    site_command.made(history, {}, 0, FIRST + timedelta(hours=5 * RUNS))
    return time.perf_counter() - begin


def written(history: History, number: int) -> float:
    """Milliseconds to keep a run."""
    line = run(number)
    begin = time.perf_counter()
    history.keep(line, terms())
    return 1000 * (time.perf_counter() - begin)


def read(history: History) -> float:
    """Milliseconds to know what the past says for a run."""
    begin = time.perf_counter()
    past(history.runs("shop", last=300), Asked(target="shop", branch="main", base_branch="main"))
    return 1000 * (time.perf_counter() - begin)


def run(number: int) -> Recorded:
    """One run of every gate, the same for a number every time."""
    chance = random.Random(number)
    begun = FIRST + timedelta(hours=5 * number)
    ended = begun + timedelta(minutes=12)
    failed = chance.random() < 0.1
    return Recorded(
        run=f"{begun:%Y%m%dT%H%M%SZ}",
        digest=f"sha256:{number:064x}",
        target="shop",
        revision=f"{number // 3:040x}",
        branch="main",
        policy="standard",
        profile="nightly",
        level=3,
        started_at=f"{begun:%Y-%m-%dT%H:%M:%SZ}",
        ended_at=f"{ended:%Y-%m-%dT%H:%M:%SZ}",
        complete=chance.random() > 0.01,
        verdict="FAIL" if failed else "PASS",
        score=round(chance.uniform(90, 100), 2),
        gates={f"gate-{n:02}": "FAIL" if failed and n == 7 else "PASS" for n in range(GATES)},
        values={f"gate-{n % GATES:02}.value-{n}": chance.gauss(100, 5) for n in range(CRITERIA)},
        place=f"/srv/ci/shop/.gatescore/runs/{begun:%Y%m%dT%H%M%SZ}",
    )


def terms() -> Terms:
    """What the criteria demand."""
    return {
        f"gate-{n % GATES:02}.value-{n}": Term(f"gate-{n % GATES:02}", "<= 200", "ms", f"Value {n}")
        for n in range(CRITERIA)
    }
