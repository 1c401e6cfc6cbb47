"""Installed by uv from its wheel and nothing else, it judges: every Python, extras, plugins."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gates.core.model import GateStatus
from tests.clean.conftest import PYTHONS, UV, interpreter, judged, ran, remove
from tests.distribution.conftest import REPOSITORY

PLUGIN = REPOSITORY / "examples" / "plugin"
EXTRAS = "import psycopg, sqlalchemy, sigstore; print(psycopg.__version__)"


class Tool(NamedTuple):
    """gatescore as a tool of uv, and the interpreter that runs it."""

    program: Path
    python: Path


@pytest.fixture(scope="session")
def tool(
    python: Path, wheel: Path, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tool]:
    """`uv tool install` with the extras and a plugin."""
    place = tmp_path_factory.mktemp("tool")
    env = {**environ, "UV_TOOL_DIR": str(place / "tools"), "UV_TOOL_BIN_DIR": str(place / "bin")}
    wish = f"gatescore[postgresql,sigstore] @ {wheel.as_uri()}"
    ran(UV, "tool", "install", "-q", "--python", python, "--with", PLUGIN, wish, cwd=place, env=env)
    yield Tool(place / "bin" / "gatescore", place / "tools" / "gatescore" / "bin" / "python")
    remove(place)


def test_a_tool_of_uv_judges_a_target(
    tool: Tool, target: Path, environ: dict[str, str], python: Path
) -> None:
    said = ran(tool.program, "--version", cwd=target, env=environ)
    version = ran(python, "-c", "import platform as p; print(p.python_version())",
                  cwd=target, env=environ)  # fmt: skip
    assert f"(Python {version.strip()})" in said and str(tool.python.parents[1]) in said
    ran(tool.program, "run", "--gate", "lint", "--gate", "format", "--output", "out",
        cwd=target, env=environ)  # fmt: skip
    assert judged(target / "out") == {"lint": GateStatus.PASS, "format": GateStatus.PASS}
    (target / "src" / "one.py").write_text("print(undefined)\n")
    ran(tool.program, "run", "--gate", "lint", "--output", "out", cwd=target, env=environ, code=1)
    assert judged(target / "out") == {"lint": GateStatus.FAIL}


def test_a_tool_of_uv_tells_proves_and_finds_its_extras_and_plugins(
    tool: Tool, empty: Path, environ: dict[str, str]
) -> None:
    assert "Level 3" in ran(tool.program, "list", cwd=empty, env=environ)
    assert "lint.errors" in ran(tool.program, "explain", "lint", cwd=empty, env=environ)
    told = ran(tool.program, "doctor", cwd=empty, env=environ)
    assert "BAD" not in told and "gatescore-todo 1.0: reports: todo.md" in told
    proved = ran(tool.program, "prove", "lint", "security", cwd=empty, env=environ)
    assert "lint: ruff: detected" in proved and " 0 not detected" in proved
    ran(UV, "pip", "check", "--python", tool.python, cwd=empty, env=environ)
    ran(tool.python, "-c", EXTRAS, cwd=empty, env=environ)


@pytest.mark.parametrize("version", PYTHONS)
def test_what_it_needs_can_be_had_for_every_python_without_building(
    version: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    """No interpreter needed: the index alone tells. The extras and the dev group are among it."""
    out = tmp_path / "resolved.txt"
    wanted = ("--python-version", version, "--python-platform", "x86_64-manylinux_2_34")
    ran(UV, "pip", "compile", "-q", *wanted, "--only-binary", ":all:", "--all-extras",
        "--no-header", "--no-annotate", "-o", out, REPOSITORY / "pyproject.toml",
        cwd=tmp_path, env=environ)  # fmt: skip
    resolved = set(out.read_text().split())
    assert {"ruff==0.17.5", "sigstore==4.5.1"} <= resolved


def test_a_python_of_this_very_version_is_found() -> None:
    assert interpreter("3.11") is not None
    assert interpreter("3.99") is None
