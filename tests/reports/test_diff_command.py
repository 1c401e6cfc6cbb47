"""`gatescore diff` where the folder of a run is gone, moved, or taken by a later run."""

import argparse
import json
import shutil
from pathlib import Path

import msgspec
import pytest

from gates.core.model import Scorecard
from reports import diff_command
from reports.history import History, line_of
from tests.reports import samples


def kept(folder: Path, card: Scorecard, hour: int) -> None:
    """A run in a folder of its name, and in the history beside it."""
    begun = f"2026-01-01T{hour:02}:00:00Z"
    run = msgspec.structs.replace(card.run, id=folder.name, started_at=begun)
    card = msgspec.structs.replace(card, run=run)
    folder.mkdir(exist_ok=True)
    (folder / "scorecard.json").write_bytes(msgspec.json.encode(card))
    line, terms = line_of(card, branch="main", place=str(folder))
    History(str(folder.parent / "history.db")).keep(line, terms)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs, one and two, in the folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    kept(tmp_path / "one", samples.passing(), 1)
    kept(tmp_path / "two", samples.failing(12), 2)
    return tmp_path


def told(capfdbinary: pytest.CaptureFixture[bytes], *words: str) -> str:
    """What the command says of the history in the current folder."""
    parser = argparse.ArgumentParser()
    diff_command.add_arguments(parser)
    code = diff_command.run(parser.parse_args([*words, "--history", "history.db"]))
    out = capfdbinary.readouterr()
    assert (code, out.err) == (0, b"")
    return out.out.decode()


def test_with_both_folders_findings_are_compared(runs: Path, capfdbinary) -> None:
    assert "findings: 12 new" in told(capfdbinary, "one", "two")


@pytest.mark.parametrize("words", [(), ("one",), ("one", "two")])
def test_without_its_folder_a_run_is_compared_by_what_the_history_holds(
    runs: Path, capfdbinary, words: tuple[str, ...]
) -> None:
    (runs / "one").rename(runs / "moved")
    text = told(capfdbinary, *words)
    assert f"note: one: its folder is gone: {runs / 'one'}: findings are not compared" in text
    assert "gatescore diff A B, with the new folder for one" in text
    assert "lint: PASS -> FAIL" in text
    assert "lint.errors: 0 -> 12" in text
    assert text.endswith("findings: not compared\n")


def test_the_command_that_it_names_compares_all(runs: Path, capfdbinary) -> None:
    (runs / "one").rename(runs / "moved")
    assert "findings: 12 new" in told(capfdbinary, "moved", "two")


def test_with_both_folders_gone_programs_and_browsers_are_told_so(runs: Path, capfdbinary) -> None:
    for name in ("one", "two"):
        shutil.rmtree(runs / name)
    data = json.loads(told(capfdbinary, "--format", "json"))
    assert (data["compared"], len(data["notes"])) == (False, 2)
    page = told(capfdbinary, "--format", "html")
    assert "<dt>Findings</dt><dd>not compared</dd>" in page
    assert "New findings" not in page


def test_a_folder_that_a_later_run_took_is_not_taken_for_the_earlier_one(
    runs: Path, capfdbinary
) -> None:
    kept(runs / "two", samples.passing(), 3)
    text = told(capfdbinary)
    assert "lint: FAIL -> PASS" in text
    assert "note: two: its folder is gone" in text
