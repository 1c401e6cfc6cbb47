"""What we hand out, built once: source archive and wheel, each from two places."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).parents[2]


class Built(NamedTuple):
    """The files of two builds; the second ones are made of what the first source archive holds."""

    sdist: Path
    wheel: Path
    sdist_again: Path
    wheel_again: Path


def made(kind: str, source: Path, place: Path) -> Path:
    """Build a `wheel` or `sdist`, without network and with the build tools that are here."""
    command = (sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", place)
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = place.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Both, from the repository and from the unpacked source archive."""
    place = tmp_path_factory.mktemp("built")
    sdist = made("sdist", REPOSITORY, place / "first")
    subprocess.run(("tar", "-xzf", sdist), cwd=place, check=True)
    unpacked = place / sdist.name.removesuffix(".tar.gz")
    return Built(
        sdist=sdist,
        wheel=made("wheel", REPOSITORY, place / "first"),
        sdist_again=made("sdist", unpacked, place / "again"),
        wheel_again=made("wheel", unpacked, place / "again"),
    )
