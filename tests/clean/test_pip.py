"""Installed by pip into a new environment, it judges the bundled example: every Python."""

from pathlib import Path

from gates.core.model import GateStatus
from tests.clean.conftest import environment, judged, ran, remove


def test_pip_installs_it_and_it_judges_the_bundled_example(
    python: Path, wheel: Path, empty: Path, environ: dict[str, str]
) -> None:
    programs = environment(python, empty.parent / "environment")
    install = (programs / "python", "-m", "pip", "install", "-q", wheel)
    ran(*install, cwd=empty, env=environ)
    ran(programs / "python", "-m", "pip", "check", cwd=empty, env=environ)
    said = ran(programs / "gatescore", "run", "--gate", "lint", "--gate", "schema",
               "--output", "out", cwd=empty, env=environ)  # fmt: skip
    assert "judging the bundled example" in said
    assert judged(empty / "out") == {"lint": GateStatus.PASS, "schema": GateStatus.PASS}
    remove(programs.parent)
