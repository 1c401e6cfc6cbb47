"""Names of findings: the same for the same finding, never the same for two."""

import pytest

from gates.core.fingerprint import countless, fingerprinted, key
from gates.core.model import Finding, Severity


def finding(**more):
    given = {"tool": "t", "rule": "R1", "severity": Severity.LOW, "message": "m", "path": "a.py"}
    return Finding(**{**given, "line": 3, "context": "f|x=1", **more})


def names(*findings):
    return [one.fingerprint for one in fingerprinted(findings)]


@pytest.mark.parametrize(
    "more",
    [
        {"line": 30},
        {"severity": Severity.HIGH},
        {"message": "worded in another way"},
        {"context": "f| x = 1 "},
        {"path": "new.py", "origin": "a.py"},
    ],
)
def test_a_name_survives(more):
    assert names(finding(**more)) == names(finding())


@pytest.mark.parametrize(
    "more",
    [
        {"tool": "u"},
        {"rule": "R2"},
        {"path": "b.py"},
        {"context": "f|x=2"},
        {"context": "g|x=1"},
        {"origin": "b.py"},
    ],
)
def test_another_finding_has_another_name(more):
    assert len({*names(finding()), *names(finding(**more))}) == 2


def test_no_two_have_one_name():
    many = [finding(line=line % 7, message=f"m{line % 3}") for line in range(200)]
    assert len(set(names(*many))) == 200


def test_a_count_in_a_message_is_no_part_of_the_name():
    said = "`total` is too complex ({} > 10)"
    one, other = (finding(line=0, context="", message=said.format(n)) for n in (12, 13))
    assert names(one) == names(other)


def test_findings_of_whole_files_are_told_apart_by_what_they_say():
    """Else the name of one that is mended would pass on to the next, and its waiver with it."""
    one, other = (finding(line=0, context="", message=f"GET {path}") for path in ("/a", "/b"))
    assert names(other) == [names(one, other)[1]]


def test_what_is_alike_is_ordered_by_what_it_says():
    """A formatter may put two findings of a statement on one line or on two."""
    apart = (finding(message="z", line=3), finding(message="a", line=5))
    together = (finding(message="z", line=3), finding(message="a", line=3))
    told = [{one.message: one.fingerprint for one in fingerprinted(f)} for f in (apart, together)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("tool", "rule"), [("detect_secrets", "keyword"), ("bandit", "B105"), ("ruff", "S106")]
)
def test_a_message_that_may_hold_a_secret_is_in_no_name(tool, rule):
    found = finding(tool=tool, rule=rule, context="", message="password: 'hunter-two'")
    assert key(found).endswith("\0")


@pytest.mark.parametrize(
    ("message", "left"),
    [("10,000 of 3.5", "of"), ("use \"a\" or 'b'", "useaorb"), ("(12 > 10)", ">")],
)
def test_a_message_without_its_numbers(message, left):
    assert countless(message) == left


def test_the_order_of_what_comes_in_does_not_matter():
    some = [finding(line=n, message=m) for n in (1, 2, 3) for m in "ab"]
    assert fingerprinted(some) == fingerprinted(some[::-1])
