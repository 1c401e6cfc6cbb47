"""`gatescore open`: which scorecard it means, and what it says where no browser is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gates import cli
from gates.commands import open as opening

NO_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "SSH_CONNECTION")
CARD = """{{
 "schema_version": 1, "target": {{"name": "{name}", "revision": "a", "dirty": false, "folder": ""}},
 "policy": {{"name": "p", "digest": ""}}, "decisive_level": 1, "complete": false, "partial": false,
 "verdict": "INCONCLUSIVE", "valid_until": "2026-01-02T00:00:00Z",
 "run": {{"id": "{id}", "profile": "local", "started_at": "{at}"}}
}}"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three runs of two targets, without a display."""
    monkeypatch.chdir(tmp_path)
    for name in NO_DISPLAY:
        monkeypatch.delenv(name, raising=False)
    for id, name, at in (
        ("1", "orders", "2026-01-01T00:00:00Z"),
        ("2", "orders", "2026-01-03T00:00:00Z"),
        ("3", "books", "2026-01-02T00:00:00Z"),
    ):
        kept(tmp_path, id, name, at)
    return tmp_path


def kept(root: Path, id: str, name: str, at: str) -> None:
    folder = root / ".gatescore" / "runs" / id
    folder.mkdir(parents=True)
    (folder / "scorecard.json").write_text(CARD.format(id=id, name=name, at=at))
    (folder / "scorecard.html").write_text("<p>")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["open", "--print", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "run"),
    [
        ([], "2"),
        (["books"], "3"),
        (["orders"], "2"),
        (["1"], "1"),
        ([".gatescore/runs/1"], "1"),
        ([".gatescore/runs/1/scorecard.json"], "1"),
        ([".gatescore/runs/1/scorecard.html"], "1"),
        ([".gatescore/runs"], "2"),
        (["."], "2"),
    ],
)
def test_the_newest_or_the_named_one(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], run: str
) -> None:
    assert printed(capsys, *words) == f"{here}/.gatescore/runs/{run}/scorecard.html\n"


def test_a_folder_of_a_target_is_that_target(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "shop").mkdir()
    (here / "shop" / "gatescore.toml").write_text('name = "books"\n[absent]\ncode = "no"\n')
    assert "/runs/3/" in printed(capsys, "shop")
    kept(here / "shop", "9", "books", "2026-01-01T00:00:00Z")
    assert "/shop/.gatescore/runs/9/" in printed(capsys, "shop")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("ordres", "did you mean orders?"),
        ("nowhere", "there are runs of books, orders"),
        ("1x", "gatescore run"),
    ],
)
def test_what_is_not_there_is_told_with_the_next_command(
    capsys: pytest.CaptureFixture[str], word: str, says: str
) -> None:
    assert cli.main(["open", word]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "gatescore run" in said


def test_a_run_without_its_page_says_how_it_is_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / ".gatescore/runs/1/scorecard.html").unlink()
    assert cli.main(["open", ".gatescore/runs/1/scorecard.json"]) == 2
    assert "gatescore report .gatescore/runs/1\n" in capsys.readouterr().err


def test_the_browser_gets_the_address(here: Path) -> None:
    browser = here / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {here}/asked\n')
    browser.chmod(0o755)
    environ = {**os.environ, "BROWSER": f"{browser} %s"}
    argv = [sys.executable, "-m", "gates.cli", "open", "books"]
    environ["PYTHONPATH"] = str(Path(cli.__file__).parents[1])
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    asked = (here / "asked").read_text().strip()
    assert asked == (here / ".gatescore/runs/3/scorecard.html").as_uri()


@pytest.mark.parametrize(
    ("environ", "system", "shown"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "w"}, "linux", True),
        ({"BROWSER": "x"}, "linux", True),
        ({}, "darwin", True),
        ({"SSH_CONNECTION": "1"}, "darwin", False),
        ({"SSH_CONNECTION": "1", "DISPLAY": "localhost:10"}, "linux", True),
    ],
)
def test_where_a_browser_can_be_seen(environ: dict[str, str], system: str, shown: bool) -> None:
    assert opening.has_display(environ, system) is shown


@pytest.mark.parametrize(
    ("environ", "release", "says"),
    [
        ({}, "6.1.0", "copied to where a browser is"),
        ({"SSH_CONNECTION": "1"}, "6.1.0", "scp "),
        ({}, "5.15.0-microsoft-standard-WSL2", "explorer.exe"),
    ],
)
def test_without_a_display_the_way_is_told(
    environ: dict[str, str], release: str, says: str
) -> None:
    assert says in "\n".join(opening.ways(Path("/a b/scorecard.html"), environ, release))


def test_without_a_display_the_path_is_printed(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert cli.main(["open"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{here}/.gatescore/runs/2/scorecard.html\n"
    assert "BROWSER=… gatescore open" in captured.err
