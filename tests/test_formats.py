"""Formats of other packages take part; one that breaks takes no other along, and none leaves."""

from pathlib import Path

import pytest

from gates import formats
from tests.reports import samples

CODE = """
def right(card):
    return card.target.name.encode()

def broken(card):
    raise TypeError("no such \x1b[31mthing")

def several(card):
    yield "a.part", b"1"
    yield "b.part", b"2"

def halfway(card):
    yield "c.half", b"1"
    raise OSError("gone")

def leaving(card):
    yield "../outside", b"1"
"""
POINTS = {
    "name.txt": "right",
    "broken.txt": "broken",
    "*.part": "several",
    "*.half": "halfway",
    "*.leaving": "leaving",
}


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with formats of its own."""
    site = tmp_path / "site"
    info = site / "others-1.dist-info"
    info.mkdir(parents=True)
    (site / "others_formats.py").write_text(CODE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1\n")
    lines = [f"{name} = others_formats:{function}" for name, function in POINTS.items()]
    (info / "entry_points.txt").write_text("\n".join(["[gatescore.reports]", *lines, ""]))
    monkeypatch.syspath_prepend(str(site))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "run"
    path.mkdir()
    return path


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.usefixtures("others")
def test_formats_of_others_are_known_by_the_names_of_their_files() -> None:
    assert {"name.txt", "*.part", "scorecard.html", "junit.xml"} <= formats.chosen("")
    assert formats.chosen("name.txt, junit,summary.md") == {"name.txt", "junit.xml", "summary.md"}
    with pytest.raises(formats.FormatError, match=r"did you mean name\.txt\? .*\*\.part"):
        formats.chosen("nam.txt")


@pytest.mark.usefixtures("others")
def test_one_that_breaks_is_told_and_the_others_are_written(folder: Path) -> None:
    problems = formats.write_all(folder, samples.passing(), formats.chosen(""))
    assert sorted(problems) == [
        "*.half could not be made: OSError: gone",
        "*.leaving could not be made: ValueError: '../outside' is no name of a file",
        r"broken.txt could not be made: TypeError: no such \x1b[31mthing",
    ]
    assert {"name.txt", "a.part", "b.part", "junit.xml", "scorecard.json"} <= written(folder)
    assert (folder / "name.txt").read_bytes() == b"bookstore"
    assert not (folder.parent / "outside").exists()


@pytest.mark.usefixtures("others")
def test_what_is_not_kept_is_told_when_all_others_are_written(folder: Path) -> None:
    for name in ("a.part", "junit.xml"):
        (folder / name / "x").mkdir(parents=True)
    with pytest.raises(formats.NotKept) as raised:
        formats.write_all(folder, samples.passing(), formats.chosen(""))
    assert str(raised.value).count("storage-failed: ") == 2
    assert str(folder / "junit.xml") in str(raised.value)
    assert "broken.txt could not be made" in str(raised.value)
    assert {"name.txt", "b.part", "summary.md"} <= written(folder)
    assert "scorecard.json" not in written(folder)


@pytest.mark.parametrize("text", ["junit", " junit , json ", "junit,,json"])
def test_names_are_separated_by_commas(text: str) -> None:
    assert "junit.xml" in formats.chosen(text)


def test_every_built_in_format_has_a_short_name() -> None:
    assert set(formats.NAMES.values()) == formats.chosen("")
