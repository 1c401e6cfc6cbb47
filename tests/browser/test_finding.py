"""Finding something on the page: search, filters, order, links, and what it had no room for."""

import msgspec
import pytest

from gates.core.model import Scorecard, Severity
from tests.reports import adopted_samples, samples
from tests.reports.hostile import MARK

ROWS = ".findings > li:not(.out)"


def told(page) -> str:
    return page.locator("#filter-told").inner_text()


def fields(text: str, card: Scorecard) -> int:
    """In how many findings a text stands, by what is read of them."""
    return sum(
        text in f"{each.rule} {each.path}:{each.line} {each.message} {each.fingerprint}".lower()
        for gate in card.gates
        for each in gate.findings
    )


@pytest.fixture
def large() -> Scorecard:
    """More findings than the page has elements for."""
    return samples.failing(3_000)


def test_the_search_sees_every_finding_also_those_without_an_element(visit, large) -> None:
    seen = visit(large)
    page = seen.page
    assert "Showing 2,000 of 3,004 findings" in page.locator("main").inner_text()
    assert "The others are found by the search" in page.locator("main").inner_text()
    for text in ("module_42.py", "catalogue/module_7", large.gates[3].findings[2_777].fingerprint):
        page.locator("#filter-text").fill(text)
        assert told(page).endswith(f"{fields(text, large):,} finding" + "s" * (text[0] in "mc"))
        shown = page.locator(f"{ROWS}:visible").all_text_contents()
        assert shown
        assert all(text[:12] in each for each in shown)
    page.keyboard.press("Escape")
    assert page.locator(".findings > li.found").count() == 0
    assert told(page) == ""
    assert seen.errors == []


def test_the_end_of_a_rule_offers_the_others(visit, large) -> None:
    page = visit(large).page
    rule = page.locator("#gate-lint-counted-ruff-sim108")
    total = int(rule.get_attribute("data-total"))
    rule.locator("summary").click()
    button = rule.locator("button.more")
    before = rule.locator("li").count()
    assert button.inner_text() == f"Show 100 more of {total - before} findings"
    button.click()
    assert rule.locator("li").count() == before + 100
    while button.count():
        button.click()
    names = rule.locator("li .digest").all_text_contents()
    assert len(names) == len(set(names)) == total


def test_a_link_to_a_finding_without_an_element_makes_it(visit, large) -> None:
    seen = visit(large)
    elements = set(seen.page.evaluate("[...document.querySelectorAll('li[id]')].map(e => e.id)"))
    name = next(
        each.fingerprint
        for each in large.gates[3].findings
        if f"gate-lint-{each.fingerprint}" not in elements
    )
    seen.page.goto(f"{seen.address}#gate-lint-{name}")
    item = seen.page.locator(f"#gate-lint-{name}")
    item.wait_for(state="visible")
    assert (item.locator(".digest").text_content() or "").endswith(name[:12])
    near = f"document.getElementById('gate-lint-{name}').getBoundingClientRect().top < innerHeight"
    seen.page.wait_for_function(near)
    assert not seen.page.locator("#missing").is_visible()


def test_a_link_survives_a_run_that_found_something_else_too(visit) -> None:
    first, second = samples.failing(20), samples.failing(60)
    name = first.gates[3].findings[7].fingerprint
    for card in (first, second):
        seen = visit(card)
        seen.page.goto(f"{seen.address}#gate-lint-{name}")
        seen.page.locator(f"#gate-lint-{name}").wait_for(state="visible")


def test_a_link_to_what_is_gone_says_so(visit) -> None:
    seen = visit(samples.failing(3))
    for hash in ("gate-lint-0000000000000000", f"<img src=x onerror={MARK}>", "%E0%A4%A"):
        seen.page.goto(f"{seen.address}#{hash}")
    notice = seen.page.locator("#missing")
    notice.wait_for(state="visible")
    assert "Nothing on this page has the address" in notice.inner_text()
    assert seen.page.evaluate("window.__pwned") is None
    assert seen.errors == []


def test_findings_are_chosen_by_how_they_stand(visit) -> None:
    card = adopted_samples.adopted()
    page = visit(card).page
    every = [each for gate in card.gates for each in gate.findings]
    expected = {
        "counted": sum(not each.excused for each in every),
        "new": sum(each.state == "new" and not each.excused for each in every),
        "waived": sum(bool(each.waiver) for each in every),
        "fixed": sum(len(gate.fixed) for gate in card.gates),
    }
    assert all(expected.values())
    for kind, count in expected.items():
        page.locator("#filter-kind").select_option(kind)
        assert told(page).endswith(f", {count} findings"), kind
        assert page.locator(f"{ROWS}:visible").count() == count, kind


