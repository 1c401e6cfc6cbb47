"""Claims on files: there, in the diff, about so long; evidence decodes and is not old."""

import io

import pytest
from PIL import Image

from tests.probes.claims.conftest import LOG, rules, value, write


def picture(kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (12, 8), "white").save(stream, kind)
    return stream.getvalue()


def test_true_claims_hold_and_are_told(look):
    report = look(
        "#FILE_CREATED: src/shop/app.py (6 lines)\n#FILE_DELETED: gone.py\n", base={"gone.py": ""}
    )
    assert value(report, "false") == 0
    assert report.examined == 2
    assert any("holds" in one and "6 lines, created" in one for one in report.notes)


@pytest.mark.parametrize(
    ("claim", "rule"),
    [
        ("#FILE_CREATED: src/nothing.py", "file-missing"),
        ("#FILE_CREATED: src/shop", "file-missing"),
        ("#FILE_CREATED: src/shop/*.py", "file-missing"),
        ("#FILE_CREATED: src/shop/app.py (60 lines)", "line-count"),
        ("#FILE_MODIFIED: src/nothing.py", "file-missing"),
        ("#FILE_MODIFIED: README.md", "not-in-diff"),
        ("#FILE_CREATED: pyproject.toml", "not-created"),
        ("#FILE_DELETED: README.md", "file-there"),
        ("#FILE_DELETED: never.py", "not-in-diff"),
        ("#FILE_CREATED: ../../etc/passwd", "path-outside"),
        ("#FILE_CREATED: /etc/passwd", "path-outside"),
        ("#FILE_CREATED: ~/x", "path-outside"),
        ("#FILE_CREATED: $HOME/x", "file-missing"),
        ("#FILE_CREATED:", "path-outside"),
        ("#SCREENSHOT_CLAIMED: .orchestration/evidence/none.png", "file-missing"),
    ],
)
def test_a_false_claim_is_named_with_its_line(look, claim, rule):
    report = look(f"# Log\n{claim}\n", base={"pyproject.toml": "[project]\n"})
    (found,) = [one for one in report.findings if one.metric == "claims.false"]
    assert found.rule == f"claims.{rule}"
    assert (found.path, found.line) == (LOG, 2)
    assert " | observed: " in found.message


@pytest.mark.parametrize(("lines", "false"), [(1, 0), (11, 0), (12, 1)])
def test_the_tolerance_of_a_short_file_is_five_lines(look, lines, false):
    report = look(f"#FILE_CREATED: src/shop/app.py ({lines} lines)\n")
    assert value(report, "false") == false


@pytest.mark.parametrize(("lines", "false"), [(79, 1), (80, 0), (120, 0), (121, 1)])
def test_the_tolerance_of_a_long_file_is_a_fifth(look, tree, lines, false):
    write(tree, {"src/long.py": "x\n" * 100})
    report = look(f"#FILE_CREATED: src/long.py ({lines} lines)\n")
    assert value(report, "false") == false


def test_without_a_base_the_diff_is_not_asked_and_that_is_said(look):
    report = look("#FILE_MODIFIED: README.md\n")
    assert value(report, "false") == 0
    assert value(report, "unmentioned") is None
    assert "no base" in report.notes[0]


def test_a_claim_that_the_log_made_before_is_of_an_earlier_change(look):
    log = "#FILE_MODIFIED: README.md (3 lines)\n"
    report = look(log, base={LOG: log})
    assert value(report, "false") == 0
    assert any("at the base already" in note for note in report.notes)
    again = look(log + "#FILE_MODIFIED: README.md\n", base={LOG: log})
    assert rules(again).count("not-in-diff") == 1


