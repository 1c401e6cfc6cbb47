"""Every format of Python lock files through the real pip-audit: planted, clean, not readable."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Finding, Reason, Severity, ToolReport
from gates.core.target import Dependencies, Target
from gates.core.tool import Options, ParseError
from gates.tools import pip_audit

RECORDS = Path(__file__).parent / "data" / "osv-pypi"
SKIPPED = Path(__file__).parent / "data" / "pip_audit" / "2.10.1-skipped"
LOCKS = Path(__file__).parents[1] / "core" / "locks" / "data"
Run = Callable[..., ToolReport]


@pytest.fixture
def run(audit_of: Run) -> Run:
    def over(tree: Path, *files: str, **more: Any) -> ToolReport:
        return audit_of(pip_audit, tree, files=files, **{"advisories": str(RECORDS), **more})

    return over


def values(report: ToolReport) -> list[float | None]:
    names = ("dependencies.high", "dependencies.others", "dependencies.unaudited")
    return [report.measurements[name].value for name in names]


def by_rule(report: ToolReport) -> dict[str, Finding]:
    return {finding.rule: finding for finding in report.findings}


@pytest.mark.parametrize(
    ("case", "file", "line", "way"),
    [
        ("uv-0.13.8", "uv.lock", 93, "It is a transitive dependency: requests > urllib3."),
        ("uv-0.13.8", "requirements.txt", 17, "It is a transitive dependency: requests > urllib3."),
        ("uv-0.13.8", "pylock.toml", 40, "It is a transitive dependency, nobody says whose."),
        ("poetry-2.5.1", "poetry.lock", 98, "It is a transitive dependency: requests > urllib3."),
    ],
)
def test_planted_vulnerabilities_come_back_from_every_format(
    run: Run, tmp_path: Path, case: str, file: str, line: int, way: str
) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(LOCKS / case, tree)
    report = run(tree, file)
    assert values(report) == [1, 1, 0]
    requests, urllib3 = by_rule(report)["PYSEC-2018-28"], by_rule(report)["CVE-2019-11324"]
    assert requests.severity is Severity.HIGH, "rated by the record of the other database"
    assert requests.message == (
        "requests 2.19.0: Credentials are sent to another host. Also known as CVE-2018-18074, "
        "GHSA-x84v-xcm2-53pg. It is a direct dependency."
    )
    assert urllib3.severity is Severity.MEDIUM, "by its vector, not by the word"
    assert urllib3.message.endswith(way)
    assert (urllib3.path, urllib3.line) == (file, line)
    assert urllib3.fix.startswith("Move urllib3 to 1.24.2")


def test_the_clean_twin(run: Run, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(LOCKS / "uv-0.13.8", tree)
    lock = tree / "uv.lock"
    lock.write_text(lock.read_text().replace('"2.19.0"', '"2.20.0"').replace('"1.23"', '"1.24.2"'))
    report = run(tree, "uv.lock")
    assert (values(report), report.findings, report.examined) == ([0, 0, 0], (), 7)


def test_a_project_file_is_covered_by_the_lock_beside_it(run: Run, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(LOCKS / "uv-0.13.8", tree)
    report = run(tree, "pyproject.toml", "uv.lock")
    assert values(report) == [1, 1, 0]
    assert "pyproject.toml: 3 declared in it are locked in uv.lock" in report.notes


def test_p11_a_project_file_alone_is_not_audited(run: Run, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(LOCKS / "uv-0.13.8", tree)
    report = run(tree, "pyproject.toml")
    assert values(report) == [1, 0, 2], "the one exact pin is audited"
    gaps = [finding for finding in report.findings if finding.rule == "unaudited"]
    assert [(gap.line, gap.message) for gap in gaps] == [
        (
            8,
            "six>=1.16: could not be audited: not pinned with ==; audit the lock file that pins it "
            "instead; uv.lock beside it is not among dependencies.files",
        ),
        (
            11,
            "iniconfig>=2: could not be audited: not pinned with ==; audit the lock file that pins "
            "it instead; uv.lock beside it is not among dependencies.files",
        ),
    ]
    assert {gap.metric for gap in gaps} == {"dependencies.unaudited"}


def test_what_is_known_to_be_exploited_is_critical(run: Run, tmp_path: Path) -> None:
    tree, folder = tmp_path / "tree", tmp_path / "advisories"
    shutil.copytree(LOCKS / "uv-0.13.8", tree)
    shutil.copytree(RECORDS, folder)
    listed = '{"title": "x", "vulnerabilities": [{"cveID": "CVE-2019-11324"}]}'
    (folder / "known_exploited_vulnerabilities.json").write_text(listed)
    report = run(tree, "uv.lock", advisories=str(folder))
    found = by_rule(report)["CVE-2019-11324"]
    assert (found.severity, found.label) == (Severity.CRITICAL, "known exploited")
    assert values(report) == [2, 0, 0]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("uv.lock", "version = 1\n[[package]]\nname = 1\n", "uv.lock: line 2: schema: .*`int`"),
        ("uv.lock", "version = 7\n", "uv.lock: schema: version 7 of uv.lock; allowed: 1"),
        ("poetry.lock", "x\n", "poetry.lock: unparsable TOML: .*line 1"),
        ("pylock.toml", 'lock-version = "1.0"', "pylock.toml: schema: .*created-by"),
        (
            "pylock.toml",
            'lock-version = "9"\ncreated-by = "x"\npackages = []',
            "pylock.toml: schema",
        ),
        (
            "pylock.toml",
            'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "A b"\n',
            "pylock.toml: line 3: schema: .*A b",
        ),
        ("yarn.lock", "", "yarn.lock: a format that is not read; allowed: requirements files"),
        ("pnpm-lock.yaml", "", "pnpm-lock.yaml: a format that is not read; allowed"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_is_allowed(
    run: Run, tmp_path: Path, name: str, text: str, words: str
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / name).write_text(text)
    with pytest.raises(ParseError, match=words) as caught:
        run(tree, name)
    assert caught.value.reason is Reason.UNREADABLE_RESULT


def test_a_version_that_pip_audit_could_not_read_is_a_gap(run: Run, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "requirements.txt").write_text("odd==banana\nrequests==2.20.0\n")
    report = run(tree, "requirements.txt")
    assert (values(report), report.examined) == ([0, 0, 1], 1)
    assert "'banana' is no version (PEP 440)" in report.findings[0].message


def test_the_password_of_an_address_is_never_shown(run: Run, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    line = "git+https://me:hunter2@code.example/a.git"  # pragma: allowlist secret
    (tree / "requirements.txt").write_text(f"{line}\n")
    (found,) = run(tree, "requirements.txt").findings
    assert "git+https://…@code.example/a.git" in found.message
    assert "hunter2" not in found.message + found.context


def test_data_about_another_ecosystem_is_no_clean_bill(run: Run, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(LOCKS / "uv-0.13.8", tree)
    npm = Path(__file__).parent / "data" / "osv-npm"
    with pytest.raises(ParseError, match="no advisory about packages of PyPI") as caught:
        run(tree, "uv.lock", advisories=str(npm))
    assert caught.value.reason is Reason.INCOMPLETE


def test_the_service_of_pypi_is_asked_where_the_target_says_so() -> None:
    target = Target(name="t", dependencies=Dependencies(files=("uv.lock",), source="pypi"))
    (invocation,) = pip_audit.commands(target, Options(tree="/t", output="/o"))
    assert '"source":"pypi"' in invocation.inputs["input.json"]


def test_b26_what_pypi_does_not_know_is_not_clean(run: Run, tmp_path: Path) -> None:
    """Its own words where a mirror has no such page: it calls that clean and ends with 0."""
    tree, programs = tmp_path / "tree", tmp_path / "bin"
    tree.mkdir()
    programs.mkdir()
    (tree / "requirements.txt").write_text("jinja2==2.10\nrequests==2.19.0\n")
    answer = json.loads((SKIPPED / "answer.json").read_text())["audits"][0]["stdout"]
    (programs / "printed.json").write_text(answer)
    program = programs / "pip-audit"
    printed = (
        'case "$*" in *"--vulnerability-service pypi"*) cat "$(dirname "$0")/printed.json";; esac'
    )
    program.write_text(f"#!/bin/sh\n{printed}\n")
    program.chmod(0o755)
    more = {"bin": str(programs), "advisories": "", "source": "pypi"}
    report = run(tree, "requirements.txt", **more)
    assert (values(report), report.examined) == ([0, 0, 2], 0)
    assert "Dependency not found on PyPI" in report.findings[0].message
    assert report.measurements["advisories.age_days"].detail == "asked PyPI in this run"


def test_npm_locks_are_not_for_this_tool() -> None:
    target = Target(name="t", dependencies=Dependencies(files=("package-lock.json",)))
    assert pip_audit.commands(target, Options(tree="/t", output="/o")) == ()
