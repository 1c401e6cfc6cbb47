"""Verifications: what holds, what fails, and that nothing leaves the tree, starts or hangs."""

import os
import time

import pytest

from gates.core.claims import commands
from gates.probes.claims import carrying_out
from gates.probes.claims.carrying_out import answer
from gates.probes.claims.tree import Absent, Blocked, Tree
from tests.probes.claims.conftest import rules, value, write

HOLD = [
    *("test -f README.md", "test -d src", "[ -e src ]", "test -s README.md", "ls -l src README.md"),
    *("grep -q 'class Store' src/shop/app.py", "grep -rn add src", "grep -c -i SHOP README.md"),
    *("grep -E '^(class|def) ' src/shop/app.py", "grep -F '(self)' src/shop/app.py", "grep -r pay"),
    *("cat README.md", "head -n 1 README.md", "tail -2 README.md", "wc -l README.md"),
    *("find src -name 'app.p?'", "find . -name shop -type d", "find src/shop/app.py -name app.py"),
]
FAIL = [
    *("test -f none", "test -f src", "test -d README.md", "test -e none", "test -s src/empty.py"),
    *("ls none", "grep -q none README.md", "grep x none.py", "grep x src", "grep -r none src"),
    *("cat none", "cat src", "head none", "wc -l none", "find src -name none", "find none -name x"),
    *("find src -name app.py -type d", "cat README.md none"),
]


@pytest.mark.parametrize("command", HOLD)
def test_a_question_that_is_answered_well_verifies(look, command):
    report = look(f"#COMPLETION_DRIVE: x\n  Verification: {command}\n")
    assert rules(report) == []
    assert "holds" in report.notes[-1]


@pytest.mark.parametrize("command", FAIL)
def test_a_question_that_is_answered_badly_makes_the_claim_false(look, tree, command):
    write(tree, {"src/empty.py": ""})
    report = look(f"#COMPLETION_DRIVE: x\n  Verification: {command}\n")
    assert rules(report) == ["verification-failed"]
    assert value(report, "false") == 1


@pytest.mark.parametrize(
    ("details", "rule"),
    [
        ("", "unverified"),
        ("  Verification: run it and see\n", "unverified"),
        ("  Verification: pytest -q\n", "unverified"),
        ("  Verification: cat README.md; touch owned\n", "verification-refused"),
        ("  Verification: cat $(touch owned)\n", "verification-refused"),
        ("  Verification: cat README.md > owned\n", "verification-refused"),
        ("  Verification: cat ../../../etc/passwd\n", "verification-refused"),
        ("  Verification: cat /dev/zero\n", "verification-refused"),
        ("  Verification: grep -r root ~\n", "verification-refused"),
    ],
)
def test_what_is_not_carried_out_is_open_and_no_failure(look, tree, details, rule):
    report = look(f"#COMPLETION_DRIVE: x\n{details}")
    assert rules(report) == [rule]
    assert (value(report, "false"), value(report, "unverified")) == (0, 1)
    assert not list(tree.rglob("owned"))


def test_a_decision_needs_no_verification_and_one_that_is_there_counts(look):
    assert rules(look("#PATH_DECISION: x\n")) == []
    assert rules(look("#PATH_DECISION: x\n  Verification: test -f no\n")) == ["verification-failed"]


def carried_out(text, tree, seconds=2.0):
    return answer(commands.parse(text), Tree(str(tree)), seconds)


def test_no_link_is_followed_out_of_the_tree(tree, tmp_path):
    write(tmp_path, {"secret/key": "hidden"})
    (tree / "file").symlink_to(tmp_path / "secret" / "key")
    (tree / "folder").symlink_to(tmp_path / "secret")
    (tree / "up").symlink_to("..")
    (tree / "twice").symlink_to("file")
    for text in ("cat file", "cat folder/key", "cat up/secret/key", "cat twice", "ls folder/key"):
        found = carried_out(text, tree)
        assert found.holds is None, text
        assert "leads out" in found.found
    assert carried_out("grep -r hidden .", tree).holds is False
    assert carried_out("grep -r hidden folder", tree).holds is None
    assert carried_out("find . -name key", tree).holds is False


def test_a_link_that_stays_inside_is_followed(tree):
    (tree / "inside").symlink_to("src/shop/app.py")
    assert carried_out("grep Store inside", tree).holds


def test_a_loop_of_links_ends(tree):
    (tree / "a").symlink_to("b")
    (tree / "b").symlink_to("a")
    (tree / "src" / "round").symlink_to(".")
    assert carried_out("cat a", tree).holds is False
    assert carried_out("test -e a", tree).holds is False
    assert carried_out("grep -r none src", tree).holds is False
    assert carried_out("find . -name none", tree).holds is False


def test_devices_and_pipes_are_not_opened(tree):
    os.mkfifo(tree / "pipe")
    (tree / "zero").symlink_to("/dev/zero")
    assert carried_out("cat pipe", tree).holds is False
    assert carried_out("grep x pipe", tree).holds is False
    assert carried_out("test -f pipe", tree).holds is False
    assert carried_out("cat zero", tree).holds is None
    assert carried_out("grep -r none .", tree).holds is False
    if os.geteuid() == 0:
        try:
            os.mknod(tree / "null", 0o020666, os.makedev(1, 5))
        except PermissionError:
            return
        assert carried_out("cat null", tree).holds is False


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){20}$", "a*a*a*a*a*a*a*a*a*a*a*a*b"]
)
def test_a_pattern_that_would_never_end_is_ended(tree, pattern):
    write(tree, {"bomb": "a" * 5_000 + "!\n"})
    started = time.monotonic()
    found = carried_out(f"grep -E '{pattern}' bomb", tree, seconds=0.3)
    assert time.monotonic() - started < 3
    assert found.holds is None
    assert "not found out" in found.found


def test_what_is_too_large_is_not_read(tree, monkeypatch):
    with (tree / "huge").open("wb") as stream:
        stream.truncate(2**40)
    assert carried_out("grep x huge", tree).holds is None
    assert carried_out("test -s huge", tree).holds
    monkeypatch.setattr(carried_out.__globals__["carrying_out"], "MOST_READ", 10)
    assert carried_out("grep -r none src", tree).holds is None


def test_the_time_of_all_verifications_is_bounded(look, tree):
    write(tree, {"src/bomb": "a" * 5_000 + "!\n"})
    log = "#COMPLETION_DRIVE: x\n  Verification: grep -E '(a+)+$' src/bomb\n" * 30
    bounds = {"seconds": 0.2, "seconds_of_all": 0.5}
    started = time.monotonic()
    report = look(log, bounds=bounds)
    assert time.monotonic() - started < 5
    assert set(rules(report)) == {"verification-open"}
    assert len(report.findings) == 30


@pytest.mark.parametrize("name", ["", " ", "/etc/passwd", "../x", "a/../../x", "~/x", "a\0b"])
def test_the_door_to_the_tree_refuses_what_is_outside(tree, name):
    with pytest.raises(Blocked):
        Tree(str(tree)).read(name)


def test_the_door_says_what_is_not_there(tree):
    with pytest.raises(Absent, match="none"):
        Tree(str(tree)).read("none/none")
    with pytest.raises(Absent):
        Tree(str(tree)).read("a" * 300)
    assert carrying_out.MOST_READ > 0
