"""Formats of other packages take part; one that breaks takes no other along, and none leaves."""

from pathlib import Path

import pytest

from gates import formats, listing
from tests.reports import many, samples

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
    yield LEAVES, b"1"

def others(card):
    yield "plan.json", b"1"
"""
LEAVES = ("../outside", "/tmp/outside", "a/b.leaving", "..", "", "a\\b.leaving", "x.leaving/..")
POINTS = {
    "name.txt": "right",
    "broken.txt": "broken",
    "*.part": "several",
    "*.half": "halfway",
    "*.leaving": "leaving",
    "*.named": "others",
}


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with formats of its own."""
    site = tmp_path / "site"
    info = site / "others-1.dist-info"
    info.mkdir(parents=True)
    (site / "others_formats.py").write_text(f"LEAVES = '../outside'\n{CODE}")
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
        "*.named could not be made: ValueError: 'plan.json' is no name of *.named",
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


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("name", LEAVES)
def test_a_name_that_leaves_the_folder_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    import others_formats  # of the fixture's package

    monkeypatch.setattr(others_formats, "LEAVES", name)
    (problem,) = formats.write_all(folder, samples.passing(), {"*.leaving"})
    assert problem == f"*.leaving could not be made: ValueError: {name!r} is no name of a file"
    assert written(folder) <= {".reports.json"}


def sarif(folder: Path) -> set[str]:
    return {name for name in written(folder) if name.endswith(".sarif")}


def test_the_files_of_tools_that_are_in_the_run_no_more_are_removed(folder: Path) -> None:
    formats.write_all(folder, many.card(many.gate("mypy", 1), many.gate("ruff", 1)), {"*.sarif"})
    (folder / "stranger.sarif").write_bytes(b"{}")
    assert sarif(folder) == {
        "gatescore.sarif",
        "mypy.sarif",
        "ruff.sarif",
        "stranger.sarif",
    }
    formats.write_all(folder, many.card(many.gate("ruff", 2)), {"*.sarif", "junit.xml"})
    assert sarif(folder) == {"gatescore.sarif", "ruff.sarif", "stranger.sarif"}
    formats.write_all(folder, many.card(), {"junit.xml"})
    assert sarif(folder) == {"gatescore.sarif", "ruff.sarif", "stranger.sarif"}


@pytest.mark.parametrize("how", ["changed", "linked", "folder"])
def test_what_is_no_longer_as_it_was_written_is_somebody_elses(folder: Path, how: str) -> None:
    formats.write_all(folder, many.card(many.gate("mypy", 1)), {"*.sarif"})
    file, other = folder / "mypy.sarif", folder / "mine"
    file.rename(other)
    match how:
        case "changed":
            file.write_bytes(other.read_bytes() + b" ")
        case "linked":
            file.symlink_to(other)
        case _:
            file.mkdir()
    assert formats.write_all(folder, many.card(), {"*.sarif"}) == []
    assert file.exists()
    assert other.exists()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": 3}', '{"files": {"*.sarif": {"../x": "y"}}}']
)
def test_a_list_that_somebody_spoilt_removes_nothing(folder: Path, text: str) -> None:
    outside = folder.parent / "x"
    outside.write_text("mine")
    (folder / listing.NAME).write_text(text.replace("y", listing.digest(b"mine")))
    assert formats.write_all(folder, many.card(), {"*.sarif"}) == []
    assert outside.read_text() == "mine"


@pytest.mark.usefixtures("others")
def test_a_format_that_breaks_halfway_removes_nothing_of_before(folder: Path) -> None:
    before = listing.with_files(listing.Listing(), "*.half", {"old.half": listing.digest(b"old")})
    listing.write(folder, before)
    (folder / "old.half").write_bytes(b"old")
    assert formats.write_all(folder, many.card(), {"*.half"})
    assert {"old.half", "c.half"} <= written(folder)
    assert set(listing.read(folder).files["*.half"]) == {"old.half", "c.half"}


@pytest.mark.parametrize("text", ["junit", " junit , json ", "junit,,json"])
def test_names_are_separated_by_commas(text: str) -> None:
    assert "junit.xml" in formats.chosen(text)


def test_every_built_in_format_has_a_short_name() -> None:
    assert set(formats.NAMES.values()) == formats.chosen("")