def test_findings_are_chosen_by_severity_together_with_the_search(visit) -> None:
    card = samples.failing(50)
    page = visit(card).page
    page.locator("#filter-severity").select_option("1")
    grave = (Severity.CRITICAL, Severity.HIGH)
    count = sum(each.severity in grave for gate in card.gates for each in gate.findings)
    assert told(page).endswith(f", {count} findings")
    page.locator("#filter-text").fill("b006")
    assert told(page).startswith("1 of 7 gates, ")
    page.locator("#filter-severity").select_option("0")
    assert told(page) == "0 of 7 gates, 0 findings"


@pytest.mark.parametrize(
    ("state", "count"), [("all", 7), ("open", 4), ("FAIL", 4), ("PASS", 3), ("SKIPPED", 0)]
)
def test_gates_are_chosen_by_their_state(visit, state: str, count: int) -> None:
    page = visit(samples.failing(3)).page
    page.locator("#filter-state").select_option(state)
    assert page.locator(".gate:visible").count() == count


def test_a_count_at_the_top_shows_the_gates_that_it_counts(visit) -> None:
    page = visit(samples.failing(3)).page
    page.locator(".tally a", has_text="FAIL").click()
    page.locator("#gate-lint").wait_for(state="visible")
    assert page.locator(".gate:visible").count() == 4
    assert told(page).startswith("4 of 7 gates")
    page.locator("#filter-state").select_option("all")
    assert page.locator(".gate:visible").count() == 7


def test_what_the_search_unfolds_is_folded_again(visit) -> None:
    page = visit(samples.failing(140)).page
    opened = "[...document.querySelectorAll('main details')].map(e => e.open)"
    before = page.evaluate(opened)
    page.locator("#filter-text").fill("module")
    assert page.evaluate(opened) != before
    page.locator("#filter-text").fill("")
    assert page.evaluate(opened) == before


def test_rules_are_put_in_order_and_back(visit) -> None:
    page = visit(samples.failing(140)).page
    rules = "[...document.querySelectorAll('#gate-lint details.rule')].map(e => e.id)"
    worst = page.evaluate(rules)
    page.locator("#order").select_option("most")
    totals = page.evaluate(
        "[...document.querySelectorAll('#gate-lint details.rule')].map(e => +e.dataset.total)"
    )
    assert totals == sorted(totals, reverse=True)
    assert page.evaluate(rules) != worst
    page.locator("#order").select_option("rule")
    assert page.evaluate(rules) == sorted(worst)
    page.locator("#order").select_option("worst")
    assert page.evaluate(rules) == worst


def test_the_overview_is_sorted_by_its_heads(visit) -> None:
    page = visit(samples.failing(9)).page
    names = "[...document.querySelectorAll('.overview tbody th')].map(e => e.textContent)"
    before = page.evaluate(names)
    head = page.locator(".overview th", has_text="Gate")
    head.locator("button").click()
    assert page.evaluate(names) == sorted(before)
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").press("Enter")
    assert page.evaluate(names) == sorted(before, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    page.locator(".overview th button", has_text="Findings").click()
    assert page.evaluate(names)[0] == "Lint"
    assert head.get_attribute("aria-sort") is None


def test_commands_and_fixes_can_be_copied(visit) -> None:
    card = samples.failing(3)
    command = "gatescore run --gate lint"
    card = msgspec.structs.replace(card, next_steps=(f"lint: broken — mend; then: {command}",))
    page = visit(card, permissions=["clipboard-read", "clipboard-write"]).page
    page.locator(".steps .copy").click()
    page.locator(".steps .copy:has-text('Copied')").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == command
    fix = page.locator(".rule .fix").first
    fix.locator(".copy").click()
    fix.locator(".copy:has-text('Copied')").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == fix.locator(".said").inner_text()


def test_no_step_is_lost_when_there_are_many(visit) -> None:
    steps = tuple(f"step {index}" for index in range(30))
    card = msgspec.structs.replace(samples.failing(3), next_steps=steps)
    page = visit(card, scripts=False).page
    assert page.locator(".steps li:visible").count() == 7
    page.locator("summary:has-text('23 more steps')").click()
    assert page.locator(".steps li:visible").count() == 30
    assert page.locator("ol.steps").nth(1).get_attribute("start") == "8"
