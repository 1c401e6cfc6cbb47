"""The wheel in environments that hold nothing else, of every Python that is here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gates.core.model import GateStatus, Scorecard
from gates.shell import store
from tests.distribution.conftest import REPOSITORY, made

PYTHONS = ("3.11", "3.12", "3.13")
UV = Path(sys.executable).parent / "uv"
DEMANDED = "GATESCORE_PYTHONS"  # those that must be here: "3.11 3.12"; others are skipped
TARGET = 'name = "small"\n[code]\npaths = ["src"]\n'


def ran(*command: str | Path, cwd: Path, env: Mapping[str, str], code: int = 0) -> str:
    """What a command prints and tells, that has to end with this code."""
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def interpreter(wanted: str) -> Path | None:
    """A Python of that version: this one, one of pyenv, or one that uv finds."""
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    near = Path(sys.base_prefix) / "bin" / f"python{wanted}"
    kept = sorted((home / "versions").glob(f"{wanted}.*/bin/python{wanted}"))
    found = (UV, "python", "find", "--no-python-downloads", "--no-project", wanted)
    told = subprocess.run(found, cwd="/", capture_output=True, text=True, check=False)
    other = [Path(told.stdout.strip())] if told.returncode == 0 else []
    return next((one for one in (near, *kept, *other) if one.is_file()), None)


@pytest.fixture(scope="session", params=PYTHONS)
def python(request: pytest.FixtureRequest) -> Path:
    """The interpreter of each version in turn."""
    wanted: str = request.param
    if found := interpreter(wanted):
        return found
    if wanted in os.environ.get(DEMANDED, "").split():
        pytest.fail(f"{DEMANDED} demands Python {wanted}: it is not here")
    pytest.skip(f"Python {wanted} is not here: pyenv install {wanted}, or set {DEMANDED}")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return made("wheel", REPOSITORY, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a user's shell has: nothing of this environment or repository, no results kept."""
    away = str(Path(sys.executable).parent)
    path = [one for one in os.environ.get("PATH", "").split(os.pathsep) if one != away]
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "COVERAGE")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((*dropped, "GATESCORE", "PYTEST", "COV_", "NOX"))
    }
    cache = str(tmp_path_factory.mktemp("cache"))
    return {**kept, "PATH": os.pathsep.join(path), "GATESCORE_CACHE": cache, "PYTHONUTF8": "1"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A small target."""
    folder = tmp_path / "small"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "one.py").write_text("ONE = 1\n")
    (folder / "gatescore.toml").write_text(TARGET)
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def judged(folder: Path) -> dict[str, GateStatus]:
    """How each gate of a run ended."""
    card = store.read_json(folder / "scorecard.json", Scorecard)
    assert card.complete
    return {gate.id: gate.status for gate in card.gates}


def environment(python: Path, place: Path) -> Path:
    """The folder of programs of a new environment, with pip."""
    subprocess.run((python, "-m", "venv", place), check=True, timeout=300)
    return place / "bin"


def remove(place: Path) -> None:
    """An environment of ours holds 600 MB."""
    shutil.rmtree(place, ignore_errors=True)
