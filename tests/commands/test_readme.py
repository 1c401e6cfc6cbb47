"""The README against the program: its target file is valid, its options are all there."""

import argparse
import re
import tomllib
from pathlib import Path

import jsonschema

from gates import cli
from gates.commands import run
from gates.shell.schemas import schema_of

README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)


def test_the_target_file_that_it_shows_is_valid() -> None:
    jsonschema.Draft202012Validator(schema_of("target")).validate(tomllib.loads(BLOCKS[0]))


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
