"""The summary on a terminal: complete, harmless, and readable down to 20 columns of ASCII."""

import io
import re
from pathlib import Path

import msgspec
import pytest

from gates.core.model import (
    Finding,
    GateResult,
    GateStatus,
    Scorecard,
    Severity,
    Status,
    Verdict,
    WaiverState,
)
from reports.cells import columns, cut, ending, first_line, harmless, padded, shortened, wrapped
from reports.screen import Screen, screen_of
from reports.terminal import plain, summary, table
from tests.reports import adopted_samples, part_samples, samples
from tests.reports.hostile import PAYLOADS, poisoned, rich

OURS = re.compile(r"\x1b\[(?:0|2|32|33|34|1|1;31|1;35)m")


@pytest.mark.parametrize("width", [20, 40, 47, 48, 80, 200])
@pytest.mark.parametrize("unicode", [False, True])
def test_every_line_fits_b65(width: int, unicode: bool) -> None:
    for card in (samples.passing(), rich(), poisoned(rich(), "日本語 " * 30)):
        text = table(card, Screen(width=width, unicode=unicode))
        assert max(columns(each) for each in text.splitlines()) <= width
        assert unicode or text.isascii()


def test_everything_not_passed_is_told_with_its_rule() -> None:
    card = rich()
    text = " ".join(table(card, Screen(width=400, unicode=True), "out/scorecard.html").split())
    for gate in card.gates:
        assert gate.id in text
        if gate.status is not GateStatus.PASS:
            assert gate.detail in text
    for step in card.next_steps:
        assert step in text
    assert "tests.coverage: 88.42 is not >= 90" in text
    assert "incomplete" in text
    assert "partial" in text
    assert text.endswith("Report: out/scorecard.html")


def test_many_reasons_are_counted() -> None:
    criteria = tuple(
        part_samples.criterion(f"c{index}", "", Status.FAIL, "no") for index in range(8)
    )
    gate = GateResult(id="g", title="", level=1, status=GateStatus.FAIL, criteria=criteria)
    card = samples.scorecard((gate,), Verdict.FAIL, "why")
    assert "and 3 more" in table(card, Screen(width=80))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_our_own_codes_reach_a_terminal_p58(payload: str) -> None:
    card = poisoned(rich(), payload)
    coloured = table(card, Screen(width=80, unicode=True, colour=True), payload)
    assert OURS.search(coloured)
    rest = OURS.sub("", coloured)
    assert all(letter == "\n" or letter.isprintable() for letter in rest)
    bare = plain(card, unicode=True, report=payload)
    assert all(letter == "\n" or letter.isprintable() for letter in bare)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_line_of_a_log_is_a_command_p57(payload: str) -> None:
    first = {"verdict:", "warning:", "baseline:", "level", "gate", "finding", "next:", "report:"}
    for each in plain(poisoned(rich(), payload), report=payload).splitlines():
        assert each.split()[0] in first
        assert "##[" not in each
        each.encode("ascii")


def test_a_log_has_one_line_for_each_gate() -> None:
    card = rich()
    lines = plain(card, report="out/scorecard.html").splitlines()
    assert len([each for each in lines if each.startswith("gate ")]) == len(card.gates)
    assert lines[0].startswith("verdict: FAIL 81.25 %: lint failed")
    assert "gate dependencies: ERROR: timeout: pip-audit" in "\n".join(lines)
    assert lines[-1] == "report: out/scorecard.html"
    assert "report:" not in plain(card)


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("report", ["/a b/" + "long/" * 300 + "scorecard.html", "x.html"])
def test_the_place_of_the_report_is_never_broken(width: int, report: str) -> None:
    card = samples.failing()
    assert table(card, Screen(width=width), report).splitlines()[-2:] == ["Report:", report]
    assert plain(card, report=report).splitlines()[-1] == f"report: {report}"


def with_findings(status: GateStatus, count: int, **more: object) -> Scorecard:
    findings = tuple(
        Finding(
            tool="t",
            rule=f"R{index}",
            severity=Severity.INFO if index % 2 else Severity.HIGH,
            message=f"message {index}\nsecond line",
            path=f"a{index}.py",
            line=index,
        )
        for index in range(count)
    )
    gate = GateResult(
        id="g", title="", level=1, status=status, findings=findings, **{"detail": "why"} | more
    )
    return samples.scorecard((gate,), Verdict.FAIL, "why")


