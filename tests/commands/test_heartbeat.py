"""`gatescore heartbeat` and `keygen`, and what is said of a scorecard that counts no more."""

import json
import stat
from pathlib import Path

import pytest

from tests.faults.cli import Place, fake


def aged(file: Path, hours: float) -> None:
    """Make a scorecard as old as that, as if its run had begun then."""
    from datetime import UTC, datetime, timedelta

    began = datetime.now(UTC) - timedelta(hours=hours)
    card = json.loads(file.read_text())
    card["run"]["started_at"] = f"{began:%Y-%m-%dT%H:%M:%SZ}"
    card["valid_until"] = f"{began + timedelta(hours=26):%Y-%m-%dT%H:%M:%SZ}"
    file.write_text(json.dumps(card))


@pytest.fixture
def card(place: Place) -> Path:
    """The scorecard of a run that has just ended."""
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    return place.output / "scorecard.json"


def test_p52_a_night_that_did_not_come_is_told(place: Place, card: Path) -> None:
    fresh = place.run("heartbeat", card)
    assert (fresh.code, "victim PASS" in fresh.stderr) == (0, True)
    aged(card, 40)
    for options in ([], ["--max-age", "26h"]):
        done = place.run("heartbeat", card.parent, *options)
        assert (done.code, "victim PASS" in done.stderr) == (1, True)
    assert place.run("heartbeat", card.parent, "--max-age", "41h").code == 0
    assert "STALE" in place.run("heartbeat", card.parent).stderr


def test_p52_judging_an_old_run_says_that_it_is_stale(place: Place, card: Path) -> None:
    policy = place.path / "p.toml"
    assert "STALE" not in place.run("judge", card.parent, "--policy", policy).stderr
    aged(card, 40)
    assert "STALE: valid until" in place.run("judge", card.parent, "--policy", policy).stderr


def test_p52_a_run_of_a_lower_level_stands_for_no_night(place: Place, card: Path) -> None:
    """The runs of `card` are decided by level 2."""
    assert place.run("heartbeat", card, "--level", "2").code == 0
    done = place.run("heartbeat", card, "--level", "3")
    assert (done.code, "no complete scorecard of level 3" in done.stderr) == (1, True)


def test_p52_nothing_at_all_is_told_too(place: Place) -> None:
    for where in ([], [place.path], [place.path / "none"]):
        done = place.run("heartbeat", *where)
        assert (done.code, "no complete scorecard" in done.stderr) == (1, True)


@pytest.mark.parametrize("span", ["", "26", "a day", "-1h"])
def test_a_span_that_is_none_is_named(place: Place, span: str) -> None:
    done = place.run("heartbeat", place.path, f"--max-age={span}")
    assert done.code == (1 if not span else 2)


def test_a_key_is_made_once(place: Place) -> None:
    key = place.path / "k"
    made = place.run("keygen", key)
    assert (made.code, made.stdout) == (0, b"")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    again = place.run("keygen", key)
    assert (again.code, "never overwritten" in again.stderr) == (2, True)
    assert key.read_bytes() == before
    assert before.decode() not in made.stderr


def test_a_place_where_no_key_can_be_made_is_named(place: Place) -> None:
    done = place.run("keygen", place.path / "none" / "k")
    assert (done.code, "none" in done.stderr) == (2, True)
