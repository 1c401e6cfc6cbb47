"""The scorecard in a real browser: how large it is, how long it takes to open and to search.

Every figure of time is taken in the page itself, by the clock of the browser: opening until the
load event, searching from the letter that is typed until the frame after it is on the screen.
"""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.judging import MIB
from bench.measure import Failed, spread
from bench.reports import card
from bench.results import Row
from gates.core.model import Scorecard
from reports.html_report import render

ROUNDS = 7
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
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
    given = card(count)
    page = render(given)
    path = scratch / f"{count}.html"
    path.write_bytes(page)
    rendered = [timed(given) for _ in range(ROUNDS)]
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


def timed(given: Scorecard) -> float:
    """Seconds that the page takes to make."""
    begin = time.perf_counter()
    render(given)
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
