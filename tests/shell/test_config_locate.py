"""The key locator: every way TOML has of writing a key or a value."""

import tomllib
from typing import Any

import pytest

from gates.shell.problems import KeyPath, did_you_mean, dotted
from gates.shell.toml_locate import Locations

TEXT = '''\
# [not] = a table
top = 1
dotted.name . "quoted key".x = "a # no comment"
"" = 0
[table]  # remark = 1
text = """first
second = "quoted" ""
[fake]
"""
raw = \'\'\'
[[fake]]
\\\'\'\'
array = [ # why
  1, "two", # ]
  [3, {deep = 4, more.deep = [5]}],
  """six
[six]""",
  {},
  [],
]
inline = { a = 1, "b c" = { d = "}" }, e = [ { f = 1 }, { f = 2 } ] }
when = 2026-01-02 03:04:05
after = true
[ a . 'b' ]
c = 1
[[list]]
x = 1
[list.sub]
y = 1
[[list]]
x = 2
[[list.items]]
z = 1
[[list.items]]
z = 2
[list.items.deep]
w = 1
[last]
end = 1
quoted = """ends with two"""""
raw = \'\'\'ends with one\'\'\'\'
z = 1'''


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("top",), 2, 1),
        (("dotted",), 3, 1),
        (("dotted", "name"), 3, 8),
        (("dotted", "name", "quoted key"), 3, 15),
        (("dotted", "name", "quoted key", "x"), 3, 28),
        (("",), 4, 1),
        (("table",), 5, 2),
        (("table", "text"), 6, 1),
        (("table", "raw"), 10, 1),
        (("table", "array"), 13, 1),
        (("table", "array", 0), 14, 3),
        (("table", "array", 1), 14, 6),
        (("table", "array", 2), 15, 3),
        (("table", "array", 2, 0), 15, 4),
        (("table", "array", 2, 1, "deep"), 15, 8),
        (("table", "array", 2, 1, "more", "deep", 0), 15, 31),
        (("table", "array", 3), 16, 3),
        (("table", "array", 4), 18, 3),
        (("table", "inline", "a"), 21, 12),
        (("table", "inline", "b c", "d"), 21, 29),
        (("table", "inline", "e", 0, "f"), 21, 48),
        (("table", "inline", "e", 1, "f"), 21, 59),
        (("table", "after"), 23, 1),
        (("a", "b", "c"), 25, 1),
        (("list",), 26, 3),
        (("list", 0, "x"), 27, 1),
        (("list", 0, "sub", "y"), 29, 1),
        (("list", 1), 30, 3),
        (("list", 1, "x"), 31, 1),
        (("list", 1, "items", 0, "z"), 33, 1),
        (("list", 1, "items", 1, "z"), 35, 1),
        (("list", 1, "items", 1, "deep", "w"), 37, 1),
        (("last", "end"), 39, 1),
        (("last", "z"), 42, 1),
        (("last", "absent", "key"), 38, 2),
        ((), 1, 1),
        (("absent",), 1, 1),
    ],
)
def test_each_key_is_found_where_it_stands(path: KeyPath, line: int, column: int) -> None:
    assert Locations(TEXT).find(path) == (line, column)


def paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(p for key, entry in inner for p in paths(entry, (*path, key)))]


def test_no_key_that_tomllib_reads_is_missed() -> None:
    locations = Locations(TEXT)
    missed = [
        path
        for path in paths(tomllib.loads(TEXT))
        if path and path not in locations._places  # the question is whether it was seen
    ]
    assert missed == []


def test_a_key_is_written_as_people_write_it() -> None:
    assert dotted(("gates", "lint.errors", "pass", 0, 1)) == 'gates."lint.errors".pass[0][1]'
    assert dotted(("load", "start_s", "X-Key")) == "load.start_s.X-Key"


@pytest.mark.parametrize(
    ("word", "hint"), [("serivce", "did you mean service?"), ("zzz", ""), ("", "")]
)
def test_did_you_mean_only_what_is_near(word: str, hint: str) -> None:
    assert did_you_mean(word, ["service", "code"]) == hint
