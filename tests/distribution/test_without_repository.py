"""The wheel, installed, judges where there is no repository: with the data that is inside it."""

from pathlib import Path

import pytest

from gates.core.model import GateStatus, Scorecard
from gates.shell import store
from tests.distribution.conftest import REPOSITORY, Built, ran, with_package

WHERE = "import gates, reports; print(gates.__file__, reports.__file__, sep='\\n')"


@pytest.fixture(scope="module")
def python(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel."""
    return with_package(tmp_path_factory.mktemp("installed") / "environment", built.wheel)


def test_it_judges_the_example_that_it_holds(python: Path, tmp_path: Path) -> None:
    for line in ran(python, "-P", "-c", WHERE, cwd=tmp_path).split():
        assert line.startswith(str(python.parents[1])) and "site-packages" in line
    gatescore = python.parent / "gatescore"
    said = ran(gatescore, "--version", cwd=tmp_path)
    assert str(python.parents[1]) in said
    ran(gatescore, "run", "--gate", "lint", "--history", "off", "--output", "out", cwd=tmp_path)
    card = store.read_json(tmp_path / "out" / "scorecard.json", Scorecard)
    assert [(gate.id, gate.status) for gate in card.gates] == [("lint", GateStatus.PASS)]
    assert card.target.name == "bookstore"
    pages = [path for path in (tmp_path / "out").iterdir() if path.is_file()]
    assert len(pages) > 8
    assert not [path for path in pages if str(REPOSITORY).encode() in path.read_bytes()]


def test_it_tells_and_proves_there(python: Path, tmp_path: Path) -> None:
    gatescore = python.parent / "gatescore"
    assert "Level 3" in ran(gatescore, "list", "--policy", "strict", cwd=tmp_path)
    assert "lint.errors" in ran(gatescore, "explain", "lint", cwd=tmp_path)
    assert "lint: ruff: detected: planted F821" in ran(gatescore, "prove", "lint", cwd=tmp_path)
