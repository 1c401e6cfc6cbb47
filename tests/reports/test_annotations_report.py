"""Annotations: read as a runner of GitHub reads a log; ours are the only commands in it (P57)."""

import re

import msgspec
import pytest
from hypothesis import given

from gates.core.model import GateStatus, Scorecard, TargetState
from reports.annotations_report import MOST, render
from tests.reports import adopted_samples, many, samples
from tests.reports.hostile import PAYLOADS, rich
from tests.reports.unruly import FEW, cards, spoilt

KINDS = ("error", "warning", "notice")
PROPERTIES = {"file", "line", "title"}
_COMMAND = re.compile(r"::([A-Za-z-]+)(?: ([^:]*))?::(.*)")


class Command(msgspec.Struct, frozen=True):
    """One command as a runner understands it."""

    kind: str
    properties: dict[str, str]
    message: str


def unescaped(text: str) -> str:
    for escape, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, letter)
    return text


def log(data: bytes) -> list[Command]:
    """What a runner makes of a log: `actions/runner`, ActionCommand.cs and its older `##[`."""
    found = []
    for row in data.decode("utf-8", "strict").split("\n")[:-1]:
        assert "##[" not in row
        assert row == row.strip() or row.endswith(" ")
        match = _COMMAND.fullmatch(row)
        assert match, row
        pairs = [pair.partition("=") for pair in (match[2] or "").split(",")]
        properties = {name: unescaped(value) for name, _, value in pairs}
        found.append(Command(match[1], properties, unescaped(match[3])))
    return found


def test_findings_stand_at_their_lines_the_worst_first() -> None:
    first, *others = log(render(samples.failing()))
    assert first.kind == "error"
    assert first.properties == {
        "file": "src/bookstore/catalogue/module_11.py",
        "line": "78",
        "title": "lint: B006",
    }
    assert first.message == "Do not use mutable data structures for argument defaults"
    titles = [each.properties["title"] for each in others]
    assert "contract: server-error" in titles
    assert "load: FAIL" in titles


def test_the_verdict_and_what_has_no_room_are_notices() -> None:
    notices = [each.message for each in log(render(samples.failing())) if each.kind == "notice"]
    assert notices[0] == "FAIL 81.25 %: lint failed: lint.errors: 140 is not == 0"
    assert notices[1] == "10 of 145 are shown here: see scorecard.html"


def test_what_could_not_be_judged_is_an_error() -> None:
    found = log(render(samples.inconclusive()))
    told = {each.properties["title"]: each for each in found if each.kind == "error"}
    assert set(told) == {"dependencies: ERROR", "headers: NOT_RUN", "sign-off: PENDING"}
    assert "did not end within 60 s" in told["dependencies: ERROR"].message
    assert [each.properties["title"] for each in found if each.kind == "warning"] == [
        "documentation: missing"
    ]


def test_a_pass_is_one_notice() -> None:
    (only,) = log(render(samples.passing()))
    assert (only.kind, only.message) == ("notice", "PASS 100 %: every gate holds, score 100")


def test_waived_findings_are_counted_and_no_error() -> None:
    found = log(render(adopted_samples.adopted()))
    assert any(
        each.message == "not counted: 31 known, 2 waived, 12 fixed" for each in found
    ) or any("waived" in each.message for each in found if each.kind == "notice")


@pytest.mark.parametrize("gates", [1, 9, 10, 11, 40])
@pytest.mark.parametrize("status", [GateStatus.FAIL, GateStatus.WARN, GateStatus.NOT_RUN])
def test_no_more_than_ten_of_a_kind(gates: int, status: GateStatus) -> None:
    each = msgspec.structs.replace(many.gate("ruff", 50, state=None), status=status)
    every = [msgspec.structs.replace(each, id=f"g{number}") for number in range(gates)]
    kinds = [command.kind for command in log(render(many.card(*every)))]
    shown = max(kinds.count("error"), kinds.count("warning"))
    assert shown == MOST
    assert all(kinds.count(kind) <= MOST for kind in KINDS)


def test_paths_are_those_of_the_repository() -> None:
    target = TargetState(name="shop", revision="r", dirty=False, folder="services/a,b")
    found = log(render(many.card(many.gate("ruff", 1), target=target)))
    assert found[0].properties["file"] == "services/a,b/src/shop/module_0.py"


@pytest.mark.parametrize("text", ["100%", "%0A::error::x", "a%25b", "a: b, c=d", "a\nb"])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    first, *_ = log(render(many.card(many.gate("ruff", 1, message=text, path="x", line=1))))
    assert first.message == text
    one_line = text.replace("\n", " ")
    first, *_ = log(render(many.card(many.gate("ruff", 1, rule=one_line, path=one_line))))
    assert first.properties["title"] == f"ruff: {one_line}"
    assert first.properties["file"] == one_line


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "C:\\x"])
def test_what_is_in_no_file_of_the_target_has_no_place(path: str) -> None:
    found = log(render(many.card(many.gate("ruff", 1, path=path))))
    assert set(found[0].properties) == {"title"}


@pytest.mark.parametrize("letter", ["x", "%", "\n", "\u202e", "😀"])
def test_a_message_of_ten_megabytes_is_cut_b48(letter: str) -> None:
    data = render(many.card(many.gate("ruff", 1, message=f"begin{letter * 10_000_000}")))
    first, *_ = log(data)
    assert first.message.startswith("begin")
    assert all(len(row) <= 4_300 for row in data.decode().splitlines())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_the_run_is_a_command_p57(payload: str) -> None:
    card = spoilt(rich(), payload)
    for command in log(render(card)):
        assert command.kind in KINDS
        assert set(command.properties) <= PROPERTIES


@given(cards())
@FEW
def test_any_text_at_all_is_no_command_p57(card: Scorecard) -> None:
    for command in log(render(card)):
        assert command.kind in KINDS
        assert set(command.properties) <= PROPERTIES


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    assert render(rich()) == render(rich())
