"""JSON Schemas of our files, made from the types: `python -m gates.shell.schemas [--check]`.

For editors each key is described by the text that stands below its field in the source.
"""

import ast
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from msgspec.structs import FieldInfo

from gates.core import behaviour, capacity, deployed, signers
from gates.core.claims import rules
from gates.core.excuses import WaiverFile
from gates.core.features import RequirementList
from gates.core.model import Scorecard
from gates.core.oracle import Oracle
from gates.core.policy import Policy, Profile
from gates.core.risks import RiskRegister
from gates.core.target import Target
from gates.shell import bundled
from gates.shell.atomic import write_atomic

KINDS: Mapping[str, type[msgspec.Struct]] = {
    "target": Target,
    "policy": Policy,
    "profile": Profile,
    "waivers": WaiverFile,
    "oracle": Oracle,
    "requirements": RequirementList,
    "risks": RiskRegister,
    "scorecard": Scorecard,
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of one kind of file. TOML has no null: there, "or null" is left out."""
    made = _with_clean_texts(msgspec.json.schema(KINDS[kind]))
    body = made if kind == "scorecard" else _without_null(made)
    return {"$schema": _DIALECT, "title": f"gatescore {kind}", **body}


def editor_schema_of(kind: str) -> dict[str, Any]:
    """The schema for editors: a policy that extends another need not say everything again."""
    schema = _described(schema_of(kind), modules_of(kind))
    return {**_without_required(schema), "required": ["name"]} if kind == "policy" else schema


def modules_of(kind: str) -> tuple[ModuleType, ...]:
    """The modules whose types a kind of file is made of."""
    own = sys.modules[KINDS[kind].__module__]
    if kind == "policy":
        return (own, signers)
    return (own, behaviour, capacity, deployed, rules) if kind == "target" else (own,)


def rendered(kind: str) -> bytes:
    """The schema file's bytes."""
    return json.dumps(editor_schema_of(kind), indent=2, sort_keys=True).encode() + b"\n"


def path_of(kind: str) -> Path:
    """Where the schema file is."""
    return bundled.config_folder() / "schema" / f"{kind}.schema.json"


def _with_clean_texts(schema: Any) -> Any:
    """Docstrings without their indentation: Python 3.13 takes it away, older ones keep it."""
    match schema:
        case {"description": str(text), **rest}:
            return {"description": inspect.cleandoc(text), **_with_clean_texts(rest)}
        case dict():
            return {key: _with_clean_texts(value) for key, value in schema.items()}
        case list():
            return [_with_clean_texts(entry) for entry in schema]
        case _:
            return schema


def _described(schema: dict[str, Any], modules: tuple[ModuleType, ...]) -> dict[str, Any]:
    texts = dict(pair for module in modules for pair in _field_texts(module))
    definitions = {
        name: {**body, "properties": _with_texts(body["properties"], texts.get(name, {}))}
        if "properties" in body
        else body
        for name, body in schema["$defs"].items()
    }
    return {**schema, "$defs": definitions}


def _with_texts(properties: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    return {
        key: {**value, "description": texts[key]} if key in texts else value
        for key, value in properties.items()
    }


def _field_texts(module: ModuleType) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of each struct of a module, with the text below each field by key in the file."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            names = {f.name: f.encode_name for f in _fields(getattr(module, node.name))}
            yield node.name, {names[field]: text for field, text in _texts_below(node)}


def _fields(shape: type) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(shape) if issubclass(shape, msgspec.Struct) else ()


def _texts_below(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for above, below in pairwise(node.body):
        match above, below:
            case (
                ast.AnnAssign(target=ast.Name(id=field)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield field, text
            case _:
                pass


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
