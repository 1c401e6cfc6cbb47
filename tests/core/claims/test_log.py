"""The tags of an implementation log, with their details."""

from pathlib import Path

import pytest

from gates.core.claims.log import numbered, read
from gates.core.claims.named_files import NamedFile, named_file, named_files
from gates.core.claims.tags import TAGS, Kind

TEXT = """\
# Log
## Orders
- #FILE_CREATED: src/app.py (120 lines)
  Verification: `grep -q x src/app.py`
  Description: the orders
  Timestamp: 2026-01-01
* **#COMPLETION_DRIVE:** the pool is large enough

login endpoint working
#FILE_MODIFIED: a b.py - what was done
Verification: test -f 'a b.py'
1. #SUGGEST_ERROR_HANDLING
> #FILE_CRATED: src/x.py
#HASHTAG and #5 and # FILE_CREATED: heading
#SOMETHING_ELSE: words
  Verification: test -f never-read
"""


def test_tags_and_details_are_read_where_they_stand():
    log = read(numbered(TEXT), "log.md")
    assert [(one.tag, one.line, one.section) for one in log.claims] == [
        ("FILE_CREATED", 3, "Orders"),
        ("COMPLETION_DRIVE", 7, "Orders"),
        ("FILE_MODIFIED", 10, "Orders"),
        ("SUGGEST_ERROR_HANDLING", 12, "Orders"),
    ]
    created, drive, modified, _ = log.claims
    assert [(d.key, d.line) for d in created.details] == [
        ("verification", 4),
        ("description", 5),
        ("timestamp", 6),
    ]
    assert drive.text == "the pool is large enough"
    assert modified.values("verification")[0].value == "test -f 'a b.py'"
    assert [one.text for one in log.prose if "login" in one.text] == ["login endpoint working"]
    assert "the orders" in [one.text for one in log.prose]


def test_an_unknown_tag_is_told_with_the_one_that_may_be_meant():
    unknown = {one.tag: one.meant for one in read(numbered(TEXT), "log.md").unknown}
    assert unknown == {"FILE_CRATED": "FILE_CREATED", "SOMETHING_ELSE": ""}


def test_in_source_only_a_tag_that_resembles_a_known_one_is_told():
    log = read(numbered(TEXT), "a.py", strict=False)
    assert [one.tag for one in log.unknown] == ["FILE_CRATED"]


def test_details_end_with_an_empty_line_or_another_tag():
    log = read(numbered("#COMPLETION_DRIVE: a\n\nVerification: test -f b\n"), "log.md")
    assert log.claims[0].details == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src/a.py (12 lines)", NamedFile("src/a.py", 12)),
        ("src/a.py (~12 lines, with tests)", NamedFile("src/a.py", 12)),
        ("`src/a.py` (12 LOC)", NamedFile("src/a.py", 12)),
        ("src/a b.py - the words (5 lines)", NamedFile("src/a b.py", 5)),
        ("'a - b.py' - words", NamedFile("a - b.py")),
        ("a-b.py", NamedFile("a-b.py")),
        ("a.py (new)", NamedFile("a.py")),
        ("'a (1).py'", NamedFile("a (1).py")),
        ("app/(group)/page.tsx (3 lines)", NamedFile("app/(group)/page.tsx", 3)),
        ("a.py: the words", NamedFile("a.py")),
        ("./src/a.py.", NamedFile("src/a.py")),
        ("**`a.py`** [1,200 lines]", NamedFile("a.py", 1_200)),
        ("[a.py](src/a.py), 12 lines", NamedFile("src/a.py", 12)),
        ("a.py -> b, the new one", NamedFile("a.py")),
        ("a.py (+30/-2 lines)", NamedFile("a.py")),
        ("", NamedFile("")),
    ],
)
def test_a_file_is_named_with_its_lines(text, expected):
    assert named_file(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.py, b.py", ["a.py", "b.py"]),
        ("a.py (10 lines), `b.py` (2 lines) and LICENSE", ["a.py", "b.py", "LICENSE"]),
        ("a.py, Dockerfile; docs/x.md - both", ["a.py", "Dockerfile", "docs/x.md"]),
        ("a.py, the words of b.py", ["a.py"]),
        ("a.py (see b.py, c.py)", ["a.py"]),
        ("a.py, b.py.", ["a.py", "b.py"]),
        ("a.py, e.g. the words", ["a.py"]),
        ("a.py and its tests", ["a.py"]),
        ("a,b.py", ["a,b.py"]),
        ("", [""]),
    ],
)
def test_several_files_are_named_at_once(text, expected):
    """A file behind the first one would be claimed by nobody, and so never looked for."""
    assert [one.path for one in named_files(text)] == expected


def test_every_tag_of_the_specification_is_known():
    assert TAGS["COMPLETION_DRIVE_INTEGRATION"] is Kind.ASSUMPTION
    assert TAGS["COMPLETION_DRIVE_SUGGESTION"] is Kind.SUGGESTION
    assert {
        *("FILE_CREATED", "FILE_MODIFIED", "SCREENSHOT_CLAIMED", "PATH_DECISION"),
        *("PATTERN_MOMENTUM", "PATTERN_CONFLICT", "CARGO_CULT", "ASSUMPTION_BLINDNESS"),
        *("CONTEXT_ROT", "FALSE_COMPLETION", "SUGGEST_ERROR_HANDLING"),
    } <= TAGS.keys()


def test_a_line_without_end_is_read_as_far_as_it_matters():
    (claim,) = read(numbered("#FILE_CREATED: " + "a" * 10**6), "log.md").claims
    assert len(claim.text) < 2_001


def test_every_tag_is_told_to_users():
    page = Path(__file__).parents[3] / "docs" / "gates" / "claims.md"
    text = page.read_text("utf-8")
    assert [tag for tag in TAGS if f"`{tag}`" not in text] == []
