"""Compiled templates are kept where that is possible, and never decide what is shown."""

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from reports import compiled


@pytest.fixture(autouse=True)
def writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a program of ours runs: test runners may forbid it."""
    monkeypatch.setattr("sys.dont_write_bytecode", False)


def shown(folder: Path, text: str) -> str:
    """What a new environment makes of a template."""
    cache = compiled.kept(folder)
    environment = Environment(loader=DictLoader({"t": text}), bytecode_cache=cache, autoescape=True)
    return environment.get_template("t").render(a="<")


def test_a_changed_template_is_compiled_again(tmp_path: Path) -> None:
    assert [shown(tmp_path, "x{{ a }}") for _ in range(2)] == ["x&lt;"] * 2
    assert len(list(tmp_path.iterdir())) == 1
    assert shown(tmp_path, "y{{ a }}") == "y&lt;"


@pytest.mark.parametrize("data", [b"", b"j2", b"garbage" * 10])
def test_a_damaged_file_is_made_again(tmp_path: Path, data: bytes) -> None:
    shown(tmp_path, "x{{ a }}")
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(data or whole[: len(whole) // 2])
    assert shown(tmp_path, "x{{ a }}") == "x&lt;"
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert compiled.kept(tmp_path / "file") is None
    assert compiled.kept(tmp_path / "no" / "such") is None
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert compiled.kept(tmp_path) is None
