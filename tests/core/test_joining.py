"""Duplicates across tools: one defect is one finding with its witnesses."""

from itertools import permutations

import pytest

from gates.core.equivalence import canonical
from gates.core.joining import joined
from gates.core.model import Finding, Severity


def finding(tool="ruff", rule="S608", line=7, **more):
    return Finding(
        **{
            "tool": tool,
            "rule": rule,
            "severity": Severity.MEDIUM,
            "message": "SQL from a string",
            "path": "shop/db.py",
            "line": line,
            "metric": "security.medium",
            **more,
        }
    )


def bandit(line=7, **more):
    worse = {"severity": Severity.CRITICAL, "metric": "security.high"}
    return finding(**{"tool": "bandit", "rule": "B608", "line": line, **worse, **more})


def test_one_line_is_one_finding_with_two_witnesses():
    result = joined((finding(), bandit()))
    assert result.findings == (bandit(witnesses=("ruff S608",)),)
    assert result.fewer == {"security.medium": 1}


def test_the_order_of_the_tools_does_not_matter():
    several = (finding(), bandit(), finding(line=9), bandit(line=20), finding("mypy", "x"))
    results = [joined(order) for order in permutations(several)]
    assert len({frozenset(map(repr, result.findings)) for result in results}) == 1
    assert {len(result.findings) for result in results} == {4}


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (bandit(), 1),
        (bandit(path="shop/other.py"), 2),
        (bandit(rule="B310"), 2),
        (bandit(line=8), 2),
        (bandit(line=8, context="query = …"), 2),
    ],
)
def test_only_the_same_rule_in_the_same_place_is_joined(other, count):
    assert len(joined((finding(), other)).findings) == count


def test_other_lines_of_one_statement_are_joined_by_their_context():
    result = joined((finding(context="get|SELECT"), bandit(line=9, context="get|SELECT")))
    assert [(one.tool, one.witnesses) for one in result.findings] == [("bandit", ("ruff S608",))]


def test_a_line_comes_before_a_statement():
    """Two defects in one statement stay two, however their lines differ between the tools."""
    found = [finding(line=n, context="c") for n in (3, 5)]
    found += [bandit(line=n, context="c") for n in (3, 4)]
    result = joined(found)
    assert sorted(one.line for one in result.findings) == [3, 4]
    assert result.fewer == {"security.medium": 2}


def test_findings_of_one_tool_are_never_joined():
    twice = (finding(), finding())
    assert joined(twice).findings == twice
    result = joined((*twice, bandit()))
    assert sorted((one.tool, one.witnesses) for one in result.findings) == [
        ("bandit", ("ruff S608",)),
        ("ruff", ()),
    ]


def test_findings_without_a_line_are_joined_by_context_alone():
    assert len(joined((finding(line=0), bandit(line=0))).findings) == 2
    assert len(joined((finding(line=0, context="c"), bandit(line=0, context="c"))).findings) == 1


def test_a_finding_that_counts_for_nothing_is_subtracted_from_nothing():
    assert joined((finding(metric=""), bandit())).fewer == {}


def test_three_scanners_of_secrets_are_one_finding_with_three_witnesses():
    tools = ("detect_secrets", "gitleaks", "betterleaks")
    found = [finding(tool, f"rule-{tool}", metric="secrets.found") for tool in tools]
    result = joined(found)
    assert [one.tool for one in result.findings] == ["betterleaks"]
    assert result.findings[0].witnesses == (
        "detect_secrets rule-detect_secrets",
        "gitleaks rule-gitleaks",
    )
    assert result.fewer == {"secrets.found": 2}


def test_nothing_is_lost():
    assert joined(()).findings == ()
    many = tuple(finding(line=n) for n in range(1, 50)) + tuple(bandit(n) for n in range(40, 90))
    result = joined(many)
    assert len(result.findings) + sum(result.fewer.values()) == len(many)


@pytest.mark.parametrize(
    ("tool", "rule", "name"),
    [
        ("ruff", "S608", canonical("bandit", "B608")),
        ("ruff", "S105", canonical("bandit", "B105")),
        ("detect_secrets", "aws-access-key", "secret"),
        ("gitleaks", "generic-api-key", "secret"),
    ],
)
def test_two_names_of_one_rule_are_one(tool, rule, name):
    assert canonical(tool, rule) == name


@pytest.mark.parametrize(("one", "other"), [(("ruff", "SIM608"), ("bandit", "B608"))])
def test_other_rules_keep_their_own_name(one, other):
    assert canonical(*one) != canonical(*other)
