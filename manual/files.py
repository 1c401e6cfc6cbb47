"""The reference of the files that people write, from their JSON Schemas."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gates.shell.schemas import editor_schema_of
from manual.tables import code, plain, table

TITLES = {
    "target": ("The target file", "`gatescore.toml`: what a service is, and how it is started."),
    "policy": ("Policy files", "What is demanded. `extends` names the policy it changes."),
    "profile": ("Profiles", "How much work a run does; never what is demanded."),
    "waivers": ("Waivers", "`gatescore/waivers.toml`: what is excused for a time."),
    "oracle": ("Oracles", "`gatescore/oracles/*.toml`: behaviours that are asked for."),
    "requirements": ("Requirements", "`gatescore/requirements.toml`: what was asked for."),
    "risks": ("Risks", "`gatescore/risks.toml`: what may go wrong, and who sees to it."),
}
KNOWN = "An editor that knows JSON Schema completes it: `config/schema/{}.schema.json`."


def page(kind: str) -> str:
    """Every key of one kind of file: the top of it, then each of its tables."""
    schema = editor_schema_of(kind)
    title, what = TITLES[kind]
    parts = [f"# {title}", f"{what} {KNOWN.format(kind)} A wrong key, type or value is refused."]
    for path, body in tables(schema):
        head = f"## [{path}]" if path else "## At the top"
        parts += [head, plain(body.get("description", "").split("\n\n")[0]), keys(body, schema)]
    return "\n\n".join(part for part in parts if part) + "\n"


def tables(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each table of a file under its path: the top first, then those that are in it."""
    known = schema["$defs"]
    waiting, seen = [("", schema["$ref"])], set()
    while waiting:
        path, reference = waiting.pop(0)
        body = known[name_of(reference)]
        if reference in seen or "properties" not in body:
            continue
        seen.add(reference)
        yield path, body
        waiting += list(below(path, body))


def below(path: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The tables in a table: those of a key, of every name, of a list."""
    for key, value in body["properties"].items():
        inner = f"{path}.{key}" if path else key
        match value:
            case {"$ref": str(reference)}:
                yield inner, reference
            case {"additionalProperties": {"$ref": str(reference)}}:
                yield f"{inner}.NAME", reference
            case {"items": {"$ref": str(reference)}}:
                yield f"[{inner}]", reference
            case _:
                pass


def name_of(reference: str) -> str:
    """The name that a reference means."""
    return reference.rpartition("/")[2]


def keys(body: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The keys of a table, with what they take and what holds without them."""
    required = body.get("required", [])
    rows = (
        (code(key), said(value), kind_of(value, schema), without(key, value, required))
        for key, value in body["properties"].items()
    )
    return table(("key", "what it is for", "value", "without it"), rows)


def said(value: Mapping[str, Any]) -> str:
    """What a key is for."""
    return plain(value.get("description", "").split("\n\n")[0])


def without(key: str, value: Mapping[str, Any], required: list[str]) -> str:
    """What holds where a key is not given."""
    if key in required:
        return "*required*"
    default = value.get("default")
    if default in (None, "", [], (), {}) or isinstance(default, dict):
        return "–"
    return code(json.dumps(default, ensure_ascii=False))


def kind_of(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What a key takes, in a few words."""
    match value:
        case {"$ref": str(reference)}:
            known = schema["$defs"][name_of(reference)]
            if "enum" in known:
                return ", ".join(code(str(one)) for one in known["enum"])
            return "table"
        case {"type": "array", "items": dict(items)}:
            return f"list of {kind_of(items, schema)}"
        case {"type": "object", "additionalProperties": dict(inner)}:
            return f"table of {kind_of(inner, schema)}"
        case {"anyOf": list(some)}:
            return " or ".join(kind_of(one, schema) for one in some)
        case {"enum": list(some)}:
            return ", ".join(code(str(one)) for one in some)
        case {"type": list(some)}:
            return " or ".join(str(one) for one in some)
        case {"type": str(name)}:
            return {"object": "table", "array": "list"}.get(name, name)
        case _:
            return "anything"
