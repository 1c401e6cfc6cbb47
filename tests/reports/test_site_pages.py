"""The pages of the site: what they tell, what they may do, and that hostile texts are texts."""

import re
from datetime import timedelta

import msgspec
import pytest

from reports.recorded import Term
from reports.site_html import index, page
from reports.site_names import OURS, file_name
from reports.site_story import main_branch, service, worst_first
from tests.reports import hostile, samples
from tests.reports.lines import NOON, run
from tests.reports.markup import Page
from tests.reports.site_samples import NOW, TERMS, every, nights, orders

DAY = timedelta(days=1)


def text(data: bytes) -> str:
    """What a page shows: every element a word, white space made one."""
    spaced = re.sub(r"(?=<(?:td|th|li|p|div|dd|dt|h3|/h3)\b)", " ", data.decode())
    return re.sub(r"\s+", " ", Page(spaced).text)


def test_the_first_page_tells_of_each_service_what_needs_somebody() -> None:
    said = text(index(every(), NOW))
    assert said.index("search") < said.index("billing") < said.index("orders")
    for words in (
        "orders team-checkout WARN 100 % 3 h",
        "L1 PASS L2 WARN L3 WARN",
        "1 run missing 1 run did not end flaky: load load.p95 breaks in about",
        "search FAIL 71.5 % 3 h",
        "11 d STALE",
        "10 runs missing",
        "empty no verdict",
    ):
        assert words in said


def test_the_page_of_a_service_tells_what_happened() -> None:
    said = text(page(orders(), {}, {}, NOW))
    for words in (
        "1 nightly run missing between 2026-02-11T12:00:00Z and 2026-02-13T12:00:00Z",
        "2026-02-15 12:00 r036 never ended: it was killed, or its machine was",
        "load changed twice at aaaaaaaaaaaa where nothing else did: PASS, FAIL, PASS",
        "load.p95: breaks in about",
        "Time to green median 24 h 0 min over 3 times",
        "main · nightly 38 runs, 32 passed, 5 not passed, 1 did not end, 1 missing; 2 earlier runs",
        "feature/checkout · ci 12 runs, 7 passed, 5 not passed",
        "holds no longer: contract",
        "holds again: load",
        "4 more gates passed in all of these runs: lint, types, security, tests",
    ):
        assert words in said, words


def test_a_run_leads_to_its_scorecard_where_there_is_one() -> None:
    one = orders()
    links = {one.runs[-1].digest: "r040-0123456789abcdef.html"}
    found = Page(page(one, {}, links, NOW).decode()).values("href")
    assert "../runs/r040-0123456789abcdef.html" in found
    assert all(re.match(r"#|\.\./index\.html$|\.\./runs/", each) for each in found)


def test_every_link_on_a_page_leads_somewhere() -> None:
    seen = Page(page(orders(), {}, {}, NOW).decode())
    ids = seen.values("id")
    assert len(ids) == len(set(ids))
    listed = {each[1:] for each in seen.values("href") if each.startswith("#")}
    assert listed <= set(ids)


def test_findings_that_came_and_went_are_told_where_both_scorecards_are_there() -> None:
    one = orders()
    before, after = one.alike[-2:]
    cards = {before.digest: samples.passing(), after.digest: samples.failing(12)}
    said = text(page(one, cards, {}, NOW))
    assert "12 new, 0 fixed" in said
    assert f"7 more: gatescore diff {before.run} {after.run}" in said


def test_b59_a_scorecard_of_a_newer_version_is_a_word_on_the_page() -> None:
    one = orders()
    before, after = one.alike[-3:-1]
    cards = {before.digest: samples.passing(), after.digest: "is of version 2: install a newer one"}
    assert "is of version 2: install a newer one" in text(page(one, cards, {}, NOW))


@pytest.mark.parametrize("data", [index(every(), NOW), *(page(s, {}, {}, NOW) for s in every())])
def test_p54_pages_need_no_script_no_inline_style_and_no_network(data: bytes) -> None:
    seen = Page(data.decode())
    assert seen.unbalanced == []
    assert not {"script", "iframe", "object", "link", "img", "form"} & set(seen.elements)
    assert not [name for _, name, _ in seen.attributes if name == "style" or name.startswith("on")]
    assert "http" not in "".join(seen.values("href") + seen.values("src"))
    (policy,) = [value for value in seen.values("content") if "default-src" in value]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_same_data_and_time_give_the_same_bytes() -> None:
    assert index(every(), NOW) == index(every(), NOW)
    assert page(orders(), {}, {}, NOW) == page(orders(), {}, {}, NOW)
    assert index(every(), NOW) != index(every(), NOW + DAY)


