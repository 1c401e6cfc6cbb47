"""The risks gate from the register to its report."""

import sys
from pathlib import Path

import pytest

from gates.core.model import Reason, Severity, ToolReport
from gates.core.target import Risks, Target
from gates.core.tool import Options, ParseError
from gates.tools import risks
from tests.probes.started import started

TARGET = Target(name="shop", risks=Risks())
TODAY = "2024-06-10"


def risk(id: str, degree: tuple[int, int], *more: str) -> str:
    impact, probability = degree
    lines = (f'[[risks]]\nid = "{id}"\ndescription = "{id} happens"', *more)
    text = "\n".join((*lines, f"impact = {impact}\nprobability = {probability}"))
    return text if "opened" in text else f"{text}\nopened = 2024-06-10"


def judged(
    folder: Path, text: str, today: str = TODAY, file: str = "gatescore/risks.toml", **keys: object
) -> ToolReport:
    (folder / "gatescore").mkdir(exist_ok=True)
    (folder / "gatescore" / "risks.toml").write_text(text)
    options = Options(
        tree=str(folder), output=str(folder), python=sys.executable, today=today, settings=keys
    )
    (invocation,) = risks.commands(Target(name="shop", risks=Risks(file=file)), options)
    return risks.parse((started(invocation, folder),))


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: one.value for name, one in report.measurements.items()}


OWNED = ('owner = "o"', 'mitigation = "m"')
REGISTER = "\n".join(
    (
        risk("R-1", (5, 4)),
        risk("R-2", (2, 2), *OWNED, "opened = 2024-01-02", "due = 2024-06-09"),
        risk("R-3", (5, 5), *OWNED, 'urgency = "high"'),
        risk("R-4", (1, 1), "opened = 2024-01-02"),
        risk("R-5", (5, 5), *OWNED, 'status = "closed"'),
    )
)


def test_what_is_left_undone_is_named(tmp_path: Path) -> None:
    report = judged(tmp_path, REGISTER)
    assert values(report) == {"risks.unmitigated": 2, "risks.overdue": 1, "risks.high": 2}
    assert [(one.rule, one.severity, one.line) for one in report.findings] == [
        ("risks.unowned", Severity.HIGH, 1),
        ("risks.overdue", Severity.LOW, 7),
        ("risks.unmitigated", Severity.LOW, 25),
    ]
    assert report.findings[0].message == (
        "R-1, high (impact 5 x probability 4 = 20): nobody owns it and nothing is done about it: "
        "R-1 happens"
    )
    assert report.findings[1].message.endswith("it was due on 2024-06-09: R-2 happens")
    assert [one.path for one in report.findings] == ["gatescore/risks.toml"] * 3


def test_a_word_that_stands_for_somebody_is_nobody(tmp_path: Path) -> None:
    """`owner = "TBD"` would take a grave risk off the list."""
    stands_in = ('owner = "TBD"', 'mitigation = "to be decided"')
    found = judged(tmp_path, risk("R-1", (5, 5), *stands_in)).findings
    assert [one.rule for one in found] == ["risks.unowned"]
    assert "nobody owns it and nothing is done about it" in found[0].message
    named = ('owner = "Todor N/A-Team"', 'mitigation = "None of the disks is alone any more"')
    assert judged(tmp_path, risk("R-1", (5, 5), *named)).findings == ()


def test_every_risk_is_told_the_gravest_first(tmp_path: Path) -> None:
    notes = judged(tmp_path, REGISTER).notes
    assert [note.split()[0] for note in notes] == ["R-3", "R-1", "R-5", "R-2", "R-4"]
    assert notes[0].startswith("R-3 open, high (impact 5 x probability 5 = 25), urgency high, ope")


def test_each_finding_is_one_of_its_number(tmp_path: Path) -> None:
    """So that a waiver makes the number less by one."""
    report = judged(tmp_path, REGISTER)
    for metric in ("risks.unmitigated", "risks.overdue"):
        counted = [one for one in report.findings if one.metric == metric]
        assert len(counted) == values(report)[metric]


def test_the_policy_says_from_where_a_risk_is_grave(tmp_path: Path) -> None:
    one = risk("R-1", (2, 2), 'mitigation = "m"')
    assert values(judged(tmp_path, one))["risks.unmitigated"] == 0
    assert values(judged(tmp_path, one, high_from=4))["risks.unmitigated"] == 1


@pytest.mark.parametrize("found", [0, 26, "12", True, 1.5])
def test_a_bound_that_is_none_is_refused(found: object) -> None:
    options = Options(
        tree="/t", output="/o", python="/p", today=TODAY, settings={"high_from": found}
    )
    with pytest.raises(ParseError, match="options.high_from of the gate: found .*; allowed: 1 to"):
        risks.commands(TARGET, options)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "gatescore/risks.toml: is empty"),
        (
            risk("R-1", (6, 1)),
            "gatescore/risks.toml:4:1: risks[0].impact: found 6; allowed: 1 to 5",
        ),
        (risk("R-1", (1, 1), "opened = 2024-06-11"), "which is after today, 2024-06-10"),
    ],
)
def test_a_register_with_a_mistake_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The last: a clock set back."""
    with pytest.raises(ParseError) as refused:
        judged(tmp_path, text)
    assert refused.value.reason is Reason.INCOMPLETE
    assert said in refused.value.detail


def test_an_empty_register_is_nothing_examined(tmp_path: Path) -> None:
    """The judge makes it an ERROR: nobody who looked finds no risk at all."""
    assert judged(tmp_path, "risks = []").examined == 0


def test_a_register_outside_of_the_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="leads out of the target"):
        judged(tmp_path, REGISTER, file="../risks.toml")