@pytest.mark.parametrize("status", [GateStatus.FAIL, GateStatus.WARN])
def test_the_three_worst_findings_of_a_gate_are_told(status: GateStatus) -> None:
    card = with_findings(status, 5)
    told = ["a0.py R0 message 0", "a2.py:2 R2 message 2", "a4.py:4 R4 message 4"]
    rest = "... and 2 more in the report"
    lines = [each.strip() for each in table(card, Screen(width=80)).splitlines()]
    start = lines.index("why", [each.split()[:2] for each in lines].index([status, "g"])) + 1
    assert lines[start:] == [*told, rest]
    log = plain(card).splitlines()
    assert [each for each in log if each.startswith("finding ")] == [
        f"finding g: {each}" for each in (*told, rest)
    ]


def test_place_rule_and_message_of_a_finding_are_seen_on_a_narrow_screen() -> None:
    text = table(samples.failing(), Screen(width=40, unicode=True))
    assert "\n    …e/module_11.py:78 B006 Do not use…\n" in text


def test_findings_that_are_all_told_leave_no_rest() -> None:
    assert "more in the report" not in table(with_findings(GateStatus.FAIL, 3), Screen(width=80))
    assert "and 97 more in the report" in plain(
        with_findings(GateStatus.FAIL, 5, findings_total=100)
    )


@pytest.mark.parametrize("status", [GateStatus.PASS, GateStatus.ERROR, GateStatus.PENDING])
def test_findings_that_decided_nothing_are_left_to_the_report(status: GateStatus) -> None:
    assert "message" not in table(with_findings(status, 2), Screen(width=80))


def test_only_the_first_line_of_a_reason_is_told() -> None:
    detail = "\nwaited 60 s\nTraceback\n  more"
    card = with_findings(GateStatus.ERROR, 0, detail=detail)
    for text in (table(card, Screen(width=80)), plain(card)):
        assert "waited 60 s" in text
        assert "Traceback" not in text
        assert "x0a" not in text


def test_a_log_tells_what_counts_and_the_rest_as_a_number() -> None:
    lines = plain(adopted_samples.adopted()).splitlines()
    assert (
        "gate lint: FAIL 7.7 s (29 known, 2 waived, 12 fixed): lint.errors: 2 is not == 0" in lines
    )
    told = [each for each in lines if each.startswith("finding lint:")]
    assert len(told) == 2
    assert told[0].startswith(
        "finding lint: src/bookstore/users/module_4.py:29 B006 [worse than at the baseline (low)] "
    )
    old_and_new = [each.split()[2] for each in lines if each.startswith("finding security:")]
    assert old_and_new == ["new", "old", "old"]
    assert "gate tests: WARN 29.6 s (1 waived): tests.flaky: 1 is not == 0" in lines
    assert any(" flaky [FLAKY] test_reservation_expires" in each for each in lines)
    assert any(" B324 [reopened] Use of weak" in each for each in lines)
    assert not any("test_export_of_a_large_catalogue" in each for each in lines)


def test_a_log_warns_of_changed_rules_and_of_waivers_that_do_not_hold() -> None:
    lines = plain(adopted_samples.adopted()).splitlines()
    warned = [each for each in lines if each.startswith("warning: ")]
    assert warned[0].startswith("warning: the policy standard.toml differs from the base revision")
    assert [each.split()[2] for each in warned[2:]] == [
        "security-hash",
        "secrets-fixtures",
        "lint-tests",
        "types-vendored",
    ]
    assert (
        "warning: waiver types-vendored (gate types, path src/vendored/*, until 2026-03-01) is "
        "unused: excuses nothing: remove it"
    ) in warned
    assert (
        "baseline: 21807f6e5d4c: 5 new, 36 known (2 of them count all the same), 12 fixed"
    ) in lines


def test_many_warnings_are_counted() -> None:
    every = tuple(
        adopted_samples.waiver(f"w{n}", WaiverState.UNUSED, 0, "gate lint") for n in range(25)
    )
    card = msgspec.structs.replace(adopted_samples.adopted(), waivers=every, notices=("n",) * 12)
    warned = [each for each in plain(card).splitlines() if each.startswith("warning: ")]
    assert len(warned) == 22
    assert "warning: 2 more notices" in warned
    assert warned[-1] == "warning: 15 more waivers that somebody has to look at"


def test_a_result_that_was_taken_over_says_so_with_its_age() -> None:
    card = adopted_samples.adopted()
    assert "gate types: PASS taken over from a run 3 h ago (4 known)" in plain(card).splitlines()
    wide = table(card, Screen(width=80))
    assert "\nPASS       types         3 h ago\n           4 known\n" in wide
    assert "An age instead of a time: taken over" in wide
    assert "types, 3 h ago" in table(card, Screen(width=40))
    assert "An age" not in table(samples.failing(), Screen(width=80))


