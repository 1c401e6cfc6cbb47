"""What we hand out, built once: source archive and wheel, each from two places."""

import fcntl
import os
import subprocess
import sys
import sysconfig
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


def ran(*command: str | Path, cwd: Path, code: int = 0) -> str:
    """What a command prints, that has to end with this code."""
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # as in a fresh environment
    done = subprocess.run(command, cwd=cwd, env=alone, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def with_package(place: Path, package: Path) -> Path:
    """The interpreter of a new environment: one package, and behind it all that this one has.

    Without network: its dependencies and the programs of the tools are those of this environment.
    """
    here = Path(sys.executable).parent
    ran(here / "uv", "venv", "-q", "--offline", "--python", sys.executable, place,
        cwd=place.parent)  # fmt: skip
    python = place / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib"))
    behind = place / packages.relative_to(sys.prefix) / "behind.pth"
    behind.write_text(f"import site; site.addsitedir({str(packages)!r})\n")
    options = ("-q", "--offline", "--no-deps", "--no-build-isolation", "--python", python)
    ran(here / "uv", "pip", "install", *options, package, cwd=place.parent)
    for program in here.iterdir():
        lent = place / "bin" / program.name
        if program.is_file() and not lent.exists():
            lent.symlink_to(program)
    return python


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
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # that of all workers: one builds, the others wait
    place = place / "built"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            build(place)
            (place / "done").touch()
    one, again = place / "first", place / "again"
    files = (next(folder.glob(kind)) for folder in (one, again) for kind in ("*.tar.gz", "*.whl"))
    return Built(*files)


def build(place: Path) -> None:
    """Both files in `first`, and again in `again`."""
    sdist = made("sdist", REPOSITORY, place / "first")
    made("wheel", REPOSITORY, place / "first")
    subprocess.run(("tar", "-xzf", sdist), cwd=place, check=True)
    unpacked = place / sdist.name.removesuffix(".tar.gz")
    made("sdist", unpacked, place / "again")
    made("wheel", unpacked, place / "again")
