"""How a service's start command is measured."""

import shutil
import sys
from pathlib import Path

import pytest

from gates.core.target import Service
from gates.probes import _service_coverage as tool
from gates.probes._service_coverage import Environment, Unmeasured

RC = Path("/o/settings.ini")
COVERAGE = ("-m", "coverage", "run", f"--rcfile={RC}")


@pytest.mark.parametrize(
    ("start", "wrapped"),
    [
        (("{python}", "-m", "app", "x"), ("{python}", *COVERAGE, "-m", "app", "x")),
        (("python", "serve.py"), ("python", *COVERAGE, "serve.py")),
        (("python3.12", "serve.py"), ("python3.12", *COVERAGE, "serve.py")),
        (("{python}", "-u", "-m", "app"), ("{python}", "-u", *COVERAGE, "-m", "app")),
        (
            ("{python}", "-X", "dev", "-OO", "serve.py"),
            ("{python}", "-X", "dev", "-OO", *COVERAGE, "serve.py"),
        ),
    ],
)
def test_python_commands_are_wrapped(start: tuple[str, ...], wrapped: tuple[str, ...]) -> None:
    assert tool.wrapped(start, RC, sys.executable) == wrapped


def test_a_script_of_the_environment_is_wrapped(tmp_path: Path) -> None:
    (tmp_path / "serve").write_text("#!/env/bin/python\nimport sys\n")
    found = tool.wrapped(("serve", "--port", "1"), RC, str(tmp_path / "python"))
    assert found == ("{python}", *COVERAGE, str(tmp_path / "serve"), "--port", "1")


@pytest.mark.parametrize(
    "start",
    [
        ("node", "serve.js"),
        ("{python}", "-c", "pass"),
        ("{python}",),
        ("sh",),
        ("/bin/serve",),
        ("serve",),
    ],
)
def test_other_commands_are_not_measured(tmp_path: Path, start: tuple[str, ...]) -> None:
    (tmp_path / "sh").write_text("#!/bin/sh\n")
    with pytest.raises(Unmeasured):
        tool.wrapped(start, RC, str(tmp_path / "python"))


def test_with_the_hook_the_command_stays_as_it_is() -> None:
    service = Service(start=("sh", "run.sh"))
    known = Environment("7.17.3", True, False)
    env, variable, *rest = tool.instrumented(service, known, RC, "python").start
    assert env == shutil.which("env")
    assert (variable, rest) == (f"COVERAGE_PROCESS_START={RC}", ["sh", "run.sh"])


def test_an_environment_without_coverage_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unmeasured, match="coverage is not installed"):
        tool.environment("/usr/bin/false", {}, tmp_path)
    found = tool.environment(sys.executable, {}, tmp_path)
    assert found.version and found.hook


def test_a_service_that_left_nothing_is_told(tmp_path: Path) -> None:
    rcfile = tool.settings(("src",), tmp_path, tmp_path, greenlet=True)
    assert "concurrency = thread, greenlet" in rcfile.read_text()
    with pytest.raises(Unmeasured, match="left no coverage data"):
        tool.combined(sys.executable, rcfile, tmp_path, tmp_path, {})


def test_data_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    rcfile = tool.settings(("src",), tmp_path, tmp_path, greenlet=False)
    (rcfile.parent / "data.1").write_text("nonsense")
    with pytest.raises(Unmeasured, match="coverage combine failed: "):
        tool.combined(sys.executable, rcfile, tmp_path, tmp_path, {})