def test_a_table_shows_the_same_as_a_log() -> None:
    text = " ".join(table(adopted_samples.adopted(), Screen(width=400)).split())
    for each in (
        "! gatescore/waivers.toml differs from the base revision",
        "! waiver lint-tests (gate lint, path tests/*, until 2026-03-01) is over budget",
        "baseline 21807f6e5d4c: 5 new, 36 known (2 of them count all the same), 12 fixed",
        "29 known, 2 waived, 12 fixed",
        "new src/bookstore/search.py:44 B608 Possible",
    ):
        assert each in text


def test_findings_that_are_all_excused_leave_only_their_number() -> None:
    card = with_findings(GateStatus.WARN, 3)
    [gate] = card.gates
    findings = tuple(msgspec.structs.replace(each, waiver="w") for each in gate.findings)
    gates = (msgspec.structs.replace(gate, findings=findings),)
    text = plain(msgspec.structs.replace(card, gates=gates))
    assert "gate g: WARN 400 ms (3 waived): why" in text
    assert "finding g" not in text


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


def test_a_stream_decides_what_is_shown(tmp_path: Path) -> None:
    card = samples.failing()
    report = tmp_path / "scorecard.html"
    table_ = summary(card, report, Terminal(), {"TERM": "xterm", "COLUMNS": "90"})
    assert "\x1b[1;31m" in table_
    assert "\x1b" not in summary(card, report, Terminal(), {"TERM": "xterm", "NO_COLOR": "1"})
    for stream, environ in (
        (io.StringIO(), {"TERM": "xterm"}),
        (Terminal(), {"TERM": "dumb"}),
        (Terminal(), {}),
    ):
        text = summary(card, report, stream, environ)
        assert text.startswith("verdict: FAIL")
        assert "\x1b" not in text
        assert str(report) in text


@pytest.mark.parametrize(
    ("environ", "width"),
    [
        ({"TERM": "xterm", "COLUMNS": "132"}, 132),
        ({"TERM": "xterm", "COLUMNS": "3"}, 20),
        ({"TERM": "xterm", "COLUMNS": "wide"}, 80),
        ({"TERM": "xterm"}, 80),
    ],
)
def test_width(environ: dict[str, str], width: int) -> None:
    assert screen_of(Terminal(), environ).width == width


def test_letters_follow_the_encoding() -> None:
    latin = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert not screen_of(latin, {"TERM": "xterm"}).unicode
    utf8 = io.TextIOWrapper(io.BytesIO(), encoding="UTF-8")
    assert screen_of(utf8, {"TERM": "xterm"}).unicode
    assert not screen_of(utf8, {"TERM": "dumb"}).unicode
    utf8.close()
    assert not screen_of(utf8, {}).live


def test_cells() -> None:
    assert columns("日本e\u0301✓") == 6
    assert cut("日本語", 5) == "日本"
    assert shortened("日本語", 6, unicode=True) == "日本語"
    assert shortened("日本語", 5, unicode=True) == "日本…"
    assert shortened("a b c", 4, unicode=False) == "a..."
    assert shortened("abc", 2, unicode=False) == ".."
    assert ending("src/a.py:3", 8, unicode=True) == "…/a.py:3"
    assert ending("src/a.py:3", 10, unicode=False) == "src/a.py:3"
    assert ending("日本語", 5, unicode=True) == "…本語"
    assert ending("abc", 2, unicode=False) == ".."
    assert first_line("\n one \r\ntwo") == "one"
    assert padded("日", 4) == "日  "
    assert padded("long", 2) == "long"
    assert list(wrapped("one two three", 7)) == ["one two", "three"]
    assert list(wrapped("one twothree", 7)) == ["one", "twothre", "e"]
    assert list(wrapped("", 7)) == [""]
    assert list(wrapped("日本語", 1)) == ["日", "本", "語"]
    assert harmless("a — b… é ##[x", unicode=False) == "a - b... \\xe9 ##\\x5bx"


def test_a_log_leaves_no_reason_out() -> None:
    criteria = tuple(
        part_samples.criterion(f"c{index}", "", Status.FAIL, "no") for index in range(8)
    )
    gate = GateResult(id="g", title="", level=1, status=GateStatus.FAIL, criteria=criteria)
    text = plain(samples.scorecard((gate,), Verdict.FAIL, "why"))
    assert [one.id for one in criteria if f"{one.id}: no" not in text] == []
