"""The page: complete, in order, deterministic, small, and deaf to whatever its data says."""

import base64
import hashlib
import re
from pathlib import Path

import msgspec
import pytest

from gates.core.model import (
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Status,
    Verdict,
)
from reports import html_report
from reports.groups import MOST, MOST_FINDINGS
from reports.html_report import render
from reports.page import page
from reports.visible import block, line
from tests.reports import adopted_samples, part_samples, samples
from tests.reports.hostile import PAYLOADS, poisoned, rich
from tests.reports.markup import Page

TEMPLATES = Path(html_report.__file__).parent / "templates"


def shown(card: Scorecard) -> Page:
    return Page(render(card).decode())


CARDS = {
    "passing": samples.passing(),
    "failing": samples.failing(),
    "inconclusive": samples.inconclusive(),
    "unfinished": samples.unfinished(),
    "adopted": adopted_samples.adopted(),
    "rich": rich(),
    "empty": samples.scorecard((), Verdict.INCONCLUSIVE, "nothing was planned"),
}


@pytest.mark.parametrize("name", CARDS)
def test_every_element_is_closed_and_every_anchor_is_unique(name: str) -> None:
    found = shown(CARDS[name])
    assert found.unbalanced == []
    anchors = found.values("id")
    assert len(anchors) == len(set(anchors))
    targets = {each[1:] for each in found.values("href") if each.startswith("#")}
    assert targets <= set(anchors)


@pytest.mark.parametrize("name", CARDS)
def test_every_gate_criterion_finding_and_reason_is_told(name: str) -> None:
    card = CARDS[name]
    text = shown(card).text
    for gate in card.gates:
        assert gate.id in text
        assert gate.status.replace("_", " ") in text
        if gate.status is not GateStatus.PASS:
            assert (gate.criteria and gate.criteria[0].decided_by in text) or gate.detail in text
        for criterion in gate.criteria:
            assert criterion.title in text
            assert criterion.decided_by.removeprefix("not run: ") in text
            assert criterion.passes in text
        for finding in gate.findings:
            assert finding.message in text
            assert finding.rule in text
            assert finding.fix in text
            assert finding.reproduce in text
            assert (f"{finding.path}:{finding.line}" if finding.line else finding.path) in text
            assert all(each in text for each in (finding.label, finding.origin, finding.waiver))
            assert all(each in text for each in finding.witnesses)
            assert finding.fingerprint[:12] in text
        for gone in gate.fixed:
            assert gone.message in text
            assert gone.path in text
        for execution in gate.evidence.executions:
            assert " ".join(execution.argv) in text
            assert execution.version in text
            assert all(digest in text for digest in execution.digests.values())
            assert execution.stderr_tail in text
        for note in (*gate.evidence.notes, *gate.awaiting):
            assert note in text
    for use in card.waivers:
        for each in (use.id, use.kind, use.scope, use.reason, use.owner, use.expires):
            assert each in text
    assert all(each in text for each in card.notices)


def test_the_verdict_and_what_to_do_come_first() -> None:
    card = samples.failing()
    text = shown(card).text
    order = [text.index(each) for each in (card.decided_by, "Do next", "Levels", "All gates")]
    assert order == sorted(order)
    assert text.index(card.run.id) > text.index("Level 2", text.index("All gates"))


def test_failures_come_first_in_their_level_and_are_open() -> None:
    raw = render(rich()).decode()
    level_1 = raw[raw.index('<h2 id="level-1">') : raw.index('<h2 id="level-2">')]
    states = re.findall(r'data-state="([A-Z_]+)"( open)?', level_1)
    assert [state for state, _ in states][:5] == [*["FAIL"] * 4, "ERROR"]
    assert all(bool(is_open) == (state != "PASS") for state, is_open in states)


def test_what_is_missing_is_said() -> None:
    unfinished = shown(samples.unfinished()).text
    assert "Incomplete run3 gates of 4 did not run" in unfinished
    assert "Partial run" in unfinished
    whole = shown(samples.passing()).text
    assert "Incomplete run" not in whole
    assert "Partial run" not in whole
    assert "the service speaks gRPC only" in shown(samples.inconclusive()).text
    assert "administrator signs this commit" in shown(samples.inconclusive()).text


