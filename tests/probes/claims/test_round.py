"""The other way round, contradictions, tags in source, places of files, and what is refused."""

from pathlib import Path

import pytest

from gates.core.model import GateStatus, Severity
from gates.probes._common import ProbeError
from gates.probes.claims.tree import MOST_BYTES
from tests.core.claims.oracles_made import oracles
from tests.probes.claims.conftest import LOG, SAME, rules, value, write
from tests.probes.claims.test_details import DOCUMENT

ORACLES = oracles({"register-login": "Who registers can log in"})


def test_a_change_that_the_log_does_not_mention_is_told(look, tree):
    base = {**SAME, "src/shop/app.py": "", "gone.txt": "x"}
    report = look("# Log\n#PATH_DECISION: none\n", base=base)
    told = {one.path for one in report.findings if one.rule == "claims.unmentioned-file"}
    assert told == {"src/shop/app.py", "gone.txt"}
    assert value(report, "unmentioned") == 2


@pytest.mark.parametrize(
    "line",
    ["#FILE_MODIFIED: src/shop/app.py", "the file `src/shop/app.py` too", "all of src/shop/"],
)
def test_a_file_or_its_folder_is_mentioned(look, line):
    report = look(f"{line}\n", base={**SAME, "src/shop/app.py": ""})
    assert value(report, "unmentioned") == 0


@pytest.mark.parametrize("line", ["src/shop/app.py.bak", "lib/src/shop/app.py", "src/shop/x.py"])
def test_another_file_is_no_mention(look, line):
    report = look(f"{line}\n", base={**SAME, "src/shop/app.py": ""})
    assert value(report, "unmentioned") == 1


def test_what_the_log_said_of_an_earlier_change_mentions_no_later_one(look):
    log = "src/shop/app.py\n"
    report = look(log, base={**SAME, LOG: log, "src/shop/app.py": ""})
    assert value(report, "unmentioned") == 1


def test_new_operations_and_variables_are_to_be_mentioned(look, tree):
    write(tree, {"src/shop/app.py": 'import os\n\nSHELF = os.environ["SHOP_SHELF"]\n'})
    before = {**DOCUMENT, "paths": {}}
    given = {"document": DOCUMENT, "base_document": before}
    report = look("src/shop/app.py\nlistBooks\n", base=SAME, **given)
    assert rules(report) == ["unmentioned-variable", "unmentioned-operation"]
    assert "SHOP_SHELF" in report.findings[0].message
    assert "GET /v1/books/{id}" in report.findings[1].message
    said = "src/shop/app.py\nSHOP_SHELF\nGET /v1/books\nGET /v1/books/{id}\n"
    assert rules(look(said, base=SAME, **given)) == []


def test_variables_that_scripts_read_are_to_be_mentioned(look, tree):
    write(tree, {"src/shop/web.js": "const port = process.env.SHOP_PORT\n"})
    report = look("src/shop/web.js\n", base=SAME)
    assert rules(report) == ["unmentioned-variable"]
    assert "SHOP_PORT" in report.findings[0].message


def test_a_variable_that_was_read_elsewhere_at_the_base_is_not_new(look, tree):
    line = 'import os\n\nSHELF = os.environ["SHOP_SHELF"]\n'
    write(tree, {"src/shop/moved.py": line, "src/shop/app.py": ""})
    report = look("src/shop/\n", base={**SAME, "src/shop/app.py": line})
    assert rules(report) == []


def test_an_oracle_that_fails_contradicts_the_log(look):
    report = look("login endpoint working\n", results=((ORACLES, GateStatus.FAIL),))
    (found,) = report.findings
    assert found.rule == "claims.contradiction"
    assert found.message.startswith("claimed: login endpoint working | observed: oracle fails:")
    assert value(report, "contradictions") == 1


def test_without_other_gates_a_statement_is_not_taken_for_true(look):
    report = look("login endpoint working\n")
    assert value(report, "contradictions") is None
    assert value(look("#PATH_DECISION: x\n"), "contradictions") == 0


