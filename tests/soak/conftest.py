"""A place to work in for each test."""

from pathlib import Path

import pytest

from tests.faults.cli import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Nothing of another test: a cache remembers how long gates took, and so their order."""
    return Place(tmp_path, tmp_path / "cache")
