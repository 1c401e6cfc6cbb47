"""The pages of the site in a real browser: they fit, ask for nothing, run nothing, and print."""

import subprocess
from pathlib import Path

import pytest

from reports.site_html import index, page
from reports.site_story import service
from tests.browser.test_reading import axe  # noqa: F401  the fixture
from tests.reports import hostile
from tests.reports.lines import run
from tests.reports.site_samples import NOW, TERMS, every, nights

ORDERS = service("orders", list(nights())[24:], TERMS, NOW, "team-checkout")
PAGES = {"index": index(every(), NOW), "service": page(ORDERS, {}, {}, NOW)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_and_axe_finds_nothing(visit, axe: str, name: str, scheme: str) -> None:  # noqa: F811
    """One visit for all widths: p56, and nothing that does not fit from 320 pixels on."""
    seen = visit(PAGES[name], color_scheme=scheme, bypass_csp=True)
    back = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(17, 21, 26)")
    for width in (320, 768, 1440):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    seen.page.evaluate(axe)
    found = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["help"]) for each in found["violations"]] == []


@pytest.mark.parametrize("name", PAGES)
def test_p55_without_scripts_and_network_its_style_is_allowed(visit, name: str) -> None:
    seen = visit(PAGES[name], scripts=False)
    assert (seen.requests, seen.errors, seen.console) == ([seen.address], [], [])
    assert seen.page.locator("h1").is_visible()
    size = seen.page.locator("h1").evaluate("e => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) < 24  # ours, not the browser's


def test_the_grid_scrolls_alone_and_its_gates_stay_in_sight(visit) -> None:
    seen = visit(PAGES["service"], viewport={"width": 320, "height": 800})
    box = seen.page.locator(".wide")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")
    box.focus()
    box.evaluate("e => { e.scrollLeft = 300; }")
    first = seen.page.locator(".grid-table tbody th").first
    edge = box.evaluate("e => e.getBoundingClientRect().left")
    assert abs(first.evaluate("e => e.getBoundingClientRect().left") - edge) < 2


def test_a_mark_leads_to_its_run(visit) -> None:
    page = visit(PAGES["service"]).page
    page.locator(".marks a").last.click()
    assert page.locator("tr:target").count() == 1


def test_p53_hostile_names_and_texts_do_nothing(visit) -> None:
    """Every payload as the name of a service, and as each text of a run of one."""
    texts = [*hostile.PAYLOADS]
    many = [service(text, [run(0, branch=text)], {}, NOW, text) for text in texts]
    runs = [
        run(number, run=text, branch="main", profile=text, revision=text, verdict=text)
        for number, text in enumerate(texts)
    ]
    gates = dict.fromkeys(texts, "FAIL")
    runs += [run(100 + n, days=30 + n / 10, gates=gates, verdict="FAIL") for n in range(3)]
    for data in (index(many, NOW), page(service(texts[0], runs, {}, NOW), {}, {}, NOW)):
        seen = visit(data)
        assert seen.page.evaluate("window.__pwned") is None
        assert (seen.requests, seen.errors, seen.console) == ([seen.address], [], [])


def test_p56_on_paper_all_that_happened_is_there(visit, tmp_path: Path) -> None:
    paper = visit(PAGES["service"]).page
    paper.emulate_media(media="print")
    file = tmp_path / "service.pdf"
    paper.pdf(path=str(file))
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    text = " ".join(done.stdout.decode().split())
    for words in (
        "1 nightly run missing between",
        "r036 never ended",
        "load changed twice",
        "r040",
    ):
        assert words in text
