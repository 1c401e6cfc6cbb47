"""The findings that do not fit: none is lost, none is twice, and the page stays small."""

import json
import re

import msgspec
import pytest

from gates.core.model import Finding, FindingState, GateResult, GateStatus, Scorecard, Verdict
from reports.groups import MOST_FINDINGS
from reports.html_report import render
from reports.island import island_of
from reports.page import page
from tests.reports import adopted_samples, samples
from tests.reports.hostile import PAYLOADS, poisoned
from tests.reports.markup import Page
from tests.reports.part_samples import lint_finding


def many(count: int, **more: object) -> Scorecard:
    """A scorecard with so many findings of one gate; `more` overrides their fields."""
    made = (
        msgspec.structs.replace(lint_finding(index), metric="lint.errors", **more)
        for index in range(count)
    )
    findings = tuple(made)
    gate = GateResult(
        id="lint",
        title="Lint",
        level=1,
        status=GateStatus.FAIL,
        findings=findings,
        findings_total=count,
    )
    return samples.scorecard((gate,), Verdict.FAIL, "why")


def data_of(card: Scorecard) -> dict[str, list]:
    found = Page(render(card).decode())
    return json.loads(found.raw["data"])


def test_every_finding_is_on_the_page_or_in_its_data_and_only_once() -> None:
    card = many(5_000)
    data = data_of(card)
    shown = re.findall(r'<li id="gate-lint-([0-9a-f]{16})"', render(card).decode())
    further = [row[3] for _, _, _, rows in data["rules"] for row in rows]
    assert len(shown) == MOST_FINDINGS
    assert sorted(shown + further) == sorted(each.fingerprint for each in card.gates[0].findings)


def test_a_row_says_what_the_element_would() -> None:
    card = many(2_001)
    [(anchor, gate, waives, [row])] = data_of(card)["rules"]
    last = next(each for each in card.gates[0].findings if each.fingerprint == row[3])
    assert (gate, waives) == ("gate-lint", True)
    assert anchor == f"gate-lint-counted-ruff-{last.rule.lower()}"
    assert f'id="{anchor}"' in render(card).decode()
    assert data_of(card)["paths"][row[0]] == last.path
    assert (row[1], row[2]) == (last.line, last.message)


def test_what_the_group_does_not_say_once_is_in_the_row() -> None:
    card = many(2_001)
    findings = tuple(
        msgspec.structs.replace(
            each,
            rule="one",
            fix=f"mend {index}",
            reproduce=f"run {index}",
            state=FindingState.NEW if index % 2 else FindingState.OLD,
            label="FLAKY",
            metric="",
        )
        for index, each in enumerate(card.gates[0].findings)
    )
    gate = msgspec.structs.replace(card.gates[0], findings=findings)
    [(_, _, _, rows)] = data_of(msgspec.structs.replace(card, gates=(gate,)))["rules"]
    told = rows[0][4]
    assert re.fullmatch(r"mend \d+", told["fix"])
    assert re.fullmatch(r"run \d+", told["run"])
    assert told["state"] in ("new", "old")
    assert told["label"] == "FLAKY"
    assert told["stays"] is True


def test_small_pages_have_no_data() -> None:
    assert "data" not in Page(render(many(2_000)).decode()).raw
    assert island_of(()) is None


@pytest.mark.parametrize("message", ["", "short", "long " * 800, "<&\"'>" * 800, "漢" * 3000])
@pytest.mark.parametrize(("count", "most"), [(10_000, 3_000_000), (40_000, 7_000_000)])
def test_the_page_stays_small_b50(count: int, most: int, message: str) -> None:
    assert len(render(many(count, message=message))) <= most


def test_a_cut_text_says_so() -> None:
    rows = [
        row for _, _, _, rows in data_of(many(9_000, message="x" * 4_000))["rules"] for row in rows
    ]
    assert all(row[2].endswith(" …") for row in rows)
    assert all(len(row[2]) >= 20 for row in rows)


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), 8))
def test_no_payload_leaves_the_data_p53(first: int) -> None:
    """Eight at once: the page is large."""
    payload = " ".join(PAYLOADS[first : first + 8])
    raw = render(poisoned(many(2_003), payload)).decode("utf-8", "strict")
    found = Page(raw)
    assert found.unbalanced == []
    assert found.elements.count("script") == 2
    written = raw[raw.index('id="further">') :].partition("</script>")[0]
    assert not set(written[len('id="further">') :]) & set("<>&'")
    assert len([row for *_, rows in json.loads(found.raw["data"])["rules"] for row in rows]) == 3


def test_known_findings_have_their_own_rows() -> None:
    lint = adopted_samples.adopted_lint(4_000)
    card = samples.scorecard((lint,), Verdict.FAIL, "why")
    kinds = {anchor.split("-")[2] for anchor, *_ in data_of(card)["rules"]}
    assert kinds == {"known"}
    assert all(not waives for _, _, waives, _ in data_of(card)["rules"])
    known = sum(each.excused and not each.waiver for each in lint.findings)
    assert page(card).island.count == known - 300


def test_what_has_no_path_or_name_is_kept_too() -> None:
    bare = [Finding(tool="t", rule="r", severity="low", message=f"m{i}") for i in range(2_002)]
    gate = GateResult(id="g", title="G", level=1, findings=tuple(bare), findings_total=2_002)
    data = data_of(samples.scorecard((gate,), Verdict.FAIL, "why"))
    assert data["paths"] == [""]
    assert [row[3] for row in data["rules"][0][3]] == ["", ""]
