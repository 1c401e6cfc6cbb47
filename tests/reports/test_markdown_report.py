"""The summary: read by GitHub's own Markdown and by another; within its limit, and nothing acts."""

import re
from html.parser import HTMLParser

import cmarkgfm
import msgspec
import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from gates.core.model import GateStatus, Scorecard
from reports.markdown_report import MOST_BYTES, render
from tests.reports import adopted_samples, many, samples
from tests.reports.hostile import PAYLOADS, every, rich
from tests.reports.unruly import FEW, cards, spoilt

OURS = {
    *("h1", "h2", "h3", "p", "strong", "code", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
# What a code host makes a link, a mention or a command of, wherever it stands outside of code.
ACTING = re.compile(r"@\w|#\d|https?:|www\.|::\w|!\[|[0-9a-f]{40}")


class Page(HTMLParser):
    """The elements of a page, its texts outside of code, and the cells of each row."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.plain: list[str] = []
        self.rows: list[int] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name not in ("align", "start")]
        self._code += tag == "code"
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.plain.append(data)


def by_github(text: str) -> Page:
    page = Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text))
    return page


def by_markdown_it(text: str) -> Page:
    page = Page()
    page.feed(MarkdownIt("commonmark").enable("table").render(text))
    return page


def looked_at(card: Scorecard) -> Page:
    """The page of a summary, after a look at what must hold for every one."""
    data = render(card)
    assert len(data) <= MOST_BYTES
    text = data.decode("utf-8", "strict")
    pages = by_github(text), by_markdown_it(text)
    for page in pages:
        assert set(page.tags) <= OURS
        assert not ACTING.search(" ".join(page.plain))
    assert pages[0].tags == pages[1].tags
    assert pages[0].rows == pages[1].rows
    return pages[0]


@pytest.mark.parametrize(
    "card",
    every(),
)
def test_it_is_markdown_with_whole_tables(card: Scorecard) -> None:
    page = looked_at(card)
    assert page.tags.count("h1") == 1
    assert page.tags.count("tr") >= len(card.gates) + len(card.levels)


def test_the_most_important_comes_first() -> None:
    text = render(samples.failing()).decode()
    order = (
        "# FAIL, 81.25 %: `bookstore`",
        "## Do next",
        "| level |",
        "## Gates",
        "### FAIL: `lint`",
    )
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert text.index("### FAIL: `lint`") < text.index("### FAIL: `contract`")


def test_what_could_not_be_judged_is_as_loud_as_a_failure() -> None:
    text = render(samples.inconclusive()).decode()
    for gate in ("### ERROR: `dependencies`", "### NOT RUN: `headers`", "### PENDING: `sign-off`"):
        assert gate in text
    assert "**Incomplete:**" in render(samples.unfinished()).decode()
    assert "**Partial:**" in render(samples.unfinished()).decode()


def test_waivers_baseline_and_what_is_left_out_are_told() -> None:
    text = render(adopted_samples.adopted()).decode()
    assert "## Waivers" in text
    assert "Not counted: " in text
    assert "Against the baseline" in text
    assert "the service has no examples yet" in render(samples.failing()).decode()


def test_a_hundred_thousand_findings_fit_and_are_counted_p60() -> None:
    gates = [many.gate(tool, 25_000, state=None) for tool in ("ruff", "mypy", "bandit", "x")]
    card = many.card(*gates)
    page = looked_at(card)
    text = render(card).decode()
    assert page.tags.count("tr") > 80
    assert text.count("and 24,980 more") == 4


def test_what_has_no_room_is_counted_at_the_end_p60() -> None:
    """Three hundred gates with as long texts as there can be."""
    every = []
    for number in range(300):
        gate = many.gate("ruff", 20, message="日" * 5_000, path="日" * 900, state=None)
        every.append(msgspec.structs.replace(gate, id=f"gate-{number}"))
    data = render(many.card(*every))
    assert 300_000 < len(data) <= MOST_BYTES
    assert re.search(r"\*\*Cut:\*\* [0-9]+ more parts have no room here", data.decode())
    assert by_github(data.decode()).tags.count("h3") < 300


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_the_run_acts_b51_b52(payload: str) -> None:
    looked_at(spoilt(rich(), payload))


@given(cards())
@FEW
def test_any_text_leaves_the_tables_whole(card: Scorecard) -> None:
    page = looked_at(card)
    fine = (GateStatus.PASS, GateStatus.SKIPPED)
    assert set(page.rows) <= {4, 5, 6}
    assert page.tags.count("h3") == sum(gate.status not in fine for gate in card.gates)


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert render(rich()) == render(rich())