def test_the_end_of_validity_is_always_readable_p52() -> None:
    found = shown(samples.unfinished())
    assert found.values("data-until") == ["2020-01-01T00:00:00Z"]
    assert "Valid until2020-01-01 00:00 UTC" in found.text


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert render(samples.failing()) == render(samples.failing())


def test_only_the_end_of_the_page_differs_between_runs_of_the_same_inputs() -> None:
    card = samples.failing()
    other = msgspec.structs.replace(card, run=msgspec.structs.replace(card.run, id="another"))
    first, second = render(card).decode(), render(other).decode()
    end = first.index("<footer>")
    assert first[:end] == second[:end]
    assert first != second


def test_the_content_policy_comes_first_and_fits_the_page() -> None:
    raw = render(samples.failing()).decode()
    found = Page(raw)
    head = raw[raw.index("<head>") + len("<head>") :].lstrip()
    assert head.startswith('<meta http-equiv="Content-Security-Policy"')
    [policy] = [v for tag, name, v in found.attributes if tag == "meta" and "default-src" in v]
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(found.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "img-src data:"):
        assert part in policy
    assert "unsafe" not in policy
    assert raw.index("<meta charset") < 1024


@pytest.mark.parametrize("name", CARDS)
def test_no_style_attribute_no_handler_no_foreign_source(name: str) -> None:
    found = shown(CARDS[name])
    for tag, attribute, value in found.attributes:
        assert attribute != "style", tag
        assert not attribute.startswith("on"), (tag, attribute)
        assert attribute not in ("src", "srcset", "action", "background", "poster"), (tag, value)
        if attribute == "href":
            assert value.startswith(("#", "https://docs.example/", "results/")), value
    assert set(found.elements) & {"img", "iframe", "object", "embed", "form", "link"} == set()
    assert found.elements.count("script") == 1  # and one with data, where findings do not fit
    assert found.elements.count("style") == 1


def test_a_link_leads_out_only_to_a_plain_address_b53() -> None:
    raw = render(samples.inconclusive()).decode()
    assert "javascript:alert(1)" in raw
    assert 'href="javascript' not in raw
    links = re.findall(r'<a href="https[^>]*>', render(samples.failing()).decode())
    assert links
    assert all('rel="noopener noreferrer"' in each for each in links)


PLAIN = shown(poisoned(rich(), "plain text"))
PLAIN_LINES = shown(poisoned(rich(), "plain text\nplain"))  # such a detail gets a block of its own


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_an_element_or_attribute_p53(payload: str) -> None:
    raw = render(poisoned(rich(), payload)).decode()
    found = Page(raw)
    assert found.unbalanced == []
    harmless = PLAIN_LINES if "\n" in payload.strip() else PLAIN
    assert found.elements == harmless.elements
    assert [each[:2] for each in found.attributes] == [each[:2] for each in harmless.attributes]
    assert found.raw == harmless.raw
    assert block(payload).strip("\n") in found.text or line(payload) in found.text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_letter_that_acts_is_written_b10(payload: str) -> None:
    text = render(poisoned(rich(), payload)).decode("utf-8", "strict")
    assert all(letter in "\n\t" or letter.isprintable() for letter in text)


@pytest.mark.parametrize("payload", ["{{7*7}}", "{% raw %}", "{# x #}"])  # no longer: names are cut
def test_templates_are_text_to_us_b52(payload: str) -> None:
    text = shown(poisoned(rich(), payload)).text
    assert payload in text
    assert text.replace(payload, "plain text") == PLAIN.text


def test_the_templates_keep_the_rules_that_make_them_safe() -> None:
    for path in (entry for entry in TEMPLATES.iterdir() if entry.is_file()):
        text = path.read_text("utf-8")
        assert not re.search(r"\|\s*safe\b|Markup|autoescape", text), path.name
        assert not re.search(r"=\s*\{\{", text), f"{path.name}: an attribute without quotes"
        if path.suffix == ".css":
            assert "url(" not in text
            assert "@import" not in text
    for path in TEMPLATES.glob("*.js"):
        script = path.read_text("utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval",
            "Function(",
        ):
            assert word not in script, path.name
    for path in TEMPLATES.parent.glob("*.py"):
        text = path.read_text("utf-8")
        assert "Markup" not in text.replace("make markup", ""), path.name
        assert "Template(" not in text, path.name


