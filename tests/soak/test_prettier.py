"""Reformatting TypeScript with prettier: what was found on a line keeps its name."""

import re
import subprocess
from pathlib import Path

import pytest

from gates.core.source_braces import contexts

ROOT = Path(__file__).parents[2] / "examples" / "bookstore-ts"
PRETTIER = ROOT / "node_modules" / ".bin" / "prettier"
WORD = re.compile(r"[A-Za-z_$][\w$]*")
STYLES = (
    ("--print-width", "60", "--single-quote"),
    ("--print-width", "140", "--no-semi", "--trailing-comma", "none", "--arrow-parens", "avoid"),
    ("--print-width", "100", "--tab-width", "4"),
)


@pytest.mark.skipif(not PRETTIER.exists(), reason="npm ci in examples/bookstore-ts first")
@pytest.mark.parametrize("style", STYLES)
def test_findings_keep_their_names(style, capsys):
    kept = [
        same
        for file in sorted(ROOT.glob("src/**/*.ts"))
        for same in compared(file.read_text(), style)
    ]
    share = 100 * sum(kept) / len(kept)
    with capsys.disabled():
        print(f"\n{' '.join(style)}: {sum(kept)} of {len(kept)} places kept: {share:.2f} %")
    assert len(kept) > 500
    assert share >= 98


def compared(before: str, style: tuple[str, ...]) -> list[bool]:
    """For the first word of each line whether its place keeps its name.

    A formatter keeps the order of the words, so the n-th word is the same one before and after.
    """
    argv = (PRETTIER, "--no-config", "--parser", "typescript", *style)
    ended = subprocess.run(argv, input=before, capture_output=True, text=True, check=True)
    after = ended.stdout
    old, new = words(before), words(after)
    if [word for word, _ in old] != [word for word, _ in new]:
        return []
    first = {line: number for number, (_, line) in reversed(list(enumerate(old)))}
    names = contexts(before, dict.fromkeys(first, False))
    later = contexts(after, dict.fromkeys((line for _, line in new), False))
    return [names[line] == later[new[number][1]] for line, number in first.items()]


def words(text: str) -> list[tuple[str, int]]:
    """Each word and its line."""
    return [(found[0], text.count("\n", 0, found.start()) + 1) for found in WORD.finditer(text)]
