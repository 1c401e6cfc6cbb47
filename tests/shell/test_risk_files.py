"""The register of risks: every mistake is told at once, with its place and what is allowed."""

import datetime
from pathlib import Path

import pytest

from gates.shell.problems import ConfigError
from gates.shell.risk_files import Register, read

TODAY = datetime.date(2024, 6, 10)
GOOD = """
[[risks]]
id = "R-1"
description = "It fails"
impact = 5
probability = 1
opened = 2024-06-10
"""


def register(tmp_path: Path, text: str) -> Register:
    (tmp_path / "risks.toml").write_text(text, encoding="utf-8")
    return read(tmp_path / "risks.toml", "gatescore/risks.toml", TODAY)


def told(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        register(tmp_path, text)
    return [str(one).removeprefix("gatescore/risks.toml:") for one in refused.value.problems]


def test_a_register_is_read_with_its_lines(tmp_path: Path) -> None:
    found = register(
        tmp_path, GOOD + GOOD.replace("R-1", "R-2").replace("2024-06-10", '"2024-01-31"')
    )
    assert found.lines == {"R-1": 2, "R-2": 9}
    assert [one.opened for one in found.risks] == ["2024-06-10", "2024-01-31"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("impact = 5", "impact = 0"), "5:1: risks[0].impact: found 0; allowed: 1 to 5"),
        (("impact = 5", "impact = 6"), "5:1: risks[0].impact: found 6; allowed: 1 to 5"),
        (("probability = 1", "probability = 0"), "6:1: risks[0].probability: found 0"),
        (("impact = 5", 'impact = "5"'), "5:1: risks[0].impact: found the text '5'; allowed"),
        (("impact = 5", "impact = 2.5"), "5:1: risks[0].impact: found 2.5; allowed: a whole"),
        (("impact = 5\n", ""), "risks[0]: [risks[0]] needs impact"),
        (("2024-06-10", "2024-06-11"), "found 2024-06-11, which is after today, 2024-06-10"),
        (("2024-06-10", '"soon"'), '7:1: risks[0].opened: found "soon"; allowed: a day, as'),
        (("2024-06-10", "2024-06-10T08:00:00Z"), '7:1: risks[0].opened: found "2024-06-10T08'),
        (("2024-06-10", '"2024-02-30"'), '7:1: risks[0].opened: found "2024-02-30"'),
        (("2024-06-10", '"2024-W10-1"'), '7:1: risks[0].opened: found "2024-W10-1"'),
        (("2024-06-10", '""'), '7:1: risks[0].opened: found ""; allowed: a day'),
        (("R-1", "R 1"), '3:1: risks[0].id: found "R 1"; allowed: letters and digits'),
        (("It fails", " "), "4:1: risks[0].description: is empty"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    (first, *_) = told(tmp_path, GOOD.replace(*change))
    assert problem in first


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('urgency = "hi"', 'risks[0].urgency: found "hi"; allowed: low, medium, high, critical'),
        ('priority = "hihg"', "did you mean high?"),
        ('status = "done"', "allowed: accepted, closed, mitigated, open"),
        ("due = 2024-06-09", "found 2024-06-09, which is before it was opened, 2024-06-10"),
        ('due = "never"', 'risks[0].due: found "never"; allowed: a day'),
        ("onwer = 1", "8:1: risks[0].onwer: unknown key"),
        ('status = "mitigated"', 'mitigation: says nothing where status = "mitigated"'),
        ('status = "closed"', 'mitigation: says nothing where status = "closed"; allowed: what'),
        ('mitigation = "TBD"\nstatus = "closed"', "mitigation: says nothing where"),
        ('status = "accepted"', 'owner: names nobody where status = "accepted"'),
        ('owner = "nobody yet"\nstatus = "accepted"', "owner: names nobody where"),
        (GOOD, '10:1: risks[1].id: found "R-1" twice; allowed: ids name one risk each'),
    ],
)
def test_what_is_added_is_checked(tmp_path: Path, more: str, problem: str) -> None:
    assert any(problem in one for one in told(tmp_path, GOOD + more + "\n"))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """A clock that was set back is one of them."""
    text = GOOD.replace("impact = 5", "impact = 9").replace("2024-06-10", "2999-01-01")
    assert len(told(tmp_path, text + 'status = "accepted"\n')) == 3


@pytest.mark.parametrize("text", ["", "[[risks]\n"])
def test_what_is_no_register_is_refused(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text)