def unseen(detail: str, decided_by: str, status: GateStatus = GateStatus.ERROR) -> Scorecard:
    criteria = tuple(
        part_samples.criterion(
            f"g.{index}", "C", Status.NO_DATA, decided_by, detail=detail, fix="Mend it."
        )
        for index in range(3)
    )
    gate = GateResult(id="g", title="G", level=1, status=status, detail=detail, criteria=criteria)
    return samples.scorecard((gate,), Verdict.INCONCLUSIVE, "why")


@pytest.mark.parametrize(
    ("status", "decided_by"),
    [
        (GateStatus.ERROR, "the tool broke"),
        (GateStatus.NOT_RUN, "not run: the tool broke\n  first\n  second"),
    ],
)
def test_lines_of_a_detail_are_shown_once_as_lines(status: GateStatus, decided_by: str) -> None:
    raw = render(unseen("the tool broke\n  first\n  second", decided_by, status)).decode()
    assert '<pre class="lines">\nthe tool broke\n  first\n  second</pre>' in raw
    assert raw.count("  second") == 1
    assert raw.count("see above") == 3
    assert "Mend it." not in raw


def test_a_criterion_without_data_says_its_own_reason() -> None:
    raw = render(unseen("one line", "too few samples")).decode()
    assert raw.count("too few samples") == 3
    assert '<pre class="lines">' not in raw
    assert "Mend it." not in raw


def many(count: int, message: str = "") -> Scorecard:
    card = samples.failing(count)
    if not message:
        return card
    gates = tuple(
        msgspec.structs.replace(
            gate,
            findings=tuple(
                msgspec.structs.replace(each, message=message, fix=message, reproduce=message)
                for each in gate.findings
            ),
        )
        for gate in card.gates
    )
    return msgspec.structs.replace(card, gates=gates)


def test_totals_are_exact_where_findings_are_not_shown_b50() -> None:
    card = many(10_000)
    found = shown(card)
    assert "Showing 2,000 of 10,004 findings" in found.text
    assert "showing 1,996 of 10,000" in found.text
    shown_rules = re.findall(r"([\d,]+) findings, showing ([\d,]+) of ([\d,]+)", found.text)
    assert shown_rules
    totals = sum(int(total.replace(",", "")) for total, _, _ in shown_rules)
    assert totals == 10_000
    assert found.values("class").count("place") <= MOST_FINDINGS


def test_a_small_gate_is_not_crowded_out_by_a_large_one() -> None:
    view = page(many(10_000))
    shares = {
        card.gate.id: (card.counted.shown, card.counted.total)
        for each in view.levels
        for card in each.cards
    }
    assert shares["tests"] == (2, 2)
    assert shares["contract"] == (2, 2)
    assert view.findings_shown == MOST_FINDINGS


def test_findings_that_the_results_left_out_are_counted_p31() -> None:
    card = samples.failing(5)
    gates = tuple(
        msgspec.structs.replace(each, findings_total=103_412) if each.id == "lint" else each
        for each in card.gates
    )
    text = shown(msgspec.structs.replace(card, gates=gates)).text
    assert "showing 5 of 103,412" in text


def test_more_rules_than_fit_are_counted() -> None:
    findings = tuple(
        Finding(tool="t", rule=f"R{index}", severity=Severity.LOW, message="m")
        for index in range(MOST_FINDINGS + 5)
    )
    gate = GateResult(
        id="g",
        title="G",
        level=1,
        status=GateStatus.FAIL,
        findings=findings,
        findings_total=len(findings),
    )
    text = shown(samples.scorecard((gate,), Verdict.FAIL, "why")).text
    assert "5 further rules: see scorecard.json" in text


@pytest.mark.parametrize("message", ["", "<&\"'>" * 800, "x" * 10_000, "\x1b" * 5000])
def test_ten_thousand_findings_fit_into_three_megabytes(message: str) -> None:
    assert len(render(many(10_000, message))) <= 3_000_000


