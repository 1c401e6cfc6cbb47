"""The page of two runs in a real browser: it asks for nothing, runs nothing, and fits."""

import pytest

from reports.diff import change
from reports.diff_html import render
from tests.browser.test_reading import axe  # noqa: F401  the fixture
from tests.reports import hostile, samples

PAGE = render(change(samples.passing(), samples.failing(12)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_its_style_is_allowed(visit, scheme: str) -> None:
    seen = visit(PAGE, color_scheme=scheme)
    for width in (320, 768, 1280):
        seen.page.set_viewport_size({"width": width, "height": 800})
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, width
    back = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(17, 21, 26)")
    assert (seen.requests, seen.errors, seen.console) == ([seen.address], [], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, axe: str, scheme: str) -> None:  # noqa: F811
    page = visit(PAGE, color_scheme=scheme, bypass_csp=True).page
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["help"]) for each in found["violations"]] == []


def test_hostile_texts_do_nothing(visit) -> None:
    seen = visit(PAGE)
    for payload in hostile.PAYLOADS[::6]:
        card = hostile.poisoned(samples.failing(3), payload)
        seen.show(render(change(samples.passing(), card)))
        assert seen.page.evaluate("window.__pwned") is None
        assert (seen.requests, seen.errors, seen.console) == ([seen.address], [], [])