@pytest.mark.parametrize("payload", hostile.PAYLOADS[::4])
def test_p53_hostile_texts_of_the_history_are_texts(payload: str) -> None:
    runs = [
        hostile.poisoned(msgspec.structs.replace(one, started_at="", ended_at=""), payload)
        for one in nights()
    ]
    timed = [
        msgspec.structs.replace(bad, started_at=one.started_at, ended_at=one.ended_at)
        for bad, one in zip(runs, nights(), strict=True)
    ]
    terms = {name: hostile.poisoned(term, payload) for name, term in TERMS.items()}
    bad = service(payload, timed, terms, NOW, payload)
    cards = {one.digest: hostile.poisoned(samples.failing(3), payload) for one in bad.alike[-2:]}
    clean = [index(every(), NOW), page(orders(), {}, {}, NOW)]
    known = {name for data in clean for _, name, _ in Page(data.decode()).attributes}
    for data in (index([bad], NOW), page(bad, cards, {}, NOW), page(bad, {}, {}, NOW)):
        seen = Page(data.decode())
        assert not {"script", "iframe", "img"} & set(seen.elements)
        assert {name for _, name, _ in seen.attributes} <= known
        assert seen.unbalanced == []


NAMES = ("", ".", "..", "../../etc/passwd", "a/b", "a" * 255, "a" * 256, "<script>", "con", "Köln")
MORE = ("koln", "KÖLN", "服务", "服務", "\u202egnp", "a b", "a-b", "a.b", "-", "--", "\0", "\ud800")


def test_names_of_services_give_safe_file_names_and_no_two_the_same() -> None:
    found = [file_name(name) for name in (*NAMES, *MORE)]
    assert all(OURS.fullmatch(name) for name in found)
    assert len({name.casefold() for name in found}) == len(found)
    assert max(map(len, found)) <= 64
    assert file_name("a", "b") != file_name("a")


def test_the_main_branch_is_that_of_the_nights_else_a_usual_one() -> None:
    assert main_branch([run(0, branch="x"), run(1, branch="mine", profile="ci")]) == "x"
    mine = [run(n, branch=name, profile="ci") for n, name in enumerate(("main", "mine"))]
    assert main_branch(mine) == "main"
    assert main_branch(mine[1:]) == "mine"
    assert main_branch([]) == ""


@pytest.mark.parametrize(("hours", "stale"), [(26, ""), (26.1, "STALE: valid until")])
def test_p52_a_verdict_of_the_night_before_last_is_stale(hours: float, stale: str) -> None:
    now = NOON + timedelta(days=4, hours=hours)
    one = service("shop", [run(n) for n in range(5)], {}, now)
    assert one.stale.startswith(stale)
    assert bool(one.stale) is bool(stale)
    assert ("STALE" in text(index([one], now))) is bool(stale)


def test_p33_a_run_of_the_future_is_no_verdict_of_now_and_is_told() -> None:
    one = service("shop", [run(0), run(400, verdict="FAIL")], {}, NOON)
    assert (one.verdict, one.age_s, one.now) == ("PASS", 0.0, run(0))
    assert "r400 is of the future" in text(page(one, {}, {}, NOON))
    assert "1 run of the future" in text(index([one], NOON))


def test_what_fails_is_first_then_what_nobody_knows_or_is_stale() -> None:
    order = [one.name for one in worst_first(every())]
    assert order == ["search", "billing-of-everything-else", "empty", "orders", "inventory"]


def test_numbers_that_cannot_be_drawn_are_left_out() -> None:
    bad = [run(n, values={"load.p95": float("nan")}, score=float("inf")) for n in range(12)]
    one = service("shop", bad, {"load.p95": Term("load", "<= 200", "ms", "p95")}, NOON)
    assert b"nan," not in page(one, {}, {}, NOON)
