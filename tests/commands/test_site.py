"""A week of real nightly runs, one missing, one killed, with a flaky gate: history and site tell.

Each night is a process of its own; its scorecard is then dated back, and imported as one of another
machine is.
"""

import json
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.cli import Place, committed, fake, finish, until
from tests.reports.lines import at

NIGHTS = {0: "0", 1: "0", 2: "1", 3: "0", 5: "hangs", 6: "0"}  # the fifth never began
KILLED = 5
FIRST = datetime.now(UTC) - timedelta(days=6, hours=1)


def night(place: Place, number: int, mood: str) -> None:
    """One night: the real program, killed where its gate hangs; then dated back."""
    file = place.path / "mood"
    file.write_text(mood)
    folder = place.path / "runs" / f"night-{number}"
    words = ("run", "t", "--policy", "p.toml", "--profile", "nightly", "--history", "off")
    with place.begin(*words, "--output", folder) as process:
        if number == KILLED:
            until(lambda: not file.exists())
            process.send_signal(signal.SIGKILL)
        finish(process)
    dated(folder / "scorecard.json", FIRST + timedelta(days=number))


def dated(file: Path, begun: datetime) -> None:
    """Make a scorecard one of a run that began then."""
    card = json.loads(file.read_bytes())
    card["run"]["started_at"] = at(begun)
    if card["run"]["ended_at"]:
        card["run"]["ended_at"] = at(begun + timedelta(minutes=9))
    card["valid_until"] = at(begun + timedelta(hours=26))
    file.write_text(json.dumps(card))


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The place after that week, its runs in the history."""
    path = tmp_path_factory.mktemp("week")
    place = Place(path, path / "cache")
    place.policy({"moody": fake("flips", path / "mood")})
    committed(place.target())
    (path / "runs").mkdir()
    for number, mood in NIGHTS.items():
        night(place, number, mood)
    told = place.run("history", "import", "runs", "--as-branch", "main")
    assert (told.code, told.stderr.split()[:2]) == (0, ["6", "runs"])
    yield place


def stamps() -> tuple[str, str]:
    """The nights before and after the missing one."""
    before, after = (at(FIRST + timedelta(days=number)) for number in (3, 5))
    return before, after


def test_the_text_tells_all_three(week: Place) -> None:
    text = week.run("history").stdout.decode()
    before, after = stamps()
    for line in (
        "victim: 6 runs, 5 whole since",
        f"{after} night-5 never ended: it was killed, or its machine was",
        f"1 nightly run missing between {before} and {after}",
        "where nothing else did: PASS, PASS, FAIL, PASS, PASS",
        "median 24 h 0 min over 1 time",
        "too few runs for a slope: 5 of 10",
    ):
        assert line in text, text


def test_programs_are_told_all_three(week: Place) -> None:
    data = json.loads(week.run("history", "--format", "json").stdout)
    (gap,), (killed,), (flaky,) = data["gaps"], data["unended"], data["flaky"]
    assert (gap["since"], gap["until"], gap["missing"]) == (*stamps(), 1)
    assert (killed["run"], flaky["gate"], flaky["flips"]) == ("night-5", "moody", 2)
    assert [one["run"] for one in data["shown"]] == [f"night-{n}" for n in NIGHTS]


def test_the_site_tells_all_three_and_leads_to_the_scorecards(week: Place) -> None:
    done = week.run("site", "--output", "public")
    assert (done.code, done.stderr) == (0, "gatescore: public/index.html: 1 service\n")
    index = (week.path / "public" / "index.html").read_text()
    for words in ("1 run missing", "1 run did not end", "flaky: moody"):
        assert words in index
    (file,) = (week.path / "public" / "services").iterdir()
    page = file.read_text()
    before, after = stamps()
    assert f"1 nightly run missing between {before} and {after}" in page
    assert "night-5 never ended: it was killed, or its machine was" in page
    assert re.search("moody changed twice at [0-9a-f]{12} where nothing else did", page)
    assert "6 runs, 4 passed, 1 not passed, 1 did not end, 1 missing" in page
    copies = {each.name for each in (week.path / "public" / "runs").iterdir()}
    assert len(copies) == 5
    assert set(re.findall(r'href="\.\./runs/([^"]+)"', page)) == copies
    assert "0 new, 0 fixed" in page
