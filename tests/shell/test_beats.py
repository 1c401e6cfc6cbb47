"""The newest complete scorecard of several, and what is none."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gates.shell import beats

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def kept(folder: Path, hours: float, **more: Any) -> Path:
    """A scorecard of a run that began so many hours ago; it holds for 26."""
    began = NOW - timedelta(hours=hours)
    card = {
        "target": {"name": "books", "revision": "unknown", "dirty": True},
        "verdict": "PASS",
        "complete": True,
        "partial": False,
        "decisive_level": 2,
        "valid_until": f"{began + timedelta(hours=26):%Y-%m-%dT%H:%M:%SZ}",
        "run": {"started_at": f"{began:%Y-%m-%dT%H:%M:%SZ}"},
        "a member of later versions": [1],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scorecard.json").write_text(json.dumps(card | more))
    return folder / "scorecard.json"


def heard(path: Path, target: str = "") -> Path | None:
    newest = beats.newest(beats.find(path).beats, target)
    return newest.file if newest else None


def test_the_newest_of_a_folder_of_runs(tmp_path: Path) -> None:
    kept(tmp_path / "a", 3)
    newest = kept(tmp_path / "b", 1)
    kept(tmp_path / "c", 2)
    assert heard(tmp_path) == newest


@pytest.mark.parametrize("where", ["runs/1", ".gatescore/runs/1", ".", "1"])
def test_where_runs_are(tmp_path: Path, where: str) -> None:
    file = kept(tmp_path / where, 1)
    assert heard(tmp_path) == file
    assert heard(file) == file


def test_what_did_not_end_is_no_sign_of_life(tmp_path: Path) -> None:
    old = kept(tmp_path / "old", 50)
    kept(tmp_path / "stopped", 1, complete=False)
    kept(tmp_path / "chosen", 1, partial=True)
    assert heard(tmp_path) == old


def test_only_the_named_target(tmp_path: Path) -> None:
    file = kept(tmp_path / "1", 9, target={"name": "films", "revision": "", "dirty": False})
    kept(tmp_path / "2", 1)
    assert heard(tmp_path, "films") == file
    assert heard(tmp_path, "music") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"complete": true}', "[" * 100_000])
def test_a_file_that_cannot_be_read_is_named_and_not_counted(tmp_path: Path, text: str) -> None:
    kept(tmp_path / "1", 2)
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "scorecard.json").write_text(text)
    found = beats.find(tmp_path)
    assert len(found.beats) == 1
    assert [file for file, _ in found.unread] == [tmp_path / "2" / "scorecard.json"]


@pytest.mark.parametrize(
    ("hours", "most", "word"),
    [
        (25, None, ""),
        (27, None, "STALE"),
        (40, None, "STALE"),
        (-1, None, "future"),
        (40, timedelta(hours=41), ""),
        (40, timedelta(hours=39), "old"),
        (-1, timedelta(hours=39), "future"),
    ],
)
def test_p52_silence(tmp_path: Path, hours: float, most: timedelta | None, word: str) -> None:
    kept(tmp_path, hours)
    (beat,) = beats.find(tmp_path).beats
    why = beats.silence(beat.card, most, NOW)
    assert word in why and bool(why) is bool(word)


@pytest.mark.parametrize("more", [{"valid_until": ""}, {"run": {}}, {"valid_until": "soon"}])
def test_a_scorecard_without_times_is_silent(tmp_path: Path, more: dict[str, Any]) -> None:
    kept(tmp_path, 1, **more)
    (beat,) = beats.find(tmp_path).beats
    assert beats.silence(beat.card, None, NOW)
