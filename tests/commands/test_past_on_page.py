"""The page knows its past from the scorecard alone: no history is asked when it is made again."""

from pathlib import Path

from tests.faults.cli import Completed, Place, fake


def ran(place: Place, errors: int, *more: str | Path) -> Completed:
    """A run that finds that many errors."""
    policy = place.policy({"a": fake("works", 0, errors), "b": fake()}, name=f"p{errors}")
    folder = place.path / f"run-{errors}"
    return place.run("run", place.target(), "--policy", policy, *more, output=folder)


def test_three_runs_are_told_and_written_again_byte_for_byte_p32(place: Place) -> None:
    for errors in (3, 1):
        ran(place, errors)
    last = ran(place, 2)
    earlier = last.card["run"]["earlier"]
    assert [Path(run).name for run in earlier["runs"]] == ["run-3", "run-1"]
    assert earlier["values"] == {"a.errors": [3.0, 1.0], "b.errors": [0.0]}
    page = last.output / "scorecard.html"
    before = page.read_bytes()
    for told in ("Over the last runs", "2 earlier runs since", "+1</span>", "vs last run 1"):
        assert told in before.decode()
    (place.path / ".gatescore" / "history.db").unlink()
    for again in (("report",), ("judge", "--output", last.output)):
        page.unlink()
        name, *more = again
        place.run(name, last.output, *more, output=last.output)
        assert page.read_bytes() == before


def test_without_a_history_the_page_says_nothing_of_a_past(place: Place) -> None:
    ran(place, 3)
    last = ran(place, 1, "--history", "off")
    assert last.card["run"]["earlier"] == {}
    assert "last run" not in (last.output / "scorecard.html").read_text()


def test_a_named_base_is_the_only_one_that_is_shown(place: Place) -> None:
    first = ran(place, 3)
    last = ran(place, 1, "--base-run", first.output / "scorecard.json")
    page = (last.output / "scorecard.html").read_text()
    assert "base" not in last.card["run"]["earlier"]
    assert "vs last run 3" in page or "vs base and last run 3" in page
