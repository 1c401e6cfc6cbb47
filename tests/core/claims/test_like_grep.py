"""Patterns match the lines that the real grep finds, wherever we do not refuse them."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from gates.core.claims.grep_pattern import compiled
from gates.core.claims.words import Refused

PIECES = (
    *("a", "b", "1", ".", "*", "^", "$", "+", "?", "|", "(", ")", "{", "}", "-", "{2}", "{1,2}"),
    *("\\+", "\\?", "\\|", "\\(", "\\)", "\\{2\\}", "\\.", "\\*", "\\<", "\\>", "\\b"),
    *("[ab]", "[^a]", "[a-c]", "[]a]", "[a\\]", "[[:digit:]]", "[[:space:]]", "[[:punct:]]"),
)
LINES = (
    *("", "a", "b", "ab", "aab", "abab", "a.b", "1", "a1", "(a)", "a+b", "a|b", "a{2}", "*a", "^a"),
    *("a$", "\\", "ba", "a b", "-", "{", "aa", "bb", "}", "a*b", "c", "]", "a^b$c", "\t", "A"),
)
MOST = 250


@pytest.mark.skipif(not shutil.which("grep"), reason="there is no grep here")
@pytest.mark.parametrize("extended", [True, False])
def test_a_pattern_finds_what_grep_finds(extended: bool, tmp_path: Path) -> None:
    choice = random.Random(7)
    file = tmp_path / "lines"
    file.write_text("\n".join(LINES) + "\n")
    compared = 0
    while compared < MOST:
        pattern = "".join(choice.choices(PIECES, k=choice.randint(1, 5)))
        try:
            ours = compiled(pattern, extended=extended, fixed=False, ignore_case=False)
        except Refused:
            continue
        compared += 1
        mine = [n for n, line in enumerate(LINES, 1) if ours.search(line)]
        assert mine == found(pattern, "-E" if extended else "-G", file), pattern


def found(pattern: str, kind: str, file: Path) -> list[int]:
    argv = ["grep", "-n", kind, "-e", pattern, str(file)]
    env = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    told = subprocess.run(argv, capture_output=True, text=True, env=env, check=False)
    assert told.returncode < 2, f"{pattern}: {told.stderr}"
    return [int(line.split(":", 1)[0]) for line in told.stdout.splitlines()]
