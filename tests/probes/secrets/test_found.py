"""What is told of a secret: enough to find it and to name it again, nothing to guess it from."""

import pytest

from gates.probes.secrets import found
from gates.probes.secrets.found import Find

WORD = "hunter2" + "hunter2"
PEM = "-----BEGIN " + "PRIVATE KEY-----"


def find(**more):
    given = {"rule": "r", "title": "Thing", "path": "a.py", "line": 3, "value": WORD, **more}
    return Find(**given)


@pytest.mark.parametrize(
    ("line", "value", "name"),
    [
        (f'PASSWORD = "{WORD}"', WORD, "PASSWORD"),
        (f"password: {WORD}", WORD, "password"),
        (f'"db.password": "{WORD}",', WORD, "db.password"),
        (f"secret => '{WORD}'", WORD, "secret"),
        (f'connect("{WORD}")', WORD, ""),
        (f'"{WORD}"', WORD, ""),
        (f'k3y5w7 = "{WORD}"', WORD, "k3y5w7"),
        (f'k3y5w7z9 = "{WORD}"', WORD, ""),
        ("x = 1", WORD, ""),
        ("x = 1", "", ""),
    ],
)
def test_the_name_before_a_value(line, value, name):
    assert found.name_before(line, value) == name


@pytest.mark.parametrize(
    ("lines", "value", "all_of_it"),
    [
        (['token = "ab_12345"'], "ab", "ab_12345"),
        ([f'url = "https://ada:{WORD}@host/x"'], WORD, f"https://ada:{WORD}@host/x"),
        (["note = 'two words'"], "two words", "two words"),
        ([PEM, "AAAA", "BBBB", "CCCC"], "BEGIN", f"{PEM}\nAAAA\nBBBB"),
        (["elsewhere"], WORD, WORD),
        ([], WORD, WORD),
        (["x = 1"], "", ""),
    ],
)
def test_all_of_a_secret_of_which_a_detector_told_a_part(lines, value, all_of_it):
    assert found.whole(lines, 1, value) == all_of_it


def test_a_finding_holds_nothing_of_the_value():
    made = found.finding("tool", find(named="PASSWORD"))
    assert (made.path, made.line, made.context, made.metric) == (
        "a.py",
        3,
        "r PASSWORD",
        "secrets.found",
    )
    assert made.message == "Thing: a secret in the tree (the value is not shown)"
    assert WORD not in repr(made)


def test_a_finding_of_the_history_names_commit_and_path():
    made = found.finding("tool", find(commit="0123456789ab"))
    assert made.path == "0123456789ab:a.py"
    assert made.message == (
        "Thing: a secret in the history, commit 0123456789ab (the value is not shown)"
    )
    assert made.fix.startswith("Revoke it")


def test_of_the_history_only_what_the_tree_has_not_and_each_once():
    tree = [find(line=9)]
    first = find(commit="a" * 12, value="other")
    history = [find(commit="a" * 12), first, find(commit="b" * 12, value="other")]
    moved = find(commit="c" * 12, path="b.py")
    assert list(found.only_past(tree, [*history, moved])) == [first, moved]


def test_findings_are_in_a_stable_order_and_each_once():
    finds = [find(line=2), find(line=1), find(line=2), find(line=1, commit="a" * 12)]
    told = [(one.path, one.line) for one in found.findings("tool", finds)]
    assert told == [("a.py", 1), ("a.py", 2), ("aaaaaaaaaaaa:a.py", 1)]
    assert found.findings("tool", finds) == found.findings("tool", finds[::-1])
