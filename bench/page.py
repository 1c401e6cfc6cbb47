"""The scorecard in a real browser: how large it is, how long it takes to open and to search.

Every figure of time is taken in the page itself, by the clock of the browser: opening until the
load event, searching from the letter that is typed until the frame after it is on the screen.
"""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bench.judging import MIB, finding
from bench.measure import Failed, spread
from bench.results import Row
from gates.core.model import (
    CriterionResult,
    GateResult,
    GateStatus,
    PolicyState,
    Scorecard,
    Status,
    TargetState,
    Verdict,
    Weight,
)
from reports.html_report import render

ROUNDS = 7
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
SHARES = {"lint": 0.4, "types": 0.3, "security": 0.2, "secrets": 0.1}
SEARCHES = ("m", "module_4", "module_42", "find_7", "t103", "incompatible", "no such text", "")
# findings → what is demanded: size in bytes, opening and searching in milliseconds
DEMANDS = {10_000: (3e6, 1000.0, 50.0), 100_000: (15e6, 2000.0, 100.0)}
SETTLED_MS = 1500  # until the index is made that the search reads
OPENED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
SEARCHED = """async text => {
  const field = document.getElementById('filter-text');
  const begin = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begin;
}"""


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise Failed("playwright is not installed") from error
    if not Path(CHROMIUM).exists():
        raise Failed(f"there is no {CHROMIUM}: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for count in DEMANDS:
            yield from measured(browser, scratch, count)
        browser.close()


def measured(browser: Any, scratch: Path, count: int) -> Iterator[Row]:
    """The figures of one page."""
    size, opens, searches = DEMANDS[count]
    card = scorecard(count)
    page = render(card)
    path = scratch / f"{count}.html"
    path.write_bytes(page)
    rendered = [timed(card) for _ in range(ROUNDS)]
    visits = [visited(browser, path) for _ in range(ROUNDS)]
    title = f"the page with {count:,} findings"
    yield Row(what=f"{title}: made in", unit="s", found=spread(rendered))
    yield Row(
        what=f"{title}: size", unit="MiB", found=spread([len(page) / MIB]), at_most=size / MIB
    )
    opened = spread(visit["opened"] for visit in visits)
    yield Row(what=f"{title}: opens in Chromium", unit="ms", found=opened, at_most=opens)
    every = spread(ms for visit in visits for name, ms in visit.items() if name != "opened")
    yield Row(
        what=f"{title}: a search, until it is shown", unit="ms", found=every, at_most=searches
    )
    slowest = spread(max(ms for name, ms in visit.items() if name != "opened") for visit in visits)
    yield Row(what=f"{title}: the slowest search of each visit", unit="ms", found=slowest)


def timed(card: Scorecard) -> float:
    """Seconds that the page takes to make."""
    begin = time.perf_counter()
    render(card)
    return time.perf_counter() - begin


def visited(browser: Any, path: Path) -> Mapping[str, float]:
    """Milliseconds of one visit: `opened`, and by text of each search."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    found = {"opened": float(page.evaluate(OPENED))}
    page.wait_for_timeout(SETTLED_MS)
    for text in SEARCHES:
        found[f"search {text}"] = float(page.evaluate(SEARCHED, text))
    page.close()
    return found


def scorecard(count: int) -> Scorecard:
    """A scorecard with so many findings in four gates, as tools word them."""
    gates = tuple(gate(id, int(count * share)) for id, share in SHARES.items())
    return Scorecard(
        target=TargetState(name="shop", revision="unknown", dirty=False),
        policy=PolicyState(name="standard", digest="sha256:" + 64 * "0"),
        decisive_level=1,
        complete=True,
        verdict=Verdict.FAIL,
        decided_by=f"{len(gates)} gates failed",
        score=0.0,
        gates=gates,
    )


def gate(id: str, count: int) -> GateResult:
    """A gate that failed by so many findings."""
    told = f"{count}, must be 0"
    judged = CriterionResult(
        id=f"{id}.errors",
        title=f"Findings of {id}",
        metric=f"{id}.errors",
        unit="",
        weight=Weight.BLOCK,
        status=Status.FAIL,
        decided_by=told,
        value=count,
        passes="== 0",
        blocking=True,
    )
    return GateResult(
        id=id,
        title=id.title(),
        level=1,
        status=GateStatus.FAIL,
        detail=told,
        criteria=(judged,),
        findings=tuple(
            msgspec.structs.replace(
                finding(f"{id}-tool", id, number),
                fingerprint=f"{(number + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}",
                metric=f"{id}.errors",
            )
            for number in range(count)
        ),
        findings_total=count,
    )
