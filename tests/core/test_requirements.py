"""Which lines of a requirements file can be audited."""

import pytest

from gates.core.requirements import Pin, read


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("a==1", [("a", "1")]),
        ("A_b.c == 1.0rc1", [("A_b.c", "1.0rc1")]),
        ("a[x,y]==1 ; python_version < '3.11'", [("a", "1")]),
        ("a==1 # why", [("a", "1")]),
        ("a===1", [("a", "1")]),
        ("a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb==2", [("a", "1"), ("b", "2")]),
        ("a==1\na==1\na==2", [("a", "1"), ("a", "2")]),
        ("# a==1\n\n   # b", []),
        ("--index-url https://registry.example/\n-c limits.txt\n--no-binary :all:", []),
        ("-e .\n.\n-e .[dev]", []),
    ],
)
def test_pins(text: str, pins: list[tuple[str, str]]) -> None:
    found = read(text)
    assert list(found.pins) == [Pin(*pin) for pin in pins]
    assert found.unaudited == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a", "not pinned"),
        ("a>=1", "not pinned"),
        ("a==1.*", "not pinned"),
        ("a==1,<2", "not pinned"),
        ("a~=1.2", "not pinned"),
        ("a @ https://registry.example/a.whl", "address or a folder"),
        ("git+https://registry.example/a", "address or a folder"),
        ("-e ../other", "address or a folder"),
        ("--editable=../other", "address or a folder"),
        ("./wheels/a.whl", "address or a folder"),
        ("[[package]]", "no requirement"),
    ],
)
def test_lines_that_cannot_be_audited_are_named(text: str, why: str) -> None:
    found = read(f"x==1\n\n{text}\n")
    assert [(gap.number, gap.text) for gap in found.unaudited] == [(3, text)]
    assert why in found.unaudited[0].why
    assert found.pins == (Pin("x", "1"),)


def test_includes_are_named_with_their_line() -> None:
    found = read("a==1\n-r more.txt\n-rother.txt\n--requirement third.txt\n--requirement=4.txt\n")
    assert [(line.number, line.text) for line in found.includes] == [
        (2, "more.txt"),
        (3, "other.txt"),
        (4, "third.txt"),
        (5, "4.txt"),
    ]
