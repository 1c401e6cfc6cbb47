"""What the pages on build servers show is read by the servers' schemas, and its scripts are run."""

import argparse
import importlib
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from gates import cli
from tests.ci.conftest import ENVIRONMENT, Made
from tests.ci.test_lint import PINNED, PROGRAMS, run
from tests.faults.cli import ROOT, committed, fake

NAMES = ("ci", "ci-github", "ci-gitlab", "ci-jenkins")
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in NAMES}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
OFFERED = {"issue": "reports.issue_command", "history": "reports.history_command"}
COMMIT = "0" * 40


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGES[page], re.DOTALL)


def scripts(page: str) -> list[str]:
    """The shell scripts of a page, each as one text."""
    found = []
    if page == "ci-jenkins":
        for block in blocks(page, "groovy"):
            found += re.findall(r"sh '''(.*?)'''", block, re.DOTALL)
            found += re.findall(r"sh '([^'\n]+)'", block)
    for block in blocks(page, "yaml") if page == "ci-gitlab" else ():
        for job in yaml.safe_load(block).values():
            if isinstance(job, dict) and ("script" in job or "before_script" in job):
                found.append("\n".join([*job.get("before_script", ()), *job.get("script", ())]))
    return found


def commands() -> list[str]:
    """Every gatescore command of the pages: in scripts, and in text."""
    lines = [line for page in NAMES for text in scripts(page) for line in text.splitlines()]
    lines += [span for text in PAGES.values() for span in re.findall(r"`([^`\n]+)`", text)]
    seen = (
        re.match(r"(?!git ).*?(?:^|[ /])gatescore ([a-z]+(?: .*)?)$", line.strip())
        for line in lines
    )
    return [match[1] for match in seen if match]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_is_one_with_these_options(command: str) -> None:
    verb, *words = shlex.split(command)
    name = OFFERED.get(verb, f"gates.commands.{verb}")
    assert verb in {**cli.COMMANDS, **cli.OFFERED}
    parser = argparse.ArgumentParser(add_help=False)
    importlib.import_module(name).add_arguments(parser)
    known = {option for action in parser._actions for option in action.option_strings}
    assert {word for word in words if word.startswith("--")} <= known


def test_commands_are_found() -> None:
    verbs = {command.split()[0] for command in commands()}
    assert {"run", "plan", "merge", "attest", "heartbeat", "verify", "history"} <= verbs


def test_the_workflow_of_the_page_is_valid_and_safe(tmp_path: Path) -> None:
    workflow, step = blocks("ci-github", "yaml")
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    file = folder / "gates.yml"
    file.write_text(workflow.replace("@COMMIT", f"@{COMMIT}"))
    run(PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)
    zizmor = (PROGRAMS / "zizmor", "--offline", "--no-config", "--format=json")
    assert run(*zizmor, "--persona=pedantic", file).strip() == "[]"
    steps = yaml.safe_load(workflow)["jobs"]["gates"]["steps"]
    assert set(steps[1]["with"]) <= set(ACTION["inputs"])
    assert set(re.findall(r"outputs\.([\w-]+)", step)) <= set(ACTION["outputs"])
    for name, commit in re.findall(r"uses: (actions/[\w-]+)@(.*)$", workflow, re.MULTILINE):
        assert PINNED[name] == commit


def test_the_page_names_every_input_and_output() -> None:
    page = PAGES["ci-github"]
    assert [name for name in ACTION["inputs"] if f"`{name}`" not in page] == []
    assert [name for name in ACTION["outputs"] if f"`{name}`" not in page] == []


def test_the_pipelines_of_gitlab_are_valid(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yml" for number in range(2)]
    for file, block in zip(files, blocks("ci-gitlab", "yaml"), strict=True):
        file.write_text(block)
    run(PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *files)


@pytest.mark.parametrize("page", ["ci-gitlab", "ci-jenkins"])
def test_shellcheck_finds_nothing_in_their_scripts(tmp_path: Path, page: str) -> None:
    files = []
    for number, script in enumerate(scripts(page)):
        files.append(tmp_path / f"{number}.sh")
        files[-1].write_text(f"#!/bin/sh\n{script}\n")
    assert len(files) >= 4
    run(PROGRAMS / "shellcheck", "--norc", "--severity=style", "--exclude=SC1091", *files)


@pytest.mark.parametrize("page", ["ci-gitlab", "ci-jenkins"])
def test_the_run_that_a_page_shows_leaves_what_it_keeps(made: Made, page: str) -> None:
    """Its script, with the policy of this test instead of the standard one."""
    target = made.place.target(name=".")
    (target / ".gitignore").write_text("/gates/\n/environment\n.gatescore\n")
    policy = made.place.policy({"one": fake("works", 0, 1)})
    committed(target)
    (script,) = (one for one in scripts(page) if "run . --profile ci" in one and "plan" not in one)
    program = target / "environment" / "bin" / "gatescore"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {ENVIRONMENT}/bin/gatescore "$@" --policy {policy}\n')
    program.chmod(0o755)
    started = script.replace("exec gatescore", f"exec {program}").rpartition("export PATH")
    done = subprocess.run(
        ["bash", "-e", "-c", started[2].partition("\n")[2] if started[1] else script],
        cwd=target,
        env={**made.environment, "PATH": f"{program.parent}:/usr/bin:/bin", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    named = re.findall(r"gates/([\w-]+\.(?:xml|json|html))", PAGES[page])
    named += re.findall(r"reportFiles: '([\w.]+)'", PAGES[page])
    assert {"junit.xml"} < set(named)
    assert [name for name in named if not (target / "gates" / name).exists()] == []
    assert list((target / "gates").glob("*.sarif"))