def test_two_gates_of_one_name_have_two_anchors() -> None:
    gates = tuple(GateResult(id=each, title="", level=1) for each in ("a/b", "a b", "<>", ""))
    found = shown(samples.scorecard(gates, Verdict.INCONCLUSIVE, "why"))
    anchors = [each for each in found.values("id") if each.startswith("gate-")]
    assert sorted(anchors) == ["gate-a-b", "gate-a-b--2", "gate-x", "gate-x--2"]


def test_a_step_leads_to_the_gate_that_it_names() -> None:
    view = page(samples.failing())
    assert (view.steps[0].gate, view.steps[0].anchor) == ("lint", "gate-lint")
    other = msgspec.structs.replace(samples.failing(), next_steps=("do: this", "that"))
    assert [each.anchor for each in page(other).steps] == ["", ""]
    assert [each.text for each in page(other).steps] == ["do: this", "that"]


def gate_of(raw: str, title: str) -> str:
    start = raw.index(f"<h3>{title}</h3>")
    end = raw.find('<details class="gate', start)
    return raw[start:end]


def test_what_counts_comes_first_and_the_rest_is_folded() -> None:
    lint = gate_of(render(adopted_samples.adopted()).decode(), "Lint")
    text = Page(lint).text
    heads = ["Findings", "worse than at the", "Known (29)", "Waived (2)", "Fixed (12)", "Evidence"]
    order = [text.index(each) for each in heads]
    assert order == sorted(order)
    assert re.findall(r'<details class="part (\w+)">', lint) == ["known", "waived", "fixed"]
    assert "1 of 2 criteria passed, 2 findings, 29 known, 2 waived, 12 fixed" in text


def test_new_findings_come_before_those_that_the_baseline_knows() -> None:
    text = Page(gate_of(render(adopted_samples.adopted()).decode(), "Security")).text
    assert "2 findings 1 new" in text
    assert "1 finding old" in text
    words = ("new Possible SQL", "old Possible SQL", "reopened: worse than waiver")
    order = [text.index(each) for each in words]
    assert order == sorted(order)
    assert "also found by ruff S608, semgrep python.sql-in-string" in text
    assert "at the base it was in src/bookstore/statements.py" in text


def test_a_finding_that_counts_names_the_command_that_waives_it() -> None:
    card = adopted_samples.adopted()
    names = re.findall(
        r'<code class="digest">(<span>[^<]*</span>)?(\w+)</code>', render(card).decode()
    )
    counted = {f.fingerprint[:12] for g in card.gates for f in g.findings if not f.excused}
    assert {
        name for command, name in names if command == "<span>gatescore waive </span>"
    } == counted
    assert len(names) > len(counted)


@pytest.mark.parametrize(
    ("fingerprint", "metric", "offered"),
    [
        ("0123456789abcdef", "lint.errors", True),
        ("012345", "lint.errors", True),
        ("01234", "lint.errors", False),
        ("0123456789abcdef", "", False),
        ("$(touch x)", "lint.errors", False),
        ("0123456789ab; reboot", "lint.errors", False),
        ("", "lint.errors", False),
    ],
)
def test_no_command_is_offered_that_would_not_work(
    fingerprint: str, metric: str, offered: bool
) -> None:
    found = Finding(
        tool="t",
        rule="R",
        severity=Severity.LOW,
        message="m",
        fingerprint=fingerprint,
        metric=metric,
    )
    gate = GateResult(id="g", title="G", level=1, findings=(found,))
    text = shown(samples.scorecard((gate,), Verdict.FAIL, "why")).text
    assert ("gatescore waive" in text) is offered


def test_waivers_say_what_they_do_those_first_that_somebody_has_to_look_at() -> None:
    card = adopted_samples.adopted()
    raw = render(card).decode()
    section = raw[raw.index('<h2 id="waivers">') : raw.index('<h2 id="overview">')]
    ids = ["security-hash", "secrets-fixtures", "lint-tests", "types-vendored", "lint-money"]
    order = [section.index(f'id="waiver-{each}"') for each in ids]
    assert order == sorted(order)
    text = Page(section).text
    for each in ("unusedexcuses nothing", "expireddoes not hold today", "over budgetmore waivers"):
        assert each in text
    assert "In force (3)" in text
    head = shown(card).text
    assert "3 in force excuse 3 findings 1 unused 1 expired 1 reopened 1 over budget" in head
    assert 'waived by <a href="#waiver-lint-orders">lint-orders</a>' in raw