def test_tags_stand_in_comments_of_source_too(look, tree):
    write(
        tree,
        {
            "src/shop/app.py": (
                'TEXT = "#FILE_CREATED: no.py"\n'
                "# #COMPLETION_DRIVE: the pool suffices\n"
                "#   Verification: test -f none\n"
                "#SUGGEST_ERROR_HANDLING: the pool may run dry\n"
            ),
            "src/shop/web.js": "/* x\n * #CARGO_CULT: copied\n */\nconst a = '#FILE_CREATED: b'\n",
            "src/shop/a.sql": "-- #COMPLETION_DRIVE: enough\nSELECT '#FILE_CREATED: b';\n",
            "src/shop/b.sh": "echo '#FILE_CREATED: b'\n# #FILE_CRATED: b\n",
        },
    )
    report = look("# Log\n")
    found = {(one.rule.removeprefix("claims."), one.path, one.line) for one in report.findings}
    assert found == {
        ("verification-failed", "src/shop/app.py", 3),
        ("suggestion", "src/shop/app.py", 4),
        ("unverified", "src/shop/web.js", 2),
        ("unverified", "src/shop/a.sql", 1),
        ("unknown-tag", "src/shop/b.sh", 2),
    }
    assert report.examined == 4


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("out/screenshot-1.png", "evidence-place"),
        ("screenshot.png", "evidence-place"),
        ("src/login-evidence.json", "evidence-place"),
        ("docs/img/screenshot.png", ""),
        ("web/src/assets/screenshot-mobile.png", ""),
        ("tests/data/evidence.json", ""),
        (".orchestration/evidence/screenshot-1.png", ""),
        ("docs/server.log", "log-place"),
        ("tests/data/nginx.log", ""),
        ("app.log.1", "log-place"),
        (".orchestration/logs/server.log", ""),
        (".orchestration/evidence/server.log", ""),
        ("notes.txt", "root-file"),
        ("NEWS.md", ""),
        ("Justfile", ""),
        ("docs/notes.txt", ""),
    ],
)
def test_files_lie_where_they_belong(look, tree, name, rule):
    write(tree, {name: "x"})
    report = look("#PATH_DECISION: x\n", rules={"root_files": ["Just*"]})
    assert rules(report) == ([rule] if rule else [])
    assert value(report, "misplaced_files") == bool(rule)


def test_claimed_evidence_belongs_into_its_folder(look, tree):
    write(tree, {"docs/answer.json": "{}"})
    log = "#SCREENSHOT_CLAIMED: docs/answer.json\n  Shows: README.md\n"
    times = {"commits": {"docs/answer.json": 2, "README.md": 1}}
    assert rules(look(log, times=times)) == ["evidence-place"]
    assert rules(look(log, times=times, rules={"evidence": "docs"})) == []


def test_a_suggestion_is_shown_and_counts_nowhere(look):
    report = look("#SUGGEST_ERROR_HANDLING: catch it\n#COMPLETION_DRIVE_SUGGESTION: more\n")
    assert rules(report) == ["suggestion", "suggestion"]
    assert all(not one.metric and one.severity is Severity.INFO for one in report.findings)


def test_without_a_log_nothing_is_judged(look, tree):
    with pytest.raises(ProbeError, match="no implementation log"):
        look("x", rules={"log": "none.md"})
    with pytest.raises(ProbeError, match="leads upwards"):
        look("x", rules={"log": "../none.md"})
    assert look("").examined == 0


def test_a_log_without_end_is_refused(look):
    with pytest.raises(ProbeError, match="bytes"):
        look("x" * (5 * 2**20))
    with pytest.raises(ProbeError, match="claims"):
        look("#PATH_DECISION: x\n" * 6_000)


def test_names_and_texts_of_the_target_end_no_line_of_ours(look):
    report = look("#FILE_CREATED: a\x1b]0;x\x07 | observed: all is well | observed: \u202e\n")
    (found,) = [one for one in report.findings if one.metric == "claims.false"]
    assert found.message.count(" | observed: ") == 1


def test_a_base_that_is_too_large_is_said_to_be(look, monkeypatch):
    monkeypatch.setattr("gates.probes.claims.difference.MOST_FILES", 2)
    with pytest.raises(ProbeError, match="base revision"):
        look("x\n", base=SAME)


def large(file: Path, last: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.seek(MOST_BYTES)
        stream.write(last)


def test_a_file_that_is_too_large_is_compared_and_not_read(look, tree, tmp_path):
    for name, last in (("src/big.bin", b"b"), ("src/same.bin", b"a")):
        large(tree / name, last)
        large(tmp_path / "base" / name, b"a")
    report = look("#FILE_MODIFIED: src/big.bin (9 lines)\n", base=SAME)
    assert rules(report) == ["too-large"]
    assert (value(report, "false"), value(report, "unverified")) == (0, 1)
    told = [one.path for one in report.findings if one.rule == "claims.unmentioned-file"]
    assert told == []
    told = [one.path for one in look("x\n", base=SAME).findings if one.path]
    assert told == ["src/big.bin"]


def test_source_that_cannot_be_parsed_defines_nothing_and_ends_nothing(look, tree):
    write(tree, {"src/shop/app.py": "x = " + "(" * 50_000, "src/shop/b.py": "def a(:\n"})
    report = look("#FILE_CREATED: src/shop/app.py\n  Methods: add\n", base=SAME)
    assert "method" in rules(report)
