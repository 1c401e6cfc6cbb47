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
from reports.markdown_text import link, words
from reports.visible import line, safe_url
from tests.reports import adopted_samples, many, samples
from tests.reports.hostile import PAYLOADS, every, rich
from tests.reports.unruly import FEW, cards, spoilt

OURS = {
    *("h1", "h2", "h3", "p", "strong", "code", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
RIGHT = {("align", "right"), ("style", "text-align:right")}  # as either writes it
# What GitHub or GitLab makes a link, a mention, a command, a formula, a footnote, a picture or a
# smiley of, in the text that is left when Markdown was read, wherever it stands outside of code.
ACTING = re.compile(
    r"@|[#!$%&~^]\w|\w[#!$&~^]\w|://|www\.|mailto:|::|!\[|\]\(|\[\^|\[\[|\$|`|<\S|\{|\}|\\|\|"
    r"|\b[0-9a-f]{7,}\b|\b[A-Za-z][A-Za-z0-9_]*-[0-9]|:\w+:|^\s*/\w|\[[ x]\]|\w_|_\w|\w/|/\w",
    re.IGNORECASE,
)


class Page(HTMLParser):
    """Elements of a page, its links and texts, those outside of code, and the cells of each row."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.plain: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.rows: list[int] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {*attrs} <= RIGHT | {each for each in attrs if each[0] in ("start", "href")}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self._code += tag == "code"
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if not self._code:
            self.plain.append(data)

    @property
    def text(self) -> str:
        """All of it, as it is drawn: white space is one space."""
        return " ".join("".join(self.texts).split())


def by_github(text: str) -> Page:
    page = Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text))
    return page


def by_markdown_it(text: str) -> Page:
    page = Page()
    page.feed(MarkdownIt("gfm-like", {"linkify": False}).render(text))
    return page


def looked_at(card: Scorecard) -> Page:
    """The page of a summary, after a look at what must hold for every one."""
    data = render(card)
    assert len(data) <= MOST_BYTES
    text = data.decode("utf-8", "strict")
    pages = by_github(text), by_markdown_it(text)
    for page in pages:
        assert set(page.tags) <= OURS
        assert not [text for text in page.plain if ACTING.search(text)]
        assert all(safe_url(link).startswith("https://") for link in page.links)
    assert pages[0].tags == pages[1].tags
    assert pages[0].rows == pages[1].rows
    assert pages[0].text == pages[1].text
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
        "# FAIL, 81.25 %: bookstore",
        "## Do next",
        "## Levels",
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


# What acts on GitHub or GitLab alone, in the text of a page.
HOSTS = (
    *("@team", "@org/team", "user@", "mail@a.example", "#123", "GH-1", "SHOP-12", "org/shop#1"),
    *("!5", "$5", "%12", '%"name"', "~bug", "&7", "^alert#1", "*iteration:1", "[vulnerability:1]"),
    *("21807f6e5d4c", "org/shop@21807f6"),  # pragma: allowlist secret
    *("1234567", "defaced", "a1b2c3d..d4c3b2a"),  # pragma: allowlist secret
    *("https://a.example", "http://a.example.", "www.a.example", "ftp://a.example", "mailto:a@b.c"),
    *("![x](http://a.example/x.png)", "[x](https://a.example)", "[x][1]", "[1]: http://a.example"),
    *("```\nx\n```", "``", "`a` | b", "| a | b |", "|---|", "\\|", "\\", "a\\`b`"),
    *("$x$", "$`x`$", "$$x$$", "[^1]", "[^1]: x", "[[wiki]]", "[[_TOC_]]", "{+ x +}", "{- x -}"),
    *("<details>", "<b>", "<!-- x -->", "&lt;b&gt;", "&commat;team", "&#64;team", "\\@team"),
    *(":smile:", ":+1:", "- [ ] x", "* x", "+ x", "1. x", "1) x", "12. x", "> x", "# x", "=== x"),
    *("---", "***", "___", "~~x~~", "**x**", "__x__", "_x_", "==x==", "/close", "/assign @a x"),
    *("::include{file=x}", "---\nx: y\n---", "a\n===", "    x", "\tx", "1.0\nverdict=PASS"),
)


@pytest.mark.parametrize("payload", [*PAYLOADS, *HOSTS])
def test_no_text_of_the_run_acts_and_all_of_it_can_be_read_b51_b53(payload: str) -> None:
    page = looked_at(spoilt(rich(), payload))
    shown = " ".join(line(payload).split())
    assert page.text.count(f"Decided by: {shown} Revision {shown}, with changes") == 1
    assert page.text.count(shown) > 150


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3 is not == 0", "3 is not == 0"),
        ("Two words, and (a third): yes!", "Two words, and (a third): yes!"),
        ("lint.errors: 3 of 81.25 % <= 4", "`lint.errors`: 3 of 81.25 % &lt;= 4"),
        ("ask @team about #12 now", "ask `@team` about `#12` now"),
        ("see (src/a.py), line 3", "see (`src/a.py`), line 3"),
        ("until 2026-03-01; don't re-run", "until 2026-03-01; don't re-run"),
        ("x = f(a_b) + g[c]", "x = `f(a_b)` + `g[c]`"),
        ("f(a) b_c g[1] x", "`f(a) b_c g[1] x`"),
        ("größer als 日本", "größer als 日本"),
        ("`os` imported", "`` `os` `` imported"),
        ("1. x", "`1`. x"),
        ("(a.b), f(x). (c", "`(a.b), f(x)`. (c"),
        ("- x", "`-` x"),
        ("a   b\nc", "a `b\\x0ac`"),
        ("", "–"),
    ],
)
def test_words_stay_words_and_all_else_is_code(text: str, shown: str) -> None:
    assert words(text) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.example/x?a=1&copy=2#b", "[`R`](<https://a.example/x?a=1&amp;copy=2#b>)"),
        ("http://a.example", "`R`"),
        ("https://a.example/a b", "`R`"),
        ("https://a.example/>", "`R`"),
        ("https://user@a.example", "`R`"),
        ("javascript:alert(1)", "`R`"),
        ("data:text/html,x", "`R`"),
        ("//a.example", "`R`"),
        ("", "`R`"),
    ],
)
def test_only_a_plain_address_becomes_a_link_b53(address: str, shown: str) -> None:
    assert link("`R`", address) == shown
    assert by_github(shown).links == [address] * (shown != "`R`")


@given(cards())
@FEW
def test_any_text_leaves_the_tables_whole(card: Scorecard) -> None:
    page = looked_at(card)
    fine = (GateStatus.PASS, GateStatus.SKIPPED)
    assert set(page.rows) <= {4, 5, 6}
    assert page.tags.count("h3") == sum(gate.status not in fine for gate in card.gates)


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert render(rich()) == render(rich())
