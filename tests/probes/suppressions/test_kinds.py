"""What a comment switches off, and whether in its whole file."""

import pytest

from gates.probes.suppressions import found

PYTHON = [
    ("# noqa", ["noqa"]),
    ("#noqa:E501", ["noqa"]),
    ("# NOQA: E501", ["noqa"]),
    ("# ruff: noqa", ["noqa-file"]),
    ("# ruff: noqa: E501", ["noqa-file"]),
    ("# flake8: noqa: E501", ["noqa-file"]),
    ("# ruff: disable[E501]", ["noqa"]),
    ("# ruff: file-ignore[E501]", ["noqa-file"]),
    ("# type: ignore[assignment]", ["type-ignore"]),
    ("# pyright: ignore", ["type-ignore"]),
    ("# pyright: basic", ["type-ignore-file"]),
    ("# pyright: strict", []),
    ("# pyright: reportMissingImports=false", ["type-ignore-file"]),
    ("# mypy: ignore-errors", ["type-ignore-file"]),
    ('# mypy: disable-error-code="attr-defined"', ["type-ignore-file"]),
    ("# mypy: allow-untyped-defs", ["type-ignore-file"]),
    ("# mypy: strict", []),
    ("# nosec B101", ["nosec"]),
    ("# pragma: no cover", ["no-cover"]),
    ("# pragma: no branch", ["no-cover"]),
    ("# pragma: allowlist " + "secret", ["allow-secret"]),
    ("# pragma: allowlist nextline " + "secret", ["allow-secret"]),
    ("# gitleaks:" + "allow", ["allow-secret"]),
    ("# jscpd:ignore-start", ["duplicate"]),
    ("# jscpd:ignore-end", []),
    ("# nosemgrep: rule", ["semgrep"]),
    ("# fmt: off", ["format-off"]),
    ("# fmt: skip", ["format-off"]),
    ("# fmt: on", []),
    ("# isort: skip", ["isort"]),
    ("# isort: skip_file", ["isort-file"]),
    ("# pylint: disable=C0114", ["pylint"]),
    ("# pylint: skip-file", ["pylint-file"]),
    ("# type: ignore  # noqa: F401", ["type-ignore", "noqa"]),
    ("# said above  # nosec", ["nosec"]),
    ("# a plain comment", []),
    ("# why noqa is not used here", []),
    ("# types: ignored", []),
    ("# nosecond", []),
    ("# type: list[int]", []),
]


def rules(name: str, text: str) -> list[tuple[int, str]]:
    return [(off.line, off.kind.rule) for off in found.offs(name, text.encode())]


@pytest.mark.parametrize(("comment", "expected"), PYTHON)
def test_what_a_comment_of_python_switches_off(comment, expected):
    assert rules("a.py", f"A = 1\n{comment}\n") == [(2, rule) for rule in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# type: ignore\nA = 1\n", [(1, "type-ignore-file")]),
        ("#!/usr/bin/python\n# A licence.\n\n# type: ignore\nA = 1\n", [(4, "type-ignore-file")]),
        ("# mypy: ignore-errors\nA = 1\n", [(1, "type-ignore-file")]),
        ("import os  # type: ignore\n", [(1, "type-ignore")]),
        ('"""Text."""\n# type: ignore\nA = 1\n', [(2, "type-ignore")]),
        ("# fmt: off\nA = 1\n", [(1, "format-off-file")]),
        ("# nosec\nA = 1\n", [(1, "nosec")]),  # bandit knows no form for a whole file
        ("# noqa\nA = 1\n", [(1, "noqa")]),  # nor has flake8's a meaning on a line of its own
    ],
)
def test_the_head_of_a_file_speaks_for_all_of_it(text, expected):
    assert rules("a.py", text) == expected


def test_texts_and_documentation_do_not_count():
    text = '"""Uses # noqa in its text."""\nA = "# type: ignore"\nB = 1  # nosec\n'
    assert rules("a.py", text) == [(3, "nosec")]


SCRIPT = [
    ("// eslint-disable-line", ["eslint"]),
    ("// eslint-disable-next-line no-eval -- said", ["eslint"]),
    ("/* eslint-disable-next-line no-eval */", ["eslint"]),
    ("/* eslint-disable */", ["eslint-file"]),
    ("/* eslint-disable no-eval */ x(); /* eslint-enable no-eval */", ["eslint"]),
    ('/* eslint no-eval: "off" */', ["eslint-file"]),
    ("/* eslint no-eval: 0, curly: 2 */", ["eslint-file"]),
    ('/* eslint no-eval: "error" */', []),
    ("/* eslint-enable */", []),
    ("/* eslint-env node */", []),
    ("// @ts-ignore", ["ts-ignore"]),
    ("//@ts-expect-error because", ["ts-ignore"]),
    ("/* @ts-ignore */", ["ts-ignore"]),
    ("// @ts-nocheck", ["ts-ignore-file"]),
    ("// @ts-check", []),
    ("// prettier-ignore", ["prettier"]),
    ("{/* prettier-ignore */}", ["prettier"]),
    ("/* istanbul ignore next */", ["no-cover"]),
    ("/* istanbul ignore file */", ["no-cover-file"]),
    ("/* c8 ignore start */", ["no-cover"]),
    ("/* c8 ignore stop */", []),
    ("/* v8 ignore next 3 */", ["no-cover"]),
    ("/* v8 ignore if -- @preserve */", ["no-cover"]),
    ("/* jscpd:ignore-start */", ["duplicate"]),
    ("// biome-ignore lint: said", ["eslint"]),
    ("// biome-ignore-all lint: said", ["eslint-file"]),
    ("// deno-lint-ignore no-explicit-any", ["eslint"]),
    ("// pragma: allowlist " + "secret", ["allow-secret"]),
    ("// nosemgrep", ["semgrep"]),
    ("// why eslint-disable is not used", []),
    ("// eslint is run in CI", []),
    ("const a = '// @ts-ignore';", []),
    ("const a = `/* eslint-disable */`;", []),
]


@pytest.mark.parametrize("name", ["a.js", "a.ts", "a.tsx", "a.mjs", "a.cts"])
@pytest.mark.parametrize(("line", "expected"), SCRIPT)
def test_what_a_comment_of_a_script_switches_off(name, line, expected):
    assert rules(name, f"x();\n{line}\nx();\n") == [(2, rule) for rule in expected]


def test_each_line_of_a_block_may_say_something():
    text = "/**\n * Text.\n * @ts-ignore\n * jscpd:ignore-start\n */\n"
    assert rules("a.ts", text) == [(1, "ts-ignore"), (1, "duplicate")]


def test_a_block_that_ends_is_no_whole_file_and_one_after_it_is():
    text = "/* eslint-disable */\na();\n/* eslint-enable */\n"
    assert rules("a.js", text) == [(1, "eslint")]
    assert rules("a.js", text + "/* eslint-disable */\n") == [(1, "eslint"), (4, "eslint-file")]
