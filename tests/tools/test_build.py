"""Targets built for real in fresh environments, without a registry."""

import sys

import pytest

from gates.core.model import Reason
from gates.core.target import Code, Target
from gates.core.tool import Options, ParseError
from gates.tools import build as tool

BACKEND = """
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import zipfile
    info = "made-1.dist-info"
    with zipfile.ZipFile(f"{wheel_directory}/made-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("made.py", "VALUE = 1\\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: made\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "made-1-py3-none-any.whl"
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
TREE = {"pyproject.toml": PROJECT, "backend.py": BACKEND, "src/a.py": "A = 1\n"}


def code(*build: str, **given: tuple[str, ...]) -> Code:
    return Code(paths=("src",), build=build, **given)


def test_a_target_that_installs_succeeds(report_of):
    report = report_of(tool, TREE, code(packages=(".",)))
    assert report.measurements["build.succeeded"].value == 1
    assert (report.findings, report.examined) == ((), 1)


def test_the_planted_one_does_not(report_of):
    report = report_of(tool, dict(tool.control().files), code(packages=(".",)))
    assert report.measurements["build.succeeded"].value == 0
    assert [finding.rule for finding in report.findings] == [tool.control().rule]
    assert "pyproject.toml" in report.findings[0].message


def test_its_own_command_runs_in_a_copy_with_the_fresh_interpreter(report_of, tmp_path):
    script = "import sys, pathlib; pathlib.Path('made').touch(); print(sys.prefix); sys.exit(7)"
    report = report_of(tool, TREE, code("{python}", "-c", script, "{output}"))
    (finding,) = report.findings
    assert "ended with 7" in finding.message
    assert "fresh" in (tmp_path / "output" / "build.log").read_text()
    assert str(tmp_path) not in finding.message
    assert not (tmp_path / "tree" / "made").exists()


def test_only_the_end_of_a_long_log_is_kept(report_of):
    script = "print('\\n'.join(f'line {n}.' for n in range(1000))); raise SystemExit(1)"
    message = report_of(tool, TREE, code("{python}", "-c", script)).findings[0].message
    assert "line 999." in message
    assert "line 970." in message
    assert "line 969." not in message


def test_a_command_that_is_not_there_is_a_failed_build(report_of):
    report = report_of(tool, TREE, code("no-such-program"))
    assert "no-such-program ended with 127" in report.findings[0].message


def test_requirements_that_are_not_there_are_a_failed_build(report_of):
    report = report_of(tool, TREE, code(requirements=("lost.txt",)))
    assert report.measurements["build.succeeded"].value == 0


def test_a_registry_that_cannot_be_reached_is_no_answer_about_the_target(report_of):
    index = "--index-url http://127.0.0.1:9/simple\nno-such-package-here==1.0\n"
    with pytest.raises(ParseError) as caught:
        report_of(tool, {**TREE, "r.txt": index}, code(requirements=("r.txt",)))
    assert caught.value.reason is Reason.ENVIRONMENT_FAILED


def test_an_interpreter_that_is_not_there_is_no_answer_about_the_target(report_of):
    with pytest.raises(ParseError, match="no fresh environment") as caught:
        report_of(tool, TREE, code(packages=(".",)), target_python="/nowhere/python")
    assert caught.value.reason is Reason.ENVIRONMENT_FAILED


def test_without_uv_it_works_with_the_standard_library(report_of):
    report = report_of(tool, TREE, code("{python}", "-m", "pip", "--version"), bin="/nowhere")
    assert report.measurements["build.succeeded"].value == 1


def test_nothing_to_install_or_build_examined_nothing(report_of):
    assert report_of(tool, TREE, code()).examined == 0


def test_registries_are_allowed():
    options = Options(tree="/tree", output="/output", python=sys.executable)
    (invocation,) = tool.commands(Target(name="made", code=code()), options)
    assert invocation.registry
