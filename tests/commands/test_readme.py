"""The README against the program: the files that it shows are valid, its options are all there."""

import argparse
import re
import tomllib
from pathlib import Path

import jsonschema
import msgspec
import pytest

from gates import catalog, cli
from gates.commands import run
from gates.core.plan import plan
from gates.core.target import Target
from gates.shell import config, rules_files
from gates.shell.schemas import schema_of

DOCS = Path(__file__).parents[2] / "docs"
README = (DOCS.parent / "README.md").read_text()
BLOCKS = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
FASTAPI, NODE, RUNNING, WAIVERS, POLICY, OWN_TOOL = BLOCKS


@pytest.mark.parametrize("block", [FASTAPI, NODE, RUNNING], ids=["fastapi", "node", "running"])
def test_the_target_files_that_it_shows_are_valid(block: str) -> None:
    jsonschema.Draft202012Validator(schema_of("target")).validate(tomllib.loads(block))
    target = msgspec.convert(tomllib.loads(block), Target)
    assert plan(target, config.read_policy("standard").policy, config.read_profile("local"))


@pytest.mark.parametrize("block", [POLICY, OWN_TOOL], ids=["bounds", "own-tool"])
def test_the_policies_that_it_shows_are_valid(block: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(block)
    assert config.read_policy(str(file), tools=catalog.names()).policy.name == "ours"


def test_the_waivers_that_it_shows_are_valid(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(WAIVERS)
    read = rules_files.read_waivers(file, config.read_policy("standard").policy)
    assert (len(read.waiver), len(read.quarantine)) == (1, 1)


def test_the_file_of_a_running_service_is_enough_to_plan_every_gate() -> None:
    target = msgspec.convert(tomllib.loads(RUNNING), Target)
    policy = config.read_policy("standard").policy
    planned = plan(target, policy, config.read_profile("local")).gates
    assert [gate.id for gate in planned] == list(policy.gates)


def test_the_policy_of_the_page_on_signatures_is_valid(tmp_path: Path) -> None:
    (block,) = PAGES["gates/sign-off"]
    file = tmp_path / "ours.toml"
    file.write_text(block)
    assert set(config.read_policy(str(file)).policy.people) == {"ada", "bo"}


def test_it_names_every_option_of_run() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    run.add_arguments(parser)
    options = {text for action in parser._actions for text in action.option_strings}
    assert {option for option in options if f"`{option}" not in README} == set()


def test_it_names_every_command() -> None:
    assert {verb for verb in cli.COMMANDS if f"gatescore {verb}" not in README} == set()


def test_its_two_lines_are_what_ci_runs() -> None:
    lines = re.findall(r"^    (python3 -m venv .*)$", README, re.MULTILINE)
    assert [line.rpartition(" ")[2] for line in lines] == ["gates", "tests"]
    script = (Path(__file__).parents[2] / ".ci" / "run").read_text()
    for word in ("python3 -m venv --without-pip .venv", "pip --python .venv/bin/python install"):
        assert word in script and all(word in line for line in lines)


PAGES = {
    name: re.findall(r"```toml\n(.*?)```", (DOCS / f"{name}.md").read_text(), re.DOTALL)
    for name in ("adopting", "waivers", "own-tools", "gates/sign-off")
}


def test_the_policy_of_the_page_on_adopting_is_valid(tmp_path: Path) -> None:
    (block,) = PAGES["adopting"]
    file = tmp_path / "ours.toml"
    file.write_text(block)
    assert not config.read_policy(str(file)).policy.gates["secrets"].new_findings_only


def test_the_waivers_of_their_page_are_valid(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text("\n".join(PAGES["waivers"]))
    read = rules_files.read_waivers(file, config.read_policy("standard").policy)
    assert (len(read.waiver), len(read.quarantine)) == (1, 1)


def test_the_tool_of_the_page_on_own_tools_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('name = "ours"\n' + "\n".join(PAGES["own-tools"]))
    assert config.read_policy(str(file)).policy.tools["hadolint_sarif"].control is not None
