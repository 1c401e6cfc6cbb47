"""The page for people: accessible, usable by keyboard, from 320 pixels to wide, and on paper."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gates.core.model import Scorecard, Severity
from tests.browser.conftest import WHOLE, lacking
from tests.reports import adopted_samples, load_samples, part_samples, proven_samples, samples
from tests.reports.hostile import rich

CARDS = {
    "passing": samples.passing,
    "failing": lambda: samples.failing(40),
    "inconclusive": samples.inconclusive,
    "unfinished": samples.unfinished,
    "adopted": adopted_samples.adopted,
    "rich": rich,
    "capacity": load_samples.capacity,
    "proven": proven_samples.proven,
}


@pytest.fixture(scope="session")
def axe(tmp_path_factory) -> str:
    """The source of axe-core: from the folder that AXE_CORE names, else installed with npm."""
    named = os.environ.get("AXE_CORE")
    folder = Path(named) if named else tmp_path_factory.mktemp("axe")
    path = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists() and shutil.which("npm"):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), "axe-core@4"],
            capture_output=True,
            timeout=120,
            check=False,
        )
    if not path.exists():
        lacking("axe-core cannot be installed: set AXE_CORE to a folder with its node_modules")
    return path.read_text("utf-8")


def unfolded(visit, card: Scorecard):
    """A page on which every gate is laid out."""
    page = visit(card, bypass_csp=True).page
    page.locator("#open-all").click()
    page.add_style_tag(content=WHOLE)
    return page


@pytest.mark.parametrize("name", CARDS)
def test_axe_finds_nothing_in_both_themes_p56(visit, axe: str, name: str) -> None:
    page = unfolded(visit, CARDS[name]())
    page.evaluate(axe)
    for scheme, back in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 21, 26)")):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == back
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert result["passes"], "axe has looked at nothing"
        assert [
            (scheme, each["id"], [node["target"] for node in each["nodes"]][:3], each["help"])
            for each in result["violations"]
        ] == []


# Boxes whose content is wider than they are, and badges that reach into the next cell.
SPILT = """[
  ...[...document.querySelectorAll('.levels > li, .tally > li, .courses > li, .verdict, .gate')]
    .filter(e => e.scrollWidth > e.clientWidth + 1),
  ...[...document.querySelectorAll('td > .badge')].filter(e =>
    e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right),
].map(e => e.className + ': ' + e.textContent.slice(0, 40))"""


@pytest.mark.parametrize("name", CARDS)
def test_nothing_is_wider_than_the_window(visit, name: str) -> None:
    page = unfolded(visit, CARDS[name]())
    for width in (320, 400, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        assert page.evaluate(SPILT) == [], width


def test_the_keyboard_reaches_everything_in_order(visit) -> None:
    page = visit(samples.failing(3)).page
    reached = []
    for _ in range(200):
        page.keyboard.press("Tab")
        tag = page.evaluate(
            "(() => { const e = document.activeElement; return [e.tagName, e.id,"
            " Math.round(e.getBoundingClientRect().top + scrollY),"
            " e.textContent.slice(0, 30)]; })()"
        )
        if tag[0] == "BODY":
            break
        reached.append(tag)
    assert reached[0][3] == "Skip to the gates"
    assert [each[1] for each in reached if each[0] == "INPUT"] == ["filter-text"]
    heads = sum(each[0] == "SUMMARY" for each in reached)
    assert heads >= len(samples.failing(3).gates)
    tops = [each[2] for each in reached[1:] if each[1] == "" and each[0] != "BUTTON"]
    assert tops == sorted(tops)


def test_the_skip_link_leads_past_the_overview(visit) -> None:
    page = visit(samples.failing(3)).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "filter-text"


def test_the_filter_shows_what_matches_and_says_how_much(visit) -> None:
    page = visit(samples.failing(140)).page
    page.keyboard.press("/")
    page.keyboard.type("f401")
    shown = page.locator(".findings > li:visible")
    assert shown.count() == 28
    assert page.locator("#filter-told").inner_text() == "1 of 7 gates, 28 findings"
    assert page.locator(".gate:visible").count() == 1
    assert page.locator("section.level:visible").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".gate:visible").count() == 7
    page.locator("#filter-state").select_option("open")
    assert page.locator(".gate:visible").count() == 4
    page.locator("#filter-text").fill("no such text")
    assert page.locator(".gate:visible").count() == 0


def test_a_link_to_a_finding_opens_what_it_stands_in(visit) -> None:
    seen = visit(samples.failing(140))
    anchor = seen.page.locator(".findings > li").first.get_attribute("id")
    assert not seen.page.locator(f"#{anchor}").is_visible()
    seen.page.goto(f"{seen.address}#{anchor}")
    seen.page.locator(f"#{anchor}").wait_for(state="visible")


def test_the_filter_finds_what_is_folded_and_counts_nothing_that_is_gone(visit) -> None:
    card = adopted_samples.adopted()
    page = visit(card).page
    known = next(each for each in card.gates[1].findings if each.excused and not each.waiver)
    assert not page.locator(".part.known .message").first.is_visible()
    page.locator("#filter-text").fill(known.path.rpartition("/")[2])
    assert page.locator(f".part.known .place:has-text('{known.path}')").first.is_visible()
    assert page.locator("#gate-lint .part.waived").is_hidden()
    gone = card.gates[1].fixed[0]
    page.locator("#filter-text").fill(gone.path)
    assert page.locator(f".part.fixed .place:has-text('{gone.path}')").first.is_visible()
    assert page.locator("#filter-told").inner_text() == "1 of 6 gates, 0 findings"
    page.keyboard.press("Escape")
    assert page.locator("#gate-lint .part.waived > summary").is_visible()


def test_a_waived_finding_leads_to_its_waiver(visit) -> None:
    page = visit(adopted_samples.adopted()).page
    row = page.locator("#waiver-quarantine-ee55ff66")
    assert not row.is_visible()
    page.locator("#gate-tests .part.waived > summary").click()
    page.locator("#gate-tests .part.waived a").first.click()
    row.wait_for(state="visible")
    assert "excuses 1 finding" in row.inner_text()


def test_one_click_selects_the_whole_command_that_waives_a_finding(visit) -> None:
    card = adopted_samples.adopted()
    page = visit(card).page
    finding = next(each for each in card.gates[1].findings if not each.excused)
    page.locator(f".digest:has-text('{finding.fingerprint[:12]}')").click()
    selected = page.evaluate("getSelection().toString()")
    assert selected == f"gatescore waive {finding.fingerprint[:12]}"


def test_an_old_scorecard_says_stale_p52(visit) -> None:
    assert visit(samples.unfinished()).page.locator("#stale").is_visible()
    assert not visit(samples.failing(3)).page.locator("#stale").is_visible()


def printed(page, folder: Path) -> str:
    """The text of the page on paper."""
    if not shutil.which("pdftotext"):
        lacking("there is no pdftotext")
    page.pdf(path=str(folder / "page.pdf"), format="A4")
    done = subprocess.run(
        ["pdftotext", "-raw", str(folder / "page.pdf"), "-"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_holds_every_gate_and_finding_p56(visit, tmp_path: Path, scripts: bool) -> None:
    card = rich()
    text = printed(visit(card, scripts=scripts).page, tmp_path).replace(" ", "")
    for gate in card.gates:
        for each in (gate.title, gate.detail, *(each.title for each in gate.criteria)):
            assert each.replace(" ", "") in text
        for each in gate.findings:
            assert each.message.replace(" ", "").replace("\n", "") in text
        for each in gate.fixed:
            assert each.message.replace(" ", "") in text
        for each in gate.evidence.executions:
            assert each.version in text
    for each in card.waivers:
        assert each.reason.replace(" ", "") in text
    for each in card.levels:
        assert f"Level{each.level}{each.verdict}" in text
    assert "Exitcode" not in text
    assert text.count(part_samples.DIGEST) == 1  # the policy's
    assert text.count("Numbersofthischart") == 3
    assert text.count("errorsovertime") == 1  # not over its table too


def test_paper_holds_the_load_with_its_charts_p56(visit, tmp_path: Path) -> None:
    text = printed(visit(load_samples.capacity(), scripts=False).page, tmp_path).replace(" ", "")
    for each in ("3,000requestsin60.0s", "believed", "ResponsetimeServicetime", "+42.9%"):
        assert each in text
    for each in ("p50andp95overtime", "baseandcandidate", "memoryovertime", "logarithmic"):
        assert each in text


def test_the_texts_of_a_chart_do_not_cover_each_other(visit) -> None:
    page = unfolded(visit, load_samples.capacity())
    assert page.locator("svg.chart line.limit").count() > 0
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert covering(page) == [], width


def covering(page) -> list[list[str]]:
    """Texts of charts that lie on each other: the title of the chart, and both."""
    return page.evaluate(
        """[...document.querySelectorAll('svg.chart')].flatMap(svg => {
          const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent,
            t.getBoundingClientRect()]).filter(([text]) => text);
          return boxes.flatMap(([a, one], i) => boxes.slice(i + 1)
            .filter(([, b]) => one.left < b.right && b.left < one.right
              && one.top + 3 < b.bottom && b.top + 3 < one.bottom)
            .map(([b]) => [svg.querySelector('title').textContent, a, b]));
        })"""
    )


def test_the_names_of_levels_are_whole_on_paper(visit) -> None:
    page = visit(rich(), viewport={"width": 690, "height": 1000}).page
    page.emulate_media(media="print")
    lefts = page.evaluate(
        "[...document.querySelectorAll('.levels > li')].map(e => e.getBoundingClientRect().left)"
    )
    assert len(lefts) > 1
    assert len(set(lefts)) == 1


def test_what_was_folded_is_folded_again_after_printing(visit, tmp_path: Path) -> None:
    page = visit(samples.failing(140)).page
    before = page.evaluate("document.querySelectorAll('details[open]').length")
    assert "ternary" in printed(page, tmp_path)
    assert page.evaluate("document.querySelectorAll('details[open]').length") == before


def test_every_severity_has_a_word_and_not_only_a_colour(visit) -> None:
    words = set(
        json.loads(
            visit(rich()).page.evaluate(
                "JSON.stringify([...document.querySelectorAll('.rule .badge')]"
                ".map(e => e.textContent))"
            )
        )
    )
    assert words <= {each.value for each in Severity}
    assert "critical" in words