def test_a_later_line_explains_what_an_earlier_one_says(look):
    log = "#FILE_CREATED: src/shop/app.py (100 lines)\n#FILE_MODIFIED: src/shop/app.py\n"
    report = look(log + "#FILE_CREATED: src/old.py\n#FILE_DELETED: src/old.py\n")
    assert value(report, "false") == 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_screenshot_that_decodes_is_one(look, tree, kind):
    name = f".orchestration/evidence/a.{kind.lower()}"
    write(tree, {name: picture(kind)})
    report = look(f"#SCREENSHOT_CLAIMED: {name}\n  Shows: README.md\n")
    assert rules(report) == ["evidence-age"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b""),
        ("a.png", b"not a picture"),
        ("a.png", picture()[:48]),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("a.svg", b"<svg/>"),
        ("a.json", b'{"a": '),
        ("a.json", b"[" * 100_000),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.txt", b"  \n"),
    ],
)
def test_evidence_that_cannot_be_read_is_none(look, tree, name, content):
    write(tree, {f".orchestration/evidence/{name}": content})
    report = look(f"#SCREENSHOT_CLAIMED: .orchestration/evidence/{name}\n  Shows: README.md\n")
    assert "evidence-unreadable" in rules(report)


def test_a_bomb_of_a_picture_is_not_unpacked(look, tree, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    write(tree, {".orchestration/evidence/a.png": picture()})
    report = look("#SCREENSHOT_CLAIMED: .orchestration/evidence/a.png\n  Shows: README.md\n")
    (found,) = report.findings
    assert "points" in found.message


SAVED = ".orchestration/evidence/a.json"
AGES = [
    ({"commits": {SAVED: 100, "README.md": 100}}, []),
    ({"commits": {SAVED: 101, "README.md": 100}}, []),
    ({"commits": {SAVED: 99, "README.md": 100}}, ["evidence-old"]),
    ({"commits": {SAVED: 99}, "uncommitted": ["README.md"]}, ["evidence-old"]),
    ({"commits": {"README.md": 99}, "uncommitted": [SAVED]}, []),
    ({"uncommitted": [SAVED, "README.md"]}, ["evidence-age"]),
    ({"commits": {SAVED: 99}}, ["evidence-age"]),
    ({"why": "the clone is shallow"}, ["evidence-age"]),
]


@pytest.mark.parametrize(("times", "expected"), AGES)
def test_evidence_is_not_older_than_the_code_it_shows(look, tree, times, expected):
    write(tree, {SAVED: "{}"})
    report = look(f"#SCREENSHOT_CLAIMED: {SAVED}\n  Shows: README.md\n", times=times)
    assert rules(report) == expected
    assert value(report, "false") == expected.count("evidence-old")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(59, "59 seconds"), (60, "1 minutes"), (5_400, "1.5 hours"), (864_000, "10 days")],
)
def test_how_much_older_it_is_is_told(look, tree, seconds, told):
    write(tree, {SAVED: "{}"})
    times = {"commits": {SAVED: 100, "README.md": 100 + seconds}}
    (found,) = look(f"#SCREENSHOT_CLAIMED: {SAVED}\n  Shows: README.md\n", times=times).findings
    assert told in found.message


def test_evidence_shows_the_files_of_its_section(look, tree):
    write(tree, {SAVED: "{}"})
    log = f"## One\n#FILE_MODIFIED: README.md\n#SCREENSHOT_CLAIMED: {SAVED}\n"
    times = {"commits": {SAVED: 1, "README.md": 2}}
    assert rules(look(log, times=times)) == ["evidence-old"]
    assert rules(look(log.replace("#SCR", "## Two\n#SCR"), times=times)) == ["evidence-of-what"]
    log = f"#SCREENSHOT_CLAIMED: {SAVED}\n  Shows: src/none.py\n"
    assert rules(look(log, times=times)) == ["file-missing"]


def test_every_file_that_one_line_names_is_looked_for(look):
    report = look("#FILE_CREATED: README.md (3 lines), src/shop/none.py and pyproject.toml\n")
    assert rules(report) == ["file-missing"]
    assert "src/shop/none.py" in report.findings[0].message
    assert rules(look("#FILE_CREATED: ./README.md, src/shop/app.py: both (new)\n")) == []
