"""B46 to B54 and P31 in a real browser: findings that are awkward to show, on one page."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gates.core.model import Execution, Finding, Severity
from reports.html_report import render
from reports.visible import LONGEST, block, line
from tests.browser.conftest import Visit
from tests.reports import many
from tests.reports.hostile import MARK

MIB = 2**20
NAMES = (
    "src/two\nlines.py",
    "src/::error::x.py",
    "src/\x1b]8;;http://127.0.0.1:9/\x07.py",
    "src/<script>window.__pwned=1</script>.py",
    "../../outside.py",
    f"src/{'n' * 250}.py",
    "src/caf\udce9.py",  # bytes that are no UTF-8
)
ELSEWHERE = ("/etc/passwd", "//127.0.0.1:9/x.py", "file:///etc/passwd", "C:\\service\\a.py")
MESSAGES = {
    "b46": f"</script><img src=x onerror={MARK}>",
    "b48": "long " * MIB,
    "b51": "@team ![](http://127.0.0.1:9/x) ``` | **b** [a](http://127.0.0.1:9/)",
    "b52": "{{7*7}} {% raw %} ${7*7}",
}
ADDRESSES = (f"javascript:{MARK}", f"data:text/html,<script>{MARK}</script>", "//127.0.0.1:9/")


def found(number: int, **more: str) -> Finding:
    """One finding with a fingerprint of its own, of a rule of its own."""
    return many.finding("lint", number, rule=f"T{number}", **more)


def findings() -> Iterator[Finding]:
    """What is awkward, each once."""
    yield from (found(100 + n, path=path) for n, path in enumerate((*NAMES, *ELSEWHERE)))
    yield from (found(200 + n, message=text) for n, text in enumerate(MESSAGES.values()))
    yield from (found(300 + n, url=address) for n, address in enumerate(ADDRESSES))


@pytest.fixture(scope="module")
def seen(browser, tmp_path_factory) -> Iterator[Visit]:
    """The page with all of them, opened once and unfolded."""
    every = tuple(findings())
    gate = many.gate("lint", 0)
    run = Execution(tool="lint", version="1.0\nverdict=PASS", argv=("lint",), exit_code=1)
    evidence = msgspec.structs.replace(gate.evidence, executions=(run,))
    gate = msgspec.structs.replace(
        gate, status="FAIL", findings=every, findings_total=len(every), evidence=evidence
    )
    path: Path = tmp_path_factory.mktemp("awkward") / "scorecard.html"
    path.write_bytes(render(many.card(gate)))
    context = browser.new_context()
    visit = Visit(context, path.as_uri())
    visit.page.locator("#open-all").click()
    yield visit
    context.close()


def texts(seen: Visit, selector: str) -> list[str]:
    """What is read in the elements that a selector names."""
    return seen.page.locator(selector).all_text_contents()


@pytest.mark.parametrize("row", ["b46", "b51", "b52"])
def test_a_message_is_the_text_that_it_is_b46_b51_b52(seen: Visit, row: str) -> None:
    assert block(MESSAGES[row]) in texts(seen, ".message")
    assert seen.page.locator(".message img, .message a, .message script").count() == 0


@pytest.mark.parametrize("index", range(len(NAMES)))
def test_a_name_of_a_file_is_one_line_and_its_link_leads_there_b47(seen: Visit, index: int) -> None:
    item = seen.page.locator(f"#gate-lint-{found(100 + index).fingerprint}")
    shown = line(f"{NAMES[index]}:{found(100 + index).line}", 1000)
    assert item.locator(".place").text_content() == shown
    item.locator("a.place").click()
    assert "sought" in (item.get_attribute("class") or "")
    assert seen.page.url == f"{seen.address}#gate-lint-{found(100 + index).fingerprint}"


def test_a_message_of_five_megabytes_is_cut_with_a_mark_b48(seen: Visit) -> None:
    [shown] = [text for text in texts(seen, ".message") if text.startswith("long long")]
    assert len(shown) < LONGEST + 60
    assert shown.endswith(f"[cut: {len(MESSAGES['b48']) - LONGEST:,} more characters]")


def test_no_place_leads_out_of_the_page_b49(seen: Visit) -> None:
    shown = texts(seen, ".place")
    assert all(any(text.startswith(path) for text in shown) for path in ELSEWHERE)
    links = "[...document.querySelectorAll('.findings a')].map(e => e.getAttribute('href'))"
    assert all(each.startswith("#") for each in seen.page.evaluate(links))


def test_an_address_that_acts_is_no_link_b53(seen: Visit) -> None:
    told = " ".join(texts(seen, ".rule .inside > p"))
    assert told.count("Address not linked:") == len(ADDRESSES)
    links = "[...document.querySelectorAll('a')].map(e => e.protocol)"
    assert set(seen.page.evaluate(links)) == {"file:"}  # within the page, and to what lies beside


def test_a_version_of_two_lines_is_one_b54(seen: Visit) -> None:
    assert "lint 1.0\\x0averdict=PASS" in texts(seen, ".run h4")
    assert (seen.page.locator(".verdict .word").text_content() or "").startswith("FAIL")


def test_nothing_of_it_has_run_or_asked(seen: Visit) -> None:
    assert seen.page.evaluate("window.__pwned") is None
    assert {address.partition("#")[0] for address in seen.requests} == {seen.address}
    assert (seen.errors, seen.console) == ([], [])


def test_a_hundred_thousand_findings_of_one_rule_are_counted_and_found_p31_b50(visit) -> None:
    card = many.card(many.gate("lint", 100_000, rule="R1", severity=Severity.HIGH, state=None))
    page = render(card)
    assert len(page) <= 15 * MIB
    shown = visit(page).page
    assert shown.locator("details.rule").count() == 1
    count = shown.locator("details.rule .count").text_content() or ""
    assert count.startswith("100,000 findings")
    shown.locator("#filter-text").fill("argument 99999 has")
    assert shown.locator("#filter-told").inner_text() == "1 of 1 gate, 1 finding"
    assert "Argument 99999 has" in shown.locator(".findings > li.found").inner_text()
