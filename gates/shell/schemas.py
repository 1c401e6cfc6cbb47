"""JSON Schemas of our files, made from the types: `python -m gates.shell.schemas [--check]`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Scorecard
from gates.core.policy import Policy, Profile
from gates.core.target import Target
from gates.shell import bundled
from gates.shell.atomic import write_atomic

KINDS: Mapping[str, type[msgspec.Struct]] = {
    "target": Target,
    "policy": Policy,
    "profile": Profile,
    "scorecard": Scorecard,
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of one kind of file. TOML has no null: there, "or null" is left out."""
    made = msgspec.json.schema(KINDS[kind])
    body = made if kind == "scorecard" else _without_null(made)
    return {"$schema": _DIALECT, "title": f"gatescore {kind}", **body}


def editor_schema_of(kind: str) -> dict[str, Any]:
    """The schema for editors: a policy that extends another need not say everything again."""
    schema = schema_of(kind)
    return {**_without_required(schema), "required": ["name"]} if kind == "policy" else schema


def rendered(kind: str) -> bytes:
    """The schema file's bytes."""
    return json.dumps(editor_schema_of(kind), indent=2, sort_keys=True).encode() + b"\n"


def path_of(kind: str) -> Path:
    """Where the schema file is."""
    return bundled.config_folder() / "schema" / f"{kind}.schema.json"


def _without_null(schema: Any) -> Any:
    match schema:
        case {"anyOf": [*options], **rest} if {"type": "null"} in options:
            options = [_without_null(option) for option in options if option != {"type": "null"}]
            kept = {key: value for key, value in rest.items() if key != "default" or value}
            return {**kept, **options[0]} if len(options) == 1 else {**kept, "anyOf": options}
        case dict():
            return {key: _without_null(value) for key, value in schema.items()}
        case list():
            return [_without_null(entry) for entry in schema]
        case _:
            return schema


def _without_required(schema: Any) -> Any:
    match schema:
        case dict():
            kept = {k: v for k, v in schema.items() if k != "required" or not isinstance(v, list)}
            return {key: _without_required(value) for key, value in kept.items()}
        case list():
            return [_without_required(entry) for entry in schema]
        case _:
            return schema


def main(arguments: list[str]) -> int:
    """Write the schema files, or with `--check` say which of them are not up to date."""
    stale = [
        kind
        for kind in KINDS
        if not path_of(kind).exists() or path_of(kind).read_bytes() != rendered(kind)
    ]
    if "--check" not in arguments:
        for kind in stale:
            write_atomic(path_of(kind), rendered(kind))
        return 0
    for kind in stale:
        print(f"{path_of(kind)} is stale: python -m gates.shell.schemas", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