def test_changed_rules_stand_before_the_verdict() -> None:
    text = shown(adopted_samples.adopted()).text
    assert text.index("standard.toml differs from the base") < text.index("Level 2 decides.")
    assert "Baseline21807f6e5d4c 5 new, 36 known (2 of them count all the same), 12 fixed" in text


def test_a_result_that_was_taken_over_says_so_with_its_age() -> None:
    card = adopted_samples.adopted()
    assert "taken over from a run 3 h ago" in Page(gate_of(render(card).decode(), "Types")).text
    text = shown(card).text
    assert "2 TAKEN OVER gates" in text.replace("\n", " ")
    assert "Taken over from an earlier run (2)" in text
    assert "measured 3 h ago; what it reads is the same" in text
    assert "taken over" not in Page(gate_of(render(card).decode(), "Review")).text


def test_controls_and_what_no_tool_measures_are_told() -> None:
    raw = render(adopted_samples.adopted()).decode()
    proof = gate_of(raw, "Security").split("<h4>Proof that this gate can fail</h4>")[1]
    assert proof.index("control of bandit (B602) detected") < proof.index("<h4>Notes</h4>")
    text = shown(adopted_samples.adopted()).text
    assert "review.blocking-io review.silent-failures" in text
    assert text.count("no tool measures it for node") == 3
    assert "1 of 1 criterion passed, 2 skipped" in text


@pytest.mark.parametrize("name", ["passing", "failing", "inconclusive", "empty"])
def test_nothing_is_said_of_what_is_not_there(name: str) -> None:
    raw = render(CARDS[name]).decode()
    text = shown(CARDS[name]).text
    for word in ("Waivers", "Baseline", "Known (", "Waived (", "Fixed (", "Rules", "aken over"):
        assert word not in text
    assert "Proof that" not in text
    assert 'class="label' not in raw
    assert 'class="strip"' not in raw


def test_what_is_only_shown_takes_no_room_from_what_counts() -> None:
    lint = adopted_samples.adopted_lint(4_000)
    known = tuple(msgspec.structs.replace(each, state=FindingState.KNOWN) for each in lint.findings)
    new = tuple(msgspec.structs.replace(each, state=FindingState.NEW) for each in lint.findings)
    gate = msgspec.structs.replace(
        lint, findings=known + new, findings_total=len(known + new), fixed=lint.fixed * 50
    )
    card = samples.scorecard((gate,), Verdict.FAIL, "why")
    [view] = page(card).levels[0].cards
    shares = {each.kind: (each.shown, each.total) for each in (view.counted, *view.others)}
    assert shares == {
        "counted": (MOST_FINDINGS, 4_001),
        "known": (MOST["known"], 4_001),
        "waived": (4, 4),
        "fixed": (MOST["fixed"], 600),
    }
    text = shown(card).text
    assert "Known (4,001) in the baseline: shown, not counted; showing 300, all are in" in text
    assert "Showing 2,000 of 4,001 findings" in text
    assert len(render(card)) <= 3_000_000


def test_more_waivers_than_fit_are_counted() -> None:
    card = msgspec.structs.replace(
        adopted_samples.adopted(), waivers=adopted_samples.waivers() * 60
    )
    assert "120 more are in scorecard.json." in shown(card).text


def test_every_curve_has_a_title_a_description_and_a_table() -> None:
    found = shown(samples.passing())
    assert found.elements.count("figure") == 3
    assert found.elements.count("desc") == 3
    assert found.values("role").count("img") == 4  # and the bar of the score
    assert "errors over time" in found.text


def test_tables_have_captions_and_scopes() -> None:
    found = shown(rich())
    assert found.elements.count("caption") == found.elements.count("table")
    assert found.values("scope").count("col") >= 6
    assert ("html", "lang", "en") in found.attributes
    for landmark in ("header", "main", "footer"):
        assert found.elements.count(landmark) == 1
    assert found.elements.count("h1") == 1
