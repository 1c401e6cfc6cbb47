"""Entry points of what is installed: found by group and name, and anew where the path changes."""

from pathlib import Path

import pytest

from gates.installed import points


def installed(site: Path, version: str, text: str) -> None:
    """A distribution with entry points."""
    info = site / f"others-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: others\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(text)


def test_ours_are_found() -> None:
    assert {one.name for one in points("gatescore.reports")} >= {"scorecard.html"}
    assert [one.value for one in points("gatescore.terminal", "summary")] == [
        "reports.terminal:summary"
    ]
    assert points("gatescore.terminal", "no such") == ()


def test_what_is_found_first_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert points("gatescore.tools", "one") == ()
    text = "[console_scripts]\none = x:y\n[gatescore.tools]\none = {}\n"
    installed(tmp_path / "b", "1", text.format("late"))
    monkeypatch.syspath_prepend(str(tmp_path / "b"))
    assert [one.value for one in points("gatescore.tools", "one")] == ["late"]
    installed(tmp_path / "a", "2", text.format("first"))
    monkeypatch.syspath_prepend(str(tmp_path / "a"))
    assert [one.value for one in points("gatescore.tools", "one")] == ["first"]
