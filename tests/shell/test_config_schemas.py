"""The committed JSON Schemas are those of the types, and accept what the types accept."""

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from gates.core.model import PolicyState, Scorecard, TargetState
from gates.shell import bundled, schemas


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_the_schema_file_is_that_of_the_type(kind: str) -> None:
    hint = "run: python -m gates.shell.schemas"
    assert schemas.path_of(kind).read_bytes() == schemas.rendered(kind), hint
    jsonschema.Draft202012Validator.check_schema(schemas.schema_of(kind))


def problems(kind: str, data: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas.editor_schema_of(kind))
    return [error.message for error in validator.iter_errors(data)]


@pytest.mark.parametrize("kind", ["policy", "profile"])
def test_the_bundled_files_are_valid(kind: str) -> None:
    for file in sorted((bundled.config_folder() / kind).glob("*.toml")):
        assert problems(kind, tomllib.loads(file.read_text())) == []


def test_the_target_of_the_example_is_valid_and_a_wrong_key_is_not() -> None:
    data = tomllib.loads(Path(bundled.example_folder() / "gatescore.toml").read_text())
    data = msgspec.to_builtins(data)
    assert problems("target", data) == []
    assert problems("target", data | {"servce": {}}) != []
    assert problems("target", data | {"service": None}) != []


def test_a_scorecard_is_valid() -> None:
    card = Scorecard(
        target=TargetState(name="t", revision="unknown", dirty=True),
        policy=PolicyState(name="p", digest=""),
        decisive_level=1,
    )
    assert problems("scorecard", msgspec.json.decode(msgspec.json.encode(card))) == []


@pytest.mark.parametrize("kind", ["target", "policy", "profile"])
def test_every_key_is_described(kind: str) -> None:
    found = schemas.editor_schema_of(kind)["$defs"]
    keys = {
        f"{name}.{key}": value.get("description", "")
        for name, body in found.items()
        for key, value in body.get("properties", {}).items()
    }
    assert len(keys) > 3
    assert [key for key, text in keys.items() if not text.endswith(".")] == []


def test_check_says_nothing_when_all_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert schemas.main(["--check"]) == 0
    assert capsys.readouterr().err == ""
