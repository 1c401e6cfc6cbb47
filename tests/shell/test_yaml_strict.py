"""YAML as a document may hold it: B31, B32, B33."""

import itertools
from typing import Any

import pytest

from gates.shell import yaml_strict
from gates.shell.yaml_strict import YamlError, decode


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("info: {version: 3.10}", {"info": {"version": "3.10"}}),
        ("version: 3.5", {"version": 3.5}),
        ("price: 12.50", {"price": 12.5}),
        ("on: off", {"on": "off"}),
        ("no: NO\nyes: y", {"no": "NO", "yes": "y"}),
        ("t: 12:30:45", {"t": "12:30:45"}),
        ("d: 2020-01-01", {"d": "2020-01-01"}),
        ("200: ok\n404: {}", {"200": "ok", "404": {}}),
        ("0x1F: 0x1F\no: 0o17\nold: 017", {"0x1F": 31, "o": 15, "old": 17}),
        ("[~, null, '', 'null', true, 'true', 1, '1', -2, 1e3, .5]",
         [None, None, "", "null", True, "true", 1, "1", -2, 1000.0, 0.5]),
        ("a: !!str 5\nb: ! 6\nc: !!int 7", {"a": "5", "b": "6", "c": 7}),
        ("a: &x {k: 1}\nb: *x", {"a": {"k": 1}, "b": {"k": 1}}),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", {"a": {"k": 1, "l": 2}, "b": {"k": 1, "l": 3}}),
        ("a: &x {k: 1}\nb: &y {k: 2}\nc: {<<: [*x, *y]}",
         {"a": {"k": 1}, "b": {"k": 2}, "c": {"k": 1}}),
        ("", None),
        ("just text", "just text"),
    ],
)  # fmt: skip
def test_b33_the_core_schema_of_yaml_1_2(text: str, expected: Any) -> None:
    assert decode(text) == expected


def bomb(levels: int) -> str:
    names = "abcdefghij"
    rows = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in itertools.pairwise(names[:levels]):
        rows.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(rows)


def test_b31_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    with pytest.raises(YamlError, match="alias-limit: aliases unfold to more than 100000"):
        decode(bomb(9))
    assert decode(bomb(4))


def test_the_alias_limit_is_exact() -> None:
    row = "[" + ", ".join("x" * 1 for _ in range(yaml_strict.ALIAS_NODES // 2 - 1)) + "]"
    assert decode(f"a: &a {row}\nb: [*a, *a]")
    with pytest.raises(YamlError, match="alias-limit"):
        decode(f"a: &a {row}\ny: &y z\nb: [*a, *a, *y]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: !!python/object/apply:os.system ['true']", "unsafe tag: .*line 1"),
        ("a:\n- !!python/name:os.system", "unsafe tag: .*line 2"),
        ("a: !local {b: 1}", "unsafe tag"),
        ("a: !!binary aGk=", "unsafe tag"),
        ("a: !!timestamp 2020-01-01", "unsafe tag"),
        ("a: 1\na: 2", "duplicate-key: 'a'.*line 2"),
        ("a: 1\n'a': 2", "duplicate-key"),
        ("a: &a [*a]", "alias-limit: alias \\*a holds itself"),
        ("a: *nowhere", "unparsable"),
        ("[" * 101, "too-deep"),
        ("[" * 100_000, "too-deep"),
        ("a: .nan", "non-finite number"),
        ("a: -.inf", "non-finite number"),
        ("a: 1e999", "number-too-large"),
        ("--- a\n--- b", "unparsable: more than one document"),
        ("? [a]\n: 1", "unparsable: a key that is no text"),
        ("a: b: c", "unparsable"),
        ("a: &x 1\n*x : 2", "unparsable"),
        ("a: {<<: 1}", "unparsable: a merge key"),
        ("a: \x00", "unparsable"),
    ],
)
def test_b32_what_is_refused_names_its_word(text: str, words: str) -> None:
    with pytest.raises(YamlError, match=words):
        decode(text)


def test_depth_at_the_bound() -> None:
    assert decode("[" * 100 + "]" * 100)
