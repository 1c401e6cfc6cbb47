"""mypy with a cache that is kept: warm and cold agree, whatever became of the cache (P15)."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gates.probes import run_mypy

RUNNER = Path(run_mypy.__file__)
GOOD = "def one() -> int:\n    return 1\n"
BAD = "def one() -> int:\n    return ''\n"  # as long as a good one with two more spaces


class Place:
    """A tree, a kept cache, and runs over them."""

    def __init__(self, root: Path) -> None:
        self.tree = root / "tree"
        self.kept = root / "kept" / "ours.cache"
        self.root = root
        self.runs = 0
        self.write("a.py", GOOD)
        self.write("b.py", "from a import one\n\nTWO: int = one()\n")

    def write(self, name: str, text: str) -> Path:
        file = self.tree / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self, kept: Path | None = None, number: int | None = None):
        self.runs += 1
        output = self.root / f"run-{number or self.runs}"
        path = self.kept if kept is None else kept
        done = subprocess.run(
            [
                *(sys.executable, "-P", str(RUNNER), str(path) if path != Path() else ""),
                *(str(output), "--config-file=", "--strict", "--output=json", "--", "src"),
            ],
            cwd=self.tree,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            check=False,
            timeout=120,
        )
        told = output / "checked.json"
        left = sorted(path.name for path in output.iterdir())
        assert left in ([], ["checked.json"])
        said = [json.loads(line) for line in done.stdout.split(b"\n") if line.startswith(b"{")]
        errors = [(one["file"], one["line"], one["code"]) for one in said]
        return done, errors, json.loads(told.read_bytes()) if told.exists() else None


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory):
    """A place after its first run, which had no cache."""
    place = Place(tmp_path_factory.mktemp("first"))
    return place, place.run()


@pytest.fixture
def place(tmp_path: Path, first) -> Place:
    """A place with the same sources and a cache that knows them."""
    place = Place(tmp_path)
    place.kept.parent.mkdir()
    place.kept.write_bytes(first[0].kept.read_bytes())
    return place


def settled(file: Path) -> None:
    """Give a file a time that is a function of its content, as the snapshot does."""
    moment = int.from_bytes(file.read_bytes()[:200].ljust(4), "big") % 10**9
    os.utime(file, (moment, moment))


def test_warm_and_cold_see_every_file_and_say_the_same(place, first):
    _, cold = first
    warm, alone = place.run(), place.run(kept=Path())
    for done, errors, told in (cold, warm, alone):
        assert (done.returncode, done.stderr, errors) == (0, b"", [])
        assert told["checked"] == told["sources"] == ["src/a.py", "src/b.py"]
    assert [one[2]["warm"] for one in (cold, warm, alone)] == [False, True, False]


def test_errors_are_said_again_without_being_looked_for_again(place):
    place.write("a.py", BAD)
    errors = place.run()[1]
    kept = place.kept.read_bytes()
    assert place.run()[1] == errors == [("src/a.py", 2, "return-value")]
    assert place.kept.read_bytes() == kept


EDITS = {
    "interface": ("a.py", "def one() -> str:\n    return ''\n"),
    "gone": ("a.py", None),
    "new": ("c.py", "import b\n\nTHREE: str = b.TWO\n"),
    "shadow": ("a.pyi", "def one() -> str: ...\n"),
}


@pytest.mark.parametrize("case", EDITS)
def test_after_an_edit_warm_and_cold_agree_and_after_taking_it_back_too(place, case):
    name, text = EDITS[case]
    file = place.tree / "src" / name
    saved = file.read_text() if file.exists() else None
    if text is None:
        file.unlink()
    else:
        place.write(name, text)
    warm, cold = place.run(), place.run(kept=Path())
    assert warm[1] == cold[1] != []
    assert warm[0].returncode == cold[0].returncode
    if saved is None:
        file.unlink()
    else:
        place.write(name, saved)
    assert place.run()[1] == []


def test_an_edit_that_keeps_size_and_a_made_up_time_is_found_p15(place):
    """The time follows the content, as in the snapshot: a restored time of the source is lost."""
    file = place.write("a.py", GOOD + "\n")
    settled(file)
    assert place.run()[1] == []
    place.write("a.py", BAD)
    assert file.stat().st_size == len(GOOD) + 1
    settled(file)
    _, errors, told = place.run()
    assert errors == [("src/a.py", 2, "return-value")]
    assert told["warm"]


def damaged(kept: Path, how: str) -> None:
    data = bytearray(kept.read_bytes())
    match how:
        case "cut":
            kept.write_bytes(data[: len(data) // 2])
        case "flipped":
            data[len(data) // 2] ^= 1
            kept.write_bytes(data)
        case "empty":
            kept.write_bytes(b"")
        case "garbage":
            kept.write_bytes(b"garbage" * 100)
        case "folder":
            kept.unlink()
            kept.mkdir()


@pytest.mark.parametrize("how", ["cut", "flipped", "empty", "garbage", "folder"])
def test_a_damaged_cache_is_not_used(place, tmp_path, how):
    assert run_mypy.unpacked(place.kept, tmp_path / "whole")
    damaged(place.kept, how)
    assert not run_mypy.unpacked(place.kept, tmp_path / "damaged")
    assert not (tmp_path / "damaged").exists()


def test_with_a_damaged_cache_everything_is_checked_and_a_good_one_is_kept(place):
    damaged(place.kept, "flipped")
    place.write("a.py", BAD)
    done, errors, told = place.run()
    assert (errors, done.stderr) == ([("src/a.py", 2, "return-value")], b"")
    assert (told["warm"], told["checked"]) == (False, ["src/a.py", "src/b.py"])
    assert place.run()[2]["warm"]


def test_a_whole_cache_that_mypy_cannot_work_with_is_thrown_away_and_that_is_said(place, tmp_path):
    unpacked = tmp_path / "unpacked"
    assert run_mypy.unpacked(place.kept, unpacked)
    for database in unpacked.rglob("*.db"):
        database.write_bytes(b"no database" * 1000)
    run_mypy.keep(unpacked, place.kept)
    place.write("a.py", BAD)
    done, errors, told = place.run()
    assert errors == [("src/a.py", 2, "return-value")]
    assert told["restarted"]
    assert done.stderr == b""
    assert place.run()[2] == {**told, "restarted": ""}, "and a good one was kept in its place"


def test_runs_at_once_do_not_meet(place):
    place.write("a.py", BAD)
    numbers = range(10, 14)
    with ThreadPoolExecutor(max_workers=3) as pool:
        runs = list(pool.map(lambda number: place.run(number=number), numbers))
    assert {tuple(errors) for _, errors, _ in runs} == {(("src/a.py", 2, "return-value"),)}
    assert [path.name for path in place.kept.parent.iterdir()] == ["ours.cache"]
    assert place.run()[2]["warm"]


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(place, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done, errors, told = place.run(kept=tmp_path / "file" / "ours.cache")
    assert (done.returncode, errors, done.stderr) == (0, [], b"")
    assert told["checked"] == ["src/a.py", "src/b.py"]


def test_settings_that_mypy_does_not_understand_are_still_heard_of(place):
    (place.tree / "mypy.ini").write_text("[mypy]\nstrct = True\n")
    done = subprocess.run(
        [
            *(sys.executable, "-P", str(RUNNER), "", str(place.root / "o")),
            *("--config-file=mypy.ini", "--output=json", "--", "src"),
        ],
        cwd=place.tree,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert b"Unrecognized option" in done.stderr
    assert b"LOG:" not in done.stderr


def test_the_log_is_read():
    log = (
        "Found source:           BuildSource(path='src/a.py', module='a', has_text=False)",
        "Found source:           BuildSource(path=\"src/it's.py\", module='b', has_text=False)",
        "Found source:           BuildSource(path='src/never.py', module='c', has_text=False)",
        "Parsing src/a.py (a)",
        "Metadata fresh for b: file src/it's.py",
        "Parsing lib/elsewhere.py (d)",
        "Build finished in 0.006 seconds with 2 modules, and 0 errors",
    )
    seen = run_mypy.read(log)
    assert seen.sources == ("src/a.py", "src/it's.py", "src/never.py")
    assert seen.checked == ("src/a.py", "src/it's.py")
    assert (seen.built, seen.changed) == (True, True)
    assert run_mypy.read(log[:-1]).built is False
