"""Every page that teaches by doing is done: its files are written, its commands run in order."""

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks
from tests.docs.walking import Reader

TUTORIAL = ("first-verdict", "baseline", "mend", "ci")
HOW_TO = ("policy", "waive", "own-tool", "release")


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return Reader(folder, tmp_path / "cache")


def test_the_tutorial_from_an_empty_folder_to_ci(reader: Reader) -> None:
    for chapter in TUTORIAL:
        reader.walk(DOCS / "tutorial" / f"{chapter}.md")
    assert reader.ran > len(TUTORIAL)


@pytest.mark.parametrize("page", HOW_TO)
def test_a_how_to_in_the_folder_of_the_tutorial(reader: Reader, page: str) -> None:
    first = DOCS / "tutorial" / "first-verdict.md"
    for block in blocks(first):
        if block.kind == "file":
            reader.write(block)
    reader.follow(next(block for block in blocks(first) if block.kind == "commands"))
    target = 'name = "shelf"\n[code]\npaths = ["src"]\ntests = ["tests"]\npackages = [".[test]"]\n'
    (reader.folder / "gatescore.toml").write_text(target)
    reader.walk(DOCS / "how-to" / f"{page}.md")


def test_it_reads_in_that_order() -> None:
    index = (DOCS / "tutorial" / "index.md").read_text()
    places = [index.index(f"({chapter}.md)") for chapter in TUTORIAL]
    assert places == sorted(places)
    assert {f.stem for f in (DOCS / "tutorial").glob("*.md")} == {"index", *TUTORIAL}
