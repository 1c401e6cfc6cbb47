"""The judged tree: of the promised size, the same every time, and nothing to complain of."""

import subprocess
import sys
from pathlib import Path

from bench import tree

RUFF = Path(sys.executable).with_name("ruff")
CONFIG = Path(__file__).parents[2] / "config" / "tools" / "ruff.toml"


def test_the_tree_is_the_same_every_time_and_as_large_as_promised() -> None:
    files = dict(tree.sources())
    assert files == dict(tree.sources())
    assert 25_000 <= sum(text.count("\n") for text in files.values()) <= 25_500
    assert sum(not name.endswith("__init__.py") for name in files) == 120


def test_the_tree_gives_the_linter_and_the_formatter_nothing_to_do(tmp_path: Path) -> None:
    tree.write(tmp_path)
    words = ("--no-cache", "--config", str(CONFIG))
    roots = ("--config", 'src = ["src"]')
    lint = subprocess.run((RUFF, "check", *words, *roots, "src"), cwd=tmp_path, check=False)
    assert lint.returncode == 0
    form = subprocess.run((RUFF, "format", "--check", *words, "src"), cwd=tmp_path, check=False)
    assert form.returncode == 0
    state = ("git", "status", "--porcelain")
    assert subprocess.run(state, cwd=tmp_path, check=True, capture_output=True).stdout == b""
